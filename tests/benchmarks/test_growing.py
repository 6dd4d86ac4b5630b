"""The grown site is one that actions could have made: what stands on it can be trusted to measure it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import AutoField, Model
from django.db.transaction import atomic, set_rollback
from django.test import Client

from benchmarks.bulk import Crooked, ensure_whole
from benchmarks.growing import LARGEST_CROWD, Size, grow
from journal.ids import uuid7
from journal.models import Entry, Journal
from journal.writing import writing
from messaging.actions import send_message
from messaging.models import Conversation, Message
from spheres.models import Membership, Sphere
from spheres.seal import across_all_spheres, inside
from tests.sync.device import Device

pytestmark = [pytest.mark.db, pytest.mark.django_db]

SMALL = Size(messages=600, spheres=12, people=40)
KEPT = 200  # a message's window on a device


@pytest.fixture
def grown() -> Size:
    grow(SMALL)
    return SMALL


def first_person() -> Membership:
    """Give the membership of the person of most spheres, in the biggest."""
    return Membership.objects.with_sphere().filter(person__email="p0@example.invalid").earliest("joined_at")


def device_of(member: Membership) -> Device:
    client = Client(headers={"host": settings.ALVEOLE_URL.split("//")[1]})
    assert member.person is not None
    client.force_login(member.person)
    return Device(client, member)


def every_row() -> dict[str, list[dict[str, Any]]]:
    """Read all that the generator writes, in the order of its keys."""
    with across_all_spheres("a test compares two sites whole"):
        return {
            model._meta.label: sorted(model._default_manager.values(*columns(model)), key=str)
            for app in ("accounts", "journal", "spheres", "messaging")
            for model in apps.get_app_config(app).get_models()
        }


def columns(model: type[Model]) -> list[str]:
    """Name what is stored, but for numbers that a database gives by itself."""
    return [field.attname for field in model._meta.concrete_fields if not isinstance(field, AutoField)]


def test_the_same_seed_writes_the_same_rows() -> None:
    sites = []
    for seed in (1, 1, 2):
        with atomic():
            grow(Size(messages=120, spheres=5, people=12, seed=seed))
            sites.append(every_row())
            set_rollback(True)
    assert sites[0] == sites[1]
    assert sites[0] != sites[2]


def test_it_has_what_was_asked_for(grown: Size) -> None:
    with across_all_spheres("a test counts"):
        assert Message.objects.count() == grown.messages
        with_most = Message.objects.filter(sphere=first_person().sphere).count()
        sizes = sorted(Message.objects.filter(sphere=place).count() for place in Sphere.objects.all())
    assert with_most == sizes[-1] == grown.messages // 5
    assert sizes[0] * 4 < sizes[-2]
    assert Membership.objects.filter(person=first_person().person).count() == grown.spheres
    assert Membership.objects.values("person").distinct().count() == grown.people
    assert Membership.objects.filter(ended_at=None).count() < Membership.objects.count()
    assert grown.people < LARGEST_CROWD


def test_journals_are_numbered_without_gaps_and_firsts_are_carried_over(grown: Size) -> None:
    lines: dict[Any, list[Entry]] = defaultdict(list)
    for entry in Entry.objects.order_by("journal", "seq"):
        lines[entry.journal_id].append(entry)
    for journal in Journal.objects.all():
        entries = lines.pop(journal.pk, [])  # nothing was told at a desk
        assert [entry.seq for entry in entries] == list(range(1, journal.last_seq + 1))
        firsts: dict[Any, int] = {}
        newest = {(entry.kind, entry.object_id): entry for entry in entries}
        for entry in entries:
            thing = (entry.kind, entry.object_id)
            assert entry.first == firsts.setdefault(thing, entry.seq)
            assert entry.superseded == (newest[thing] is not entry)
    assert not lines


def test_messages_are_as_their_entries_tell_them(grown: Size) -> None:
    with across_all_spheres("a test reads every message"):
        told = {entry.object_id: entry for entry in Entry.objects.current().filter(kind="messaging.message")}
        verbs = set()
        for message in Message.objects.select_related("author", "conversation"):
            entry = told[message.pk]
            verbs.add(entry.verb)
            assert (message.deleted_at is not None) == (entry.verb == "deleted") == entry.is_gone
            assert message.author.sphere_id == message.sphere_id == message.conversation.sphere_id
            assert entry.journal_id == message.conversation.journal_id
            assert entry.parent_id == message.conversation_id
            if entry.verb == "edited":
                assert message.edited_at == entry.at
    assert verbs == {"posted", "edited", "deleted"}


def test_a_device_that_pulls_everything_has_what_stands(grown: Size) -> None:
    member = first_person()
    device = device_of(member).pull()
    with inside(member.sphere):
        standing = Message.objects.standing().filter(conversation__journal_id=member.sphere.journal_id)
        entries = Entry.objects.filter(journal=member.sphere.journal_id).listed("messaging.message")
        bodies = {message.pk: message.body for message in standing}
        newest = [bodies[entry.object_id] for entry in entries][:KEPT]
    mine = [row for row in device.shown.values() if row["j"] == str(member.sphere.journal_id)]
    said = sorted((row for row in mine if row["k"] == "messaging.message"), key=lambda row: row["f"])
    assert [row["facts"]["body"] for row in said] == newest[::-1]
    spheres = {row["facts"]["name"] for row in device.shown.values() if row["k"] == "spheres.sphere"}
    assert len(spheres) == grown.spheres


def test_pages_go_back_to_the_first_message(grown: Size) -> None:
    member = first_person()
    device = device_of(member)
    with inside(member.sphere):
        place = Conversation.objects.get()
        listed = Entry.objects.filter(journal=member.sphere.journal_id).listed("messaging.message")
    address: str | None = f"/s/{member.sphere.slug}/conversations/{place.pk}/"
    seen: list[str] = []
    while address:
        page = device.client.get(address)
        messages = page.context["lists"]["messages"]
        seen = [str(row.id) for row in messages.rows] + seen
        address = f"{address.split('?')[0]}?before={messages.older}" if messages.older else None
    assert seen == [str(object_id) for object_id in listed.order_by("first").values_list("object_id", flat=True)]


def test_life_goes_on_from_there(grown: Size) -> None:
    member = first_person()
    device = device_of(member).pull()
    stale = device.stale_copy()
    with inside(member.sphere):
        send_message(member, Conversation.objects.get(), id=uuid7(), body="la suite")
    assert stale.pull().shown == device_of(member).pull().shown
    assert "la suite" in stale.bodies()
    ensure_whole()


def test_a_gap_and_a_message_without_its_entry_are_found(grown: Size) -> None:
    journal = first_person().sphere.journal
    with across_all_spheres("a test damages a site"):
        ensure_whole()
        with atomic():
            Entry.objects.filter(journal=journal, seq=journal.last_seq - 1).delete()
            with pytest.raises(Crooked, match="1 journals"):
                ensure_whole()
            set_rollback(True)
        with atomic():
            writing(lambda: Message.objects.filter(conversation__journal=journal).update(deleted_at=None))
            with pytest.raises(Crooked, match="stand"):
                ensure_whole()
            set_rollback(True)
