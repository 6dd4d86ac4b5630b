"""The headers of resumable uploads (the tus protocol, version 1.0): read, and written."""

from __future__ import annotations

import base64
import binascii
import unicodedata
from uuid import UUID

from files.models import LARGEST, LONGEST_NAME

VERSION = "1.0.0"
EXTENSIONS = "creation,termination"
PART = "application/offset+octet-stream"
ABOUT = {"Tus-Resumable": VERSION, "Cache-Control": "private, no-store"}
WHAT_WE_DO = {**ABOUT, "Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(LARGEST)}


def number(said: str | None) -> int | None:
    """Read a count of bytes; None for anything else."""
    return int(said) if said and said.isascii() and said.isdecimal() and len(said) < 16 else None


def metadata(said: str | None) -> dict[str, str]:
    """Read `Upload-Metadata`: keys with values in base64. What cannot be read is left out."""
    found = {}
    for pair in (said or "").split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found


def identifier(said: str | None) -> UUID | None:
    """Read the id that a device made; None for anything else."""
    try:
        return UUID(said or "")
    except ValueError:
        return None


def name_of(said: str) -> str:
    """Give a name that is only a name: the last part of a path, in one line, without signs that turn others around.

    What is too long keeps its end, which tells what it is.
    """
    last = said.replace("\\", "/").rpartition("/")[2]
    # Cc, Cf: controls and marks of direction, by which "gpj.exe" reads "exe.jpg".
    shown = "".join(sign for sign in last if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    shown = shown.strip(" .") or "file"
    if len(shown) <= LONGEST_NAME:
        return shown
    stem, dot, end = shown.rpartition(".")
    end = dot + end if dot and len(end) <= 12 else ""
    return (stem or shown)[: LONGEST_NAME - len(end)] + end
