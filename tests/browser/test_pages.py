"""Every page for everybody: accessible, nothing cut off, nothing too small for a thumb, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Page, expect

from accounts.links import sign_in_link
from sync.shells import page_routes
from tests.browser.conftest import GivePhone
from tests.browser.people import DESK, Phone
from tests.conftest import Cast

AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """async (tags) => {
    const rules = { "target-size": { enabled: true } };
    const { violations } = await axe.run(document, { runOnly: tags, rules, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}"""
# What is wider than the screen. A strip that scrolls by itself is not.
TOO_WIDE = """() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth && innerWidth <= clientWidth) return [];
    const all = [...document.querySelectorAll("body *")];
    const cut = all.filter((one) => one.getBoundingClientRect().right > clientWidth);
    return [`${scrollWidth} > ${clientWidth}`, ...cut.slice(0, 5).map((one) => one.outerHTML.slice(0, 120))];
}"""
# What a thumb may miss. A link within a sentence is as large as its letters (WCAG 2.5.8), a choice as its label.
TOO_SMALL = """(least) => {
    const shown = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), textarea, select, summary")]
        .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".skip, [inert], p"))
        .map((one) => one.matches("[type=radio], [type=checkbox]") ? one.closest("label") ?? one : one);
    return shown.flatMap((one) => {
        const { width, height } = one.getBoundingClientRect();
        return width < least || height < least ? [`${width} × ${height}: ${one.outerHTML.slice(0, 160)}`] : [];
    });
}"""
LEAST = 44

# Addresses that answer no person with a page.
NOT_PAGES = {
    "sync:feed",
    "sync:shells",
    "sync:sphere_shells",
    "sync:service_worker",
    "sync:manifest",
    "sync:token",
    "accounts:sign_out",
    "accounts:language",
    "account_logout",
    "messaging:messages",
    "messaging:deletion",
}


def url_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """Walk the URLconf."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from url_names(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}"


SIGNED_IN = {route.name for route in page_routes()}
NAMES = sorted({*url_names(get_resolver()), "nowhere"} - NOT_PAGES)


def path_of(name: str, cast: Cast) -> str:
    """Give an address for a URL name."""
    if name == "nowhere":
        return "/nowhere/"
    if name == "accounts:link":
        assert cast.bob.person
        return sign_in_link(cast.bob.person).removeprefix(settings.ALVEOLE_URL)
    route = next((route for route in page_routes() if route.name == name), None)
    if route is None:
        return reverse(name)
    long_words = "Une_adresse_sans_espace_ni_tiret_qui_ne_tient_pas_sur_une_ligne_" * 2
    cast.say(cast.alice, f"https://example.invalid/{long_words}")
    ids = {"conversation_id": cast.conversation.pk, "message_id": cast.say(cast.bob, long_words).pk}
    slug = {"slug": cast.sphere.slug} if route.is_inside else {}
    return reverse(name, kwargs={**slug, **{name: ids[name] for name in route.ids}})


def complaints(page: Page) -> list[str]:
    """Look at a page in both themes."""
    found: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found += [f"{theme}: {one}" for one in page.evaluate(RUN_AXE, TAGS)]
    return [*found, *page.evaluate(TOO_WIDE), *page.evaluate(TOO_SMALL, LEAST)]


def look(phone: Phone) -> Phone:
    """Make a phone's pages ready to be looked at."""
    phone.context.add_init_script(path=AXE)
    return phone


def shows(phone: Phone, path: str) -> None:
    """Open a page, whoever it is for."""
    phone.page.goto(path)
    if phone.page.locator("body[data-identity]:not([data-identity=''])").count():
        phone.is_live()


@pytest.mark.parametrize("screen", ["360", "1280"])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_for_everybody(
    cast: Cast, phone_of: GivePhone, give_phone: GivePhone, name: str, screen: str
) -> None:
    changed: dict[str, Any] = {} if screen == "360" else DESK
    phone = look(phone_of(cast.bob, **changed) if name in SIGNED_IN else give_phone(**changed))
    shows(phone, path_of(name, cast))
    expect(phone.page.locator("h1:visible")).to_have_count(1)
    assert complaints(phone.page) == []


def test_text_twice_as_large_cuts_nothing_off(cast: Cast, phone_of: GivePhone, give_phone: GivePhone) -> None:
    grandmother, nobody = phone_of(cast.carol), give_phone()
    cut = {}
    for name in NAMES:
        phone = grandmother if name in SIGNED_IN else nobody
        shows(phone, path_of(name, cast))
        phone.page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        cut[name] = phone.page.evaluate(TOO_WIDE)
    assert {name: found for name, found in cut.items() if found} == {}


def is_pending(cast: Cast, phone: Phone, talk: str) -> None:
    phone.opens(talk)
    phone.keeps(cast.sphere)
    phone.loses_network()
    phone.writes("in the tunnel")
    phone.waits(1)
    phone.pending.locator(".outbox-state summary").click()


def waits_in_the_outbox(cast: Cast, phone: Phone, talk: str) -> None:
    is_pending(cast, phone, talk)
    phone.opens("/outbox/")
    phone.page.locator("outbox-list .outbox-state summary").click()


def is_refused(cast: Cast, phone: Phone, talk: str) -> None:
    phone.opens(talk)
    phone.page.eval_on_selector("message-composer textarea", "field => field.removeAttribute('maxlength')")
    phone.writes("x" * 10_001)
    phone.opens("/outbox/")
    expect(phone.page.locator("[data-sentence]").first).to_contain_text("too long")
    phone.page.get_by_text("Discard", exact=True).click()


def asks_before_deleting(cast: Cast, phone: Phone, talk: str) -> None:
    cast.say(cast.bob, "to be deleted")
    phone.opens(talk)
    phone.is_live()
    row = phone.row("to be deleted")
    row.locator("summary").first.click()
    row.get_by_text("Delete", exact=True).click()
    expect(row.get_by_role("button", name="Delete this message")).to_be_visible()


def is_not_here(cast: Cast, phone: Phone, talk: str) -> None:
    phone.opens(talk)
    phone.keeps(cast.sphere)
    phone.loses_network()
    phone.opens(talk.replace(str(cast.conversation.pk), str(cast.alice.pk)))
    expect(phone.page.get_by_role("heading", name="This is not on your device")).to_be_visible()


def misspells_the_password(cast: Cast, phone: Phone, talk: str) -> None:
    phone.context.clear_cookies()
    phone.page.goto("/sign-in/")
    phone.page.fill("[name=login]", "bob@example.invalid")
    phone.page.fill("[name=password]", "wrong words")
    phone.page.get_by_role("button", name="Sign in").click()
    expect(phone.page.locator(".errorlist")).to_be_visible()


MOMENTS: dict[str, Callable[[Cast, Phone, str], None]] = {
    "an item is pending": is_pending,
    "an item waits in the outbox": waits_in_the_outbox,
    "a refusal is shown": is_refused,
    "a deletion asks": asks_before_deleting,
    "a page is not here": is_not_here,
    "a password is wrong": misspells_the_password,
}


@pytest.mark.parametrize("screen", ["360", "1280"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_what_happens_on_a_page_is_for_everybody(
    cast: Cast, phone_of: GivePhone, talk: str, moment: str, screen: str
) -> None:
    phone = look(phone_of(cast.bob, **({} if screen == "360" else DESK)))
    MOMENTS[moment](cast, phone, talk)
    assert complaints(phone.page) == []
