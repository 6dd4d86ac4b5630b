"""Links that are opened inside other apps: recognised, and the way out is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory

from spheres.agents import app_around
from spheres.guests.models import Browser, Key
from tests.conftest import Cast
from tests.guests import making as guests
from tests.invitations import making as invitations

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPAD = "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
PIXEL = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A.240905.003; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/130.0.6723.58 Mobile Safari/537.36"
)
FACEBOOK = (
    f"{IPHONE} Mobile/22B83 [FBAN/FBIOS;FBAV/488.0.0.68.101;FBBV/658219612;FBDV/iPhone12,8;FBMD/iPhone;FBSN/iOS;"
    "FBSV/18.1;FBSS/2;FBID/phone;FBLC/en_US;FBOP/5;FBRV/0;IABMV/1]"
)
GMAIL = PIXEL  # like any app that shows a page in Android's own view
# As the apps say it, most from the tests of inapp-spy.
INSIDE = [
    (FACEBOOK, "Facebook"),
    (f"{IPHONE} Mobile/22G100 Safari/604.1 MetaIAB Facebook", "Facebook"),
    (f"{PIXEL} [FB_IAB/FB4A;FBAV/488.0.0.62.79;IABMV/1;]", "Facebook"),
    (f"{IPHONE} Mobile/14D27 [FBAN/MessengerForiOS;FBAV/117.0.0.36.70;FBBV/57539258;FBDV/iPhone7,2]", "Messenger"),
    (f"{PIXEL} [FB_IAB/Orca-Android;FBAV/376.1.0.25.106;]", "Messenger"),
    (f"{PIXEL} [FB_IAB/MESSENGER;FBAV/118.0.0.19.82;]", "Messenger"),
    (
        f"{IPHONE} Mobile/22F76 Instagram 393.1.0.36.70 (iPhone15,3; iOS 18_5; IABMV/1) Safari/604.1)",
        "Instagram",
    ),
    (f"{PIXEL} Instagram 355.1.0.44.103 Android (34/14; 420dpi; 1080x2205; Google/google; Pixel 8)", "Instagram"),
    (f"{PIXEL} Barcelona 355.0.0.39.109 Android (34/14; 420dpi; 1080x2205; Google/google; Pixel 8)", "Threads"),
    (f"{IPHONE} Version/26.0.1 Mobile/15E148 Safari/604.1 [WAiOS/2.25.31]", "WhatsApp"),
    (
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.7390.124 "
            "Mobile Safari/537.36 [WA4A/2.25.32.75;]"
        ),
        "WhatsApp",
    ),
    (f"{IPHONE} Mobile/15E148 [LinkedInApp]/9.30.1753", "LinkedIn"),
    (f"{IPHONE} Version/18.3 Mobile/15E148 Safari/604.1 [LinkedInApp]/9.24.3895", "LinkedIn"),
    (f"{PIXEL} [LinkedInApp]/2.312.70", "LinkedIn"),
    (f"{IPHONE} Mobile/15E148 Safari Line/13.16.0", "LINE"),
    (f"{PIXEL} Line/7.4.0/IAB", "LINE"),
    (f"{IPHONE} Mobile/15E148 MicroMessenger/8.0.42(0x18002a2c) NetType/WIFI Language/zh_CN", "WeChat"),
    (f"{PIXEL} XWEB/5023 MMWEBSDK/20230303 MMWEBID/6973 MicroMessenger/8.0.34.2340(0x2800225B)", "WeChat"),
    (f"{IPHONE} Mobile/15E148 Safari/604.1 musical_ly_41.9.0", "TikTok"),
    (f"{PIXEL} trill_340002 JsSdk/1.0 NetType/WIFI AppName/musical_ly BytedanceWebview/d8a21c6", "TikTok"),
    (f"{IPHONE} Version/17.3.1 Mobile/15E148 Snapchat/12.72.0.39 (like Safari/8617.2.4.10.8, panda)", "Snapchat"),
    (f"{IPHONE} Mobile/14D27 Twitter for iPhone", "X"),
    (f"{PIXEL} TwitterAndroid", "X"),
    (f"{IPHONE} GSA/334.0.674067880 Mobile/15E148 Safari/604.1", "Google"),
    (GMAIL, ""),
    (f"{PIXEL} Reddit/Version 2024.41.0/Build 2102450/Android 14", ""),
    (f"{IPHONE} Mobile/15E148", ""),
    (f"{IPAD} Mobile/15E148", ""),
]
ALONE = [
    f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1",
    f"{IPAD} Version/17.6 Mobile/15E148 Safari/604.1",
    f"{IPHONE} CriOS/130.0.6723.90 Mobile/15E148 Safari/604.1",
    f"{IPHONE} FxiOS/130.1  Mobile/15E148 Safari/605.1.15",
    f"{IPHONE} EdgiOS/128.0.2739.82 Version/18.0 Mobile/15E148 Safari/604.1",
    f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1 OPT/5.0.7",
    f"{IPHONE} Version/18.0 YaBrowser/24.7.7.799.10 SA/3 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Mobile Safari/537.36",
    (
        "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 "
        "Chrome/121.0.0.0 Mobile Safari/537.36"
    ),
    "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0",
    (
        "Mozilla/5.0 (Linux; Android 7.1.2; Pixel Build/N2G47E; zh-tw) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/42.0.2311.135 Mobile Safari/537.36 Puffin/6.0.9.15863AP"
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 "
        "Safari/605.1.15"
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.0.0 "
        "Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) WindowsWechat"
    ),  # a desk has no such menu
    "curl/8.0",
    "",
]


def around(agent: str, path: str = "/k/abc") -> Any:
    return app_around(RequestFactory().get(path, headers={"user-agent": agent}))


@pytest.mark.parametrize(("agent", "app"), INSIDE)
def test_another_apps_window_is_recognised(agent: str, app: str) -> None:
    found = around(agent)
    assert (found.app, found.is_apple) == (app, "like Mac OS X" in agent)


@pytest.mark.parametrize("agent", ALONE)
def test_a_browser_of_its_own_is_not_taken_for_one(agent: str) -> None:
    assert around(agent) is None


def test_an_icon_on_the_home_screen_is_no_other_app() -> None:
    """There an iPhone says no more than in another app's window."""
    bare = f"{IPHONE} Mobile/15E148"
    assert around(bare).link == f"{settings.ALVEOLE_URL}/k/abc"
    assert around(bare, "/k/abc?for=0190") is None
    # What is copied is the link, whatever an app has hung on to it.
    assert around(bare, "/k/abc?fbclid=IwAR0").link == f"{settings.ALVEOLE_URL}/k/abc"


