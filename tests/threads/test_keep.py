"""Keeping: for oneself alone, on a page of one's own, also what was said long ago."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse

from journal.ids import uuid7
from messaging.actions import delete_message
from messaging.models import Message
from spheres.actions import archive, end_membership
from spheres.models import Membership
from spheres.seal import inside
from tests.commanding import Response, fields, post
from tests.conftest import Cast
from tests.sync.device import Device
from threads.actions import comment, keep

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


@pytest.fixture
def said(cast: Cast) -> Message:
    return cast.say(cast.alice, "à retenir")


def keeps(browse: Browse, member: Membership, message: Message, verb: str = "keep", **more: bool) -> Response:
    path = reverse("messaging:bookmark", args=[message.sphere.slug, message.pk])
    return post(browse(member), path, fields(member, f"threads.{verb}.1"), **more)


def page(browse: Browse, member: Membership) -> str:
    return browse(member).get(reverse("threads:kept", args=[member.sphere.slug])).content.decode()


def test_what_one_keeps_is_on_ones_own_page_alone(cast: Cast, browse: Browse, said: Message) -> None:
    cast.say(cast.alice, "à oublier")
    # From a second device as well: that says nothing new.
    told = [keeps(browse, cast.bob, said).json()["records"] for _ in range(2)]
    assert [len(records) for records in told] == [1, 0]
    assert "à retenir" in page(browse, cast.bob)
    assert "à oublier" not in page(browse, cast.bob)
    for other in (cast.alice, cast.carol):
        assert "à retenir" not in page(browse, other)
        assert "bookmark" not in [row["facts"].get("key") for row in Device(browse(other), other).pull().shown.values()]
    assert keeps(browse, cast.bob, said, "unkeep").status_code == 200
    assert "à retenir" not in page(browse, cast.bob)


def test_an_answer_is_kept_too(cast: Cast, browse: Browse, said: Message) -> None:
    with inside(cast.sphere):
        answer = comment(cast.bob, said, id=uuid7(), body="bien vu")
        keep(cast.bob, answer)
    assert "bien vu" in page(browse, cast.bob)
    assert "à retenir" not in page(browse, cast.bob)


def test_what_is_gone_is_kept_no_longer(cast: Cast, browse: Browse, said: Message) -> None:
    keeps(browse, cast.bob, said)
    with inside(cast.sphere):
        delete_message(cast.alice, said)
    assert "à retenir" not in page(browse, cast.bob)
    assert keeps(browse, cast.bob, said).status_code == 404


def test_strangers_keep_nothing(cast: Cast, browse: Browse, said: Message) -> None:
    assert keeps(browse, cast.carol, said).status_code == 200
    assert keeps(browse, cast.eve, said).status_code == 404
    end_membership(cast.carol, cast.carol)
    with inside(cast.sphere), pytest.raises(Http404):
        keep(cast.carol, said)


def test_it_is_kept_where_nothing_is_written_any_more(cast: Cast, browse: Browse, said: Message) -> None:
    archive(cast.alice)
    assert keeps(browse, cast.bob, said).status_code == 200


def test_without_javascript(cast: Cast, browse: Browse, said: Message) -> None:
    answer = keeps(browse, cast.bob, said, device=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/s/{cast.sphere.slug}/kept/")
    assert 'data-mine-bookmark="yes"' in page(browse, cast.bob)
