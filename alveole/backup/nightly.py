"""Backups that nobody has to think of: each night, and before migrations. Old ones make room."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from alveole.backup.actions import record_proof
from alveole.backup.errors import Halted
from alveole.backup.models import Proof
from alveole.backup.proving import alone, outcome, try_out
from alveole.backup.taking import take
from journal import clock

logger = logging.getLogger(__name__)

DAYS, WEEKS = 7, 4
MIGRATIONS = 3  # backups before migrations that are kept
NIGHTLY = re.compile(r"alveole-(\d{4}-\d\d-\d\d)\.tar\.gz")
OWN = ("alveole-*.tar.gz", "before-migrations-*.tar.gz")


def nightly() -> None:
    """Save the site, prove the file, and make room; a failure is recorded. Twice a night, or twice at once, is once."""
    file = settings.BACKUPS_DIR / f"alveole-{timezone.localdate()}.tar.gz"
    try:
        with alone():
            if not Proof.objects.filter(archive=file.name, failure="").exists():
                _save_and_prove(file)
            _make_room()
    except Halted:
        return  # another one is at it


def _save_and_prove(file: Path) -> None:
    def save_and_prove() -> None:
        if not file.exists():  # else the proof was killed
            take(file)
        try_out(file)

    failure = outcome(save_and_prove)
    if failure:
        logger.error("The nightly backup failed: %s", failure)
    record_proof(file.name, failure.as_json() if failure else "")


def before_migrations() -> Path:
    """Save the site as it is before migrations change it; give the file. Raises Halted.

    If they began earlier and did not end, that is the file of then: by now the site may be half changed.
    """
    if earlier := unfinished():
        return earlier
    file: Path = settings.BACKUPS_DIR / f"before-migrations-{clock.now():%Y%m%d-%H%M%S}.tar.gz"
    take(file)
    _begun().write_text(str(file))
    return file


def unfinished() -> Path | None:
    """Give the backup from before migrations that began and did not end, if there is one."""
    begun = _begun()
    saved = Path(begun.read_text()) if begun.exists() else None
    return saved if saved and saved.is_file() else None


def after_migrations() -> None:
    """Note that none is left to do; only then the oldest backups before others make room."""
    if not _begun().exists():
        return
    _begun().unlink()
    for old in sorted(settings.BACKUPS_DIR.glob("before-migrations-*.tar.gz"))[:-MIGRATIONS]:
        old.unlink()


def newest() -> Path | None:
    """Give the newest backup that the site made of itself, proven or not; none before the first."""
    made = [file for pattern in OWN for file in settings.BACKUPS_DIR.glob(pattern)]
    return max(made, key=lambda file: file.stat().st_mtime, default=None)


def _begun() -> Path:
    return Path(settings.DATA_DIR) / "migrations-begun"


def _make_room() -> None:
    if not settings.BACKUPS_DIR.is_dir():
        return  # the first night failed
    found = {
        date.fromisoformat(match[1]): file
        for file in settings.BACKUPS_DIR.iterdir()
        if (match := NIGHTLY.fullmatch(file.name))
    }
    names = [file.name for file in found.values()]
    # However many nights fail, the last backup that is known to come back stays.
    good = Proof.objects.filter(archive__in=names, failure="").order_by("-at", "-id").first()
    for day in found.keys() - kept(found):
        if good is None or found[day].name != good.archive:
            found[day].unlink()


def kept(days: Iterable[date]) -> set[date]:
    """Give the days whose backups stay: the newest 7, and the newest of each of the newest 4 weeks (ISO 8601)."""
    ordered = sorted(days)
    weeks = {day.isocalendar()[:2]: day for day in ordered}  # the last one of a week stays
    return {*ordered[-DAYS:], *sorted(weeks.values())[-WEEKS:]}
