"""A charter: nothing of the sphere is read before it is accepted; every edition asks again; acceptances are dated."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from journal import clock
from journal.errors import Refused, Stale
from journal.models import Entry
from spheres.actions import (
    admit,
    archive,
    delete_sphere,
    end_membership,
    give_role,
    settle,
)
from spheres.charters.actions import accept, publish_charter
from spheres.charters.models import Acceptance, Charter, Edition
from spheres.models import Membership, Reader, Sphere
from spheres.rules import ensure_may_start, may_start
from spheres.seal import inside
from sync.frames import closed_by
from tests.commanding import Response, fields, post
from tests.conftest import Cast, person
from tests.spheres.test_matrix import COMMANDS, PAGES, WORDS, address
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
TEXT = "On se parle gentiment."
ALLOWED = {"charters:charter", "charters:acceptance", "spheres:departure"}


@pytest.fixture(autouse=True)
def members_invite(cast: Cast) -> None:
    """Let Bob have something at every address."""
    Sphere.objects.filter(pk=cast.sphere.pk).update(members_invite=True)
    for member in (cast.alice, cast.bob, cast.carol):
        member.refresh_from_db()


def publish(cast: Cast, text: str = TEXT, *, seen: str = "", by: Membership | None = None) -> None:
    with inside(cast.sphere):
        publish_charter(by or cast.alice, text=text, seen=seen)
    for member in (cast.alice, cast.bob, cast.carol):
        member.refresh_from_db()


def edition(cast: Cast) -> Edition:
    """Give the edition that stands."""
    with inside(cast.sphere):
        found: Edition = Edition.objects.select_related("charter__sphere").order_by("-number")[0]
        return found


def agree(cast: Cast, member: Membership) -> None:
    with inside(cast.sphere):
        accept(member, edition(cast))
    member.refresh_from_db()


def home(cast: Cast) -> str:
    return f"/s/{cast.sphere.slug}/"


def agrees(client: Client, cast: Cast, member: Membership, read: Edition | None = None) -> Response:
    """Tap the button."""
    path = f"{home(cast)}charter/{(read or edition(cast)).pk}/acceptance/"
    return post(client, path, fields(member, "charters.accept.1"))


def kinds_of(member: Membership, browse: Browse) -> set[str]:
    """Name what a member's device holds of the sphere."""
    held = Device(browse(member), member).pull().shown.values()
    return {row["k"] for row in held if row["s"] == str(member.sphere_id)}


def mark_of(member: Membership, browse: Browse) -> str:
    """Give what a member's device knows of the charter."""
    held = Device(browse(member), member).pull().shown.values()
    marks = [row["facts"] for row in held if row["k"] == "spheres.mine"]
    return next((mark["value"] for mark in marks if mark["key"] == "charter"), "")


def test_nothing_is_read_before_the_charter_is_accepted(cast: Cast, browse: Browse) -> None:
    cast.say(cast.alice, "secret d'avant")
    bob = browse(cast.bob)
    stale = Device(bob, cast.bob).pull()
    assert "secret d'avant" in stale.bodies()
    publish(cast)
    cast.say(cast.alice, "secret d'après")
    assert kinds_of(cast.bob, browse) == {"spheres.sphere", "spheres.mine", "charters.charter"}
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
    else:
        assert (response.status_code, response.headers["Location"]) == (302, f"{home(cast)}charter/")


@pytest.mark.parametrize(("name", "pattern", "command"), COMMANDS)
def test_every_command_waits_for_the_charter(cast: Cast, browse: Browse, name: str, pattern: str, command: str) -> None:
    path = address(cast, pattern, cast.sphere.slug)
    if name not in ALLOWED:
        publish(cast)
        response = post(browse(cast.bob), path, fields(cast.bob, command, **WORDS[command]))
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
    with pytest.raises(Refused, match="charte"):
        ensure_may_start(cast.bob)


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
    assert response.status_code == 422


