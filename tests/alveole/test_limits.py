"""Limits: far above what a person does, and an answer that says how long to wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from websockets.exceptions import InvalidStatus

from alveole import limits
from spheres.models import Membership
from tests.conftest import Cast
from tests.live import Visitor


@dataclass
class Clock:
    """A clock that stands still until it is moved, 20 s into a minute."""

    seconds: float = 1_800_000_020.0

    def time(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limits, "time", clock)
    monkeypatch.setattr(limits, "_counts", {})
    return clock


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow two of everything."""
    table = {name: replace(limit, most=2) for name, limit in limits.LIMITS.items()}
    monkeypatch.setattr(limits, "LIMITS", table)


def test_a_phone_that_comes_back_with_200_commands_passes_at_once() -> None:
    assert {limits.spend("command", "somebody") for _ in range(200)} == {0}


@pytest.mark.usefixtures("few")
def test_one_too_many_waits_for_the_next_period_and_only_for_it(clock: Clock) -> None:
    assert [limits.spend("command", "somebody") for _ in range(3)] == [0, 0, 40]
    assert limits.spend("command", "somebody else") == 0
    clock.seconds += 40
    assert limits.spend("command", "somebody") == 0


@pytest.mark.usefixtures("few")
def test_a_device_is_told_to_wait_and_nothing_is_final(
    cast: Cast, browse: Callable[[Membership | None], Client]
) -> None:
    bob, path = browse(cast.bob), reverse("accounts:language")
    answers = [bob.post(path, {"language": "fr"}, headers={"accept": "application/json"}) for _ in range(3)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]
    assert answers[2].json()["outcome"] == "later"
    assert "40" in answers[2].json()["sentence"]
    assert answers[2]["Retry-After"] == "40"
    assert "Alveole-Command" not in answers[2]
    assert browse(cast.alice).post(path, {"language": "fr"}).status_code != 429


@pytest.mark.usefixtures("few", "cast")
def test_a_person_without_javascript_reads_a_page(browse: Callable[[Membership | None], Client]) -> None:
    stranger, path = browse(None), reverse("account_login")
    said = {"login": "bob@example.invalid", "password": "wrong"}
    answers = [stranger.post(path, said, headers={"accept": "text/html"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Content-Type"].startswith("text/html")
    assert answers[2]["Retry-After"] == "580"
    assert stranger.get(path).status_code == 200


@pytest.mark.parametrize(
    ("way", "field", "most"), [("account_login", "login", 10), ("account_request_login_code", "email", 5)]
)
@pytest.mark.usefixtures("cast")
def test_one_account_is_not_tried_from_many_addresses(
    browse: Callable[[Membership | None], Client], way: str, field: str, most: int
) -> None:
    """Neither another address, nor other capitals, nor another field beside it make it another account."""

    def attempt(name: str, number: int) -> bool:
        said = {field: name, "password": f"guess {number}", "email" if field == "login" else "login": f"{number}"}
        return browse(None).post(reverse(way), said, REMOTE_ADDR=f"192.0.2.{number}").status_code != 429

    spellings = ["bob@example.invalid", "BOB@example.invalid", " bob@example.invalid "]
    assert [attempt(spellings[number % 3], number) for number in range(most)] == [True] * most
    assert [attempt(spelling, 99) for spelling in spellings] == [False] * 3
    assert attempt("carol@example.invalid", 99)


@pytest.mark.parametrize(
    "name",
    [
        "accounts:link",
        "account_request_login_code",
        "account_confirm_login_code",
        "invitations:landing",
        "invitations:arrival",
        "guests:landing",
    ],
)
@pytest.mark.usefixtures("few", "db")
def test_other_ways_in_are_not_guessed_either(client: Client, name: str) -> None:
    path = reverse(name, args=["guess"] if name.startswith(("accounts:", "invitations:", "guests:")) else [])
    assert [client.post(path).status_code == 429 for _ in range(3)] == [False, False, True]


@pytest.mark.usefixtures("few", "db")
def test_links_are_not_opened_without_end(client: Client) -> None:
    for name in ("accounts:link", "invitations:landing"):
        path = reverse(name, args=["guess"])
        assert [client.get(path).status_code == 429 for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize(
    ("name", "method"), [("sync:feed", "post"), ("sync:shells", "get"), ("sync:sphere_shells", "get")]
)
@pytest.mark.usefixtures("few")
def test_feed_and_shells_have_their_limit(
    cast: Cast, browse: Callable[[Membership | None], Client], name: str, method: str
) -> None:
    bob, path = browse(cast.bob), reverse(name, args=[cast.sphere.slug] if "sphere" in name else [])
    asked = [getattr(bob, method)(path).status_code for _ in range(3)]
    assert [status == 429 for status in asked] == [False, False, True]


@pytest.mark.django_db(transaction=True)
def test_a_socket_that_reconnects_in_a_loop_is_told_to_wait(
    cast: Cast, visit: Callable[[Membership], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, "socket", replace(limits.LIMITS["socket"], most=1))
    bob = visit(cast.bob)
    with bob.socket():
        pass
    with pytest.raises(InvalidStatus) as refused, bob.socket():
        pass
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "40"


@pytest.mark.usefixtures("few")
def test_without_valkey_guessing_is_counted_all_the_same(settings: Settings, tmp_path: Path) -> None:
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"unix://{tmp_path}/away.sock"}
    settings.CACHES = {**settings.CACHES, "default": away}
    assert [limits.spend("sign-in", "somebody") > 0 for _ in range(3)] == [False, False, True]


@pytest.mark.usefixtures("few")
def test_a_benchmark_may_switch_them_off(settings: Settings) -> None:
    settings.ALVEOLE_LIMITS = False
    assert {limits.spend("command", "somebody") for _ in range(9)} == {0}


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_one_subscriber_counts_as_one_address(peer: str, counted: str) -> None:
    assert limits.address_of(peer) == counted


def test_a_flood_of_addresses_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_COUNTS", 10)
    for number in range(100):
        limits.spend("command", str(number))
    assert len(limits._counts) <= 10
