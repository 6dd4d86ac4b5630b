"""People with a phone in their hand: what they see, what they do and what they wait for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import BrowserContext, CDPSession, Error, Locator, Page, Request, Route, expect

from messaging.models import Message
from spheres.models import Sphere
from spheres.seal import inside
from tests.live import PATIENCE_SECONDS

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
    "locale": "en-GB",
    "reduced_motion": "reduce",
    "timezone_id": "Europe/Paris",
}
DESK: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 800},
    "device_scale_factor": 1,
    "has_touch": False,
    "is_mobile": False,
}
COMMANDS = re.compile(r"/(messages|comments|edition|deletion)/$")

# What the service worker may serve, as the device noted it: the sphere's shells are kept, and all that they load.
KEEPS_SPHERE = """async slug => {
    const note = await (await caches.open("device")).match("/-/known");
    return Boolean(note) && (await note.json()).slugs.includes(slug);
}"""
# Everything on this browser, as text: its databases, or the addresses and pages in its caches.
MEMORY = """async () => {
    const ask = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
        setTimeout(() => reject(new Error("the disk does not answer")), 10_000);
    });
    const kept = [];
    for (const { name } of await indexedDB.databases()) {
        const opening = indexedDB.open(name);
        // Erased since it was listed: looking must not make it anew.
        opening.onupgradeneeded = () => opening.transaction.abort();
        const database = await ask(opening).catch((error) => {
            if (error.name !== "AbortError") throw error;
        });
        if (!database) continue;
        for (const store of database.objectStoreNames) {
            kept.push([name, store, await ask(database.transaction(store).objectStore(store).getAll())]);
        }
        database.close();
    }
    return JSON.stringify(kept);
}"""
SHELLS = """async () => {
    const kept = [];
    for (const name of (await caches.keys()).filter((name) => !name.startsWith("assets"))) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            kept.push(name, request.url, await (await cache.match(request)).text());
        }
    }
    return JSON.stringify(kept);
}"""
# Writes and sends as fast as a page can take it, a frame between the two, and goes on typing.
ROBOT = """async (words) => {
    const form = document.querySelector("message-composer form");
    const field = form.querySelector("textarea");
    for (const word of words) {
        field.value = word;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise(requestAnimationFrame);
        form.requestSubmit();
    }
    field.value = "half-written";
}"""
# Told as errors of a page where nothing of ours failed: an animation between two documents, given up where the next
# one does not come; a visit given up for another while its page was read; in Firefox, a socket that found no network.
NO_FAULTS = (
    "ransition was",
    "signal is aborted without reason",
    "establish a connection to the server at ws",
    "The connection to ws",
)
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
    console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));"""


