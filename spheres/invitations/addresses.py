"""Addresses as people paste them: one a line, names before or behind, tables with a header, Outlook's way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

MOST = 5_000
LONGEST_NAME = 80
# Commas, semicolons and tabs divide, but not within quotes.
FIELD = re.compile(r'(?:"[^"]*"|[^",;\t])+')
BRACKETED = re.compile(r"^(?P<name>.*)<(?P<address>[^<>]*)>\s*$")


@dataclass(frozen=True)
class Addressee:
    """Somebody to write to, as found in a line (counted from 1)."""

    line: int
    address: str
    name: str = ""

    @property
    def is_right(self) -> bool:
        """Whether mail can be sent to such an address (RFC 5321)."""
        try:
            validate_email(self.address)
        except ValidationError:
            return False
        return len(self.address) <= 254


def addressees(text: str) -> Iterator[Addressee]:
    """Find who is meant, line by line; what is no address is given as it stands, to be shown as wrong."""
    for number, line in enumerate(text.splitlines(), start=1):
        fields = [field.strip() for field in FIELD.findall(line)]
        fields = [field for field in fields if field.strip('"')]
        with_address = [field for field in fields if "@" in field]
        if not with_address:
            if fields and not (number == 1 and _is_header(line)):
                yield Addressee(number, line.strip()[:254])
            continue
        beside = " ".join(field.strip('" ') for field in fields if field not in with_address)
        for field in with_address:
            yield _read(number, field, beside if len(with_address) == 1 else "")


def _is_header(line: str) -> bool:
    return bool(re.search(r"mail|adresse|address|courriel", line, re.IGNORECASE))


def _read(number: int, field: str, beside: str) -> Addressee:
    found = BRACKETED.match(field)
    name, address = (found["name"], found["address"]) if found else ("", field)
    name = " ".join(f"{beside} {name}".replace('"', " ").split())
    return Addressee(number, address.strip("\"' ").lower(), name[:LONGEST_NAME])


def decoded(data: bytes) -> str:
    """Give the text of a file as Excel and others write it: UTF-8, with or without its mark, or Windows' Latin."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
