"""Rows as they are sent: without what only their template needed, and without its indentation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from journal.kinds import close_set, kinds
from spheres.models import Membership
from tests.conftest import Cast
from tests.sync.device import Device

Browse = Callable[[Membership | None], Client]


def test_what_stands_between_tags_is_one_line_end_and_words_stay() -> None:
    html = "<ul>\n    \n  <li>two  words\n\n  apart</li>\n  <li> <b>@Bob</b> <b>@Eve</b>  </li> \n</ul>"
    assert close_set(html) == ("<ul>\n<li>two  words\n\n  apart</li>\n<li> <b>@Bob</b> <b>@Eve</b>  </li>\n</ul>")


@pytest.mark.db
def test_facts_that_a_template_alone_needs_are_not_told(cast: Cast, browse: Browse) -> None:
    said = cast.say(cast.bob, "Bonjour")
    held = {row["id"]: row for row in Device(browse(cast.alice), cast.alice).pull().shown.values()}
    message, member = held[str(said.pk)], held[str(cast.bob.pk)]
    for row in (message, member):
        assert not kinds()[row["k"]].for_template & row["facts"].keys()
        assert ">B</span>" in row["html"]
    assert f"/messages/{said.pk}/thread/" in message["html"]
