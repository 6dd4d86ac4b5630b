"""Questions: others answer, and whoever asked or a publisher accepts one answer, which the question shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse

from journal.errors import Refused
from journal.ids import uuid7
from messaging.actions import delete_message
from messaging.models import Message
from spheres.actions import archive
from spheres.models import Membership, Sphere
from spheres.seal import inside
from tests.commanding import fields, post
from tests.conftest import Cast
from tests.sync.device import Device
from threads.actions import accept, comment, delete_comment
from threads.models import Comment

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


@pytest.fixture
def question(cast: Cast) -> Message:
    Sphere.objects.filter(pk=cast.sphere.pk).update(started_by="questions")
    for member in (cast.alice, cast.bob, cast.carol):
        member.refresh_from_db()
    return cast.say(cast.bob, "Où est la clé ?")


def answer(cast: Cast, question: Message, body: str) -> Comment:
    with inside(cast.sphere):
        return comment(cast.carol, question, id=uuid7(), body=body)


def accepts(browse: Browse, member: Membership, said: Comment, verb: str = "accept") -> int:
    path = reverse("threads:acceptance", args=[member.sphere.slug, said.pk])
    return post(browse(member), path, fields(member, f"threads.{verb}.1")).status_code


def shown(cast: Cast, browse: Browse) -> tuple[bool, list[str]]:
    """Tell whether the question is answered on a device, and which answers are accepted there."""
    rows = Device(browse(cast.carol), cast.carol).pull().shown.values()
    [answered] = [row["facts"]["answered"] for row in rows if row["k"] == "messaging.message"]
    return answered, [row["facts"]["body"] for row in rows if row["facts"].get("accepted")]


def test_one_answer_is_accepted_at_a_time(cast: Cast, browse: Browse, question: Message) -> None:
    first, second = answer(cast, question, "Dans le tiroir"), answer(cast, question, "Chez Alice")
    assert shown(cast, browse) == (False, [])
    assert accepts(browse, cast.carol, first) == 403
    assert accepts(browse, cast.bob, first) == 200
    assert shown(cast, browse) == (True, ["Dans le tiroir"])
    assert [accepts(browse, cast.alice, second) for _ in range(2)] == [200, 200]
    assert shown(cast, browse) == (True, ["Chez Alice"])
    assert accepts(browse, cast.bob, first, "unaccept") == 200
    assert shown(cast, browse) == (True, ["Chez Alice"])
    assert accepts(browse, cast.bob, second, "unaccept") == 200
    assert shown(cast, browse) == (False, [])


def test_the_page_says_so(cast: Cast, browse: Browse, question: Message) -> None:
    accepts(browse, cast.bob, answer(cast, question, "Dans le tiroir"))
    page = browse(cast.carol).get(reverse("messaging:thread", args=[cast.sphere.slug, question.pk])).content.decode()
    assert "Accepted answer" in page
    assert "Answered" in page


def test_a_deleted_one_is_accepted_no_longer(cast: Cast, browse: Browse, question: Message) -> None:
    said = answer(cast, question, "Dans le tiroir")
    accepts(browse, cast.bob, said)
    with inside(cast.sphere):
        delete_comment(cast.carol, said)
        assert shown(cast, browse) == (False, [])
        with pytest.raises(Http404):
            accept(cast.bob, said)
        other = answer(cast, question, "Chez Alice")
        delete_message(cast.bob, question)
        with pytest.raises(Http404):
            accept(cast.bob, other)


def test_only_where_members_ask(cast: Cast, browse: Browse, question: Message) -> None:
    said = answer(cast, question, "Dans le tiroir")
    assert accepts(browse, cast.eve, said) == 404
    Sphere.objects.filter(pk=cast.sphere.pk).update(started_by="members")
    assert accepts(browse, cast.bob, said) == 403
    Sphere.objects.filter(pk=cast.sphere.pk).update(started_by="questions")
    archive(cast.alice)
    with inside(cast.sphere), pytest.raises(Refused, match="archiv"):
        accept(cast.bob, said)
