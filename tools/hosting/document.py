"""What docs/hosting.md tells an operator to do, in its own words and order."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

DOCUMENT = Path("docs/hosting.md")
SITE = "alveole.example.org"
FILE = re.compile(r"^`(/[^`]+)`.*:$", re.DOTALL)


@dataclass(frozen=True)
class Typed:
    """A line to type."""

    line: str


@dataclass(frozen=True)
class Written:
    """A file to write."""

    path: str
    text: str


def steps() -> Iterator[Typed | Written]:
    """Give every block of code of the document: a line to type each, or a file that the paragraph before it names."""
    before = ""
    for block in MarkdownIt().parse(DOCUMENT.read_text()):
        if block.type == "inline":
            before = block.content
        if block.type == "code_block":
            yield from (Typed(line) for line in block.content.splitlines())
        if block.type == "fence":
            named = FILE.match(before)
            if not named:
                sys.exit(f"{DOCUMENT} does not say which file this is:\n{block.content}")
            yield Written(named[1], block.content)
