"""A charter: nothing of the sphere is read before it is accepted; every edition asks again; acceptances are dated."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from journal.errors import Refused, Stale
from journal.ids import uuid7
from journal.models import Entry
from journal.writing import writing
from messaging.actions import delete_message, edit_message
from messaging.models import Message
from spheres.actions import (
    admit,
    end_membership,
    give_role,
    settle,
)
from spheres.actions.belonging import assign
from spheres.charters.actions import accept, publish_charter
from spheres.charters.models import Acceptance, Charter, Edition
from spheres.guests.actions import make_key
from spheres.models import Membership, Reader, Sphere
from spheres.rules import ensure_may_start, may_start
from spheres.seal import inside
from sync.frames import closed_by
from tests.charters.agreeing import TEXT, Browse, agree, agrees, edition, home, kinds_of, mark_of, publish
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.spheres.test_matrix import COMMANDS, PAGES, WORDS, address
from tests.sync.device import Device

pytestmark = pytest.mark.db

ALLOWED = {"charters:charter", "charters:acceptance", "spheres:departure"}


@pytest.fixture(autouse=True)
def members_invite(cast: Cast) -> None:
    """Let Bob have something at every address."""
    Sphere.objects.filter(pk=cast.sphere.pk).update(members_invite=True)
    for member in (cast.alice, cast.bob, cast.carol):
        member.refresh_from_db()


def test_nothing_is_read_before_the_charter_is_accepted(cast: Cast, browse: Browse) -> None:
    cast.say(cast.alice, "secret d'avant")
    make_key(cast.bob, id=uuid7(), name="Mamie")  # what he made himself stays his to see
    bob = browse(cast.bob)
    stale = Device(bob, cast.bob).pull()
    assert "secret d'avant" in stale.bodies()
    publish(cast)
    cast.say(cast.alice, "secret d'après")
    assert kinds_of(cast.bob, browse) == {"spheres.sphere", "spheres.mine", "charters.charter", "guests.key"}
    assert mark_of(cast.bob, browse) == "due"
    stale.pull()
    assert stale.bodies() == []
    assert "secret" not in str(stale.store)
    page = bob.get(f"{home(cast)}charter/").content.decode()
    assert TEXT in page
    assert "data-owes-charter" in page
    assert "secret" not in page
    assert agrees(bob, cast, cast.bob).status_code == 200
    cast.bob.refresh_from_db()
    stale.pull()
    assert {"secret d'avant", "secret d'après"} <= set(stale.bodies())
    assert mark_of(cast.bob, browse) == "accepted"
    assert "data-owes-charter" not in bob.get(home(cast)).content.decode()


@pytest.mark.parametrize(("name", "pattern"), PAGES)
def test_every_page_leads_to_the_charter(cast: Cast, browse: Browse, name: str, pattern: str) -> None:
    path = address(cast, pattern, cast.sphere.slug)
    publish(cast)
    response = browse(cast.bob).get(path)
    if name in ALLOWED | {"sync:sphere_shells"}:
        assert response.status_code == 200
        for what in (cast.conversation.pk, cast.alice.pk, cast.carol.pk):
            assert str(what) not in response.content.decode()
    elif name in {"files:uploads", "files:upload"}:
        # Asked by a device for the command it sends: it is told why, and led nowhere.
        assert (response.status_code, response.content.decode().count("charter")) == (403, 1)
    else:
        assert (response.status_code, response.headers["Location"]) == (302, f"{home(cast)}charter/")


@pytest.mark.parametrize(("name", "pattern", "command"), COMMANDS)
def test_every_command_waits_for_the_charter(cast: Cast, browse: Browse, name: str, pattern: str, command: str) -> None:
    path = address(cast, pattern, cast.sphere.slug)
    if name == "charters:acceptance":
        return  # what it waits for
    give_role(cast.alice, cast.bob, role="administrator")
    publish(cast)
    response = post(browse(cast.bob), path, fields(cast.bob, command, **WORDS[command]))
    # Who may leave themself removes nobody else.
    assert response.status_code == 403
    assert response.headers["Alveole-Command"]
    assert "charter" in response.json()["sentence"]


def test_words_on_their_way_are_kept_with_the_sentence(cast: Cast, browse: Browse) -> None:
    publish(cast)
    path = f"{home(cast)}conversations/{cast.conversation.pk}/messages/"
    words = fields(cast.bob, "messaging.send.1", id="01890000-0000-7000-8000-000000000009", body="j'arrive")
    page = post(browse(cast.bob), path, words, device=False)
    assert page.status_code == 403
    assert "arrive" in page.content.decode()
    agree(cast, cast.bob)
    again = words | {"_command": "01890000-0000-7000-8000-00000000000a"}
    assert post(browse(cast.bob), path, again).status_code == 200


def test_sockets_hear_nothing_numbered_after_it(cast: Cast) -> None:
    publish(cast)
    entry = Entry.objects.current().get(journal_id=cast.sphere.journal_id, kind="charters.charter")
    assert set(closed_by(entry)) == {cast.bob.pk, cast.carol.pk}
    assert Reader.objects.open().filter(membership=cast.bob).get().journal_id == cast.bob.journal_id
    # Whoever wrote it goes on reading.
    assert Reader.objects.open().filter(membership=cast.alice).count() == 3


def test_whoever_publishes_has_accepted(cast: Cast, browse: Browse) -> None:
    publish(cast)
    assert not cast.alice.owes_charter
    with inside(cast.sphere):
        assert [one.membership for one in Acceptance.objects.all()] == [cast.alice]


def test_a_change_asks_again(cast: Cast, browse: Browse) -> None:
    publish(cast)
    agree(cast, cast.bob)
    agree(cast, cast.carol)
    publish(cast, f"{TEXT}\nEt on s'écoute.", seen=TEXT)
    assert cast.bob.owes_charter
    assert cast.carol.owes_charter
    assert "messaging.message" not in kinds_of(cast.bob, browse)
    publish(cast, f"{TEXT}\nEt on s'écoute.", seen=TEXT)  # the same once more asks nobody
    agree(cast, cast.bob)
    publish(cast, f"{TEXT}\nEt on s'écoute.", seen=TEXT)
    assert not cast.bob.owes_charter


def test_who_owes_an_older_one_is_shown_the_newest(cast: Cast, browse: Browse) -> None:
    publish(cast)
    publish(cast, "Autre chose.", seen=TEXT)
    held = Device(browse(cast.bob), cast.bob).pull().shown.values()
    assert [row["facts"]["text"] for row in held if row["k"] == "charters.charter"] == ["Autre chose."]
    agree(cast, cast.bob)
    cast.say(cast.alice, "bienvenue")
    assert "bienvenue" in Device(browse(cast.bob), cast.bob).pull().bodies()


def test_nobody_accepts_what_was_changed_while_they_read_it(cast: Cast, browse: Browse) -> None:
    publish(cast)
    read = edition(cast)
    publish(cast, "Autre chose.", seen=TEXT)
    response = agrees(browse(cast.bob), cast, cast.bob, read)
    assert response.status_code == 403
    assert "changed" in response.json()["sentence"]
    cast.bob.refresh_from_db()
    assert cast.bob.owes_charter
    with inside(cast.sphere):
        assert not Acceptance.objects.filter(membership=cast.bob).exists()


def test_what_was_shown_to_them_alone_goes_when_they_accept(cast: Cast, browse: Browse) -> None:
    publish(cast)
    bob = Device(browse(cast.bob), cast.bob).pull()
    agree(cast, cast.bob)
    journals = [journal for journal, kind, _ in bob.pull().shown if kind == "charters.charter"]
    assert journals == [str(cast.sphere.journal_id)]


def test_rules_say_no_before_it_is_accepted(cast: Cast) -> None:
    cast.say(cast.bob)
    assert may_start(cast.bob)
    publish(cast)
    assert not may_start(cast.bob)
    give_role(cast.alice, cast.bob, role="administrator")
    cast.bob.refresh_from_db()
    with inside(cast.sphere):
        said = Message.objects.select_related("author", "conversation").get(author=cast.bob)
        deeds: list[Callable[[], object]] = [
            lambda: ensure_may_start(cast.bob),
            lambda: edit_message(cast.bob, said, body="autre", seen="Bonjour"),
            lambda: delete_message(cast.bob, said),
            lambda: settle(cast.bob, wanted={"name": "Autre"}, seen={}),
            lambda: give_role(cast.bob, cast.carol, role="member"),
            lambda: end_membership(cast.bob, cast.carol),
        ]
        for deed in deeds:
            with pytest.raises(Refused, match="charte"):
                deed()


def test_accepting_twice_is_once(cast: Cast, browse: Browse) -> None:
    publish(cast)
    bob = browse(cast.bob)
    for _ in range(2):
        assert agrees(bob, cast, cast.bob).status_code == 200
    with inside(cast.sphere):
        assert Acceptance.objects.filter(membership=cast.bob).count() == 1


def test_a_newcomer_agrees_first_and_reads_what_was_said_meanwhile(cast: Cast, browse: Browse) -> None:
    publish(cast)
    gil = admit(cast.alice, person("Gil"), name="Gil")
    gil.refresh_from_db()
    assert gil.owes_charter
    cast.say(cast.alice, "bonjour Gil")
    assert "messaging.message" not in kinds_of(gil, browse)
    response = browse(gil).get(home(cast))
    assert response.headers["Location"] == f"{home(cast)}charter/"
    agree(cast, gil)
    assert "bonjour Gil" in Device(browse(gil), gil).pull().bodies()


def test_since_holds_over_an_acceptance(cast: Cast, browse: Browse) -> None:
    settle(cast.eve, wanted={"shows_history": "no"}, seen={})
    with inside(cast.eve.sphere):
        cast.say(cast.eve, "avant")
        gil = admit(cast.eve, person("Gil"), name="Gil")
        publish_charter(cast.eve, text=TEXT, seen="")
        accept(gil, Edition.objects.select_related("charter__sphere").get())
    cast.say(cast.eve, "après")
    assert Device(browse(gil), gil).pull().bodies() == ["après"]


def test_without_text_there_is_no_charter(cast: Cast, browse: Browse) -> None:
    cast.say(cast.alice, "déjà dit")
    publish(cast)
    agree(cast, cast.carol)
    publish(cast, "", seen=TEXT)
    assert not cast.bob.owes_charter
    assert "déjà dit" in Device(browse(cast.bob), cast.bob).pull().bodies()
    for member in (cast.alice, cast.bob, cast.carol):
        assert "charters.charter" not in kinds_of(member, browse)
    gil = admit(cast.alice, person("Gil"), name="Gil")
    assert not gil.owes_charter
    publish(cast, "Encore une.", seen="")
    assert cast.carol.owes_charter
    assert edition(cast).number == 3


def test_only_those_responsible_publish(cast: Cast, browse: Browse) -> None:
    for member, status in ((cast.bob, 403), (cast.alice, 200)):
        said = fields(member, "charters.publish.1", text=TEXT, _seen_text="")
        assert post(browse(member), f"{home(cast)}charter/edition/", said).status_code == status
    cast.bob.refresh_from_db()
    give_role(cast.alice, cast.bob, role="administrator")
    cast.bob.refresh_from_db()
    with inside(cast.sphere), pytest.raises(Refused, match="charte"):
        publish_charter(cast.bob, text="Autre", seen=TEXT)


def test_two_who_change_it_see_both(cast: Cast) -> None:
    publish(cast)
    with pytest.raises(Stale) as stale:
        publish(cast, "Autre chose.", seen="Ce que j'ai vu.")
    assert stale.value.versions["text"].theirs == TEXT


def test_a_charter_has_its_length(cast: Cast, browse: Browse) -> None:
    said = fields(cast.alice, "charters.publish.1", text="x" * 20_001, _seen_text="")
    response = post(browse(cast.alice), f"{home(cast)}charter/edition/", said)
    assert response.status_code == 422
    assert "shorten" in response.json()["fields"]["text"][0]
    # Where one line ends the next begins: browsers send two letters for it, and count one.
    said = fields(cast.alice, "charters.publish.1", text="x\r\n" * 9_000 + "x", _seen_text="")
    assert post(browse(cast.alice), f"{home(cast)}charter/edition/", said).status_code == 200
    publish(cast, "", seen=edition(cast).text)
    both = [f"{n} {'x' * 9_000}\n" for n in range(4)]
    with inside(cast.sphere):
        publish_charter(cast.alice, text="".join(both[:1]) + "fin", seen="")
        seen = Charter.objects.get().text
        publish_charter(cast.alice, text="tête\n" + both[1] + seen, seen=seen)
        response = post(
            browse(cast.alice),
            f"{home(cast)}charter/edition/",
            fields(cast.alice, "charters.publish.1", text=seen + "\n" + both[2], _seen_text=seen),
        )
    assert (response.status_code, "Both changes" in response.json()["fields"]["text"][0]) == (422, True)


def test_a_conflict_names_nobody_who_left(cast: Cast) -> None:
    gil = admit(cast.alice, person("Gil"), role="administrator", name="Gil")
    publish(cast, by=gil)
    agree(cast, cast.alice)
    end_membership(gil, gil)
    with pytest.raises(Stale) as stale:
        publish(cast, "Autre chose.", seen="Ce que j'ai vu.")
    assert stale.value.versions["text"].by == ""


def test_a_role_given_by_somebody_who_read_before_opens_nothing(cast: Cast, browse: Browse) -> None:
    before = Membership.objects.with_sphere().get(pk=cast.bob.pk)
    publish(cast)
    writing(lambda: assign(before, "administrator", cast.alice.pk))
    assert kinds_of(cast.bob, browse) == {"spheres.sphere", "spheres.mine", "charters.charter"}
