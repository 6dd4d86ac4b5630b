"""Write */locale/fr/LC_MESSAGES/django.po from the sentences of code and templates; `--check` only says what is wrong.

No line numbers and no dates: a catalogue changes when a sentence does.
"""

import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from tools.tracked import tracked

LANGUAGE = "fr"
APPS = sorted(path.parent.name for path in Path().glob("*/apps.py"))
# Folders of templates that are not named like their app; templates/*.html are the frame around every page.
HOMES = {
    "account": "accounts",
    "admin": "alveole",
    "allauth": "accounts",
    "guests": "spheres",
    "charters": "spheres",
    "groups": "spheres",
    "hosting": "alveole",
    "invitations": "spheres",
    "mfa": "accounts",
    "notices": "alveole",
    "operators": "alveole",
    "organisations": "spheres",
    "portraits": "files",
    "reports": "spheres",
    "": "spheres",
}
# French keeps these with the word beside them: else a line begins with a colon.
BREAKING = re.compile("(?<=\\S) [:;?!»]|« ")
CONTEXT = (1, "c")
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (CONTEXT, 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (CONTEXT, 2, 3)),
}
HEADER = "# Alvéole: what people read in French. Written by `make messages`, translated by hand."
UNSAID = re.compile(
    rb'^"(Project|Report|POT-Creation|PO-Revision|Last-Translator|Language-Team|Generated)[^:]*: .*\n', re.MULTILINE
)


def sources(path: Path) -> tuple[str, str]:
    """Give the app that `path` belongs to, and Python that asks for the translations which `path` asks for."""
    text = path.read_text()
    if path.suffix == ".py":
        return path.parts[0], text
    folder = path.parts[1] if len(path.parts) > 2 else ""
    python = templatize(text, origin=str(path))
    # Indented like the markup it was, it would not be Python.
    return HOMES.get(folder, folder), "\n".join(line.lstrip() for line in python.splitlines())


def asked() -> dict[str, Catalog]:
    """Gather the sentences of each app."""
    catalogs: dict[str, Catalog] = defaultdict(lambda: Catalog(LANGUAGE, fuzzy=False))
    for path in tracked(*(f"{app}/**.py" for app in APPS), "templates/**.html", "templates/**.txt"):
        app, python = sources(path)
        for _line, message, _comments, context in extract("python", io.BytesIO(python.encode()), KEYWORDS):
            catalogs[app].add(message, context=context)
    return catalogs


def catalog_path(app: str) -> Path:
    return Path(app, "locale", LANGUAGE, "LC_MESSAGES", "django.po")


def translated(app: str) -> Catalog:
    path = catalog_path(app)
    if not path.exists():
        return Catalog(LANGUAGE, header_comment=HEADER, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def write(app: str, wanted: Catalog) -> None:
    catalog = translated(app)
    catalog.update(wanted, no_fuzzy_matching=True)
    catalog.header_comment = HEADER
    written = io.BytesIO()
    write_po(written, catalog, width=110, no_location=True, sort_output=True, ignore_obsolete=True)
    path = catalog_path(app)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(UNSAID.sub(b"", written.getvalue()).strip() + b"\n")


def key(message: Message) -> tuple[object, object]:
    return message.id, message.context


def findings(app: str, wanted: Catalog) -> Iterator[str]:
    present = {key(message): message for message in translated(app) if message.id}
    needed = {key(message) for message in wanted if message.id}
    for missing in needed - present.keys():
        yield f"{missing[0]!r} is not in the catalogue: make messages."
    for identity, message in present.items():
        strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        if identity not in needed:
            yield f"{message.id!r} is said nowhere any more: make messages."
        elif message.fuzzy:
            yield f"{message.id!r} is marked as fuzzy."
        elif not all(strings):
            yield f"{message.id!r} has no translation."
        elif any(BREAKING.search(string or "") for string in strings):
            yield f"{message.id!r} is translated with a space that breaks a line: use U+00A0."
        else:
            yield from (f"{message.id!r}: {error}." for error in message.check())


def disagreements() -> Iterator[str]:
    """Two apps that say the same must be translated the same: the last one loaded would win."""
    said: dict[tuple[object, object], tuple[str, object]] = {}
    for app in APPS:
        for message in translated(app):
            other, string = said.setdefault(key(message), (app, message.string))
            if message.id and string != message.string:
                yield f"{message.id!r} is {message.string!r} here and {string!r} in {other}."


def main() -> int:
    settings.configure(USE_I18N=False)
    found = False
    for app, wanted in sorted(asked().items()):
        if "--check" not in sys.argv[1:]:
            write(app, wanted)
        for sentence in findings(app, wanted):
            found = True
            print(f"{catalog_path(app)}: {sentence}")
    for sentence in disagreements():
        found = True
        print(sentence)
    return found and "--check" in sys.argv[1:]


if __name__ == "__main__":
    sys.exit(main())