def test_who_does_not_agree_leaves(cast: Cast, browse: Browse) -> None:
    cast.say(cast.bob, "à moi")
    publish(cast)
    alice = Device(browse(cast.alice), cast.alice).pull()
    path = f"{home(cast)}members/{cast.bob.pk}/departure/"
    assert post(browse(cast.bob), path, fields(cast.bob, "spheres.end.1", keeps_posts="yes")).status_code == 200
    assert browse(cast.bob).get(home(cast)).status_code == 404
    assert not Reader.objects.open_or_held().filter(membership=cast.bob).exists()
    alice.pull()
    assert str(cast.bob.pk) not in {row["id"] for row in alice.shown.values() if row["k"] == "spheres.member"}


def test_a_role_changes_while_the_charter_is_owed(cast: Cast, browse: Browse) -> None:
    publish(cast)
    for role in ("administrator", "publisher", "administrator"):
        give_role(cast.alice, cast.bob, role=role)
    cast.bob.refresh_from_db()
    assert kinds_of(cast.bob, browse) == {"spheres.sphere", "spheres.mine", "charters.charter"}
    agree(cast, cast.bob)
    assert Reader.objects.open().filter(membership=cast.bob, journal_id=cast.sphere.desk_id).count() == 1
    give_role(cast.alice, cast.bob, role="member")
    assert not Reader.objects.open_or_held().filter(membership=cast.bob, journal_id=cast.sphere.desk_id).exists()


def test_the_end_of_a_sphere_and_its_charter(cast: Cast, browse: Browse) -> None:
    publish(cast)
    gil = admit(cast.alice, person("Gil"), role="administrator", name="Gil")
    delete_sphere(cast.alice)
    # Whoever may put it back does so first, and agrees then.
    restoring = fields(gil, "spheres.restore.1")
    assert browse(gil).get(home(cast)).status_code == 200
    assert post(browse(gil), f"{home(cast)}restoration/", restoring).status_code == 200
    for member in (cast.bob, gil):
        member.refresh_from_db()
        assert "messaging.conversation" not in kinds_of(member, browse)
        agree(cast, member)
        assert "messaging.conversation" in kinds_of(member, browse)
    archive(cast.alice)
    assert agrees(browse(cast.carol), cast, cast.carol).status_code == 200
    with inside(cast.sphere), pytest.raises(Refused, match="archivée"):
        publish_charter(cast.alice, text="Autre", seen=TEXT)


def test_who_agreed_and_when_is_for_those_responsible(cast: Cast, browse: Browse) -> None:
    with clock.at(timezone.now() - timedelta(days=3)):
        publish(cast)
    with clock.at(timezone.now() - timedelta(days=1)):
        agree(cast, cast.bob)
    held = Device(browse(cast.alice), cast.alice).pull().shown.values()
    rows: list[dict[str, Any]] = [row["facts"] for row in held if row["k"] == "charters.acceptance"]
    assert {row["by_name"] for row in rows} == {"Alice", "Bob"}
    path = f"{home(cast)}charter/acceptances/table/"
    table = list(csv.reader(io.StringIO(browse(cast.alice).get(path).content.decode("utf-8-sig"))))
    assert [row[0] for row in table] == ["name", "Bob", "Alice", "Carol"]
    yesterday = (timezone.now() - timedelta(days=1)).date().isoformat()
    assert table[1][1:3] == ["member", "1"]
    assert table[1][4].startswith(yesterday)
    assert table[3][1:] == ["visitor", "", "", ""]
    assert browse(cast.bob).get(path).status_code == 404
    assert "charters.acceptance" not in kinds_of(cast.bob, browse)
    end_membership(cast.bob, cast.bob)
    again = browse(cast.alice).get(path).content.decode()
    assert "Bob" not in again
    assert "Bob" not in str(Device(browse(cast.alice), cast.alice).pull().store)


def test_it_is_of_one_sphere(cast: Cast, browse: Browse) -> None:
    publish(cast)
    assert not Membership.objects.get(pk=cast.eve.pk).owes_charter
    assert browse(cast.eve).get(f"/s/{cast.eve.sphere.slug}/").status_code == 200
    # Another sphere's edition is nowhere here.
    path = f"/s/{cast.eve.sphere.slug}/charter/{edition(cast).pk}/acceptance/"
    assert post(browse(cast.eve), path, fields(cast.eve, "charters.accept.1")).status_code == 404
