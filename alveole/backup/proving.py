"""Proves a backup by restoring it: into a scratch folder and a scratch database, by the command that people run."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_noop as _

from alveole.backup.actions import record_proof
from alveole.backup.errors import Halted, Unproven
from alveole.databases import as_url
from alveole.processes import PARENT

logger = logging.getLogger(__name__)

LONGEST_HOURS = 6
OURS = "CommandError: "
BUCKET = ("ALVEOLE_S3_BUCKET", "ALVEOLE_S3_ENDPOINT", "ALVEOLE_S3_KEY", "ALVEOLE_S3_SECRET")
MAY_NOT = _(
    "The scratch database %(name)s cannot be made, so the backup was not tried. "
    "Give the role CREATEDB (ALTER ROLE … CREATEDB)."
)
CANNOT = _("The scratch database %(name)s cannot be made, so the backup was not tried.")
BUSY = _("Another backup is being made or proven.")
LOCK = int.from_bytes(b"backup")  # a number of our own for PostgreSQL's advisory locks
INSUFFICIENT_PRIVILEGE = "42501"  # SQLSTATE


def prove(file: Path) -> None:
    """Restore `file` beside the site, compare, forget the copy, and record how it ended.

    Raises Unproven, and Halted if another proof is under way.
    """
    with alone():
        failure = outcome(lambda: try_out(file))
        record_proof(file.name, failure.as_json() if failure else "")
    if failure:
        raise failure


def outcome(work: Callable[[], None]) -> Halted | None:
    """Do `work`; give why it failed, nothing if it did not."""
    try:
        work()
    except Halted as halted:
        return halted
    except Exception as error:  # whatever it is, the light must be red; its words may hold content
        logger.exception("A backup or its proof ended by a mistake of ours.")  # of which the log keeps the places
        return Unproven(_("It ended by a mistake of ours."), system=type(error).__name__)
    return None


@contextmanager
def alone() -> Iterator[None]:
    """Keep other backups and proofs of this site out: in this data folder, and on PostgreSQL on any machine.

    Let go of however the holder ends. Raises Halted if there is one.
    """
    with _alone_in_the_folder(), _alone_at_the_database():
        yield


@contextmanager
def _alone_in_the_folder() -> Iterator[None]:
    lock = os.open(Path(settings.DATA_DIR) / "backup.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise Halted(BUSY) from busy
        yield
    finally:
        os.close(lock)


@contextmanager
def _alone_at_the_database() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield  # its file is this machine's
        return
    own: BaseDatabaseWrapper = connection.copy()  # the lock lives as long as its session
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                raise Halted(BUSY)
        yield
    finally:
        own.close()


def try_out(file: Path) -> None:
    """Restore `file` into a scratch folder and database, and forget these. Raises Unproven."""
    with ExitStack() as stack:
        folder = stack.enter_context(_scratch_folder())
        database = stack.enter_context(_scratch_database())
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "restore", "--json", str(file.resolve())]
        scratch = {"ALVEOLE_DATA": str(folder), "ALVEOLE_DATABASE_URL": database, PARENT: str(os.getpid())}
        scratch |= dict.fromkeys(BUCKET, "")  # files go to the scratch folder, never among the living ones
        try:
            done = subprocess.run(  # noqa: S603  # our own command, no shell
                command,
                env=os.environ | scratch,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=LONGEST_HOURS * 3600,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise Unproven(_("The backup was not restored within %(hours)s hours."), hours=LONGEST_HOURS) from late
    if done.returncode:
        # Only a sentence of ours is sure to hold no content.
        said = [line.removeprefix(OURS) for line in done.stderr.splitlines() if line.startswith(f"{OURS}{{")]
        if not said:
            raise Unproven(_("The restore ended with exit code %(code)s."), code=done.returncode)
        raise Unproven.from_json(said[-1])


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    # On the disk of the data, which is known to hold so much; /tmp may be memory.
    for left in Path(settings.DATA_DIR).glob("proving-*"):  # by a proof that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="proving-", dir=settings.DATA_DIR) as folder:
        yield Path(folder)


@contextmanager
def _scratch_database() -> Iterator[str]:
    if connection.vendor == "sqlite":
        yield ""  # in the scratch folder
        return
    here = connection.settings_dict
    name = f"{here['NAME']}"[:57] + "_proof"
    quoted = connection.ops.quote_name(name)
    try:
        _run(f"DROP DATABASE IF EXISTS {quoted}")  # left by a proof that was killed
        _run(f"CREATE DATABASE {quoted} TEMPLATE template0")
    except DatabaseError as failure:
        may_not = getattr(failure.__cause__, "sqlstate", None) == INSUFFICIENT_PRIVILEGE
        if may_not:
            raise Unproven(MAY_NOT, name=name) from failure
        raise Unproven(CANNOT, name=name, system=type(failure.__cause__).__name__) from failure
    try:
        yield as_url({**here, "NAME": name})
    finally:
        _run(f"DROP DATABASE IF EXISTS {quoted}")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
