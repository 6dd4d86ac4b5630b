"""The verb of notices."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import ensure_operator
from alveole.notices.models import Notice
from journal import clock
from journal.errors import Conflict
from journal.writing import action


@action
def write(operator: User, notice: Notice, *, text: str, seen: int) -> None:
    """Let a notice say `text`; `seen` is the version that the operator had before them, 0 where there was none.

    Raises Refused for anybody but an operator, Conflict where somebody wrote another version meanwhile.
    """
    ensure_operator(operator)
    kept = Notice.objects.select_for_update().filter(which=notice.which, language=notice.language).first()
    if (kept.version if kept else 0) != seen:
        raise Conflict(_("Somebody wrote another version meanwhile. Yours is kept here: compare, and save again."))
    kept = kept or notice
    if kept.text == text and kept.version:
        return
    kept.text, kept.version, kept.changed_at = text, seen + 1, clock.now()
    kept.save()
    notice.pk = kept.pk
