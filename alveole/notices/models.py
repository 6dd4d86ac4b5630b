"""Notice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from journal import clock

LONGEST = 50_000


class Which(models.TextChoices):
    """What the law, or courtesy, asks a site to say about itself."""

    LEGAL = "legal", _("Legal notice")
    PRIVACY = "privacy", _("Privacy policy")
    ACCESSIBILITY = "accessibility", _("Accessibility statement")


class NoticeQuerySet(models.QuerySet["Notice"]):
    """The site's own texts."""

    def one(self, which: str, language: str) -> Notice:
        """Give one as it stands, or a blank one."""
        return self.filter(which=which, language=language).first() or Notice(which=which, language=language)

    def written(self) -> NoticeQuerySet:
        """Keep those that say something."""
        return self.exclude(text="").order_by("language")


class Notice(models.Model):
    """One text of whoever runs the site, in one language: paragraphs and addresses, and no markup."""

    which = models.CharField(max_length=16, choices=Which)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    text = models.TextField(max_length=LONGEST)
    # Of two operators who write at once, the second one is told.
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=clock.now)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["which", "language"], name="notice_one_each")]

    def __str__(self) -> str:
        return f"{self.get_which_display()}, {self.get_language_display()}"


def missing() -> list[tuple[Which, str]]:
    """List what is not written yet: which, and in which language."""
    written = set(Notice.objects.written().values_list("which", "language"))
    return [(which, code) for which in Which for code, _name in settings.LANGUAGES if (which, code) not in written]
