"""How a value of each type of field is written in an archive: the same from SQLite and from PostgreSQL.

The neutral form is what Django keeps in SQLite: ids as 32 hexadecimal digits, moments as UTC text, truth as 0 or 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

Change = Callable[[Any], Any]


@dataclass(frozen=True)
class Kind:
    """One way of writing values; `{}` stands for the quoted column."""

    postgresql: str = "{}"
    # The plus changes no value, and keeps sqlite3 from making objects of columns that are declared as dates.
    sqlite: str = "+{}"
    tidy: Change | None = None
    to_sqlite: Change | None = None
    to_postgresql: Change | None = None


def _moment(value: str) -> str:
    # SQLite's rows have no fraction, three digits or six; PostgreSQL's always six.
    whole, _, fraction = value.partition(".")
    fraction = fraction.ljust(6, "0")
    return whole if fraction == "000000" else f"{whole}.{fraction}"


def _document(value: str) -> str:
    return json.dumps(json.loads(value), sort_keys=True, ensure_ascii=False)  # PostgreSQL forgets the order of keys


PLAIN = Kind()
KINDS = {
    **dict.fromkeys(
        [
            *("AutoField", "BigAutoField", "SmallAutoField", "IntegerField", "BigIntegerField", "SmallIntegerField"),
            *("PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField", "FloatField"),
            *("CharField", "TextField", "SlugField", "EmailField", "URLField", "FileField", "FilePathField"),
        ],
        PLAIN,
    ),
    "BooleanField": Kind(postgresql="{}::int"),
    "UUIDField": Kind(postgresql="replace({}::text, '-', '')"),
    "DateTimeField": Kind(postgresql="to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')", tidy=_moment),
    "DateField": Kind(postgresql="{}::text"),
    "GenericIPAddressField": Kind(postgresql="host({})"),
    "JSONField": Kind(postgresql="{}::text", tidy=_document),
    "BinaryField": Kind(
        postgresql="encode({}, 'hex')",
        sqlite="lower(hex({}))",
        to_sqlite=bytes.fromhex,
        to_postgresql=lambda digits: f"\\x{digits}",
    ),
}


class Unportable(TypeError):
    """A field of a type that archives do not know: a mistake of ours, found by a test."""


def kind_of(field: models.Field[Any, Any]) -> Kind:
    """Give how `field` is written. Raises Unportable."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    kind = KINDS.get(field.get_internal_type())
    if kind is None:
        raise Unportable(f"{field} has no form in an archive: add {field.get_internal_type()} to KINDS.")
    return kind
