"""Templates compile, hold nothing that the content security policy refuses, and no word outside a translation."""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import django
from django.template import TemplateSyntaxError, engines
from django.template.base import Lexer, TokenType

ROOT = Path("templates")
VISIBLE_ATTRIBUTES = {"alt", "aria-description", "aria-label", "placeholder", "title"}
UNTRANSLATED_ELEMENTS = {"code", "kbd", "samp"}
VOID_ELEMENTS = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# What is written the same in every language.
NAMES = re.compile(r"&\w+;|\b(Alvéole|English|Français|Ctrl|h|min)\b")
WORD = re.compile(r"[^\W\d_]{2,}")
HIDDEN = {"comment", "blocktrans", "blocktranslate"}
BLOCK_IN_ATTRIBUTE = re.compile(r'="[^"<>]*\{% block (\w+) %\}')


class Markup(HTMLParser):
    """The HTML of one template, with its tags blanked out; gathers findings by line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.findings: list[tuple[int, str]] = []
        self.ids: set[str] = set()
        self.quiet: list[str] = []

    def find(self, sentence: str) -> None:
        self.findings.append((self.getpos()[0], sentence))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "style" or (tag == "script" and "src" not in values):
            self.find(f"<{tag}> inline: the policy refuses it.")
        for name, value in values.items():
            if name == "style" or name.startswith("on"):
                self.find(f"{name}= inline: the policy refuses it.")
            if value.strip().lower().startswith("javascript:"):
                self.find(f"{name}= holds a script: the policy refuses it.")
            if name in VISIBLE_ATTRIBUTES or (name == "value" and values.get("type") == "submit"):
                self.look_for_words(value)
        self.look_at_element(tag, values)
        if tag not in VOID_ELEMENTS and (tag in UNTRANSLATED_ELEMENTS or values.get("translate") == "no" or self.quiet):
            self.quiet.append(tag)

    def look_at_element(self, tag: str, values: dict[str, str]) -> None:
        if tag == "button" and not values.keys() & {"type", "form", "name"}:
            self.find("a button says neither its type nor its form nor its name.")
        if tag == "img" and "alt" not in values:
            self.find("a picture has no alt (empty if it only decorates).")
        if values.get("target") == "_blank" and "noopener" not in values.get("rel", ""):
            self.find("a link to a new tab has no rel=noopener.")
        identifier = values.get("id", "")
        if identifier in self.ids:
            self.find(f"the id {identifier!r} is there twice.")
        if identifier and BLANK not in identifier:
            self.ids.add(identifier)

    def handle_endtag(self, tag: str) -> None:
        if self.quiet and self.quiet[-1] == tag:
            self.quiet.pop()

    def handle_data(self, data: str) -> None:
        if not self.quiet:
            self.look_for_words(data)

    def look_for_words(self, text: str) -> None:
        if found := WORD.search(NAMES.sub("", text)):
            self.find(f"{found[0]!r} stands outside a translate tag.")


BLANK = "\N{OBJECT REPLACEMENT CHARACTER}"  # where the template writes something


def markup(source: str, attribute_blocks: set[str]) -> str:
    """Give the HTML of `source` alone, on the same lines: no tag, no comment, no text that is translated or a class."""
    kept = []
    inside = ""
    for token in Lexer(source).tokenize():
        words = [*token.contents.split(), "", ""]
        lines = "\n" * token.contents.count("\n")
        if token.token_type == TokenType.TEXT:
            kept.append(lines if inside else token.contents)
        elif token.token_type == TokenType.VAR:
            kept.append(BLANK + lines)
        elif inside:
            inside = "" if words[0] == f"end{inside}" else inside
        elif token.token_type == TokenType.BLOCK:
            is_hidden = words[0] in HIDDEN or (words[0] == "block" and words[1] in attribute_blocks)
            inside = words[0] if is_hidden else ""
            kept.append(" " + lines)
    return "".join(kept)


def findings(path: Path, attribute_blocks: set[str]) -> Iterator[tuple[int, str]]:
    try:
        engines["django"].get_template(str(path.relative_to(ROOT)))
    except TemplateSyntaxError as error:
        yield getattr(getattr(error, "token", None), "lineno", 1), f"it does not compile: {error}"
        return
    source = path.read_text()
    for number, line in enumerate(source.splitlines(), 1):
        if re.search(r"\|\s*safe\b|autoescape off", line):
            yield number, "what people typed is never marked as safe."
    parser = Markup()
    parser.feed(markup(source, attribute_blocks))
    yield from parser.findings


def main() -> int:
    django.setup()
    found = False
    paths = sorted(ROOT.rglob("*.html"))
    attribute_blocks = {name for path in paths for name in BLOCK_IN_ATTRIBUTE.findall(path.read_text())}
    for path in paths:
        for line, sentence in findings(path, attribute_blocks):
            found = True
            print(f"{path}:{line}: {sentence}")
    return found


if __name__ == "__main__":
    sys.exit(main())
