"""Write a picture of every page that Alice of the demo reaches by its links, for three widths, and dark for a phone."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tools.trial import Trial, trial

FOLDER = Path("build/screenshots")
SCREENS: list[tuple[str, ViewportSize]] = [
    ("360", {"width": 360, "height": 740}),
    ("768", {"width": 768, "height": 1024}),
    ("1280", {"width": 1280, "height": 800}),
    ("360-dark", {"width": 360, "height": 740}),
]
FIRST_START_SECONDS = 180


def sign_in_link(running: Trial) -> str:
    command = [sys.executable, "manage.py", "sign_in_link", "alice@demo.invalid"]
    environment = {"ALVEOLE_DATA": str(running.data), "ALVEOLE_URL": running.url}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.split()[-1]


def pages(page: Page, running: Trial) -> Iterator[str]:
    """Follow the links from the page on screen; stop once at each URL name, and give it."""
    asked = {named(page.url)}
    seen = set()
    waiting = [page.url]
    while waiting:
        page.goto(waiting.pop(0), wait_until="networkidle")
        name = named(page.url)  # which may be another than asked, after a redirection
        if name in seen:
            continue
        seen.add(name)
        yield str(name)
        for link in page.locator("a[href]").evaluate_all("links => links.map(link => link.href)"):
            if link.startswith(running.url) and named(link) not in asked:
                asked.add(named(link))
                waiting.append(link)


def named(url: str) -> str | None:
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return None


def photograph(browser: Browser, running: Trial, screen: str, size: ViewportSize) -> None:
    context = browser.new_context(
        viewport=size, locale="fr-FR", color_scheme="dark" if screen.endswith("dark") else "light"
    )
    page = context.new_page()
    page.goto(f"{running.url}/sign-in/")
    page.screenshot(path=FOLDER / f"account_login-{screen}.png")
    page.goto(sign_in_link(running))
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"{running.url}/")
    for name in pages(page, running):
        page.screenshot(path=FOLDER / f"{name.replace(':', '-')}-{screen}.png")
    context.close()


def main() -> None:
    django.setup()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        trial(Path(folder, "data"), FIRST_START_SECONDS) as running,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for screen, size in SCREENS:
            photograph(browser, running, screen, size)
        browser.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}/.")


if __name__ == "__main__":
    main()