@pytest.fixture
def links(cast: Cast) -> dict[str, str]:
    return {
        "direct": guests.path(guests.made(cast.alice)),
        "invitation": invitations.path(invitations.made(cast.alice)),
    }


WAYS_OUT = {FACEBOOK: "Open in Safari", GMAIL: "Open in Chrome"}


@pytest.mark.db
@pytest.mark.parametrize("of", ["direct", "invitation"])
def test_the_way_out_is_told_for_each_kind_of_phone_and_one_may_stay(links: dict[str, str], of: str) -> None:
    for agent, words in WAYS_OUT.items():
        browser = guests.browser()
        browser.defaults["HTTP_USER_AGENT"] = agent
        said = browser.get(links[of]).content.decode()
        assert [way in said for way in WAYS_OUT.values()] == [way == words for way in WAYS_OUT.values()]
        assert all(
            part in said for part in (settings.ALVEOLE_URL + links[of], "<svg", "Copy the link", 'type="submit"')
        )
        assert ("inside Facebook" in said, "inside another app" in said) == (agent == FACEBOOK, agent == GMAIL)
    assert "around" not in guests.browser().get(links[of]).content.decode()


@pytest.mark.db
def test_what_an_app_says_of_itself_is_kept_nowhere(links: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    stored = [list(model.objects.values()) for model in (Key, Browser, Session)]
    with caplog.at_level("DEBUG"):
        for link in links.values():
            Client(headers={"host": guests.browser().defaults["HTTP_HOST"], "user-agent": FACEBOOK}).get(link)
    assert [list(model.objects.values()) for model in (Key, Browser, Session)] == stored
    assert not any(word in str([one.__dict__ for one in caplog.records]) for word in ("Facebook", "FBAN"))
