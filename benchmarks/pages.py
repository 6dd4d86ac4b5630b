"""A conversation on a slow phone: bytes of its first load, cold opening with no network, its list by Turbo."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

from benchmarks.site import CORES, Served, Site, prepared

SLOWDOWN = 4
MESSAGES, ROWS = 200, 30
PATIENCE_MS = 20_000
QUIET_MS = 3_000
WORKER = "/sw.js"
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
    "locale": "fr-FR",
}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

# `shown` is kept when the list has its rows and they are painted: milliseconds since the tap, or since the navigation.
# It is told, not asked for, and looks twice only where there are rows enough: the page pays for nothing but itself.
WATCH = f"""
const every = document.getElementsByTagName("live-row");
const hasRows = () => document.querySelectorAll('main live-list[role="log"] > live-row').length >= {ROWS};
let began = 0;
let tell;
const begin = (at) => {{ began = at; window.shown = new Promise((resolve) => (tell = resolve)); }};
const painted = (done) => requestAnimationFrame(() => setTimeout(() => done?.(performance.now() - began)));
const watch = () => {{
    if (!tell || every.length < {ROWS} || !hasRows()) return;
    painted(tell);
    tell = undefined;
}};
new MutationObserver(watch).observe(document, {{ childList: true, subtree: true }});
addEventListener("click", (event) => begin(event.timeStamp), true);
begin(0);
"""
KEPT = """async () => {
    const note = await (await caches.open("device")).match("/-/known");
    return Boolean(note) && (await note.json()).slugs.length > 0;
}"""


class Phone:
    """Somebody's browser; all that it loads is counted."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.site = site
        self.context: BrowserContext = browser.new_context(base_url=site.url, **PHONE)
        session = site.prepared["people"][1]["session"]
        self.context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])
        self.context.add_init_script(WATCH)
        self.sphere = f"/s/{site.prepared['slug']}/"
        self.talk = f"{self.sphere}conversations/{site.prepared['conversation']}/"
        self.answers: list[Response] = []
        self.context.on("response", lambda answer: self.answers.append(answer))  # noqa: PLW0108  # Playwright marks it

    def slow_page(self) -> Page:
        """Open a page on a processor four times slower."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        self.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        return page

    def until_kept(self, page: Page) -> None:
        """Wait until the device can do without the network."""
        until(page, KEPT)
        page.wait_for_timeout(QUIET_MS)

    def loaded(self) -> Counter[str]:
        """Give the bytes of what was loaded from the network, by what it is; headers count."""
        sizes: Counter[str] = Counter()
        for answer in self.answers:
            if answer.from_service_worker or answer.url.endswith(WORKER):
                continue
            path = answer.url.removeprefix(self.site.url).split("?")[0]
            what = "the page" if path == self.talk else path.rpartition("/")[2] or path
            measured = answer.request.sizes()
            packed = answer.headers.get("content-encoding", "plain")
            key = f"{answer.request.resource_type}: {what} ({packed})"
            sizes[key] += measured["responseBodySize"] + measured["responseHeadersSize"]
        return sizes + self._worker()

    def _worker(self) -> Counter[str]:
        # The browser tells of the worker's own script in one run and not in another, and nothing of its body.
        script = self.context.request.get(WORKER, headers={"Accept-Encoding": "gzip, deflate, br"})
        head = sum(len(f"{one['name']}: {one['value']}\r\n") for one in script.headers_array)
        packed = script.headers.get("content-encoding", "plain")
        return Counter({f"script: {WORKER} ({packed})": head + int(script.headers["content-length"])})


def until(page: Page, condition: str) -> None:
    """Ask again and again: Playwright's own waiting evaluates text, which the site's policy forbids."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(condition):
        if time.monotonic() > deadline:
            sys.exit(f"Waited in vain at {page.url} until {condition}")
        page.wait_for_timeout(20)


def shown(page: Page) -> float:
    """Wait for the rows and give the milliseconds that they took."""
    return float(page.evaluate(f"Promise.race([window.shown, new Promise((_, no) => setTimeout(no, {PATIENCE_MS}))])"))


def first_load(phone: Phone) -> float:
    """Open the conversation on a new phone; print what came over the wire."""
    page = phone.slow_page()
    page.goto(phone.talk, wait_until="load")
    took = shown(page)
    phone.until_kept(page)  # what it fetches to do without the network counts, however late it comes
    images = ("image:", "other: icon", "other: manifest")
    whole = 0
    for what, size in phone.loaded().most_common():
        print(f"{size / 1000:8.1f} kB  {what}")
        whole += 0 if what.startswith(images) else size
    print(f"{whole / 1000:8.1f} kB  without images (goal 100); rows on screen after {took:.0f} ms", flush=True)
    page.close()
    return took


def cold_without_network(phone: Phone) -> float:
    """Open the conversation in a new page, with no network."""
    page = phone.slow_page()
    phone.context.set_offline(True)
    page.goto(phone.talk, wait_until="commit")
    took = shown(page)
    page.close()
    phone.context.set_offline(False)
    return took


def by_turbo(phone: Phone, *, offline: bool) -> float:
    """Open the sphere, then its conversation by its link."""
    page = phone.slow_page()
    page.goto(phone.sphere)
    link = page.locator(f'main a[href="{phone.talk}"]').first
    link.wait_for()
    page.wait_for_timeout(QUIET_MS)
    phone.context.set_offline(offline)
    page.wait_for_timeout(QUIET_MS)  # the tap, not what the device does when its line goes
    link.click()
    took = shown(page)
    phone.context.set_offline(False)
    page.close()
    return took


def measure(phone: Phone, repeats: int) -> None:
    first_load(phone)
    questions: list[tuple[str, Callable[[], float]]] = [
        ("cold opening with no network (goal 1000)", lambda: cold_without_network(phone)),
        (f"newest {ROWS} rows by Turbo (goal 150)", lambda: by_turbo(phone, offline=False)),
        (f"newest {ROWS} rows by Turbo with no network (goal 150)", lambda: by_turbo(phone, offline=True)),
    ]
    for question, ask in questions:
        every = sorted(ask() for _ in range(repeats))
        middle = every[len(every) // 2]
        each = ", ".join(f"{one:.0f}" for one in every)
        print(f"{question}: best {every[0]:.0f}, median {middle:.0f} ms, all {each}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    with prepared(8, 3) as site, site.served() as served, sync_playwright() as playwright:
        fill(served)
        # A phone has cores besides the page's own; what slows the page down is spinning, which would starve the rest.
        os.sched_setaffinity(0, CORES)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        measure(Phone(browser, site), asked.repeats)
        browser.close()
    return 0


def fill(served: Served) -> None:
    """Say enough for a page, for older ones too."""
    for number in range(MESSAGES):
        served.say(40 + number % 7 * 40)
    served.used()


if __name__ == "__main__":
    sys.exit(main())
