"""A number that a device made is of one thing: nobody makes another of another kind under it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from journal.ids import uuid7
from messaging.models import Message
from spheres.models import Membership
from spheres.seal import inside
from tests.commanding import fields, post
from tests.conftest import Cast
from threads.actions import comment, react
from threads.models import Comment, Thread

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def test_of_what_stands_there_already(cast: Cast, browse: Browse) -> None:
    said, other = cast.say(cast.alice, "Qui vient ?"), cast.say(cast.alice)
    bob = browse(cast.bob)
    path = reverse("messaging:messages", args=[cast.sphere.slug, cast.conversation.pk])
    # Deleted, it would take along what lies in the conversation, on every device.
    words = fields(cast.bob, "messaging.send.1", id=cast.conversation.pk, body="x")
    assert post(bob, path, words).status_code == 409
    path = reverse("messaging:comments", args=[cast.sphere.slug, other.pk])
    for taken in (said.pk, cast.carol.pk):
        assert post(bob, path, fields(cast.bob, "threads.comment.1", id=taken, body="x")).status_code == 409
    with inside(cast.sphere):
        assert (Message.objects.count(), Comment.objects.count()) == (2, 0)
    assert post(bob, path, fields(cast.bob, "threads.comment.1", id=uuid7(), body="x")).status_code == 200


def test_elsewhere_it_keeps_nobody_from_answering(cast: Cast) -> None:
    said = cast.say(cast.alice)
    theirs = cast.say(cast.eve)
    with inside(cast.eve.sphere):
        react(cast.eve, comment(cast.eve, theirs, id=said.pk, body="x"), reaction="sad")
    with inside(cast.sphere):
        comment(cast.bob, said, id=uuid7(), body="moi")
        react(cast.bob, said, reaction="heart")
        answered = Thread.objects.get(object_id=said.pk)
        assert (answered.kind, answered.comments, answered.tally) == ("messaging.message", 1, {"heart": 1})
