"""What spheres contribute."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class SpheresConfig(AppConfig):
    """Organisations, spheres and memberships."""

    name = "spheres"

    def ready(self) -> None:
        """Register kinds and navigation, and keep the seal's ties and walls in the database through migrations."""
        from journal.kinds import register
        from spheres import ties, walls
        from spheres.actions import keep_roll, on_settled, publish
        from spheres.rows import MemberKind, MineKind, SphereKind
        from spheres.slots import Place, slots

        for kind in (SphereKind(), MemberKind(), MineKind()):
            register(kind)
        on_settled.append(publish)
        on_settled.append(keep_roll)
        slots.navigation.append(Place(_("Home"), "spheres:home", "home", order=10))
        slots.tools.append(Place(_("Overview"), "spheres:sphere", "sphere", order=10))
        slots.tools.append(Place(_("Members"), "spheres:members", "members", order=90))
        checks.register(walls.check_role, checks.Tags.database)
        pre_migrate.connect(walls.before_migrations, sender=self, dispatch_uid="spheres.role")
        pre_migrate.connect(ties.before_migrations, sender=self, dispatch_uid="spheres.untie")
        post_migrate.connect(ties.after_migrations, sender=self, dispatch_uid="spheres.tie")
        post_migrate.connect(walls.after_migrations, sender=self, dispatch_uid="spheres.walls")
