"""The archive: a tar, compressed by gzip, written and read as a stream.

`alveole.json` comes first and says what it is, `manifest.json` last and says what must be there: an archive that was
cut has no manifest. Between them: `database/<table>/<number>.jsonl`, `files/…` and `secrets/…`.
"""

from __future__ import annotations

import fcntl
import glob
import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext_noop as _

from alveole.backup.errors import Broken, Halted, Newer
from alveole.backup.schema import Step

FORMAT = 1
NOT_WHOLE = _("%(file)s is not a whole backup: it was cut or damaged, or is something else.")
UNSAID = _("%(file)s does not say what it is.")
HEADER, MANIFEST = "alveole.json", "manifest.json"
COMPRESSION = 4  # of 9: half the time of gzip's usual 6 for 4 % more bytes
PIECE = 1 << 20  # bytes in memory at once
LARGEST_DOCUMENT = 1 << 28
NAME = re.compile(r"alveole\.json|manifest\.json|database/\w+/\d{6}\.jsonl|(?:files|secrets)/[^\0\\]+")


@dataclass(frozen=True)
class Header:
    """What an archive says of itself before anything else."""

    made_at: datetime
    vendor: str
    steps: list[Step]
    tables: dict[str, list[str]]

    def as_json(self) -> dict[str, Any]:
        """Give it as it is written."""
        return {
            "format": FORMAT,
            "made_at": self.made_at.isoformat(),
            "vendor": self.vendor,
            "migrations": self.steps,
            "tables": self.tables,
        }


@dataclass
class Contents:
    """What an archive holds, once all of it was read and found whole."""

    header: Header
    tables: dict[str, dict[str, Any]]
    members: dict[str, dict[str, Any]]


@dataclass
class Writing:
    """An archive under way."""

    tar: tarfile.TarFile
    members: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, content: bytes) -> None:
        """Add a member that is in memory."""
        self.stream(name, io.BytesIO(content), len(content))

    def stream(self, name: str, content: IO[bytes], size: int) -> None:
        """Add a member of `size` bytes. Raises Halted if there are fewer: it is being changed.

        Raises Halted, too, for a name that no restore would take: now, and not when the backup is needed.
        """
        if not NAME.fullmatch(name):
            raise Halted(_("No backup can hold a file of this name: %(name)s. Give it another."), name=name)
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        hashing = _Hashing(content)
        try:
            self.tar.addfile(member, hashing)
        except OSError as failure:
            if str(failure) == "unexpected end of data":  # tarfile's own words
                raise Halted(_("%(name)s was cut while it was read. Try again."), name=name) from failure
            raise
        _forget_members(self.tar)
        self.members[name] = {"bytes": size, "sha256": hashing.hexdigest()}


class _Hashing:
    """A file that hashes what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.hexdigest = self._hash.hexdigest

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._hash.update(piece)
        return piece


@contextmanager
def written(out: IO[bytes], header: Header) -> Iterator[tuple[Writing, Callable[[dict[str, Any]], None]]]:
    """Write an archive to `out`; the second of the pair closes it with what its tables hold."""
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=COMPRESSION, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT, bufsize=PIECE) as tar,
    ):
        writing = Writing(tar)
        writing.add(HEADER, _document(header.as_json()))

        def close(tables: dict[str, Any]) -> None:
            writing.add(MANIFEST, _document({"tables": tables, "members": writing.members}))

        yield writing, close


@contextmanager
def whole_or_nothing(file: Path) -> Iterator[IO[bytes]]:
    """Open a file that appears under its name only once it is on the disk; its owner alone may read it.

    Raises Halted if the disk does not take it; what was written so far is gone then.
    """
    if file.exists() and not file.is_file():  # /dev/null, too, would be replaced
        raise Halted(_("%(file)s is not a file."), file=file)
    unfinished: Path | None = None
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _forget_killed(file)
        # A name of its own: another backup to the same file may be under way.
        descriptor, name = tempfile.mkstemp(prefix=f"{file.name}.", suffix=".partial", dir=file.parent)
        unfinished = Path(name)
        with os.fdopen(descriptor, "wb") as out:
            fcntl.flock(out, fcntl.LOCK_EX)  # while it is written; the kernel lets go of it after a kill
            yield out
            out.flush()
            os.fsync(out.fileno())
            unfinished.replace(file)
        sync_folder(file.parent)
    except OSError as failure:
        raise Halted(
            _("The backup was not written to %(file)s. Nothing is left of it."),
            file=file,
            system=failure.strerror or failure,
        ) from failure
    finally:
        if unfinished is not None:
            with suppress(OSError):  # what went wrong was said
                unfinished.unlink()


def _forget_killed(file: Path) -> None:
    for left in file.parent.glob(f"{glob.escape(file.name)}.????????.partial"):
        with suppress(OSError), left.open("rb") as unfinished:
            fcntl.flock(unfinished, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def _forget_members(tar: tarfile.TarFile) -> None:
    tar.members.clear()  # type: ignore[attr-defined]  # public by its name; it would remember each file of the site


def sync_folder(folder: Path) -> None:
    """Make sure that the names in `folder` are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def read_through(file: Path) -> Iterator[Iterator[tuple[str, int, IO[bytes]]]]:
    """Give name, size and content of each member in their order; nothing is ever unpacked by its own word.

    Raises Broken for anything but regular files under the names that archives have, and for what is cut.
    """
    try:
        with gzip.open(file) as packed, tarfile.open(fileobj=packed, mode="r|", bufsize=PIECE) as tar:
            yield _members(file, tar)
            while packed.read(PIECE):  # to the end: gzip's own checksum is there
                pass
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as failure:
        raise Broken(NOT_WHOLE, file=file) from failure


