"""A worker that is killed at each step of a send, by a list: nothing is lost, nothing doubled but for one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from alveole.hosting.mail import SiteMail
from journal import clock
from spheres.invitations import actions
from spheres.invitations.models import Mailing
from spheres.invitations.sending import send_some
from spheres.seal import inside
from tests.conftest import Cast
from tests.invitations.test_mail import letters, mailing_of, real_mail

pytestmark = pytest.mark.db


class Killed(BaseException):
    """What no code of ours catches, as no code runs after `kill -9`."""


def before(step: Callable[..., Any], number: int) -> Callable[..., Any]:
    """Die instead of the step, the `number`th time."""
    return _dying(step, number, is_before=True)


def after(step: Callable[..., Any], number: int) -> Callable[..., Any]:
    """Die once the step is done, the `number`th time."""
    return _dying(step, number, is_before=False)


def _dying(step: Callable[..., Any], number: int, *, is_before: bool) -> Callable[..., Any]:
    times = 0

    def dying(*said: Any, **more: Any) -> Any:
        nonlocal times
        times += 1
        if times == number and is_before:
            raise Killed
        result = step(*said, **more)
        if times == number:
            raise Killed
        return result

    return dying


# Everything that a send does, in its order; of the second letter of three.
STEPS = [
    (before, actions, "claim"),
    (after, actions, "claim"),
    (before, SiteMail, "open"),
    (after, SiteMail, "open"),
    (before, SiteMail, "send_messages"),
    (after, SiteMail, "send_messages"),  # between the server's 250 and our commit
    (before, actions, "settle"),  # the same
    (after, actions, "settle"),
    (before, actions, "tell_progress"),
    (after, actions, "tell_progress"),
]
BETWEEN = {(after, "send_messages"), (before, "settle")}
PEOPLE = [f"{name}@example.invalid" for name in ("jeanne", "gil", "hana")]


@pytest.mark.parametrize("way", STEPS, ids=lambda way: f"{way[0].__name__} {way[2]}")
def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch, way: tuple[Callable[..., Any], Any, str]
) -> None:
    when, owner, step = way
    number = 1 if step == "tell_progress" else 2
    with real_mail(settings) as box:
        mailing = mailing_of(cast, *PEOPLE)
        with monkeypatch.context() as patch:
            patch.setattr(owner, step, when(getattr(owner, step), number))
            with pytest.raises(Killed):
                send_some(mailing.pk)
        for minutes in (1, 20):  # at once, and when what was left in hand is free again
            with clock.at(clock.now() + timedelta(minutes=minutes)):
                send_some(mailing.pk)
        arrived = Counter(str(mail["To"]) for mail in box.mails)
        numbers = Counter(str(mail["Message-ID"]) for mail in box.mails)
    twice = {PEOPLE[1]} if (when, step) in BETWEEN else set()
    assert arrived == {person: 2 if person in twice else 1 for person in PEOPLE}
    assert len(numbers) == len(PEOPLE)  # the one that came twice came under the same number
    assert set(letters(cast).values()) == {"sent"}
    mailing = Mailing.objects.get()
    assert (mailing.sent, mailing.failed, mailing.finished_at is not None) == (3, 0, True)


def test_a_letter_in_hand_is_taken_by_nobody_else_until_its_worker_is_given_up(cast: Cast) -> None:
    mailing = mailing_of(cast, PEOPLE[0])
    with inside(cast.sphere):
        first = actions.claim(mailing)
        assert first is not None
        for minutes, is_free in ((0, False), (14, False), (16, True)):
            with clock.at(clock.now() + timedelta(minutes=minutes)):
                assert (actions.claim(mailing) is not None) == is_free
