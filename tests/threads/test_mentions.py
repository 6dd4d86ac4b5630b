"""Calling somebody by name: found in the words, told to them alone, and nothing for whoever is not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from journal.ids import uuid7
from messaging.actions import edit_message
from messaging.models import Message
from spheres.actions import admit
from spheres.groups.actions import make_group
from spheres.models import Membership, Mine
from spheres.seal import inside
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.sync.device import Device
from threads.actions import comment, edit_comment
from threads.markdown import shown

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def called(cast: Cast) -> list[str]:
    with inside(cast.sphere):
        marks = Mine.objects.filter(key="mention").select_related("membership")
        return sorted(mark.membership.name for mark in marks)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Bonjour @Bob, tu viens ?", ["Bob"]),
        ("@bob et @@CAROL", ["Bob", "Carol"]),
        ("(@Bob) «@Carol»\n@Alice", ["Bob", "Carol"]),
        ("bob@Bob.example, x@Bob, https://example.invalid/@Bob", []),
        ("@Bobby @Bo @ Bob @", []),
        ("@Dan @Eve @Personne", []),
        ("@Bob Martin", ["Bob Martin"]),
        ("@Toiture, à midi", ["Carol"]),
    ],
)
def test_who_is_called(cast: Cast, words: str, names: list[str]) -> None:
    admit(cast.alice, person("Bob Martin"), name="Bob Martin")
    with inside(cast.sphere):
        make_group(cast.alice, id=uuid7(), name="Toiture", members=[cast.alice.pk, cast.carol.pk])
    cast.say(cast.alice, words)
    assert called(cast) == names


def test_whoever_is_not_there_is_only_a_word(cast: Cast) -> None:
    said = cast.say(cast.alice, "@Dan @Eve @Bob")
    assert said.mentions == {"Bob": [str(cast.bob.pk)]}


def test_two_of_one_name_are_both_called(cast: Cast) -> None:
    admit(cast.alice, person("Robert"), name="Bob")
    said = cast.say(cast.alice, "@Bob ?")
    assert called(cast) == ["Bob", "Bob"]
    assert 'data-author-name=""' in shown(said.body, said.mentions)


def test_it_is_told_to_them_alone_and_the_answer_is_the_message(cast: Cast, browse: Browse) -> None:
    path = f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/messages/"
    for name in ("Bob", "Carol"):
        words = fields(cast.alice, "messaging.send.1", id=uuid7(), body=f"@{name} ?")
        [record] = post(browse(cast.alice), path, words).json()["records"]
        assert record["facts"]["body"] == f"@{name} ?"
        assert 'class="mention"' in record["html"]
    held = {
        member.pk: [row for row in Device(browse(member), member).pull().shown.values() if row["k"] == "spheres.mine"]
        for member in (cast.alice, cast.bob, cast.carol)
    }
    assert [len(held[member.pk]) for member in (cast.alice, cast.bob, cast.carol)] == [0, 1, 1]


def test_a_change_calls_whom_it_did_not_call_before(cast: Cast) -> None:
    said = cast.say(cast.alice, "@Bob ?")
    with inside(cast.sphere):
        Mine.objects.all().delete()
        edit_message(cast.alice, said, body="@Bob et @Carol ?", seen="@Bob ?")
        assert called(cast) == ["Carol"]
        answer = comment(cast.bob, said, id=uuid7(), body="oui")
        edit_comment(cast.bob, answer, body="oui @Alice", seen="oui")
        assert called(cast) == ["Alice", "Carol"]
        assert Message.objects.get(pk=said.pk).mentions.keys() == {"Bob", "Carol"}


def test_words_stay_words(cast: Cast) -> None:
    assert shown("<b>@Bob</b> & @Bob\nhttps://a.example/@Bob", {"Bob": ["1"]}) == (
        '&lt;b&gt;@Bob&lt;/b&gt; &amp; <b class="mention">@<span data-author-name="1">Bob</span></b>'
        '<br><a href="https://a.example/@Bob">https://a.example/@Bob</a>'
    )
    assert "<script" not in shown("@<script>", {"<script>": []})
