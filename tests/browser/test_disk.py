"""A browser whose disk is missing, refuses or fails: it is said, rows are shown and what is sent goes through."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import GivePhone
from tests.browser.people import said
from tests.conftest import Cast

DISKS = {
    "missing": "Object.defineProperty(window, 'indexedDB', { value: undefined });",
    "refused": """IDBFactory.prototype.open = function () {
        const request = { error: new DOMException("refused", "UnknownError") };
        setTimeout(() => request.onerror?.());
        return request;
    };""",
    "throws": """IDBFactory.prototype.open = () => { throw new DOMException("not here", "SecurityError"); };""",
    "full": """for (const name of ["add", "put"]) IDBObjectStore.prototype[name] = () => {
        throw new DOMException("full", "QuotaExceededError");
    };""",
}


@pytest.mark.parametrize("disk", DISKS)
def test_a_disk_that_says_no_is_said_and_stops_nobody(cast: Cast, phone_of: GivePhone, talk: str, disk: str) -> None:
    cast.say(cast.alice, "from the server")
    alice, bob = phone_of(cast.alice), phone_of(cast.bob)
    bob.context.add_init_script(DISKS[disk])
    alice.opens(talk)
    bob.opens(talk)
    bob.sees("from the server")
    bob.writes("without a disk")
    bob.waits(0)
    bob.sees("from the server", "without a disk")
    alice.writes("i hear you")
    bob.sees("from the server", "without a disk", "i hear you")
    expect(bob.banner("disk")).to_be_visible()
    assert said(cast.sphere) == ["from the server", "without a disk", "i hear you"]


@pytest.mark.parametrize("disk", DISKS)
def test_without_a_disk_unsent_words_wait_in_the_page(cast: Cast, phone_of: GivePhone, talk: str, disk: str) -> None:
    bob = phone_of(cast.bob)
    bob.context.add_init_script(DISKS[disk])
    bob.opens(talk)
    bob.loses_network()
    bob.writes("one", "two")
    bob.waits(2)
    expect(bob.pending).to_have_count(2)
    expect(bob.banner("disk")).to_be_visible()
    bob.gets_network()
    bob.waits(0)
    bob.sees("one", "two")
    assert said(cast.sphere) == ["one", "two"]
