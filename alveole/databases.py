"""One database setting from one address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

if TYPE_CHECKING:
    from django.db import DatabaseError

from alveole.addresses import split

SQLITE_TIMEOUT_SECONDS = 10
# A server that is gone without a word (its machine, the wire) is given up, where TCP alone would wait two minutes.
POSTGRES_PATIENCE = {"connect_timeout": "5", "tcp_user_timeout": "10000"}  # s, ms; see libpq


def from_url(url: str, sqlite_file: Path) -> dict[str, Any]:
    """Give Django's settings for `url`, or SQLite in `sqlite_file`.

    `postgres://user:password@host:port/name`, or `sqlite:///folder/file` for another file.

    Raises ValueError, without any word of it, for one that names no database.
    """
    if not url:
        return _sqlite(sqlite_file)
    parts = split(url)
    if parts.scheme == "sqlite":
        if parts.netloc or parts.path in {"", "/"}:
            raise ValueError("must name SQLite's file from the root of the disk on, after sqlite://")
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("must begin with postgres:// or sqlite://")
    if not parts.path.strip("/"):
        raise ValueError("must end with the name of a database")
    options = POSTGRES_PATIENCE | dict(parse_qsl(parts.query))
    _ensure_known(options)
    return {
        "ENGINE": "spheres.postgresql",  # Django's, told which spheres are open
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def _ensure_known(options: dict[str, str]) -> None:
    import psycopg  # noqa: PLC0415  # large, and only needed where there is PostgreSQL

    try:
        psycopg.conninfo.make_conninfo("", **options)
    except psycopg.ProgrammingError:
        raise ValueError("has, after its ?, something that PostgreSQL does not know") from None


def as_url(database: dict[str, Any]) -> str:
    """Give the address of a PostgreSQL `database`, as `from_url` reads it; for a child's environment."""
    user, password, host, name = (quote(str(database[key]), safe="") for key in ("USER", "PASSWORD", "HOST", "NAME"))
    port = f":{database['PORT']}" if database["PORT"] else ""
    # What is not text was put there by Django itself.
    options = urlencode({key: value for key, value in database["OPTIONS"].items() if isinstance(value, str)})
    return f"postgres://{user}:{password}@{host}{port}/{name}" + (f"?{options}" if options else "")


def _sqlite(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": SQLITE_TIMEOUT_SECONDS,
            "transaction_mode": "IMMEDIATE",
            # FULL: a message that was acknowledged is on the disk.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;",
        },
        # Real files in tests too: the write path is about locks between connections.
        "TEST": {"NAME": file.with_name(f"test-{file.name}")},
    }


def code_of(failure: DatabaseError) -> str:
    """Give the database's own word for a failure: never its message, which may quote a row.

    SQLite's name of it (SQLITE_FULL), PostgreSQL's SQLSTATE (53100), or the name of the exception.
    """
    cause = failure.__cause__
    return getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or type(failure).__name__
