"""The tables of types and roles, cell by cell, by real requests: what a cell allows is done, what it forbids is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from journal.ids import uuid7
from messaging.models import Conversation
from spheres.actions import admit
from spheres.charters.actions import publish_charter
from spheres.charters.models import Charter
from spheres.groups.actions import make_group
from spheres.invitations.actions import ask, invite
from spheres.models import Membership, Sphere
from spheres.organisations.actions import found_organisation, found_sphere
from spheres.organisations.models import Offer
from spheres.rules import RANKS
from spheres.seal import inside
from spheres.types import TYPES
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.files.sending import photo
from tests.sync.device import Device
from threads.actions import comment, report

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
EVERYBODY = frozenset(RANKS)
ADMINISTRATORS = frozenset({"administrator"})
EDITORS = frozenset({"administrator", "publisher"})
BELONGING = frozenset({"administrator", "publisher", "member"})
LOOK = {"hue": "teal", "shape": "star", "context": "work"}


@dataclass(frozen=True)
class Deed:
    """A form that somebody posts in the sphere, and the roles that may."""

    allowed: frozenset[str]
    command: str
    path: Callable[[Cast, Membership], str]
    words: Callable[[Cast, Membership], dict[str, Any]] = lambda cast, doer: {}


def face(cast: Cast, doer: Membership) -> dict[str, Any]:
    """Bring a picture with the form."""
    return {"file": SimpleUploadedFile("face.jpg", photo())}


def invitation(role: str, allowed: frozenset[str]) -> Deed:
    """Make a link that brings people in as `role`."""
    words = {"role": role, "days": "14", "max_uses": "1"}
    return Deed(
        allowed, "invitations.invite.1", lambda cast, doer: "invitations/", lambda cast, doer: words | {"id": uuid7()}
    )


def message(command: str, place: str, allowed: frozenset[str], *, own: bool) -> Deed:
    """Do something to a message, one's own or Bob's."""

    def path(cast: Cast, doer: Membership) -> str:
        return f"messages/{cast.say(doer if own else cast.bob).pk}/{place}/"

    return Deed(allowed, command, path, lambda cast, doer: {"body": "Autre", "_seen_body": "Bonjour", "of": "heart"})


def answer(command: str, place: str, allowed: frozenset[str], *, own: bool) -> Deed:
    """Do something to an answer, one's own or Bob's."""

    def path(cast: Cast, doer: Membership) -> str:
        said = cast.say(cast.alice)
        with inside(cast.sphere):
            made = comment(doer if own else cast.bob, said, id=uuid7(), body="Bonjour")
        return f"comments/{made.pk}/{place}/"

    return Deed(allowed, command, path, lambda cast, doer: {"body": "Autre", "_seen_body": "Bonjour"})


def asked_for(allowed: frozenset[str], *, own: bool) -> Deed:
    """Accept what Bob answered to one's own question in a forum, or to Bob's."""

    def path(cast: Cast, doer: Membership) -> str:
        Sphere.objects.filter(pk=cast.sphere.pk).update(started_by="questions")
        said = cast.say(doer if own else cast.bob)
        with inside(cast.sphere):
            made = comment(cast.bob, said, id=uuid7(), body="Bonjour")
        return f"comments/{made.pk}/acceptance/"

    return Deed(allowed, "threads.accept.1", path)


def reported(cast: Cast, doer: Membership) -> str:
    """Let Bob report something."""
    said, made = cast.say(cast.alice), uuid7()
    with inside(cast.sphere):
        report(cast.bob, said, id=made, reason="other")
    return f"moderation/{made}/decision/"


def fresh(cast: Cast, role: str = "member") -> Membership:
    """Bring somebody new in."""
    return admit(cast.alice, person(uuid7().hex), role=role, name="Gil")


def asked(cast: Cast, doer: Membership) -> str:
    """Let somebody ask to come in."""
    request = ask(person(uuid7().hex), invite(cast.alice, id=uuid7(), needs_approval=True), name="Gil")
    return f"requests/{request.pk}/admission/"


def as_hall(cast: Cast) -> None:
    """Make the sphere its organisation's hall."""
    Sphere.objects.filter(pk=cast.sphere.pk).update(is_hall=True)
    cast.alice.refresh_from_db()


