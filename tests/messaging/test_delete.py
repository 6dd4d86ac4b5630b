"""Deleting: by the author and by those responsible; gone for everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from messaging.models import Message
from spheres.actions import admit
from spheres.models import Membership, Sphere
from spheres.seal import inside
from tests.commanding import fields, post
from tests.conftest import Cast, person

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def delete(client: Client, member: Membership, message: Message) -> int:
    path = reverse("messaging:deletion", args=[message.sphere.slug, message.pk])
    return post(client, path, fields(member, "messaging.delete.1")).status_code


@pytest.mark.parametrize(("who", "status"), [("bob", 200), ("alice", 200), ("carol", 403)])
def test_the_author_and_those_responsible_may(cast: Cast, browse: Browse, who: str, status: int) -> None:
    said = cast.say(cast.bob)
    member: Membership = getattr(cast, who)
    assert delete(browse(member), member, said) == status
    with inside(cast.sphere):
        assert Message.objects.readable_by(cast.carol).filter(pk=said.pk).exists() == (status == 403)


def test_a_publisher_may_too(cast: Cast, browse: Browse) -> None:
    said = cast.say(cast.bob)
    Membership.objects.filter(pk=cast.carol.pk).update(role="publisher")
    assert delete(browse(cast.carol), cast.carol, said) == 200


def test_what_was_said_before_somebody_came_is_not_there_for_them(cast: Cast, browse: Browse) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(shows_history=False)
    before = cast.say(cast.bob, "dit avant")
    fanny = admit(cast.alice, person("Fanny"), role="administrator", name="Fanny")
    after = cast.say(cast.bob, "dit après")
    client = browse(fanny)
    page = client.get(reverse("messaging:conversation", args=[cast.sphere.slug, cast.conversation.pk]))
    assert [words in page.content.decode() for words in ("dit avant", "dit après")] == [False, True]
    assert [delete(client, fanny, said) for said in (after, before)] == [200, 404]


def test_twice_is_once(cast: Cast, browse: Browse) -> None:
    said = cast.say(cast.bob)
    client = browse(cast.bob)
    assert [delete(client, cast.bob, said), delete(client, cast.bob, said)] == [200, 200]
    assert Entry.objects.filter(object_id=said.pk, verb="deleted").count() == 1


def test_a_get_deletes_nothing(cast: Cast, browse: Browse) -> None:
    said = cast.say(cast.bob)
    path = reverse("messaging:deletion", args=[cast.sphere.slug, said.pk])
    assert browse(cast.bob).get(path).status_code == 405
