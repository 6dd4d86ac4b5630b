"""The seal matrix: every route of a sphere × everybody, enumerated from the URLconf, and every kind × everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.entering import SessionStore
from journal.ids import uuid7
from journal.kinds import kinds
from spheres.actions import admit, create_sphere, mark
from spheres.charters.actions import accept, publish_charter
from spheres.charters.models import Charter, Edition
from spheres.groups.actions import make_group
from spheres.guests.actions import come_in, make_key
from spheres.invitations.actions import ask, invite, send_by_mail
from spheres.invitations.addresses import Addressee
from spheres.models import Membership, Sphere
from spheres.organisations.models import Holding, Offer
from spheres.reports.actions import keep
from spheres.seal import inside
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.files.sending import photo, shown_by
from tests.reports.making import line
from tests.sync.device import Device
from threads.actions import comment, report

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


@pytest.fixture(autouse=True)
def members_invite(cast: Cast) -> None:
    """Let members invite, so that Bob has something that Carol has not."""
    Sphere.objects.filter(pk=cast.sphere.pk).update(members_invite=True)


def routes() -> list[tuple[str, tuple[str, ...], Any]]:
    """Walk the URLconf: the name, the ids and the view of every route inside a sphere."""

    def walk(resolver: URLResolver, namespace: str, names: list[str], text: str) -> Iterator[tuple[str, str, Any]]:
        for entry in resolver.url_patterns:
            inner = text + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry, f"{namespace}{entry.namespace or ''}:", names, inner)
            elif isinstance(entry, URLPattern):
                yield inner, f"{namespace}{entry.name}", entry.callback

    found = []
    for pattern, name, view in walk(get_resolver(), "", [], ""):
        if "<slug:slug>" in pattern:
            found.append((name, tuple(part for part in pattern.split("<uuid:")[1:]), (pattern, view)))
    return found


def as_hall(cast: Cast, *, is_hall: bool = True) -> None:
    """Make the sphere its organisation's hall, where the organisation's pages are and no visitor comes in."""
    Sphere.objects.filter(pk=cast.sphere.pk).update(is_hall=is_hall)
    for member in (cast.alice, cast.bob, cast.carol):
        member.refresh_from_db()


def offered(cast: Cast) -> object:
    """Give what the hall offers."""
    as_hall(cast)
    made = create_sphere(person(f"Gil {uuid7()}"), name="Atelier", organisation=cast.sphere.organisation, type="open")
    with inside(cast.sphere):
        return Offer.objects.get(offered=made.sphere).pk


def held(cast: Cast) -> object:
    """Give a sphere as the managers of the organisation see it."""
    as_hall(cast)
    made = create_sphere(person(f"Gil {uuid7()}"), name="À part", organisation=cast.sphere.organisation)
    with inside(cast.sphere):
        return Holding.objects.get(held=made.sphere).pk


def asked(cast: Cast) -> UUID:
    """Let somebody ask to come in."""
    invitation = invite(cast.alice, id=uuid7(), needs_approval=True)
    return ask(person(uuid7().hex), invitation, name="Gil").pk


def mailed(cast: Cast) -> UUID:
    """Let Bob invite somebody by mail."""
    with inside(cast.sphere):
        found = [Addressee(1, f"{uuid7().hex}@example.invalid")]
        return send_by_mail(cast.bob, id=uuid7(), found=found, role="visitor").pk


def browsing(cast: Cast) -> UUID:
    """Let somebody come in by a key of Bob's."""
    key = make_key(cast.bob, id=uuid7(), name="Mamie")
    session = SessionStore()
    session.create()
    return come_in(key.membership, key, session=session, browser="Chrome, Android").pk


def owed(cast: Cast) -> UUID:
    """Let the sphere have a charter, to which its members are about to agree or have agreed."""
    with inside(cast.sphere):
        charter = Charter.objects.first()
        if charter is None:
            publish_charter(cast.alice, text="On se parle gentiment.", seen="")
            charter = Charter.objects.get()
        edition: UUID = charter.edition
        return edition