def founding(cast: Cast, doer: Membership) -> str:
    """Give the place where the organisation's spheres are made."""
    as_hall(cast)
    return "spheres/new/"


def offered(cast: Cast, doer: Membership) -> str:
    """Let the organisation offer a sphere."""
    as_hall(cast)
    made = found_sphere(cast.alice, name="Atelier", type="open", **LOOK)
    with inside(cast.sphere):
        return f"spheres/{Offer.objects.get(offered=made.sphere).pk}/entry/"


def chartered(cast: Cast, doer: Membership) -> str:
    """Give the place where one agrees to a charter."""
    with inside(cast.sphere):
        publish_charter(cast.alice, text="On se parle gentiment.", seen="")
        return f"charter/{Charter.objects.get().edition}/acceptance/"


def gathered(cast: Cast, doer: Membership) -> str:
    """Give the page of a group."""
    with inside(cast.sphere):
        return f"groups/{make_group(cast.alice, id=uuid7(), name='Toiture').pk}/"


SETTINGS = LOOK | {"name": "Chantier", "type": "visitor", "members_invite": "no", "shows_history": "yes"}
NEW = LOOK | {"name": "Atelier", "type": "open"}

DEEDS = {
    "says something": Deed(
        EVERYBODY,
        "messaging.send.1",
        lambda cast, doer: f"conversations/{cast.conversation.pk}/messages/",
        lambda cast, doer: {"id": uuid7(), "body": "Bonjour"},
    ),
    "changes their own words": message("messaging.edit.1", "edition", EVERYBODY, own=True),
    "changes another's words": message("messaging.edit.1", "edition", frozenset(), own=False),
    "deletes their own words": message("messaging.delete.1", "deletion", EVERYBODY, own=True),
    "deletes another's words": message("messaging.delete.1", "deletion", EDITORS, own=False),
    "answers another's words": Deed(
        EVERYBODY,
        "threads.comment.1",
        lambda cast, doer: f"messages/{cast.say(cast.bob).pk}/comments/",
        lambda cast, doer: {"id": uuid7(), "body": "Bonjour"},
    ),
    "changes their own answer": answer("threads.edit.1", "edition", EVERYBODY, own=True),
    "changes another's answer": answer("threads.edit.1", "edition", frozenset(), own=False),
    "deletes their own answer": answer("threads.delete.1", "deletion", EVERYBODY, own=True),
    "deletes another's answer": answer("threads.delete.1", "deletion", EDITORS, own=False),
    "accepts an answer to their own question": asked_for(EVERYBODY, own=True),
    "accepts an answer to another's question": asked_for(EDITORS, own=False),
    "reports another's words": Deed(
        EVERYBODY,
        "threads.report.1",
        lambda cast, doer: f"messages/{cast.say(cast.bob).pk}/report/",
        lambda cast, doer: {"id": uuid7(), "reason": "other"},
    ),
    "decides about a report": Deed(ADMINISTRATORS, "threads.leave.1", reported),
    "keeps another's words": message("threads.keep.1", "bookmark", EVERYBODY, own=False),
    "reacts to another's words": message("threads.react.1", "reaction", EVERYBODY, own=False),
    "invites an administrator": invitation("administrator", ADMINISTRATORS),
    "invites a publisher": invitation("publisher", ADMINISTRATORS),
    "invites a member": invitation("member", EDITORS),
    "invites a visitor": invitation("visitor", EDITORS),
    "makes a direct link": Deed(
        EDITORS,
        "guests.make.1",
        lambda cast, doer: "guests/",
        lambda cast, doer: {"id": uuid7(), "name": "Mamie"},
    ),
    "lets in who asks": Deed(ADMINISTRATORS, "invitations.accept.1", asked),
    "takes another's link back": Deed(
        ADMINISTRATORS,
        "invitations.revoke.1",
        lambda cast, doer: f"invitations/{invite(cast.alice, id=uuid7()).pk}/revocation/",
    ),
    "changes the settings": Deed(
        ADMINISTRATORS, "spheres.settle.1", lambda cast, doer: "settings/", lambda cast, doer: SETTINGS
    ),
    "archives the sphere": Deed(ADMINISTRATORS, "spheres.archive.1", lambda cast, doer: "archive/"),
    "deletes the sphere": Deed(ADMINISTRATORS, "spheres.delete.1", lambda cast, doer: "deletion/"),
    "gives a role": Deed(
        ADMINISTRATORS,
        "spheres.role.1",
        lambda cast, doer: f"members/{fresh(cast).pk}/role/",
        lambda cast, doer: {"role": "publisher"},
    ),
    "removes somebody": Deed(
        ADMINISTRATORS, "spheres.end.1", lambda cast, doer: f"members/{fresh(cast).pk}/departure/"
    ),
    "leaves": Deed(EVERYBODY, "spheres.end.1", lambda cast, doer: f"members/{doer.pk}/departure/"),
    "presents themself": Deed(
        EVERYBODY, "spheres.present.1", lambda cast, doer: "presentation/", lambda cast, doer: {"name": "Moi"}
    ),
    "shows a photo of themself": Deed(EVERYBODY, "portraits.choose.1", lambda cast, doer: "photo/", face),
    "gives the sphere a logo": Deed(ADMINISTRATORS, "portraits.choose_logo.1", lambda cast, doer: "logo/", face),
    "publishes a charter": Deed(
        ADMINISTRATORS, "charters.publish.1", lambda cast, doer: "charter/edition/", lambda cast, doer: {"text": "Oui."}
    ),
    "agrees to the charter": Deed(EVERYBODY, "charters.accept.1", chartered),
    "makes a group": Deed(
        ADMINISTRATORS,
        "groups.make.1",
        lambda cast, doer: "groups/",
        lambda cast, doer: {"id": uuid7(), "name": "Toiture"},
    ),
    "says who is in a group": Deed(ADMINISTRATORS, "groups.change.1", gathered, lambda cast, doer: {"name": "Toits"}),
    "makes a sphere of the organisation": Deed(
        ADMINISTRATORS,
        "organisations.found.1",
        founding,
        lambda cast, doer: NEW | {"id": uuid7()},
    ),
    "comes into an open sphere": Deed(BELONGING, "organisations.enter.1", offered),
}
# Only where the sphere lets its members invite.
IF_ALLOWED = {
    "invites a member": EDITORS,
    "invites a visitor": EVERYBODY - {"guest"},
    "makes a direct link": BELONGING,
}


