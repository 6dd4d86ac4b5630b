"""Brings a site back from an archive: everything is checked before anything is touched."""

from __future__ import annotations

from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection
from django.utils.translation import gettext_noop as _

from alveole.backup import actions, blobs, places, rows, schema
from alveole.backup.archive import Contents, check, read_through
from alveole.backup.errors import Broken, Halted, Unproven
from alveole.databases import code_of


def restore(file: Path, *, replace: bool = False) -> Contents:
    """Put the site of `file` here; the caller holds the data folder's claim.

    What it finds is set aside if `replace` is said. Every row and file is read back and compared with the manifest
    before the old site goes. Raises Halted, and then nothing has changed.
    """
    contents = check(file)
    schema.refuse_newer(contents.header.steps, file)
    places.settle()
    places.ensure_free(replace=replace)
    staging = places.Staging.begin()
    try:
        with places.new_database(staging):
            tables = _tables(contents)
            schema.migrate_to(connection, contents.header.steps)
            rows.clear(tables.values())
            _unpack(file, contents, tables, staging)
            _compare(contents, tables)
            call_command("migrate", interactive=False, verbosity=0)
            actions.record_restoration(staging.id, contents.header.made_at)
    except DatabaseError as failure:
        raise Halted(_("The database did not take it."), system=code_of(failure)) from failure
    except OSError as failure:
        raise Halted(_("The backup was not restored."), system=failure.strerror or failure) from failure
    finally:
        connection.close()
        places.settle()
    return contents


def _tables(contents: Contents) -> dict[str, schema.Table]:
    tables = {table.name: table for table in schema.tables(contents.header.steps)}
    if {name: list(table.columns) for name, table in tables.items()} != contents.header.tables:
        raise Broken(_("The backup's tables are not those of its migrations."))
    places = (name.split("/") for name in contents.members)
    held = {place[1] for place in places if place[0] == "database"}
    if contents.tables.keys() != tables.keys() or not held <= tables.keys():
        raise Broken(_("The backup's tables are not those of its migrations."))
    return tables


def _unpack(file: Path, contents: Contents, tables: dict[str, schema.Table], staging: places.Staging) -> None:
    with read_through(file) as members:
        for name, _size, content in members:
            place, _, rest = name.partition("/")
            if place == "database":
                rows.put_back(tables[rest.partition("/")[0]], content.read())
            elif rest:
                sha256 = contents.members[name]["sha256"]
                blobs.put_beside(name, content, staging.files, staging.secrets, sha256)
    try:
        rows.finish(contents.header.steps)
    except IntegrityError as failure:
        raise Broken(_("The backup's rows name others that are not there.")) from failure


def _compare(contents: Contents, tables: dict[str, schema.Table]) -> None:
    for name, table in tables.items():
        found = rows.tally(connection, table).as_json()
        if found != contents.tables.get(name):
            raise Unproven(
                _("What came back is not what was saved: %(table)s differs (%(rows)s rows)."),
                table=name,
                rows=found["rows"],
            )
