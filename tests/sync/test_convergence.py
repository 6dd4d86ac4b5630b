"""Convergence: for every action, a stale device plus its feed equals a fresh device."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from accounts.actions import make_operator
from accounts.entering import SessionStore
from accounts.models import User
from alveole.operators import actions as operators
from files.portraits import actions as portraits
from journal import clock
from journal.ids import uuid7
from journal.publishing import Recorded, entry_listeners
from messaging import actions as messaging
from messaging.models import Message
from spheres import actions as spheres
from spheres.charters import actions as charters
from spheres.charters.models import Edition
from spheres.groups import actions as groups
from spheres.groups.models import Group
from spheres.guests import actions as guests
from spheres.guests.models import Browser, Key
from spheres.invitations import actions as invitations
from spheres.invitations.addresses import Addressee
from spheres.invitations.models import Invitation, Request
from spheres.models import Membership, Sphere
from spheres.organisations.actions import appoint, enter, found_sphere, visit
from spheres.organisations.models import Holding, Offer
from spheres.seal import inside
from sync.frames import finished
from tests.conftest import Cast, person
from tests.files.sending import kept, work_off
from tests.sync.device import Device
from threads import actions as threads
from threads.models import Comment, Report

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
Act = Callable[[Cast], object]


def before_all(cast: Cast) -> None:
    """Let Bob have said something, Alice invite, Hana ask to come in, Granny be in, and Carol show her face."""
    words = cast.say(cast.bob, "déjà là")
    with inside(cast.sphere):
        threads.comment(cast.bob, words, id=uuid7(), body="et moi")
    invitations.invite(cast.alice, id=uuid7(), max_uses=2)
    invitations.ask(person("Hana"), invitation(cast), name="Hana")
    opened(guests.make_key(cast.alice, id=uuid7(), name="Mamie"))
    with inside(cast.sphere):
        portraits.choose_photo(cast.carol, file=pictured(cast.carol))
        portraits.choose_logo(cast.alice, file=pictured(cast.alice))


def pictured(member: Membership) -> UUID:
    """Give a picture that a member sent and that is prepared."""
    sent = kept(member)
    work_off()
    return sent


def said(cast: Cast) -> Message:
    """Give the message that Bob had said before."""
    message: Message = Message.objects.get(author=cast.bob)
    return message


def answer(cast: Cast) -> Comment:
    """Give what Bob had answered before."""
    found: Comment = Comment.objects.whole().get(author=cast.bob)
    return found


def accepted(cast: Cast) -> None:
    """Let Alice accept what Bob answered, in a forum."""
    Sphere.objects.filter(pk=cast.sphere.pk).update(started_by="questions")
    threads.accept(cast.alice, answer(cast))


def reported(cast: Cast) -> Report:
    """Let Carol report what Bob had said."""
    made = uuid7()
    threads.report(cast.carol, said(cast), id=made, reason="hurts", words="hm")
    found: Report = Report.objects.get(pk=made)
    return found


def in_the_hall(cast: Cast, type: str) -> Membership:
    """Let Alice, in a hall, make a sphere of the organisation."""
    Sphere.objects.filter(pk=cast.sphere.pk).update(is_hall=True)
    cast.alice.refresh_from_db()
    cast.bob.refresh_from_db()
    return found_sphere(cast.alice, name="Atelier", type=type)


def unseen(cast: Cast) -> Membership:
    """Let somebody else have a sphere of the organisation."""
    in_the_hall(cast, "classic")
    return spheres.create_sphere(person("Gil"), name="À part", organisation=cast.sphere.organisation)


def held_by(made: Membership, cast: Cast) -> Holding:
    """Give a sphere as those see it who manage the organisation."""
    with inside(cast.sphere):
        found: Holding = Holding.objects.select_related("sphere", "held").get(held=made.sphere)
        return found


def offered_by(made: Membership, cast: Cast) -> Offer:
    """Give the offer of a sphere."""
    with inside(cast.sphere):
        found: Offer = Offer.objects.select_related("offered").get(offered=made.sphere)
        return found


def invitation(cast: Cast) -> Invitation:
    """Give the invitation that Alice had made before."""
    return Invitation.objects.whole().get(by=cast.alice)


def key(cast: Cast) -> Key:
    """Give the key that Alice had made before."""
    return Key.objects.whole().get(by=cast.alice)


def opened(key: Key) -> Browser:
    """Let a browser come with a key."""
    session = SessionStore()
    session.create()
    return guests.come_in(key.membership, key, session=session, browser="Chrome, Android")


def late(cast: Cast) -> Browser:
    """Let a browser wait."""
    with clock.at(clock.now() + timedelta(days=9)):
        return opened(key(cast))


def odile() -> User:
    """Give an operator."""
    someone = person("Odile")
    make_operator(someone)
    return someone


def cut(cast: Cast) -> Key:
    """Give a key that was cut."""
    guests.cut_key(cast.alice, key(cast))
    return key(cast)


def agreed(cast: Cast) -> None:
    """Let Bob agree to what Alice published."""
    charters.publish_charter(cast.alice, text="Gentiment.", seen="")
    charters.accept(cast.bob, Edition.objects.select_related("charter__sphere").get())


def gathered(cast: Cast) -> Group:
    """Let Bob be in a group."""
    return groups.make_group(cast.alice, id=uuid7(), name="Toiture", begins=True, members=[cast.bob.pk])


ACTIONS: dict[str, Act] = {
    "spheres.create_sphere": lambda cast: (
        spheres.create_sphere(cast.bob.person, name="À nous") if cast.bob.person else None
    ),
    "spheres.admit": lambda cast: spheres.admit(cast.alice, person("Gil"), name="Gil"),
    "spheres.end_membership": lambda cast: spheres.end_membership(cast.alice, cast.carol),
    "spheres.present": lambda cast: spheres.present(cast.alice, name="Alice L."),
    "spheres.give_role": lambda cast: spheres.give_role(cast.alice, cast.bob, role="publisher"),
    "spheres.settle": lambda cast: spheres.settle(cast.alice, wanted={"name": "Atelier", "hue": "rose"}, seen={}),
    "spheres.archive": lambda cast: spheres.archive(cast.alice),
    "spheres.reopen": lambda cast: (spheres.archive(cast.alice), spheres.reopen(cast.alice)),
    "spheres.delete_sphere": lambda cast: spheres.delete_sphere(cast.alice),
    "spheres.restore_sphere": lambda cast: (spheres.delete_sphere(cast.alice), spheres.restore_sphere(cast.alice)),
    "organisations.found_sphere": lambda cast: in_the_hall(cast, "classic"),
    "organisations.visit": lambda cast: visit(cast.alice, held_by(unseen(cast), cast)),
    "organisations.appoint": lambda cast: appoint(cast.alice, held_by(unseen(cast), cast), cast.bob),
    "organisations.enter": lambda cast: enter(cast.bob, offered_by(in_the_hall(cast, "open"), cast)),
    "spheres.mark": lambda cast: spheres.mark(
        cast.bob, kind="messaging.conversation", object_id=cast.conversation.pk, key="read", value="3"
    ),
    "invitations.invite": lambda cast: invitations.invite(cast.alice, id=uuid7(), role="visitor"),
    "invitations.revoke": lambda cast: invitations.revoke(cast.alice, invitation(cast)),
    "invitations.come_in": lambda cast: invitations.come_in(person("Gil"), invitation(cast), name="Gil"),
    "invitations.send_by_mail": lambda cast: invitations.send_by_mail(
        cast.alice, id=uuid7(), found=[Addressee(1, "jeanne@example.invalid")]
    ),
    "invitations.ask": lambda cast: invitations.ask(person("Gil"), invitation(cast), name="Gil"),
    "invitations.decide": lambda cast: invitations.decide(cast.alice, Request.objects.get(), is_accepted=True),
    "guests.make_key": lambda cast: guests.make_key(cast.alice, id=uuid7(), name="Papi"),
    "guests.come_in": lambda cast: opened(key(cast)),
    "guests.let_in": lambda cast: guests.let_in(cast.alice, late(cast)),
    "guests.cut_browser": lambda cast: guests.cut_browser(cast.alice, Browser.objects.get()),
    "guests.cut_key": lambda cast: guests.cut_key(cast.alice, key(cast)),
    "guests.renew_key": lambda cast: guests.renew_key(cast.alice, cut(cast)),
    "guests.grow": lambda cast: guests.grow(
        key(cast).membership,
        key(cast),
        address="mamie@example.invalid",
        session_key=Browser.objects.get().session_key,
    ),
    "guests.ask_to_be_let_in": lambda cast: guests.ask_to_be_let_in(
        key(cast).membership, key(cast), address="eve@example.invalid"
    ),
    "charters.publish_charter": lambda cast: charters.publish_charter(cast.alice, text="Gentiment.", seen=""),
    "charters.accept": agreed,
    "groups.make_group": gathered,
    "groups.change_group": lambda cast: groups.change_group(
        cast.alice, gathered(cast), name="Peinture", begins=True, members=[cast.carol.pk], seen=[cast.bob.pk]
    ),
    "groups.end_group": lambda cast: groups.end_group(cast.alice, gathered(cast)),
    "portraits.choose_photo": lambda cast: portraits.choose_photo(cast.bob, file=pictured(cast.bob)),
    "portraits.choose_logo": lambda cast: portraits.choose_logo(cast.alice, file=pictured(cast.alice)),
    "portraits.remove_photo": lambda cast: portraits.remove_photo(cast.carol),
    "portraits.remove_logo": lambda cast: portraits.remove_logo(cast.alice),
    "operators.end_place": lambda cast: operators.end_place(odile(), cast.carol),
    "operators.revoke": lambda cast: operators.revoke(odile(), invitation(cast)),
    "operators.cut_key": lambda cast: operators.cut_key(odile(), key(cast)),
    "operators.carry_out": lambda cast: operators.carry_out(odile(), "end_place", operators.end_place, cast.carol),
    "threads.react": lambda cast: threads.react(cast.alice, said(cast), reaction="heart"),
    "threads.accept": accepted,
    "threads.report": reported,
    "threads.decide": lambda cast: threads.decide(cast.alice, reported(cast), is_hidden=True),
    "threads.keep": lambda cast: threads.keep(cast.alice, said(cast)),
    "threads.comment": lambda cast: threads.comment(cast.alice, said(cast), id=uuid7(), body="moi aussi"),
    "threads.edit_comment": lambda cast: threads.edit_comment(cast.bob, answer(cast), body="non", seen="et moi"),
    "threads.delete_comment": lambda cast: threads.delete_comment(cast.alice, answer(cast)),
    "messaging.send_message": lambda cast: cast.say(cast.alice),
    "messaging.edit_message": lambda cast: messaging.edit_message(cast.bob, said(cast), body="non", seen="déjà là"),
    "messaging.delete_message": lambda cast: messaging.delete_message(cast.bob, said(cast)),
}
# Verbs that change nothing a device keeps.
ELSEWHERE = {
    "accounts.choose_language",
    "accounts.make_link",
    "accounts.close_account",
    "accounts.reopen_account",
    "accounts.end_sessions",
    "accounts.take_factor_away",
    "files.announce",
    "files.receive",
    "files.give_up",
    "hosting.change_mail",
    "operators.note_export",
    "notices.write",
}


def verbs() -> set[str]:
    """Find every action of every app."""
    found = set()
    for config in apps.get_app_configs():
        name = f"{config.name}.actions"
        if importlib.util.find_spec(config.name) and importlib.util.find_spec(name):
            module = importlib.import_module(name)
            nouns = [part.name for part in pkgutil.iter_modules(getattr(module, "__path__", []), f"{name}.")]
            for one in (name, *nouns):
                for verb, function in inspect.getmembers(importlib.import_module(one), inspect.isfunction):
                    if function.__module__ == one and hasattr(function, "__wrapped__"):
                        found.add(f"{config.label}.{verb}")
    return found


def test_every_action_is_here() -> None:
    assert verbs() == set(ACTIONS) | ELSEWHERE


@pytest.mark.parametrize("verb", sorted(ACTIONS))
def test_a_stale_device_catches_up(cast: Cast, browse: Browse, verb: str) -> None:
    before_all(cast)
    everybody = [cast.alice, cast.bob, cast.carol, cast.eve]
    devices = {member.pk: Device(browse(member), member).pull() for member in everybody}
    before = {member.pk: devices[member.pk].shown for member in everybody}
    with inside(cast.sphere):
        ACTIONS[verb](cast)
    changed = False
    for member in everybody:
        stale = devices[member.pk].stale_copy()
        assert stale.pull().shown == Device(browse(member), member).pull().shown
        changed = changed or stale.shown != before[member.pk]
    assert changed


@pytest.mark.parametrize("verb", sorted(ACTIONS))
def test_what_is_told_is_what_is_stored(
    cast: Cast, verb: str, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    """Some kinds are told from memory, without reading back: to everybody the row is the one that is stored."""
    before_all(cast)
    told: list[Recorded] = []
    entry_listeners.append(told.append)
    try:
        with inside(cast.sphere), django_capture_on_commit_callbacks(execute=True), timezone.override("Asia/Tokyo"):
            ACTIONS[verb](cast)
    finally:
        entry_listeners.remove(told.append)
    newest = {(one.entry.journal_id, one.entry.object_id): one for one in told}
    assert newest
    for one in newest.values():
        with timezone.override("Asia/Tokyo"):
            caches["rows"].clear()
            from_memory = finished(one.entry, one.scope, one.thing)
        caches["rows"].clear()
        assert from_memory == finished(one.entry, one.scope)
