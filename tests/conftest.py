"""The cast: Alice is responsible for the sphere, Bob is a member, Carol visits, Dan left, Eve lives elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from django.utils import translation

from accounts.actions import create_user
from accounts.models import User
from journal.ids import uuid7
from messaging.actions import send_message
from messaging.models import Conversation, Message
from spheres.actions import admit, create_organisation, create_sphere, end_membership
from spheres.models import Membership, Sphere
from spheres.seal import inside


@dataclass(frozen=True)
class Cast:
    """Everybody's place in the company's sphere; Eve's is in a sphere of her own."""

    sphere: Sphere
    alice: Membership
    bob: Membership
    carol: Membership
    dan: Membership
    eve: Membership
    conversation: Conversation
    elsewhere: Conversation

    def say(self, author: Membership, body: str = "Bonjour") -> Message:
        """Let somebody speak in their sphere's conversation."""
        place = self.elsewhere if author.sphere_id == self.elsewhere.sphere_id else self.conversation
        with inside(author.sphere):
            return send_message(author, place, id=uuid7(), body=body)


def person(name: str) -> User:
    """Make an account."""
    return create_user(email=f"{name.lower()}@example.invalid", name=name, language="en")


@pytest.fixture(autouse=True)
def fresh_rows() -> Iterator[None]:
    """Forget rendered rows: another test's database uses the same numbers."""
    yield
    caches["rows"].clear()


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    """Read French again after a test whose browsers asked for English: a request leaves its language behind."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def own_settings(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Keep the limits' counters of each test apart from every other's."""
    settings.CACHES = {  # type: ignore[attr-defined]  # pytest-django's wrapper
        **settings.CACHES,  # type: ignore[attr-defined]  # the same
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)},
    }


@pytest.fixture
def cast(db: None) -> Cast:
    """Put everybody in their place."""
    return in_their_place()


def in_their_place() -> Cast:
    """Make the people, their spheres and memberships."""
    company = create_organisation("Lormeau")
    alice = create_sphere(person("Alice"), name="Chantier", organisation=company, type="visitor", shows_history=True)
    bob = admit(alice, person("Bob"), name="Bob")
    carol = admit(alice, person("Carol"), role="visitor", name="Carol")
    dan = admit(alice, person("Dan"), name="Dan")
    end_membership(alice, dan)
    dan.refresh_from_db()
    eve = create_sphere(person("Eve"), name="Foulées", context="association")
    with inside(alice.sphere):
        conversation = Conversation.objects.get()
    with inside(eve.sphere):
        elsewhere = Conversation.objects.get()
    return Cast(alice.sphere, alice, bob, carol, dan, eve, conversation, elsewhere)


@pytest.fixture
def browse(cast: Cast) -> Callable[[Membership | None], Client]:
    """Open a browser for somebody, or for nobody."""

    def opened(member: Membership | None) -> Client:
        client = Client(enforce_csrf_checks=False, headers={"host": settings.ALVEOLE_URL.split("//")[1]})
        if member is not None and member.person is not None:
            client.force_login(member.person)
        return client

    return opened
