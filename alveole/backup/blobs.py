"""Files and keys: out of their places into an archive, and back beside their places."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import DEFAULT_STORAGE_ALIAS, settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.utils.translation import gettext_noop as _

from alveole.backup.archive import PIECE, Writing
from alveole.backup.errors import Unproven

FILES, SECRETS = "files/", "secrets/"


def secrets_folder() -> Path:
    """Give the folder of the keys."""
    return Path(settings.DATA_DIR) / "secrets"


def files_folder() -> Path | None:
    """Give the folder of the files; none where the storage is not one."""
    storage = storages[DEFAULT_STORAGE_ALIAS]  # itself: the other is a proxy of no type
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def add_to(writing: Writing) -> None:
    """Add every file and every key."""
    for name in _walk():
        try:
            with default_storage.open(name) as content:
                writing.stream(FILES + name, content, content.size)
        except FileNotFoundError:
            continue  # deleted since it was listed
    for key in sorted(secrets_folder().iterdir()):
        if key.is_file() and not key.name.startswith("."):
            writing.add(SECRETS + key.name, key.read_bytes())


def put_beside(name: str, content: IO[bytes], files: Path, secrets: Path, sha256: str) -> None:
    """Write one file or key into the folders that will take the place of today's, and read it back.

    Where files are not in a folder they are put into the storage at once; one that is there stays as it is.
    Raises Unproven if it is not what was saved.
    """
    if name.startswith(SECRETS):
        found = _written(secrets / name.removeprefix(SECRETS), content)
    elif files_folder() is not None:
        found = _written(files / name.removeprefix(FILES), content)
    else:
        stored = name.removeprefix(FILES)
        if not default_storage.exists(stored):
            default_storage.save(stored, File(content))
        with default_storage.open(stored) as back:
            found = hashlib.file_digest(back, "sha256").hexdigest()
    if found != sha256:
        raise Unproven(_("%(name)s is not what was saved."), name=name)


def _written(path: Path, content: IO[bytes]) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        shutil.copyfileobj(content, out, PIECE)
        out.flush()
        os.fsync(out.fileno())
    with path.open("rb") as back:
        return hashlib.file_digest(back, "sha256").hexdigest()


def _walk(folder: str = "") -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return  # nobody has sent a file yet
    for name in sorted(files):
        yield f"{folder}{name}"
    for name in sorted(folders):
        yield from _walk(f"{folder}{name}/")
