"""Keys as tests make them, and browsers that know nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from journal.ids import uuid7
from spheres.guests.actions import make_key
from spheres.guests.models import Browser, Key
from spheres.guests.tokens import link_of
from spheres.models import Membership
from tests.sync.device import Device

ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36"


def made(by: Membership, name: str = "Mamie Jeanne") -> Key:
    """Make a key for somebody."""
    return fresh(make_key(by, id=uuid7(), name=name))


def path(key: Key) -> str:
    """Give the path of its link."""
    return link_of(key).removeprefix(settings.ALVEOLE_URL)


def fresh(key: Key) -> Key:
    """Give it as now stored."""
    return Key.objects.with_browsers().get(pk=key.pk)


def browser() -> Client:
    """Give a browser with nothing stored."""
    return Client(headers={"host": settings.ALVEOLE_URL.split("//")[1], "user-agent": ANDROID, "accept-language": "en"})


def opens(key: Key, client: Client | None = None) -> Client:
    """Open a link and press its button."""
    client = client or browser()
    client.post(path(key))
    return client


def is_in(client: Client, key: Key) -> bool:
    """Whether this browser sees the sphere."""
    return client.get(f"/s/{key.sphere.slug}/").status_code == 200


def page(client: Client, key: Key) -> str:
    """Give what its page says."""
    answer: HttpResponse = client.get(path(key))  # type: ignore[assignment]  # the test client's own class
    return answer.content.decode()


def waiting() -> Browser:
    """Give the one browser that waits."""
    return Browser.objects.get(state="waiting")


def rows(client: Client, member: Membership) -> list[dict[str, Any]]:
    """Give the rows of keys that reach somebody's device, one of each: by their own journal, or by the desk."""
    shown = Device(client, member).pull().shown.values()
    return list({row["id"]: row for row in shown if row["k"] == "guests.key"}.values())
