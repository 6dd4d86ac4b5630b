"""An operator's browser, and a site full of marks that must not be seen in it."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows import login
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.actions import create_user
from accounts.models import User
from accounts.second_factor import has_one
from journal.ids import uuid7
from spheres.actions import admit, create_sphere, present, settle
from spheres.guests.actions import make_key
from spheres.guests.tokens import link_of as guests_link
from spheres.invitations.actions import invite
from spheres.invitations.tokens import link_of
from tests.conftest import Cast

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ADDRESS = "root@example.invalid"


def operator(person: User | None = None) -> User:
    """Let somebody run the site, with a second factor."""
    person = person or User.objects.filter(email=ADDRESS).first()
    person = person or create_user(email=ADDRESS, name="Odile", language="en")
    person.is_staff = True
    person.save(update_fields=["is_staff"])
    if not has_one(person):
        TOTP.activate(person, SECRET)
    return person


def signed_in(person: User | None, *, proven_ago: float | None = None) -> Client:
    """Open somebody's browser; their second factor was shown so many seconds ago, or not."""
    client = Client(headers={"host": settings.ALVEOLE_URL.split("//")[1]})
    if person is not None:
        client.force_login(person)
    if proven_ago is not None:
        session = client.session
        shown: dict[str, Any] = {"method": "mfa", "at": time.time() - proven_ago, "type": "totp"}
        session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [shown]
        session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(person.pk) if person else ""
        session.save()
    return client


def at_work(person: User | None = None) -> Client:
    """Open the browser of an operator who came in just now."""
    return signed_in(operator(person), proven_ago=1)


def routes() -> list[str]:
    """Walk the URLconf: the pattern of every page of the administration."""

    def walk(resolver: URLResolver, text: str) -> Any:
        for entry in resolver.url_patterns:
            inner = text + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry, inner)
            elif isinstance(entry, URLPattern):
                yield inner

    for entry in get_resolver().url_patterns:
        if isinstance(entry, URLResolver) and entry.namespace == "admin":
            return list(walk(entry, "/" + str(entry.pattern)))
    raise AssertionError("there is no administration")


def marks(cast: Cast) -> list[str]:
    """Fill the site with what no operator is to see, and give the words of it."""
    cast.say(cast.bob, "MARK-message")
    address = "MARK-mail@example.invalid"
    present(cast.bob, name="Bob", telephone="06 12 34 00 99", email=address, how_to_reach="MARK-how")
    settle(cast.alice, wanted={"description": "MARK-description"}, seen={"description": ""})
    fanny = create_user(email="fanny@example.invalid", name="Fanny", language="fr")
    home = create_sphere(fanny, name="MARK-family", context="family", founder_name="MARK-maman")
    settle(home, wanted={"description": "MARK-secret"}, seen={"description": ""})
    assert cast.bob.person is not None
    bob = admit(home, cast.bob.person, name="MARK-papa")
    key = make_key(home, id=uuid7(), name="MARK-mamie")
    invited = invite(home, id=uuid7(), note="MARK-note")
    here = invite(cast.alice, id=uuid7(), note="MARK-remark")
    guest = make_key(cast.alice, id=uuid7(), name="Papi")
    links = [link_of(invited), link_of(here), guests_link(key), guests_link(guest)]
    tokens = [link.rstrip("/").split("/")[-1] for link in links]
    private = [home.sphere.slug, str(invited.pk), str(key.pk), str(bob.pk)]
    return ["MARK-", "06 12 34 00 99", SECRET, *tokens, *private]