def does(deed: Deed, doer: Membership, cast: Cast, browse: Browse) -> bool:
    """Let somebody try; say whether they could. A refusal is a sentence, or nothing that is there."""
    path = f"/s/{cast.sphere.slug}/{deed.path(cast, doer)}"
    answer = post(browse(doer), path, fields(doer, deed.command, **deed.words(cast, doer)))
    assert answer.status_code in {200, 403, 404}, answer.content
    return answer.status_code == 200


@pytest.mark.parametrize("role", sorted(RANKS))
@pytest.mark.parametrize("deed", DEEDS)
def test_a_role_may_what_the_table_says(deed: str, role: str, cast: Cast, browse: Browse) -> None:
    doer = fresh(cast, role)
    assert does(DEEDS[deed], doer, cast, browse) == (role in DEEDS[deed].allowed)


@pytest.mark.parametrize("role", sorted(RANKS))
@pytest.mark.parametrize("deed", IF_ALLOWED)
def test_members_invite_where_the_sphere_lets_them(deed: str, role: str, cast: Cast, browse: Browse) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(members_invite=True)
    assert does(DEEDS[deed], fresh(cast, role), cast, browse) == (role in IF_ALLOWED[deed])


@pytest.mark.parametrize("role", sorted(RANKS))
def test_every_role_sees_the_members(role: str, cast: Cast, browse: Browse) -> None:
    doer = fresh(cast, role)
    assert "Alice" in browse(doer).get(f"/s/{cast.sphere.slug}/members/").content.decode()


