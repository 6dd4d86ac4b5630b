"""Browsers for these tests, and a phone for each person in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from messaging.models import Conversation
from spheres.actions import admit, create_sphere
from spheres.models import Membership
from spheres.seal import inside
from tests.browser.people import PHONE, Phone
from tests.conftest import Cast, person
from tests.live import PATIENCE_SECONDS, Visitor

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

GivePhone = Callable[..., Phone]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder, and drives Chromium."""
    for item in items:
        if "tests/browser/" in item.nodeid and not item.get_closest_marker("engines"):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Start what drives the browsers, and end it before other tests: it occupies the thread's event loop."""
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as running:
        # Django sees that loop and believes that our own queries would block it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield running


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Start one browser for these tests."""
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def give_phone(chromium: Browser, web: str, transactional_db: None) -> Iterator[GivePhone]:
    """Hand out phones that nobody has signed in on."""
    with phones_with(chromium, web, PHONE) as give:
        yield give


@contextmanager
def phones_with(browser: Browser, url: str, looks: dict[str, Any]) -> Iterator[GivePhone]:
    """Hand out phones with this browser; what went wrong on them fails the test at its end."""
    phones: list[Phone] = []

    def give(**changed: Any) -> Phone:
        phone = Phone(browser.new_context(base_url=url, **{**looks, **changed}), url)
        phones.append(phone)
        return phone

    yield give
    for phone in phones:
        phone.ends()
    assert not [complaint for phone in phones for complaint in phone.complaints]


@pytest.fixture
def phone_of(give_phone: GivePhone, visit: Callable[[Membership], Visitor]) -> GivePhone:
    """Give somebody a phone on which they are signed in."""

    def of(member: Membership, **changed: Any) -> Phone:
        phone = give_phone(**changed)
        phone.keep_session(visit(member).session_key)
        return phone

    return of


@pytest.fixture
def talk(cast: Cast) -> str:
    """Give the address of the cast's conversation."""
    return f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/"


@dataclass(frozen=True)
class Life:
    """Bob's: the company's sphere, the family's, and a second private one."""

    cast: Cast
    home: Membership
    club: Membership

    @property
    def at_work(self) -> str:
        return address(self.cast.bob)

    @property
    def at_home(self) -> str:
        return address(self.home)

    @property
    def in_the_club(self) -> str:
        return address(self.club)


def address(member: Membership) -> str:
    """Give the address of the conversation in somebody's sphere."""
    with inside(member.sphere):
        return f"/s/{member.sphere.slug}/conversations/{Conversation.objects.get().pk}/"


@pytest.fixture
def life(cast: Cast) -> Life:
    """Give Bob a family and a club, too."""
    assert cast.bob.person
    home = create_sphere(cast.bob.person, name="Maison", context="family", hue="rose", shape="drop")
    admit(home, person("Fanny"), name="Fanny")
    admit(home, person("Gus"), name="Gus")
    return Life(cast, home, admit(cast.eve, cast.bob.person, name="Bob"))
