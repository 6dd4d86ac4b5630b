"""The edge: the same headers on every answer, one host, one origin."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path
from pytest_django import Settings

from alveole.addresses import as_origin
from alveole.edge import NO_DOCUMENTS, OTHER_HEADERS, is_our_origin, origin_of, policy
from spheres.models import Membership
from tests.conftest import Cast

Browse = Callable[[Membership | None], Client]

STRICT = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "img-src": ["'self'", "blob:"],
    "media-src": ["'self'", "blob:"],
    "connect-src": ["'self'"],
    "worker-src": ["'self'"],
    "manifest-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}


NAMED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def patterns(resolver: URLResolver, text: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, text + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield "/" + text + str(entry.pattern)


PATTERNS = list(patterns(get_resolver()))


def check(answer: Any) -> None:
    found = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    style, *hashes = found.pop("style-src").split()
    assert {name: value.split() for name, value in found.items()} == STRICT
    assert style == "'self'"
    assert all(re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", value) for value in hashes)
    assert {name: answer[name] for name in OTHER_HEADERS} == OTHER_HEADERS
    assert {name: answer[name] for name in NAMED} == NAMED
    permissions = set(answer.headers.get("Permissions-Policy", "").split(", "))
    runs = answer.headers.get("Content-Type", "").partition(";")[0] not in NO_DOCUMENTS
    assert permissions >= {"camera=(self)", "payment=()", "usb=()"} if runs else permissions == {""}


def test_there_are_routes_to_look_at() -> None:
    assert len(PATTERNS) > 15


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_route_answers_with_the_policy_and_is_kept_by_no_cache(cast: Cast, browse: Browse, pattern: str) -> None:
    address = pattern.replace("<slug:slug>", cast.sphere.slug).replace("<str:token>", "token")
    address = re.sub("<uuid:[^>]*conversation[^>]*>", str(cast.conversation.pk), address)
    address = re.sub("<uuid:[^>]*message[^>]*>", str(cast.say(cast.bob).pk), address)
    ids = "holding|invitation|request|mailing|key|browser|offer|member|edition|group|comment|report|file"
    address = re.sub(f"<uuid:[^>]*({ids})_id>", str(cast.bob.pk), address)
    address = address.replace("<path:object_id>", str(cast.bob.pk))
    assert "<" not in address, "say here what stands in this address"
    for client in (browse(None), browse(cast.bob)):
        for answer in (client.get(address), client.post(address)):
            check(answer)
            assert answer["Cache-Control"] in {"private, no-store", "no-cache"} or "no-store" in answer["Cache-Control"]


def break_down(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


urlpatterns = [path("broken/", break_down)]


def test_errors_have_it_too(client: Client, settings: Settings, db: None) -> None:
    missing = client.get("/nowhere/at/all/")
    assert missing.status_code == 404
    check(missing)
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    broken = client.get("/broken/")
    assert broken.status_code == 500
    check(broken)


def test_addresses_are_not_written_down(client: Client, caplog: pytest.LogCaptureFixture, db: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/sign-in/link/one-time-token/").status_code == 403
    assert client.get("/nowhere/one-time-token/").status_code == 404
    assert "one-time-token" not in caplog.text


def test_assets_have_it_too_and_are_kept_for_good(client: Client) -> None:
    answer = client.get(staticfiles_storage.url("build/app.css"), headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    check(answer)
    assert "immutable" in answer["Cache-Control"]
    assert answer["Content-Encoding"] == "gzip"
    assert int(answer["Content-Length"]) == len(answer.content)
    assert "Access-Control-Allow-Origin" not in answer
    unchanged = client.get(
        staticfiles_storage.url("build/app.css"), headers={"if-modified-since": answer["Last-Modified"]}
    )
    assert (unchanged.status_code, unchanged.content) == (304, b"")


@pytest.mark.parametrize("host", ["elsewhere.invalid", "localhost.elsewhere.invalid", "192.0.2.1", "a b", ""])
def test_another_host_is_refused_with_the_right_address(client: Client, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 400
    assert settings.ALVEOLE_URL in answer.content.decode()
    check(answer)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "[::1]:8000"])
def test_loopback_addresses_lead_to_the_one_name(client: Client, host: str) -> None:
    answer = client.get("/s/x/?a=b", headers={"host": host})
    assert (answer.status_code, answer["Location"]) == (302, f"{settings.ALVEOLE_URL}/s/x/?a=b")


def test_https_is_asked_for_where_the_site_has_it(client: Client, settings: Settings, db: None) -> None:
    assert "Strict-Transport-Security" not in client.get("/sign-in/")
    settings.IS_HTTPS = True
    assert client.get("/sign-in/")["Strict-Transport-Security"] == "max-age=31536000"


def test_a_private_site_binds_its_cookies_to_its_host(tmp_path: Path) -> None:
    script = (
        "from alveole import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME);"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.ALLOWED_HOSTS)"
    )
    environment = {**os.environ, "ALVEOLE_DATA": str(tmp_path), "ALVEOLE_URL": "https://Alveole.Example.org:443/"}
    told = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["__Host-sessionid", "__Host-csrftoken", "True", "True", "['alveole.example.org']"]


def test_only_the_sign_in_page_may_lead_to_a_provider(client: Client, settings: Settings, db: None) -> None:
    settings.SIGN_IN_ORIGINS = ["https://login.example.org"]
    assert "form-action 'self' https://login.example.org;" in client.get("/sign-in/")["Content-Security-Policy"]
    assert "form-action 'self';" in client.get("/")["Content-Security-Policy"]


def test_turbos_progress_bar_is_the_one_style_let_in() -> None:
    written = (settings.BUILD_DIR / "turbo-style-hash.txt").read_text()
    assert f"style-src 'self' '{written}';" in policy()


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Alveole.Example.org/", "https://alveole.example.org"),
        ("https://alveole.example.org:443", "https://alveole.example.org"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_the_address_is_kept_as_browsers_write_it(url: str, origin: str) -> None:
    assert as_origin(url) == origin


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("alveole.example.org", "must begin with https://"),
        ("ftp://x", "must begin with https://"),
        ("https://", "must name the host"),
        ("https://ça.example.org", "must name the host"),
        ("https://x/path", "without a path"),
        ("https://x?query", "without a path"),
        ("https://a:b@x", "no password"),
        ("http://x:y", "a port that cannot be read"),
        ("http://[::1", "a host or"),
    ],
)
def test_another_address_is_refused(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        as_origin(url)


@pytest.mark.parametrize(
    "origin",
    [None, "", "null", "https://elsewhere.invalid", "http://localhost:1", "http://localhost.elsewhere.invalid"],
)
def test_a_foreign_origin_is_not_ours(origin: str | None) -> None:
    assert is_our_origin(settings.ALVEOLE_URL)
    assert not is_our_origin(origin)


def test_two_origins_are_none() -> None:
    ours = (b"origin", settings.ALVEOLE_URL.encode())
    assert origin_of({"headers": [ours]}) == settings.ALVEOLE_URL
    assert origin_of({"headers": [ours, (b"origin", b"https://elsewhere.invalid")]}) is None
    assert origin_of({"headers": []}) is None


@pytest.mark.parametrize("page", ["/sign-in/", "/offline/", "/nowhere/", "/static/img/icons.svg"])
def test_whatever_may_run_something_asks_for_no_more_than_the_site_does(client: Client, db: None, page: str) -> None:
    assert "camera=(self)" in client.get(page)["Permissions-Policy"]
