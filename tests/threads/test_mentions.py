"""Calling somebody by name: found in the words, told to them alone, and nothing for whoever is not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from journal.ids import uuid7
from messaging.actions import edit_message, send_message
from messaging.models import Conversation, Message
from spheres.actions import admit, settle
from spheres.groups.actions import make_group
from spheres.models import Membership, Mine, Sphere
from spheres.organisations.actions import found_organisation
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


def test_a_name_that_is_longer_in_small_letters(cast: Cast) -> None:
    admit(cast.alice, person("Strauss"), name="Strauß")
    assert cast.say(cast.alice, "@Strauß, @STRAUSS und @Bob_").mentions.keys() == {"Strauß", "STRAUSS", "Bob"}
    assert called(cast) == ["Bob", "Strauß"]
    assert shown("@Bob_", {"Bob": []}).count("mention") == 1


def test_who_came_later_is_called_in_nothing_older(cast: Cast) -> None:
    said = cast.say(cast.alice)
    with inside(cast.sphere):
        answer = comment(cast.bob, said, id=uuid7(), body="oui")
    Sphere.objects.filter(pk=cast.sphere.pk).update(shows_history=False)
    cast.alice.refresh_from_db()
    gil = admit(cast.alice, person("Gil"), name="Gil")
    with inside(cast.sphere):
        make_group(cast.alice, id=uuid7(), name="Toiture", members=[gil.pk])
        edit_message(cast.alice, said, body="@Gil @Toiture", seen=said.body)
        edit_comment(cast.bob, answer, body="@Gil", seen="oui")
        comment(cast.bob, said, id=uuid7(), body="@Gil")
    assert called(cast) == []
    cast.say(cast.alice, "@Gil")
    assert called(cast) == ["Gil"]


def test_where_nobody_is_listed_a_name_finds_nobody(cast: Cast) -> None:
    maud = found_organisation(person("Maud"), name="Lormeau")
    jo = admit(maud, person("Jo"), name="Jo")
    admit(maud, person("Ida"), name="Ida")
    with inside(maud.sphere):
        make_group(maud, id=uuid7(), name="Équipe", members=[jo.pk])
        said = send_message(maud, Conversation.objects.get(), id=uuid7(), body="Bonjour")
        assert comment(jo, said, id=uuid7(), body="@Ida @Équipe").mentions.keys() == {"Ida", "Équipe"}
        settle(maud, wanted={"lists_members": "no"}, seen={})
        jo.sphere.refresh_from_db()
        assert comment(jo, said, id=uuid7(), body="@Ida @Équipe @Jo").mentions.keys() == {"Jo"}
        maud.sphere.refresh_from_db()
        assert comment(maud, said, id=uuid7(), body="@Ida @Équipe").mentions.keys() == {"Ida", "Équipe"}


def test_everybody_is_not_told_who_is_there(cast: Cast, browse: Browse) -> None:
    settle(cast.alice, wanted={"type": "public"}, seen={})
    for member in (cast.alice, cast.bob):
        member.refresh_from_db()
    cast.say(cast.alice, "@Bob @Personne")
    path = f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/"
    assert 'class="mention"' in browse(cast.bob).get(path).content.decode()
    page = browse(None).get(path).content.decode()
    assert "@Bob @Personne" in page
    assert str(cast.bob.pk) not in page


def test_a_large_group_is_called_by_few_queries_each(cast: Cast) -> None:
    people = [admit(cast.alice, person(f"Gil {n}"), name=f"Gil {n}") for n in range(6)]
    with inside(cast.sphere):
        make_group(cast.alice, id=uuid7(), name="Toiture", members=[one.pk for one in people])

    def queries(body: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            cast.say(cast.alice, body)
        return len(asked)

    # Each journal has its own number: that is three of each.
    assert queries("@Toiture") - queries("@Bob") <= 3 * 5 + 2
    assert len(called(cast)) == 7
