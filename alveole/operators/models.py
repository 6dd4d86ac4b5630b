"""PersonalSphere."""

from spheres.models import Sphere


class PersonalSphere(Sphere):
    """A sphere of no organisation, as an operator sees it: a number, and nothing else."""

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return str(self.pk)
