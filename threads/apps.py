"""What threads contribute."""

from django.apps import AppConfig


class ThreadsConfig(AppConfig):
    """Answers to things of any feature."""

    name = "threads"

    def ready(self) -> None:
        """Follow who leaves, and what is erased."""
        from spheres.actions import erasers, posts_removers
        from threads.actions import erase_some, take_reactions_back

        posts_removers.append(take_reactions_back)
        erasers.append(erase_some)