@dataclass(frozen=True)
class Place:
    """A sphere of some type in an organisation, with people of every distance."""

    founder: Membership
    member: Membership
    publisher: Membership
    colleague: Membership  # in the hall, and not in the sphere
    stranger: Membership  # elsewhere

    @property
    def sphere(self) -> Sphere:
        """Give the sphere."""
        return self.founder.sphere


@pytest.fixture
def place(request: pytest.FixtureRequest, cast: Cast) -> Place:
    """Make a sphere of the type that the test names."""
    manager = found_organisation(person("Maud"), name="Lormeau et fils")
    founder = found_sphere(manager, name="Lieu", type=request.param, **LOOK)
    return Place(
        founder,
        admit(founder, person("Gil"), name="Gil"),
        admit(founder, person("Hana"), role="publisher", name="Hana"),
        admit(manager, person("Ida"), name="Ida"),
        cast.eve,
    )


def knows(somebody: Membership, place: Place, browse: Browse) -> bool:
    """Whether anything that somebody's devices and home hold names the sphere."""
    held = str(Device(browse(somebody), somebody).pull().store) + browse(somebody).get("/").content.decode()
    return place.sphere.slug in held or str(place.sphere.pk) in held


def enters(somebody: Membership, place: Place, browse: Browse) -> bool:
    """Whether somebody comes in by themself, through the hall."""
    hall = Sphere.objects.get(organisation=place.sphere.organisation_id, is_hall=True)
    with inside(hall):
        offer = Offer.objects.filter(offered=place.sphere).first()
    path = f"/s/{hall.slug}/spheres/{offer.pk if offer else uuid7()}/entry/"
    answer = post(browse(somebody), path, fields(somebody, "organisations.enter.1"))
    assert answer.status_code in {200, 403, 404}
    return answer.status_code == 200


def starts(somebody: Membership, place: Place, browse: Browse) -> bool:
    """Whether somebody may begin something there."""
    with inside(place.sphere):
        conversation = Conversation.objects.get()
    path = f"/s/{place.sphere.slug}/conversations/{conversation.pk}/messages/"
    words: dict[str, Any] = {"body": "Bonjour", "_readers": place.sphere.read_by}
    said = fields(somebody, "messaging.send.1", id=uuid7(), **words)
    return post(browse(somebody), path, said).status_code == 200


def reads(somebody: Membership, place: Place, browse: Browse) -> bool:
    """Whether somebody reads the sphere's page."""
    return browse(somebody).get(f"/s/{place.sphere.slug}/").status_code == 200


# Who knows, reads, starts and enters: three people each, two of them enter, one reads after.
CELLS_OF_A_TYPE = 12
ENTERED_BY_ONESELF = {"open", "global", "forum"}


@pytest.mark.parametrize("place", TYPES, indirect=True)
def test_a_type_is_what_its_line_of_the_table_says(
    place: Place, request: pytest.FixtureRequest, browse: Browse
) -> None:
    name = request.node.callspec.params["place"]
    is_public, is_entered = name == "public", name in ENTERED_BY_ONESELF
    assert [knows(who, place, browse) for who in (place.member, place.colleague, place.stranger)] == [
        True,
        is_entered or is_public,
        False,
    ]
    assert [reads(who, place, browse) for who in (place.member, place.colleague, place.stranger)] == [
        True,
        is_public,
        is_public,
    ]
    assert [starts(who, place, browse) for who in (place.founder, place.publisher, place.member)] == [
        True,
        True,
        name != "restricted",
    ]
    assert [enters(who, place, browse) for who in (place.colleague, place.stranger)] == [is_entered, False]
    assert reads(place.colleague, place, browse) == (is_entered or is_public)