def answered(cast: Cast) -> UUID:
    """Let Bob answer something, where answers are accepted."""
    Sphere.objects.filter(pk=cast.sphere.pk).update(started_by="questions")
    said = cast.say(cast.bob)
    with inside(cast.sphere):
        return comment(cast.bob, said, id=uuid7(), body="Bonjour").pk


def reported(cast: Cast) -> UUID:
    """Let Bob report something."""
    said, made = cast.say(cast.alice), uuid7()
    with inside(cast.sphere):
        report(cast.bob, said, id=made, reason="other")
    return made


def gathered(cast: Cast) -> UUID:
    """Let some members have a group."""
    with inside(cast.sphere):
        name = f"Toiture {uuid7()}"
        made: UUID = make_group(cast.alice, id=uuid7(), name=name, members=[cast.bob.pk]).pk
        return made


# What each id in an address may be; a route with another one fails until it is said here.
EXAMPLES: dict[str, Callable[[Cast], object]] = {
    "conversation_id": lambda cast: cast.conversation.pk,
    "message_id": lambda cast: cast.say(cast.bob).pk,
    "offer_id": offered,
    "holding_id": held,
    "member_id": lambda cast: admit(cast.alice, person(f"Gil {uuid7()}"), name="Gil").pk,
    "request_id": asked,
    "mailing_id": mailed,
    "invitation_id": lambda cast: invite(cast.bob, id=uuid7(), role="visitor").pk,
    "key_id": lambda cast: make_key(cast.bob, id=uuid7(), name="Mamie").pk,
    "browser_id": browsing,
    "edition_id": owed,
    "group_id": gathered,
    "file_id": lambda cast: shown_by(cast.bob, cast.conversation),
    "comment_id": answered,
    "report_id": reported,
}
# What is for fewer than all members: who of them.
NARROWER = {
    "invitation_id": ("alice", "bob"),
    "request_id": ("alice",),
    "mailing_id": ("bob",),
    "invitations.mailing": ("bob",),
    "invitations.request": ("alice",),
    "invitations.invitation": ("alice", "bob"),
    "holding_id": ("alice",),
    "organisations.holding": ("alice",),
    "key_id": ("alice", "bob"),
    "browser_id": ("alice", "bob"),
    "guests.key": ("alice", "bob"),
    "uploads/<uuid:file_id>/": ("bob",),
    "report_id": ("alice",),
    "threads.report": ("alice",),
    "/acceptances/table/": ("alice",),
    "charters.acceptance": ("alice",),
}
MEMBERS = ("alice", "bob", "carol")


def readers(pattern: str) -> tuple[str, ...]:
    """Name the members for whom the thing of an address is."""
    return next((who for what, who in NARROWER.items() if f":{what}>" in pattern or pattern.endswith(what)), MEMBERS)


def address(cast: Cast, pattern: str, slug: str) -> str:
    as_hall(cast, is_hall="/spheres/" in pattern)
    path = "/" + pattern.replace("<slug:slug>", slug)
    while "<uuid:" in path:
        name = path.split("<uuid:")[1].split(">")[0]
        path = path.replace(f"<uuid:{name}>", str(EXAMPLES[name](cast)))
    return path


