"""What the environment says: each variable is understood, or refused with one sentence before anything is made.

It loads nothing large: `python -m alveole.healthy` asks it too.
"""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parseaddr
from importlib.util import find_spec
from os import environ
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")


class Misconfigured(SystemExit):
    """A variable cannot be what it is; the message is the sentence to show.

    No process can do anything right then, so each of them, whatever it is, ends with this sentence on its standard
    error, and with 1.
    """


def told(name: str, understand: Callable[[str], T], default: str = "", example: str = "") -> T:
    """Give what the variable `name`, or else `default`, means by `understand`.

    A ValueError of `understand` says what is wrong, after the name, and holds no secret. Raises Misconfigured.
    """
    try:
        return understand(environ.get(name) or default)
    except ValueError as wrong:
        raise Misconfigured(f"{name} {wrong}. For instance: {name}={example or default}") from None


def unwritable(folder: Path, failure: OSError) -> str:
    """Say why nothing can be kept in the data folder."""
    return (
        f"ALVEOLE_DATA must name a folder that this user may write to, on a disk with room: "
        f"{failure.filename or folder}: {failure.strerror}. For instance: ALVEOLE_DATA=/var/lib/alveole"
    )


def port(text: str) -> int:
    """Read a port that can be listened on."""
    return _number(text, "a port", 65535)


def threads(text: str) -> int:
    """Read how many requests are answered at once."""
    return _number(text, "a number", 1000)


def _number(text: str, what: str, largest: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= largest):
        raise ValueError(f"must be {what} from 1 to {largest}, and is {text!r}")
    return int(text)


def one_of(*words: str) -> Callable[[str], str]:
    """Read one of `words`."""

    def understand(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be {' or '.join(words)}, and is {text!r}")
        return text

    return understand


def time_zone(text: str) -> str:
    """Read the name of a time zone (IANA)."""
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"must be the name of a time zone, and is {text!r}") from None
    return text


def sender(text: str) -> str:
    """Read whom mail comes from (RFC 5322)."""
    name, at, host = parseaddr(text)[1].rpartition("@")
    if not (name and at and host) or "\n" in text or "\r" in text:
        raise ValueError(f"must hold a mail address, and is {text!r}")
    return text


def mail_backend(text: str) -> str:
    """Read the dotted name of a class that sends mail."""
    module, _, name = text.rpartition(".")
    try:
        is_there = bool(module and name and find_spec(module))
    except (ImportError, ValueError):
        is_there = False
    if not is_there:
        raise ValueError(f"must be a class that sends mail, by Django's name of it, and is {text!r}")
    return text
