"""`manage.py migrate`, to which every sphere is open."""

from typing import Any

from django.core.management.commands import migrate

from spheres.opening import across_all_spheres


class Command(migrate.Command):
    """Django's own. Behind the walls of PostgreSQL a data migration would silently find no row to change."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; however that ends, the spheres are closed again."""
        with across_all_spheres("migrations change the rows of all spheres"):
            super().handle(*args, **options)
