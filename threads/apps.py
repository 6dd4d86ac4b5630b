"""What threads contribute."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ThreadsConfig(AppConfig):
    """Answers to things of any feature."""

    name = "threads"

    def ready(self) -> None:
        """Register comments and what one keeps, and follow who leaves and what is erased."""
        from journal.kinds import register
        from spheres.actions import erasers, posts_removers
        from spheres.slots import Place, slots
        from threads import subjects
        from threads.actions import erase_some, take_reactions_back, withdraw_comments
        from threads.comments import SUBJECT
        from threads.rows import CommentKind, ReportKind

        register(CommentKind())
        register(ReportKind())
        subjects.register(SUBJECT)
        slots.tools.append(Place(_("Kept"), "threads:kept", "kept", order=80))
        slots.parts["threads"] = _("Answers, reactions and reports")
        posts_removers.extend((withdraw_comments, take_reactions_back))
        erasers.append(erase_some)
