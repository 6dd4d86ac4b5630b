"""A tap on a link: what the phone keeps is shown without asking the server, nor its own worker."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Request, expect

from spheres.actions import admit, settle
from tests.browser.conftest import GivePhone
from tests.browser.people import KEEPS_SPHERE, Phone
from tests.conftest import Cast

# As if somebody else's pages were kept, and this tab had not heard of it: all that is kept is under another identity.
BECOMES_ANOTHERS = """async () => {
    const device = await caches.open("device");
    const note = await (await device.match("/-/known")).json();
    const mine = await caches.open(["shells", note.identity, note.app, note.language].join("|"));
    const theirs = await caches.open(["shells", "another", note.app, note.language].join("|"));
    for (const request of await mine.keys()) {
        const text = await (await mine.match(request)).text();
        await theirs.put(request, new Response(text.replaceAll(note.identity, "another")));
    }
    await device.put("/-/known", new Response(JSON.stringify({ ...note, identity: "another" })));
}"""
PLACE = """() => {
    const rows = document.querySelectorAll('[role="log"] > live-row');
    const row = [...rows].find((one) => one.getBoundingClientRect().bottom > 0);
    return [row.id, Math.round(row.getBoundingClientRect().top)];
}"""

TAPS_TWICE = """(paths) => {
    for (const path of paths) document.querySelector(`a[href="${path}"]`).click();
}"""


def pages_asked(phone: Phone) -> list[str]:
    """Give the addresses of the pages that visits ask for from now on, be it of the worker."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.service_worker or request.is_navigation_request():
            return
        if "text/html" in request.headers.get("accept", ""):
            asked.append(urlsplit(request.url).path)

    phone.context.on("request", note)
    return asked


def test_a_visit_to_a_page_that_the_phone_keeps_asks_nobody(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    words = [f"message {number:02}" for number in range(40)]
    for body in words:
        cast.say(cast.alice, body)
    bob = phone_of(cast.bob)
    bob.opens("/")
    bob.keeps(cast.sphere)
    asked = pages_asked(bob)
    bob.page.evaluate("() => { window.isSame = true; }")
    bob.page.get_by_role("link", name="Chantier").click()
    bob.page.locator('main live-list[kind="messaging.conversation"] a').click()
    bob.sees(*words)
    expect(bob.page.locator("body[data-shell][data-page='messaging:conversation']")).to_be_attached()
    expect(bob.page.locator("h1").first).to_be_focused()
    assert urlsplit(bob.page.url).path == talk
    bob.page.evaluate("() => scrollBy(0, -700)")
    bob.hears(lambda: bob.page.evaluate(PLACE) == bob.page.evaluate(PLACE), "the page has come to rest")
    place = bob.page.evaluate(PLACE)
    bob.page.locator('nav.bar a[href="/"]:visible').click()
    expect(bob.page.locator('body[data-page="spheres:home"]')).to_be_attached()
    bob.page.go_back()
    bob.sees(*words)
    bob.hears(lambda: bob.page.evaluate(PLACE) == place, "the place where one was")
    bob.page.go_back()
    expect(bob.page.locator('body[data-page="spheres:sphere"]')).to_be_attached()
    assert bob.page.evaluate("() => window.isSame")
    assert asked == []


def test_a_visit_to_a_page_that_only_the_server_knows_asks_it(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    asked = pages_asked(bob)
    bob.page.get_by_role("link", name="Me", exact=True).click()
    expect(bob.page.locator('body[data-page="accounts:me"]:not([data-shell])')).to_be_attached()
    assert asked == ["/me/"]


def test_pages_kept_for_another_are_never_taken(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    asked = pages_asked(bob)
    bob.page.evaluate(BECOMES_ANOTHERS)
    bob.page.get_by_role("link", name="Members").click()
    # The worker has them, and the tab becomes whatever the server says: Bob's again.
    expect(bob.page.locator(f'body[data-page="spheres:members"][data-me="{cast.bob.pk}"]')).to_be_attached()
    bob.is_live()
    assert asked == [f"/s/{cast.sphere.slug}/members/"]


def test_of_two_taps_in_a_row_the_last_one_counts(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    before = bob.page.evaluate("() => history.length")
    bob.page.evaluate(TAPS_TWICE, [f"/s/{cast.sphere.slug}/members/", "/"])
    expect(bob.page.locator('body[data-page="spheres:home"]')).to_be_attached()
    bob.page.go_back()
    expect(bob.page.locator('body[data-page="messaging:conversation"]')).to_be_attached()
    assert bob.page.evaluate("() => history.length") == before + 1


def test_the_pages_of_the_sphere_in_view_are_kept_first_and_those_of_others_soon(
    cast: Cast, phone_of: GivePhone
) -> None:
    assert cast.bob.person
    admit(cast.eve, cast.bob.person, name="Bob")
    asked: list[str] = []
    bob = phone_of(cast.bob)
    bob.context.on("request", lambda request: asked.append(urlsplit(request.url).path))
    near, far = cast.elsewhere.sphere, cast.sphere
    bob.opens(f"/s/{near.slug}/")
    bob.keeps(near)
    bob.hears(lambda: bob.page.evaluate(KEEPS_SPHERE, far.slug), "the other sphere's shells are kept")
    bob.keeps(near)
    assert [path for path in asked if path.endswith("/shells/")] == [
        "/shells/",
        f"/s/{near.slug}/shells/",
        f"/s/{far.slug}/shells/",
    ]


def test_whoever_goes_on_is_not_brought_back(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob)
    bob.opens(f"/s/{cast.sphere.slug}/")
    bob.keeps(cast.sphere)
    bob.is_live()
    asked = bob.meets_silent_pages()
    settle(cast.alice, wanted={"without": "groups"}, seen={})
    bob.hears(lambda: asked, "the page of the sphere is asked for anew")
    bob.page.locator('main live-list[kind="messaging.conversation"] a').click()
    expect(bob.page.locator('body[data-page="messaging:conversation"]')).to_be_attached()
    with bob.page.expect_event("requestfinished"):
        for route in asked:
            route.continue_()
    bob.clears("**/*")
    bob.page.evaluate("() => new Promise((done) => setTimeout(() => requestIdleCallback(done)))")
    bob.writes("still here")
    bob.sees("still here")
    bob.waits(0)
    assert urlsplit(bob.page.url).path == talk
