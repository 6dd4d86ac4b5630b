"""Deleting: by the author and by those responsible; gone for everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from messaging.models import Message
from spheres.models import Membership
from spheres.seal import inside
from tests.commanding import fields, post
from tests.conftest import Cast

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


def test_twice_is_once(cast: Cast, browse: Browse) -> None:
    said = cast.say(cast.bob)
    client = browse(cast.bob)
    assert [delete(client, cast.bob, said), delete(client, cast.bob, said)] == [200, 200]
    assert Entry.objects.filter(object_id=said.pk, verb="deleted").count() == 1


def test_a_get_deletes_nothing(cast: Cast, browse: Browse) -> None:
    said = cast.say(cast.bob)
    path = reverse("messaging:deletion", args=[cast.sphere.slug, said.pk])
    assert browse(cast.bob).get(path).status_code == 405
