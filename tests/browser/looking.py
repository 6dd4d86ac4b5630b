"""What is wrong with a page on screen: for whoever cannot see it well, on a small screen, with a thumb."""

from __future__ import annotations

from django.conf import settings
from playwright.sync_api import Page

from tests.browser.people import Phone

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