class Phone:
    """Somebody's browser: what it keeps, the page in view, and what went wrong on it."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.complaints: list[str] = []
        context.add_init_script(TELL_VIOLATIONS)
        context.on("page", self._watch)
        context.on("request", self._check_host)
        self.page = context.new_page()

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self._note(page, f"{error} {error.stack}"))
        page.on("console", lambda said: self._hear(page, said.text))

    def _note(self, page: Page, error: str) -> None:
        if not any(said in error for said in NO_FAULTS):
            self.complaints.append(f"{page.url}: {error}")

    def _hear(self, page: Page, said: str) -> None:
        if "Content Security Policy" in said:
            self.complaints.append(f"{page.url}: {said}")

    def _check_host(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != urlsplit(self.url).netloc:
            self.complaints.append(f"{request.url} is asked of another host")

    def keep_session(self, session_key: str) -> None:
        """Be signed in from here on, as if since long."""
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_key, "url": self.url}
        self.context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict

    def follow_link(self, link: str) -> None:
        """Sign in by a one-time link: one page, one button."""
        self.page.goto(link)
        self.page.get_by_role("button", name="Sign in").click()
        self.is_home()

    def ends(self) -> None:
        """Put the phone away."""
        self.context.unroute_all(behavior="ignoreErrors")
        self.context.close()

    # Network

    def loses_network(self) -> None:
        """Drive into the tunnel."""
        self.context.set_offline(True)

    def gets_network(self) -> None:
        """Leave the tunnel."""
        self.context.set_offline(False)

    def comes_back(self) -> None:
        """Look at the phone again: the device tries at once what it would try later."""
        self.page.evaluate("() => dispatchEvent(new Event('focus'))")

    def meets(self, weather: Callable[[Route], object], path: str | re.Pattern[str] = COMMANDS) -> None:
        """Let something happen to every command, or every other request, on its way."""
        self.context.route(path, weather)

    def meets_silence(self) -> CDPSession:
        """Let nothing come back to this page by HTTP: neither an answer nor an error. Detached, it is over."""
        line = self.context.new_cdp_session(self.page)
        silence = {"offline": False, "latency": 600_000, "downloadThroughput": -1, "uploadThroughput": -1}
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", silence)
        return line

    def meets_silent_pages(self) -> list[Route]:
        """Let no page come from the server any more; give those that were asked for."""
        asked: list[Route] = []

        def hang(route: Route) -> None:
            if "text/html" in route.request.headers.get("accept", ""):
                asked.append(route)
            else:
                route.continue_()

        self.context.route("**/*", hang)
        return asked

    def clears(self, path: str | re.Pattern[str] = COMMANDS) -> None:
        """Let requests through again."""
        self.context.unroute(path)

    # Pages

    def opens(self, path: str) -> Page:
        """Open an address by typing it, and wait until the page lives."""
        self.page.goto(path)
        return self.lives()

    def reloads(self) -> None:
        """Load the page anew."""
        self.page.reload()
        self.lives()

    def opens_new_tab(self, path: str) -> Page:
        """Open an address in a tab of its own; that one is looked at from now on."""
        self.page = self.context.new_page()
        return self.opens(path)

    def opens_cold(self, path: str) -> Page:
        """Close the app and open it again."""
        before = self.page
        self.opens_new_tab(path)
        before.close()
        return self.page

    def taps_to(self, sphere: str) -> None:
        """Go by home to another sphere and into its conversation."""
        self.page.locator('nav.bar li a[href="/"]').click()
        expect(self.page.locator('body[data-page="spheres:home"]')).to_be_attached()
        self.page.locator("main").get_by_role("link", name=sphere).click()
        expect(self.page.locator('body[data-page="spheres:sphere"]')).to_be_attached()
        self.page.locator('main live-list[kind="messaging.conversation"] a').click()
        expect(self.page.locator('body[data-page="messaging:conversation"]')).to_be_attached()

    def is_home(self) -> None:
        """Wait until the phone shows the day."""
        self.page.wait_for_url(f"{self.url}/")

    def lives(self) -> Page:
        """Wait until the page's scripts have taken it over."""
        expect(self.page.locator("body[data-sync][data-outbox]")).to_be_attached()
        return self.page

    def is_live(self) -> Page:
        """Wait until what the server has is on screen."""
        expect(self.page.locator("body[data-sync=live]")).to_be_attached()
        return self.page

    def keeps(self, sphere: Sphere) -> None:
        """Wait until the phone could do without network."""
        self.is_live()
        self.hears(lambda: self.page.evaluate(KEEPS_SPHERE, sphere.slug), "the shells are kept")

    def waits(self, number: int) -> None:
        """Wait until as many commands are not sent, on screen too."""
        expect(self.page.locator(f'body[data-outbox="{number}"]')).to_be_attached()
        badge = self.page.locator("outbox-badge")
        if number:
            expect(badge).to_be_visible()
            expect(badge.locator("[data-count]")).to_have_text(str(number))
        else:
            expect(badge).to_be_hidden()

    def memory(self, of: str = "rows") -> str:
        """Give everything that this browser keeps: "rows", drafts and commands too, or "shells"."""
        return str(self.page.evaluate(MEMORY if of == "rows" else SHELLS))

    @property
    def served(self) -> str:
        """Tell which build and spheres the service worker serves."""
        note = "async () => (await (await caches.open('device')).match('/-/known'))?.text()"
        return str(self.page.evaluate(note))

    @property
    def unsent(self) -> int:
        """Tell how many commands are not settled."""
        return int(self.page.evaluate("() => document.body.dataset.outbox"))

    def hears(
        self,
        condition: Callable[[], object],
        what: str,
        *,
        meanwhile: Callable[[], object] = lambda: None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Wait for something that is not on screen; the browser goes on, and so does the weather."""
        deadline = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain: {what}"
            meanwhile()
            self.page.evaluate("() => new Promise(requestAnimationFrame)")

    # Talk

    @property
    def rows(self) -> Locator:
        """Give the messages on screen."""
        return self.page.locator('live-list[kind="messaging.message"]:not([data-heading]) > live-row')

    @property
    def pending(self) -> Locator:
        """Give the messages on screen that the server has not accepted."""
        return self.page.locator('live-list[kind="messaging.message"] > live-row[data-pending="new"]')

    def row(self, words: str) -> Locator:
        """Give the message with these words."""
        return self.rows.filter(has_text=words)

    def sees(self, *words: str) -> None:
        """Wait until exactly these words are on screen, in this order."""
        expect(self.rows.locator(".body")).to_have_text(list(words))

    def writes(self, *words: str) -> None:
        """Write messages, one after the other."""
        for body in words:
            self.page.fill("message-composer textarea", body)
            self.page.click("message-composer button.send")

    def writes_like_a_robot(self, *words: str) -> None:
        """Write messages faster than anybody can, and leave one half-written."""
        self.page.evaluate(ROBOT, list(words))

    def banner(self, what: str) -> Locator:
        """Give a sentence about the state of this device."""
        return self.page.locator(f'offline-banner [data-when="{what}"]')


def said(sphere: Sphere) -> list[str]:
    """Give the words that the server holds, in the order of arrival."""
    with inside(sphere):
        return list(Message.objects.filter(deleted_at=None).order_by("arrived_at").values_list("body", flat=True))


# Weather: what may happen to a request between a phone and the server.


def lost(route: Route) -> None:
    """The request never arrives."""
    route.abort("connectionreset")


def answer_lost(route: Route) -> None:
    """The server did it, and the phone never hears so."""
    route.fetch(max_redirects=0)
    with suppress(Error):  # the weather may have cleared meanwhile: then the request went through again
        route.abort("connectionreset")


def answers(status: int, body: str = "", **headers: str) -> Callable[[Route], None]:
    """Somebody in between answers in place of the server."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda route: route.fulfill(status=status, body=body, headers={"Content-Type": "text/html", **named})
