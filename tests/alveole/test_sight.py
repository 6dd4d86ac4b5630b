"""What is seen from outside: metrics for whoever has the token, logs without content and without tokens."""

from __future__ import annotations

import json
import logging
import logging.config
import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from accounts.links import sign_in_link
from accounts.models import SignInLink
from alveole.hosting import health
from alveole.hosting.metrics import Queue
from alveole.logs import JsonFormatter
from spheres.models import Membership
from tests.conftest import Cast

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


@pytest.fixture
def token(settings: Settings) -> str:
    settings.METRICS_TOKEN = "lu par Prometheus seul".replace(" ", "-")
    return str(settings.METRICS_TOKEN)


def read(client: Client, token: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Give every sample by its name and the values of its labels."""
    answer = client.get("/metrics", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(one.name, tuple(one.labels.values())): one.value for family in families for one in family.samples}


def test_metrics_are_nowhere_without_the_token(cast: Cast, browse: Browse, token: str, settings: Settings) -> None:
    client = browse(None)
    nowhere = client.get("/made-up")
    for said in ("", "Bearer", "Bearer wrong", token, f"Basic {token}"):
        found = client.get("/metrics", headers={"authorization": said})
        assert (found.status_code, found.content) == (404, nowhere.content)
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def test_requests_are_counted_by_route_and_never_by_path(cast: Cast, browse: Browse, token: str) -> None:
    client = browse(cast.bob)
    counted = ("alveole_request_seconds_count", ("spheres:sphere", "2xx"))
    before = read(client, token).get(counted, 0)
    client.get(f"/s/{cast.sphere.slug}/")
    after = read(client, token)
    assert after[counted] == before + 1
    assert cast.sphere.slug not in str(after)


def test_a_feed_from_nothing_counts_as_resets(cast: Cast, browse: Browse, token: str) -> None:
    client = browse(cast.bob)
    before = read(client, token)[("alveole_feed_resets_total", ())]
    assert cast.bob.person is not None
    asked: dict[str, Any] = {"identity": cast.bob.person.pk.hex, "rows_version": "", "cursors": {}, "page": None}
    resets = client.post("/feed/", asked, content_type="application/json").json()["reset"]
    assert read(client, token)[("alveole_feed_resets_total", ())] == before + len(resets) > before


def test_a_line_of_the_log_is_json_and_carries_no_content() -> None:
    try:
        raise ValueError("les mots de Bob")
    except ValueError as failure:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "It %s", ("broke",), (type(failure), failure, failure.__traceback__)
        )
    record.route, record.body = "messaging:messages", "les mots de Bob"
    line = json.loads(JsonFormatter().format(record))
    assert (line["level"], line["said"], line["route"], line["failure"]) == (
        "error",
        "It broke",
        "messaging:messages",
        "ValueError",
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["at"])
    assert line["places"][0].startswith(__file__)
    assert "Bob" not in str(line)


def test_a_request_is_logged_by_its_route_alone(cast: Cast, browse: Browse, caplog: pytest.LogCaptureFixture) -> None:
    assert cast.bob.person is not None
    link = sign_in_link(cast.bob.person)
    with caplog.at_level(logging.INFO, "alveole.requests"):
        browse(None).get(link)
    (record,) = [one for one in caplog.records if one.name == "alveole.requests"]
    line = json.loads(JsonFormatter().format(record))
    assert (line["route"], line["method"], line["status"]) == ("accounts:link", "GET", 200)
    assert link.rsplit("/", 2)[-2] not in str(line)


@pytest.mark.parametrize("form", ["plain", "json"])
def test_a_request_that_fails_is_logged_without_its_path_and_without_words(
    cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """The database fails while somebody opens a link: the link still works, and is nobody else's to read."""
    assert cast.bob.person is not None
    link = sign_in_link(cast.bob.person)
    handler = logging.config.dictConfigClass(settings.LOGGING)
    handler.config["handlers"]["stderr"]["formatter"] = form
    handler.configure()
    written = StringIO()
    (stderr,) = logging.getLogger().handlers[-1:]
    assert isinstance(stderr, logging.StreamHandler)
    stderr.setStream(written)

    def breaks(*_: object) -> None:
        raise RuntimeError("les mots de Bob")

    monkeypatch.setattr(SignInLink.objects, "select_related", breaks)
    client = browse(None)
    client.raise_request_exception = False
    assert client.get(link).status_code == 500
    said = written.getvalue()
    assert "accounts:link" in said
    assert "RuntimeError" in said
    assert link.rsplit("/", 2)[-2] not in said
    assert "Bob" not in said


def test_a_start_asks_nobody_how_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> None:
        raise AssertionError("Valkey was asked")

    monkeypatch.setattr(health, "waiting_tasks", breaks)
    registry = CollectorRegistry(auto_describe=True)
    registry.register(Queue())
