"""What the documents say is so: commands, settings, files, links and counts are compared with the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from ruamel.yaml import YAML

from journal.kinds import kinds
from spheres.rules import RANKS
from spheres.types import TYPES
from tests.conftest import Cast
from tests.spheres import test_matrix as matrix
from tests.spheres import test_rights as rights
from tools.tracked import tracked

ROOT: Path = settings.BASE_DIR
DOCUMENTS = [ROOT / path for path in tracked("*.md")]
ROOMS = sorted(Path(config.path).name for config in apps.get_app_configs() if Path(config.path).parent == ROOT)
DEVICE = "static/device"
LONGEST_README = 60
LARGEST_SCREENSHOT = 150_000
LINK = re.compile(r"\]\(([^)#:]+)\)|src=\"([^\":]+)\"")
SETTING = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def said(name: str) -> str:
    """Give a document on one line: where a line ends is nobody's business."""
    return " ".join((ROOT / name).read_text().split())


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_exists(document: Path) -> None:
    text = document.read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^ +)make ([a-z]+)", text, re.MULTILINE)) <= targets
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= set(get_commands())


def test_the_readme_says_how_to_try_and_to_prove() -> None:
    assert {"make run", "make test", "manage.py sign_in_link"} <= set(
        re.findall(r"make run|make test|manage\.py sign_in_link", (ROOT / "README.md").read_text())
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = [first or second for first, second in LINK.findall(document.read_text())]
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("room", [*ROOMS, DEVICE])
def test_a_room_says_what_it_is_and_names_its_files(room: str) -> None:
    text = (ROOT / room / "README.md").read_text()
    assert len(text.splitlines()) <= LONGEST_README
    suffixes = {".js", ".ts"} if room == DEVICE else {".py"}
    files = {path.name for path in (ROOT / room).iterdir() if path.suffix in suffixes} - {"__init__.py"}
    named = set(re.findall(r"`([\w.-]+\.(?:py|js|ts))`", text))
    assert files - named == set()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_its_own_words_in_french(room: str) -> None:
    assert (ROOT / room / "locale" / "fr" / "LC_MESSAGES" / "django.po").exists()


def variables(source: str) -> Iterator[str]:
    """Find the environment variables that a module reads, by their names or by constants that hold them."""
    tree = ast.parse(source)
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        key: ast.expr | None = None
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"told", "os.environ.get", "os.getenv"}:
            key = node.args[0]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            key = node.slice
        if isinstance(key, ast.Constant):
            yield str(key.value)
        elif isinstance(key, ast.Name):
            yield str(constants[key.id])


def read_by_the_code() -> set[str]:
    modules = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return {name for path in modules for name in variables(path.read_text())}


def test_every_setting_is_documented_and_read() -> None:
    own, _, compose = (ROOT / "docs" / "settings.md").read_text().partition("## docker compose")
    assert set(SETTING.findall(own)) == read_by_the_code()
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert set(SETTING.findall(compose)) == asked - read_by_the_code()
    assert asked <= set(re.findall(r"`(\w+)`", compose))
    assert asked == set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import os\nos.environ.get('A', '')", ["A"]),
        ("import os\nos.environ['A']", ["A"]),
        ("import os\nNAME = 'A'\nos.getenv(NAME)", ["A"]),
        ("from alveole.environment import told\ntold('A', int, '1')", ["A"]),
        ("kept.get('A')", []),
    ],
)
def test_a_planted_setting_is_found(source: str, found: list[str]) -> None:
    assert list(variables(source)) == found


def test_docker_compose_has_what_its_document_says() -> None:
    services = YAML(typ="safe").load(ROOT / "docker-compose.yml")["services"]
    document = (ROOT / "docs" / "docker.md").read_text()
    told = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", document, re.MULTILINE))
    assert list(told) == list(services)
    ours = {name: service["command"] for name, service in services.items() if "manage.py" in service.get("command", "")}
    assert {name: re.findall(r"`(manage\.py \w+)`", what) for name, what in told.items() if name in ours} == {
        name: re.findall(r"manage\.py \w+", command) for name, command in ours.items()
    }
    named = re.findall(r"docker compose (?:logs|exec -T|run --rm) (\w+)|--scale (\w+)=", document)
    assert len(named) >= 4
    assert {one or other for one, other in named} <= services.keys()


def test_the_cells_of_the_seal_matrix_are_counted() -> None:
    members = [field.name for field in fields(Cast) if field.type == "Membership"]
    routes, people = len(matrix.ROUTES), len(members) + 1
    cells = routes * people + len(kinds()) * len(members)
    assert (
        f"{routes} routes × {people} people, nobody signed in being the sixth, "
        f"and {len(kinds())} kinds × {len(members)} people: {cells} cells"
    ) in said("CONTRIBUTING.md")


def test_the_cells_of_the_rights_grid_are_counted() -> None:
    deeds, roles, invited = len(rights.DEEDS), len(RANKS), len(rights.IF_ALLOWED)
    cells = (deeds + invited + 1) * roles + len(TYPES) * rights.CELLS_OF_A_TYPE
    assert (
        f"{deeds} deeds × {roles} roles, {invited} of them again where members invite, who sees the members, "
        f"and {len(TYPES)} types × {rights.CELLS_OF_A_TYPE} questions: {cells} cells"
    ) in said("CONTRIBUTING.md")


def test_decisions_are_numbered_and_short() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [path.name[:3] for path in decisions] == [f"{number:03}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        text = path.read_text()
        assert text.startswith(f"# {path.name[:3]} ")
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == ["Cause", "Decision", "Effect"]
        assert len(text.splitlines()) <= 12


def test_pictures_are_light() -> None:
    pictures = [ROOT / path for path in tracked("docs/**.png")]
    assert pictures
    assert [name_of(path) for path in pictures if path.stat().st_size > LARGEST_SCREENSHOT] == []
