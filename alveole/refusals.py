"""Why a process does not start: whatever is in the way, one sentence that says what to do."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import OutputWrapper
from django.db import DatabaseError, OperationalError, connection

from alveole import valkey
from alveole.backup.errors import Halted
from alveole.backup.nightly import newest
from alveole.backup.places import says_damaged
from alveole.claim import Claimed
from alveole.environment import unwritable
from alveole.listening import Unavailable
from alveole.preparing import Unprepared
from spheres import walls

# Each holds the sentence to show.
REFUSALS: tuple[type[Exception], ...] = (Claimed, Unavailable, valkey.Unready, walls.Unbound, Halted, Unprepared)
OF_THE_DISK = {
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR),
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO),
}


@contextmanager
def said_on(stderr: OutputWrapper, *more: type[Exception]) -> Iterator[None]:
    """End the process with 1 and a sentence if the block is refused, by `more` too; a mistake of ours passes."""
    expected = REFUSALS + more
    try:
        yield
    except expected as refusal:
        sentence = str(refusal)
    except DatabaseError as failure:
        sentence = _of_database(failure)
        if not sentence:
            raise
    except OSError as failure:
        if failure.errno not in OF_THE_DISK:
            raise
        sentence = unwritable(settings.DATA_DIR, failure)
    else:
        return
    stderr.write(sentence)
    sys.exit(1)


def _of_database(failure: DatabaseError) -> str:
    reason = " ".join(str(failure).split())
    if connection.vendor != "sqlite":
        is_away = isinstance(failure, OperationalError)
        return f"The database does not answer: {reason}. Start it, or correct ALVEOLE_DATABASE_URL." if is_away else ""
    file = connection.settings_dict["NAME"]
    if says_damaged(failure):
        return f"The database {file} is damaged ({reason}), and was left as it is. {_way_back()}"
    if isinstance(failure, OperationalError):
        return (
            f"The database {file} cannot be used ({reason}): this user must own it and its folder, its disk must have "
            "room, and no other program may hold it."
        )
    return ""


def _way_back() -> str:
    archive = newest()
    if archive is None:
        return (
            f"No backup lies in {settings.BACKUPS_DIR}: bring one, and let it take the database's place, "
            "which is set aside, by: manage.py restore FILE --replace"
        )
    return (
        "The newest backup takes its place, and sets it aside, by: "
        f"manage.py restore {archive} --replace (see docs/backup.md)"
    )
