"""What spheres contribute."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class SpheresConfig(AppConfig):
    """Organisations, spheres and memberships."""

    name = "spheres"

    def ready(self) -> None:
        """Register kinds and navigation, and keep the seal's database ties through migrations."""
        from journal.kinds import register
        from spheres import ties
        from spheres.rows import MemberKind, MineKind, SphereKind
        from spheres.slots import Place, slots

        for kind in (SphereKind(), MemberKind(), MineKind()):
            register(kind)
        slots.navigation.append(Place(_("Home"), "spheres:home", "home", order=10))
        slots.tools.append(Place(_("Overview"), "spheres:sphere", "sphere", order=10))
        slots.tools.append(Place(_("Members"), "spheres:members", "members", order=90))
        pre_migrate.connect(ties.before_migrations, sender=self, dispatch_uid="spheres.untie")
        post_migrate.connect(ties.after_migrations, sender=self, dispatch_uid="spheres.tie")
