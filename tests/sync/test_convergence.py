"""Convergence: for every action, a stale device plus its feed equals a fresh device."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable

import pytest
from django.apps import apps
from django.test import Client

from messaging import actions as messaging
from messaging.models import Message
from spheres import actions as spheres
from spheres.models import Membership
from spheres.seal import inside
from tests.conftest import Cast, person
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
Act = Callable[[Cast], object]


def said(cast: Cast) -> Message:
    """Give the message that Bob had said before."""
    message: Message = Message.objects.get(author=cast.bob)
    return message


ACTIONS: dict[str, Act] = {
    "spheres.create_sphere": lambda cast: (
        spheres.create_sphere(cast.bob.person, name="À nous") if cast.bob.person else None
    ),
    "spheres.admit": lambda cast: spheres.admit(cast.alice, person("Gil"), name="Gil"),
    "spheres.end_membership": lambda cast: spheres.end_membership(cast.alice, cast.carol),
    "spheres.rename": lambda cast: spheres.rename(cast.alice, name="Alice L."),
    "spheres.mark": lambda cast: spheres.mark(
        cast.bob, kind="messaging.conversation", object_id=cast.conversation.pk, key="read", value="3"
    ),
    "messaging.send_message": lambda cast: cast.say(cast.alice),
    "messaging.edit_message": lambda cast: messaging.edit_message(cast.bob, said(cast), body="non", seen="déjà là"),
    "messaging.delete_message": lambda cast: messaging.delete_message(cast.bob, said(cast)),
}
# Verbs that change nothing a device keeps.
ELSEWHERE = {"accounts.choose_language", "accounts.make_link"}


def verbs() -> set[str]:
    """Find every action of every app."""
    found = set()
    for config in apps.get_app_configs():
        name = f"{config.name}.actions"
        if importlib.util.find_spec(config.name) and importlib.util.find_spec(name):
            module = importlib.import_module(name)
            for verb, function in inspect.getmembers(module, inspect.isfunction):
                if function.__module__ == name and hasattr(function, "__wrapped__"):
                    found.add(f"{config.label}.{verb}")
    return found


def test_every_action_is_here() -> None:
    assert verbs() == set(ACTIONS) | ELSEWHERE


@pytest.mark.parametrize("verb", sorted(ACTIONS))
def test_a_stale_device_catches_up(cast: Cast, browse: Browse, verb: str) -> None:
    cast.say(cast.bob, "déjà là")
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