def _members(file: Path, tar: tarfile.TarFile) -> Iterator[tuple[str, int, IO[bytes]]]:
    for member in tar:
        parts = member.name.split("/")
        if not member.isreg() or not NAME.fullmatch(member.name) or not {"", ".", ".."}.isdisjoint(parts):
            raise Broken(_("%(file)s holds something that no backup holds. It was left alone."), file=file)
        content = tar.extractfile(member)
        assert content is not None  # it is a regular file
        yield member.name, member.size, content
        _forget_members(tar)


def check(file: Path) -> Contents:
    """Read all of `file` and compare every member with the manifest. Raises Broken or Newer."""
    try:
        with read_through(file) as members:
            header, manifest, found = _read(file, members)
    except OSError as failure:
        raise Broken(_("%(file)s cannot be read."), file=file, system=failure.strerror or failure) from failure
    if header is None or manifest is None:
        raise Broken(NOT_WHOLE, file=file)
    if not isinstance(manifest.get("members"), dict) or not isinstance(manifest.get("tables"), dict):
        raise Broken(UNSAID, file=file)
    differing = sorted(
        name for name in found.keys() | manifest["members"] if found.get(name) != manifest["members"].get(name)
    )
    if differing:
        raise Broken(_("%(file)s is damaged: %(name)s is not what was saved."), file=file, name=differing[0])
    return Contents(header, manifest["tables"], found)


def _read(
    file: Path, members: Iterator[tuple[str, int, IO[bytes]]]
) -> tuple[Header | None, dict[str, Any] | None, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, Any]] = {}
    header, manifest = None, None
    for name, size, content in members:
        if manifest is not None or name in found or (header is None) != (name == HEADER):
            raise Broken(_("%(file)s is not in the order of a backup."), file=file)
        if name == HEADER:
            raw = content.read(LARGEST_DOCUMENT)
            header = _header(file, raw)
            found[name] = {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
        elif name == MANIFEST:
            manifest = _parsed(file, content.read(LARGEST_DOCUMENT))
        else:
            found[name] = {"bytes": size, "sha256": hashlib.file_digest(content, "sha256").hexdigest()}  # type: ignore[arg-type]  # reads only
    return header, manifest, found


def _header(file: Path, raw: bytes) -> Header:
    said = _parsed(file, raw)
    try:
        if said["format"] > FORMAT:
            raise Newer(_("%(file)s was made by a newer Alvéole: restore it with that version or a later."), file=file)
        steps = [(str(app), str(name)) for app, name in said["migrations"]]
        return Header(datetime.fromisoformat(said["made_at"]), said["vendor"], steps, said["tables"])
    except (KeyError, TypeError, ValueError) as failure:
        raise Broken(UNSAID, file=file) from failure


def _parsed(file: Path, raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw)
    except ValueError as failure:
        raise Broken(UNSAID, file=file) from failure
    if not isinstance(said, dict):
        raise Broken(UNSAID, file=file)
    return said


def _document(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1).encode()