ROUTES = [(name, pattern, view) for name, _ids, (pattern, view) in routes()]
PAGES = [(name, pattern) for name, pattern, view in ROUTES if not hasattr(view, "commands") or view.page]
COMMANDS = [(name, pattern, view.commands[0]) for name, pattern, view in ROUTES if hasattr(view, "commands")]
# Words that make each command valid, so that a refusal is the seal's and not the form's.
WORDS: dict[str, dict[str, Any]] = {
    "messaging.send.1": {"id": "01890000-0000-7000-8000-000000000001", "body": "x"},
    "messaging.edit.1": {"body": "y", "_seen_body": "Bonjour"},
    "messaging.delete.1": {},
    "threads.react.1": {"of": "thumb"},
    "threads.comment.1": {"id": "01890000-0000-7000-8000-000000000006", "body": "x"},
    "threads.edit.1": {"body": "y", "_seen_body": "Bonjour"},
    "threads.delete.1": {},
    "threads.accept.1": {},
    "threads.keep.1": {},
    "threads.report.1": {"id": "01890000-0000-7000-8000-000000000007", "reason": "other"},
    "threads.hide.1": {},
    "spheres.settle.1": {
        "name": "Chantier",
        "hue": "teal",
        "shape": "star",
        "context": "work",
        "type": "visitor",
        "members_invite": "no",
        "shows_history": "yes",
    },
    "organisations.enter.1": {},
    "organisations.visit.1": {},
    "organisations.appoint.1": {"member_id": "bob"},
    "organisations.found.1": {
        "id": "01890000-0000-7000-8000-000000000002",
        "name": "Atelier",
        "type": "open",
        "hue": "teal",
        "shape": "star",
        "context": "work",
    },
    "spheres.archive.1": {},
    "spheres.reopen.1": {},
    "spheres.delete.1": {},
    "spheres.restore.1": {},
    "spheres.present.1": {"name": "Bob"},
    "spheres.role.1": {"role": "publisher"},
    "spheres.end.1": {"keeps_posts": "yes"},
    "invitations.invite.1": {
        "id": "01890000-0000-7000-8000-000000000002",
        "role": "visitor",
        "days": "14",
        "max_uses": "1",
    },
    "invitations.revoke.1": {},
    "invitations.mail.1": {
        "id": "01890000-0000-7000-8000-000000000003",
        "text": "jeanne@example.invalid\ngil@example.invalid",
        "role": "visitor",
        "days": "7",
        "language": "fr",
    },
    "invitations.accept.1": {},
    "invitations.decline.1": {},
    "guests.make.1": {"id": "01890000-0000-7000-8000-000000000004", "name": "Mamie"},
    "guests.cut.1": {},
    "guests.renew.1": {},
    "guests.let_in.1": {},
    "guests.cut_browser.1": {},
    "charters.publish.1": {"text": "On s'écoute."},
    "charters.accept.1": {},
    "groups.make.1": {"id": "01890000-0000-7000-8000-000000000005", "name": "Toiture"},
    "groups.change.1": {"name": "Peinture"},
    "groups.end.1": {},
    "portraits.choose.1": {"file": ""},
    "portraits.remove.1": {},
    "portraits.choose_logo.1": {"file": ""},
    "portraits.remove_logo.1": {},
}


def status(answer: Any) -> int:
    """Give the status of an answer, read to its end where it comes in pieces."""
    if answer.streaming:
        answer.getvalue()
    return int(answer.status_code)


def test_the_matrix_is_not_empty() -> None:
    assert len(PAGES) >= 4
    assert {command for _, _, command in COMMANDS} == set(WORDS)


@pytest.mark.parametrize(("name", "pattern"), PAGES)
def test_a_page_is_for_members_only(cast: Cast, browse: Browse, name: str, pattern: str) -> None:
    path = address(cast, pattern, cast.sphere.slug)
    for member in MEMBERS:
        expected = 200 if member in readers(pattern) else 404
        assert status(browse(getattr(cast, member)).get(path)) == expected
    for stranger in (cast.dan, cast.eve):
        assert status(browse(stranger).get(path)) == 404
    anonymous = browse(None).get(path)
    assert (anonymous.status_code, anonymous.headers["Location"].split("?")[0]) == (302, "/sign-in/")


@pytest.mark.parametrize(("name", "pattern", "command"), COMMANDS)
def test_a_command_is_for_members_only(cast: Cast, browse: Browse, name: str, pattern: str, command: str) -> None:
    path = address(cast, pattern, cast.sphere.slug)
    for stranger in (cast.dan, cast.eve):
        response = post(browse(stranger), path, fields(stranger, command, **WORDS[command]))
        assert response.status_code == 404
    assert post(browse(None), path, fields(cast.bob, command, **WORDS[command])).status_code == 401
    answers = {}
    for who in ("bob", "carol", "alice"):  # whoever may close the sphere comes last
        member = getattr(cast, who)
        anew: dict[str, Any] = {"member_id": cast.bob.pk, "id": uuid7(), "text": f"{uuid7().hex}@example.invalid"}
        anew["file"] = SimpleUploadedFile("face.jpg", photo())
        words = WORDS[command] | {name: anew[name] for name in anew.keys() & WORDS[command].keys()}
        answers[who] = post(browse(member), path, fields(member, command, **words)).status_code
        path = address(cast, pattern, cast.sphere.slug)
    # What a member may do is asked of the rules, verb by verb; the seal lets them through.
    assert 200 in answers.values()
    for who, status in answers.items():
        assert status in ({200, 403} if who in readers(pattern) else {404})


