"""What a browser says that it is: its name, in two words that a family knows, and whether another app is around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

# By what apps make themselves known that open links in a window of their own, as inapp-spy (MIT) gathers it. That
# library asks the page; here the server answers, also without JavaScript. The first that fits: Meta's name each other.
APPS = {
    "Messenger": r"MessengerForiOS|FB_IAB/(?:MESSENGER|Orca)",
    "Instagram": r"\bInstagram\b",
    "Threads": r"\bBarcelona\b",
    "WhatsApp": r"\bWhatsApp\b|\[WAiOS/|\[WA4A/",
    "Facebook": r"\bFB(?:AN|AV|_IAB)\b|\bMetaIAB\b",
    "LinkedIn": r"\bLinkedInApp\b",
    "LINE": r"\bLine/",
    "WeChat": r"\bMicroMessenger/",
    "TikTok": r"musical_ly|BytedanceWebview|\btrill_",
    "Snapchat": r"\bSnapchat/",
    "X": r"\bTwitter for iP|\bTwitterAndroid\b",
    "Google": r"\bGSA/",
}
# Any other app's: Android says so, and on an iPhone only a real browser also calls itself Safari.
SOME_APP = r"; wv\)|^(?=.*\b(?:iPhone|iPad|iPod)\b)(?!.*Safari/)"
# The first that fits: most browsers also name those that came before them.
BROWSERS = {
    **{name: APPS[name] for name in ("Facebook", "Instagram", "WhatsApp")},
    "Samsung Internet": r"SamsungBrowser",
    "Edge": r"\bEdg(?:e|A|iOS)?/",
    "Opera": r"\bOPR/|\bOPT/",
    "Firefox": r"Firefox/|FxiOS/",
    "Chrome": r"Chrome/|CriOS/",
    "Safari": r"Safari/",
}
APPLE = r"iPhone|iPad|iPod"
MACHINES = {
    "iPhone": r"iPhone",
    "iPad": r"iPad",
    "Android": r"Android",
    "Windows": r"Windows",
    "Mac": r"Macintosh",
    "Linux": r"Linux",
}
# Says in the address of an icon on the home screen whose it is.
WHOSE = "for"


def name_of(agent: str) -> str:
    """Name a browser and its machine ("Chrome, Android"); empty if neither is known."""
    found = [_first(BROWSERS, agent), _first(MACHINES, agent)]
    return ", ".join(name for name in found if name)


@dataclass(frozen=True)
class Around:
    """The app whose window shows a page: its name, if known, and what leads out of it."""

    app: str
    is_apple: bool
    # The address of the page, to be copied.
    link: str


def app_around(request: HttpRequest) -> Around | None:
    """Tell which app's window shows the page; None in a browser of its own, on a desk, or behind our own icon.

    It is told in the page and kept nowhere.
    """
    agent = request.headers.get("User-Agent", "")
    is_apple = bool(re.search(APPLE, agent))
    app = _first(APPS, agent)
    is_inside = bool(app or re.search(SOME_APP, agent)) and (is_apple or "Android" in agent)
    # On an iPhone an app of the home screen names no Safari either.
    if not is_inside or WHOSE in request.GET:
        return None
    return Around(app, is_apple, settings.ALVEOLE_URL + request.path)


def _first(names: dict[str, str], agent: str) -> str:
    return next((name for name, mark in names.items() if re.search(mark, agent)), "")
