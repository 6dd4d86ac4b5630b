"""A browser for these tests, and a phone for each person in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from spheres.models import Membership
from tests.browser.people import PHONE, Phone
from tests.conftest import Cast
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
    """Mark what stands in this folder."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Start one browser for these tests, and end it before others: Playwright occupies the thread's event loop."""
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Django sees that loop and believes that our own queries would block it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def give_phone(chromium: Browser, web: str, transactional_db: None) -> Iterator[GivePhone]:
    """Hand out phones that nobody has signed in on; what went wrong on them fails the test at its end."""
    phones: list[Phone] = []

    def give(**changed: Any) -> Phone:
        phone = Phone(chromium.new_context(base_url=web, **{**PHONE, **changed}), web)
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
