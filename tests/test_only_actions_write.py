"""Only actions write: found in the syntax of every module, not by reading."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "spheres", "messaging", "sync", "alveole")
WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
# Also words of dictionaries and files: writes only at the end of a queryset.
ALSO_WRITES = {"update", "delete"}
RAW = re.compile(r"insert into |update \W?\w+_\w+\W? set |delete from |truncate ", re.IGNORECASE)
# Each with its reason.
ALLOWED = {
    "spheres/seal.py": "hands save, delete, update and bulk_create on, inside an open sphere",
    "accounts/models.py": "createsuperuser calls the manager",
}


def modules() -> list[str]:
    found = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    names = [str(path.relative_to(ROOT)) for path in found]
    return [name for name in names if "migrations/" not in name and not is_actions(name)]


def is_actions(name: str) -> bool:
    return name.endswith("/actions.py") or "/actions/" in name


def writes(source: str) -> list[str]:
    """List the writes in a module's source."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            text = ast.unparse(node.func)
            of_rows = ".objects" in text or "_manager" in text or text.startswith("super()")
            if node.func.attr in WRITES or (node.func.attr in ALSO_WRITES and of_rows):
                found.append(f"{node.lineno}: {text}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and RAW.match(node.value):
            found.append(f"{node.lineno}: {node.value[:40]}")
    return found


@pytest.mark.parametrize("name", modules())
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
        "cursor.execute('UPDATE messaging_message SET body = 1')",
    ],
)
def test_a_planted_write_is_found(planted: str) -> None:
    assert writes(planted)


def test_a_dictionary_is_not_a_queryset() -> None:
    assert writes("kept.update(other)") == []


def test_actions_do_write() -> None:
    assert any(writes((ROOT / app / "actions.py").read_text()) for app in ("accounts", "spheres", "messaging"))


def test_who_opens_several_spheres_is_known() -> None:
    """`across` is the only door out of a sphere for readers: each caller is named here."""
    callers = {
        name
        for name in modules()
        if any(
            isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "across"
            for node in ast.walk(ast.parse((ROOT / name).read_text()))
        )
    }
    assert callers == {"spheres/reading.py", "spheres/pages.py"}
