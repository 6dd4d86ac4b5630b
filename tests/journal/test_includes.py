"""What a row is made of is known: rows that devices keep are stale as soon as any of it changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from journal.kinds import kinds, templates

INCLUDED = re.compile(r"""{%\s*include\s+["']([^"']+)["']""")


def included(name: str) -> set[str]:
    found = set(INCLUDED.findall((Path(settings.BASE_DIR) / "templates" / name).read_text()))
    return found.union(*map(included, found))


@pytest.mark.parametrize("kind", sorted(name for name, kind in kinds().items() if kind.template))
def test_all_that_a_row_includes_is_named(kind: str) -> None:
    assert included(kinds()[kind].template) <= set(templates())
