"""A page from the server and the same page made on the phone, of a shell and the store, are the same page."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from messaging.rows import MessageKind
from sync.shells import PageRoute, page_routes
from tests.browser.conftest import GivePhone
from tests.browser.paths import answer_of_bob, answered_by_bob, group_of_bob
from tests.conftest import Cast
from tests.spheres.test_matrix import as_hall

# The page as lines of text, without what is made anew for each: tokens, numbers of commands, minted ids, the blank
# row's time, and what tells how the page came.
PAGE = """() => {
    const ANEW = "[name=csrfmiddlewaretoken], [name=_command], [data-mint]";
    const lines = [];
    const write = (node, depth) => {
        const indent = " ".repeat(depth);
        if (node.nodeType === Node.TEXT_NODE && node.data.trim()) lines.push(indent + node.data.trim());
        if (node.nodeType !== Node.ELEMENT_NODE || node.matches("style, .turbo-progress-bar, [data-older]")) return;
        const isBlank = node.localName === "time" && node.getRootNode() !== document;
        const attributes = [...node.attributes]
            .filter(({ name }) => name !== "data-shell" && !(isBlank && name === "datetime"))
            .map(({ name, value }) => `${name}="${name === "value" && node.matches(ANEW) ? "" : value}"`);
        lines.push(`${indent}<${[node.localName, ...attributes.sort()].join(" ")}>`);
        const content = node.localName === "template" ? node.content : node;
        if (node.localName !== "sync-age" && !isBlank) for (const child of content.childNodes) write(child, depth + 1);
    };
    write(document.documentElement, 0);
    return lines;
}"""


def ids(cast: Cast) -> dict[str, object]:
    """Give an object for each id that stands in an address."""
    return {
        "conversation_id": cast.conversation.pk,
        "message_id": answered_by_bob(cast, "Bonjour\n<b>&amp;"),
        "member_id": cast.alice.pk,
        "group_id": group_of_bob(cast, "Toiture"),
        "comment_id": answer_of_bob(cast, "Moi\n<b>&amp;"),
    }


@pytest.mark.parametrize("route", page_routes(), ids=lambda route: str(route.name))
def test_the_shell_and_the_page_are_the_same(cast: Cast, phone_of: GivePhone, route: PageRoute) -> None:
    named = ids(cast)
    slug = {"slug": cast.sphere.slug} if route.is_inside else {}
    path = reverse(route.name, kwargs={**slug, **{name: named[name] for name in route.ids}})
    as_hall(cast, is_hall=route.name.startswith("organisations:"))
    narrower = getattr(route.page, "kept_by", None)
    cast.bob.refresh_from_db()
    # Pages for those responsible are kept by nobody else.
    bob = phone_of(cast.alice if narrower and not narrower(cast.bob) else cast.bob)
    bob.opens(path)
    bob.keeps(cast.sphere)
    expect(bob.page.locator("body[data-shell]")).to_have_count(0)
    from_server = bob.page.evaluate(PAGE)
    bob.loses_network()
    bob.reloads()
    expect(bob.page.locator("body[data-shell]")).to_be_attached()
    bob.gets_network()
    bob.is_live()
    assert bob.page.evaluate(PAGE) == from_server


def test_every_page_of_the_site_has_a_shell(cast: Cast) -> None:
    assert {route.name for route in page_routes()} >= {
        "spheres:home",
        "spheres:sphere",
        "spheres:members",
        "messaging:conversation",
        "messaging:edition",
        "sync:outbox",
    }


# How many rows of the conversation were there when a page first made one of these.
FIRST_MADE = """
window.rowsAtFirst = {};
for (const [owner, name] of [[Intl, "DateTimeFormat"], [window, "WebSocket"]]) {
    owner[name] = new Proxy(owner[name], {
        construct(made, given) {
            window.rowsAtFirst[name] ??= document.querySelectorAll('[role="log"] > live-row').length;
            return Reflect.construct(made, given);
        },
    });
}
"""


def test_a_page_opened_without_network_shows_its_rows_before_all_else(
    cast: Cast, phone_of: GivePhone, talk: str
) -> None:
    cast.say(cast.alice, "Bonjour")
    bob = phone_of(cast.bob)
    bob.opens("/")
    bob.keeps(cast.sphere)
    bob.page.context.add_init_script(FIRST_MADE)
    bob.loses_network()
    page = bob.opens_cold(talk)
    expect(page.locator('[role="log"] > live-row time.when')).to_be_visible()
    expect(page.locator("body[data-shell][data-sync]")).to_be_attached()
    bob.gets_network()
    bob.is_live()
    assert page.evaluate("() => window.rowsAtFirst") == {"DateTimeFormat": 1, "WebSocket": 1}


def test_what_was_said_long_ago_is_reached_from_a_kept_page(
    cast: Cast, phone_of: GivePhone, talk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MessageKind, "window", 40)
    words = [f"message {number:02}" for number in range(95)]
    for body in words:
        cast.say(cast.alice, body)
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.reloads()
    expect(bob.page.locator("body[data-shell]")).to_be_attached()
    bob.is_live()
    expect(bob.rows.last).to_contain_text(words[-1])
    older = bob.page.get_by_role("link", name="Show what was said before")
    while bob.row(words[0]).count() == 0:
        shown = bob.rows.count()
        older.click()
        expect(bob.rows).not_to_have_count(shown)
    bob.sees(*words)