@pytest.mark.parametrize(("name", "pattern"), [(name, pattern) for name, pattern, _ in ROUTES])
def test_a_stranger_and_nowhere_look_the_same(cast: Cast, browse: Browse, name: str, pattern: str) -> None:
    real = address(cast, pattern, cast.sphere.slug)
    typo = real.replace(cast.sphere.slug, "nowhere-abcde")
    for visitor in (cast.eve, cast.dan, None):
        client = browse(visitor)
        client.get("/")  # the day's first request also renews the session
        answers = []
        for path in (real, typo):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                response = client.get(path)
            headers = {key: value for key, value in response.headers.items() if key not in {"Location", "Set-Cookie"}}
            answers.append((response.status_code, response.content, headers, len(asked)))
        assert answers[0] == answers[1]


def test_an_id_of_another_sphere_is_nowhere_here(cast: Cast, browse: Browse) -> None:
    """A member of one sphere uses its address with the ids of another."""
    client = browse(cast.eve)
    for _name, pattern in PAGES:
        if "<uuid:" in pattern:
            here = address(cast, pattern, cast.eve.sphere.slug)
            assert client.get(here).status_code == 404


def test_every_kind_reaches_members_and_nobody_else(cast: Cast, browse: Browse) -> None:
    answered(cast)
    reported(cast)
    gathered(cast)
    owed(cast)
    with inside(cast.sphere):
        for member in (cast.bob, cast.carol):
            accept(member, Edition.objects.select_related("charter__sphere").get())
            member.refresh_from_db()
    invite(cast.bob, id=uuid7(), role="visitor")
    asked(cast)
    mailed(cast)
    browsing(cast)
    offered(cast)
    keep(cast.sphere, {"spheres": [line()]})
    with inside(cast.sphere):
        for member in (cast.alice, cast.bob, cast.carol):
            mark(member, kind="messaging.conversation", object_id=cast.conversation.pk, key="read", value="1")
    stores = {
        name: Device(browse(getattr(cast, name)), getattr(cast, name)).pull().shown
        for name in ("alice", "bob", "carol", "dan", "eve")
    }
    sphere = str(cast.sphere.pk)
    seen = {name: {row["k"] for row in store.values() if row["s"] == sphere} for name, store in stores.items()}
    of_all = {kind for kind in kinds() if kind not in NARROWER}
    narrower = {name: {kind for kind in kinds() if name in NARROWER.get(kind, ())} for name in MEMBERS}
    assert seen["alice"] | seen["bob"] == set(kinds())
    assert seen == {name: of_all | narrower[name] for name in MEMBERS} | {"dan": set(), "eve": set()}


def test_what_is_mine_reaches_me_alone(cast: Cast, browse: Browse) -> None:
    with inside(cast.sphere):
        mark(cast.bob, kind="messaging.conversation", object_id=cast.conversation.pk, key="read", value="bob's")
    assert "bob's" in str(Device(browse(cast.bob), cast.bob).pull().store)
    for member in (cast.alice, cast.carol):
        assert "bob's" not in str(Device(browse(member), member).pull().store)


def test_an_operator_reads_nothing_by_being_one(cast: Cast) -> None:
    operator = get_user_model().objects.create_superuser(email="root@example.invalid", password="x" * 12)
    client = Client(headers={"host": "localhost:8000"})
    client.force_login(operator)
    for _name, pattern in PAGES:
        assert client.get(address(cast, pattern, cast.sphere.slug)).status_code == 404
