"""The demo tells the same stories whatever the day, and nothing that its people could not have said."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from alveole.demo.casting import ZONE, people, place, places
from alveole.demo.loading import Loading
from alveole.demo.moments import Calendar, easter_sunday, holidays, is_open
from alveole.demo.threads import Said, threads
from alveole.demo.year import tell
from journal.models import Entry
from messaging.models import Message
from spheres.models import HUES, SHAPES, Membership, Reader, Sphere
from spheres.seal import inside

TODAY = date(2027, 3, 17)
# A Monday, a Sunday, the middle of the closure, a holiday, the first of January, a leap day.
DAYS = [
    date(2026, 11, 23),
    date(2026, 11, 22),
    date(2027, 8, 11),
    date(2027, 5, 6),
    date(2028, 1, 1),
    date(2028, 2, 29),
]


@pytest.fixture(scope="module")
def told() -> list[Said]:
    return tell(TODAY, seed=1)


def test_thirty_people_and_their_spheres() -> None:
    assert len(people()) == 30
    assert {who for place in places() for who in place.roles} == set(people())
    assert all(place.hue in HUES and place.shape in SHAPES for place in places())
    assert len({place.shape for place in places()}) == len(places())


def test_at_least_320_messages_are_written_by_hand_in_twelve_threads() -> None:
    assert len(threads()) >= 12
    assert sum(len(stretch.lines) for thread in threads() for stretch in thread.stretches) >= 320


def test_the_year_has_about_three_thousand_messages_before_today(told: list[Said]) -> None:
    assert 2_700 <= len(told) <= 3_500
    assert all(said.at.date() < TODAY for said in told)
    assert told == sorted(told, key=lambda said: said.at)
    assert TODAY - told[0].at.date() > timedelta(days=350)


def test_the_same_day_and_seed_tell_the_same(told: list[Said]) -> None:
    assert tell(TODAY, seed=1) == told
    assert tell(TODAY, seed=2) != told


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_nobody_speaks_before_arriving_or_after_leaving(today: date) -> None:
    told = tell(today, seed=3)
    strangers = [said for said in told if said.author not in place(said.sphere).present(said.at, today)]
    assert strangers == []
    assert all(said.at.date() < today for said in told)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_a_thread_is_told_in_the_order_in_which_it_is_written(today: date) -> None:
    for thread in threads():
        told = list(thread.said(today))
        assert [said.at for said in told] == sorted(said.at for said in told), thread.title
        assert told[-1].at.date() < today, thread.title


def test_every_sphere_ends_with_something_recent(told: list[Said]) -> None:
    for sphere in places():
        newest = max(said.at for said in told if said.sphere == sphere.key)
        assert TODAY - newest.date() <= timedelta(days=8), sphere.name


def test_no_slot_stays_open(told: list[Said]) -> None:
    assert [said.body for said in told if set(said.body) & set("{}|")] == []
    assert [said.body for said in told if said.body != said.body.strip() or not said.body] == []


def test_no_line_begins_with_a_lone_sign(told: list[Said]) -> None:
    assert [said.body for said in told if " ?" in said.body or " :" in said.body] == []


def test_nothing_is_said_again_and_again(told: list[Said]) -> None:
    long = Counter(said.body for said in told if len(said.body) > 60)
    assert max(long.values()) <= 4


def test_the_company_rests_on_sundays_holidays_and_in_august() -> None:
    assert easter_sunday(2027) == date(2027, 3, 28)
    assert date(2027, 5, 6) in holidays(2027)  # Ascension
    assert not is_open(date(2027, 8, 11))
    assert is_open(TODAY)


def test_weeks_of_work_skip_those_of_rest() -> None:
    late_august = Calendar(date(2027, 8, 27))
    assert late_august.moment("week -1 mon 08:00").date() == date(2027, 7, 26)
    assert late_august.moment("workday -1 08:00").date() == date(2027, 8, 26)
    assert Calendar(date(2027, 8, 27), is_work=False).moment("week -1 mon 08:00").date() == date(2027, 8, 16)


def test_a_moment_in_other_words_is_refused() -> None:
    with pytest.raises(ValueError, match="tomorrow"):
        Calendar(TODAY).moment("tomorrow 08:00")


@pytest.mark.db
def test_loading_puts_everybody_in_their_place(db: None, told: list[Said]) -> None:
    loading = Loading(TODAY, seed=1)
    loading.run()
    assert (len(loading.users), len(loading.rooms), loading.messages) == (30, 7, len(told))

    roles = {
        (membership.sphere.name, membership.person.email): membership.role
        for membership in Membership.objects.filter(ended_at=None).select_related("sphere", "person")
        if membership.person is not None
    }
    site, family = "Chantier École des Tilleuls", "La tribu Lormeau"
    assert roles[site, "alice@demo.invalid"] == roles[family, "alice@demo.invalid"] == "administrator"
    assert roles[site, "bob@demo.invalid"] == roles[family, "bob@demo.invalid"] == "member"
    assert roles[site, "carol@demo.invalid"] == "visitor"
    assert [sphere for sphere, email in roles if email == "eve@demo.invalid"] == ["Les Foulées du Canal"]
    assert [sphere for sphere, email in roles if email == "dan@demo.invalid"] == []
    assert not Reader.objects.filter(membership__person__email="dan@demo.invalid", until=None).exists()

    sphere = Sphere.objects.get(name=site)
    with inside(sphere):
        messages = list(Message.objects.select_related("author").order_by("arrived_at"))
    here = [said for said in told if said.sphere == "tilleuls"]
    assert [message.body for message in messages] == [said.body for said in here]
    assert [message.arrived_at for message in messages] == [said.at.replace(tzinfo=ZONE) for said in here]
    # The journal's numbers follow the calendar: what came later is shown later.
    entries = Entry.objects.filter(journal_id=sphere.journal_id).order_by("seq")
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)


def test_the_command_refuses_a_database_with_people_in_it(db: None) -> None:
    User.objects.create(email="somebody@example.invalid")
    with pytest.raises(CommandError, match="empty"):
        call_command("demo", verbosity=0)
    assert User.objects.count() == 1
