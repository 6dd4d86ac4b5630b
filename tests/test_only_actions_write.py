"""Only actions write: found in the syntax of every module, not by reading."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "spheres", "files", "threads", "messaging", "sync", "alveole")
WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
# Also words of dictionaries and files: writes only at the end of a queryset.
ALSO_WRITES = {"update", "delete"}
RAW = re.compile(r"insert into |update \W?\w+_\w+\W? set |delete from |truncate ", re.IGNORECASE)
# Each with its reason.
ALLOWED = {
    "spheres/seal.py": "hands save, delete, update and bulk_create on, inside an open sphere",
    "accounts/models.py": "createsuperuser calls the manager",
    "files/picture.py": "saves pictures into a folder",
    "alveole/storing.py": "saves files into a folder",
    "alveole/backup/rows.py": "a restore puts back rows of tables as they once were, which have no verbs",
    "alveole/backup/blobs.py": "a restore puts files back into a storage that is not a folder",
}


def modules() -> list[str]:
    found = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    names = [str(path.relative_to(ROOT)) for path in found]
    return [name for name in names if "migrations/" not in name]


def bystanders() -> list[str]:
    return [name for name in modules() if not is_actions(name)]


def is_actions(name: str) -> bool:
    return name.endswith("/actions.py") or "/actions/" in name


def writes(source: str) -> list[str]:
    """List the writes in a module's source."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            text = ast.unparse(node.func)
            of_rows = ".objects" in text or "_manager" in text or text.startswith("super()")
            is_insert = node.func.attr == "insert" and not node.args  # a list's takes two
            if is_insert or node.func.attr in WRITES or (node.func.attr in ALSO_WRITES and of_rows):
                found.append(f"{node.lineno}: {text}")
        if isinstance(node, ast.ImportFrom) and node.module == "journal.statements":
            found.append(f"{node.lineno}: {node.module}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and RAW.match(node.value):
            found.append(f"{node.lineno}: {node.value[:40]}")
    return found


@pytest.mark.parametrize("name", bystanders())
def test_a_module_does_not_write(name: str) -> None:
    if name not in ALLOWED:
        assert writes((ROOT / name).read_text()) == []


def test_what_is_allowed_is_still_needed() -> None:
    assert [name for name in ALLOWED if not (ROOT / name).exists() or not writes((ROOT / name).read_text())] == []


@pytest.mark.parametrize(
    "planted",
    [
        "message.save()",
        "Message.objects.filter(pk=1).update(body='')",
        "Message.objects.all().delete()",
        "Message.objects.create(body='')",
        "message.insert()",
        "from journal.statements import insert",
        "cursor.execute('UPDATE messaging_message SET body = 1')",
    ],
)
def test_a_planted_write_is_found(planted: str) -> None:
    assert writes(planted)


def test_a_dictionary_is_not_a_queryset() -> None:
    assert writes("kept.update(other)") == []


def test_actions_do_write() -> None:
    assert any(writes((ROOT / app / "actions.py").read_text()) for app in ("accounts", "spheres", "messaging"))


def benchmarks() -> list[str]:
    return [str(path.relative_to(ROOT)) for path in (ROOT / "benchmarks").glob("*.py")]


def callers(*names: str, among: list[str] | None = None) -> set[str]:
    """Name the modules that call one of these."""
    return {
        name
        for name in among or modules()
        if any(
            isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in names
            for node in ast.walk(ast.parse((ROOT / name).read_text()))
        )
    }


def test_who_opens_several_spheres_is_known() -> None:
    """`across` is the only door out of a sphere for readers: each caller is named here."""
    assert callers("across") == {"spheres/reading.py", "spheres/pages.py"}


def test_who_opens_every_sphere_is_known() -> None:
    """`across_all_spheres` is for what copies, remakes or looks over tables whole, and never on a person's behalf."""
    assert callers("across_all_spheres") == {
        "spheres/ties.py",
        "spheres/management/commands/migrate.py",
        "alveole/backup/rows.py",
        # At a start: which halls were not told of what they have.
        "spheres/organisations/actions.py",
        # By the clock: what nothing shows any more.
        "files/tasks.py",
    }
    assert callers("opened") == {"spheres/opening.py", "spheres/seal.py"}


def test_only_the_generator_opens_every_sphere_to_measure() -> None:
    """It writes a site that nobody is in, and counts it."""
    assert callers("across_all_spheres", among=benchmarks()) == {"benchmarks/growing.py", "benchmarks/bulk.py"}


def test_who_speaks_sql_is_known() -> None:
    """Raw SQL passes the managers by, and on SQLite nothing else holds its reads."""
    speakers = callers("cursor", "chunked_cursor", "raw", "extra", "RawSQL", "ClientCursor")
    backups = {"alveole/backup/rows.py", "alveole/backup/places.py", "alveole/backup/proving.py"}
    assert speakers == {
        "spheres/ties.py",
        "spheres/walls.py",
        "spheres/postgresql/base.py",
        "alveole/hosting/health.py",
        *backups,
    }


def test_who_moves_the_last_wall_is_known() -> None:
    """What the policies compare with is named by those who keep it, and by nobody else."""
    named = {name for name in modules() if "alveole.sphere" in (ROOT / name).read_text()}
    assert named == {"spheres/walls.py", "spheres/postgresql/base.py"}
