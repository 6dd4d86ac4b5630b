"""Reports: to those responsible alone, by nobody, decided once; what became of them is told to who reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from journal.errors import Conflict, Refused
from journal.ids import uuid7
from journal.models import Entry
from messaging.actions import delete_message, edit_message
from messaging.models import Message
from spheres.actions import archive, end_membership
from spheres.charters.actions import publish_charter
from spheres.models import Membership
from spheres.seal import inside
from tests.commanding import Response, fields, post
from tests.conftest import Cast
from tests.sync.device import Device
from threads.actions import comment, decide, report
from threads.models import Comment, Report

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


@pytest.fixture
def said(cast: Cast) -> Message:
    return cast.say(cast.bob, "Imbécile")


def reports(browse: Browse, member: Membership, message: Message, **words: Any) -> Response:
    path = reverse("messaging:report", args=[message.sphere.slug, message.pk])
    said: dict[str, Any] = {"id": uuid7(), "reason": "hurts"} | words
    return post(browse(member), path, fields(member, "threads.report.1", **said))


def decides(browse: Browse, member: Membership, one: Report, verb: str) -> int:
    path = reverse("threads:decision", args=[member.sphere.slug, one.pk])
    return post(browse(member), path, fields(member, f"threads.{verb}.1")).status_code


def held(browse: Browse, member: Membership, kind: str) -> list[dict[str, Any]]:
    rows = Device(browse(member), member).pull().shown.values()
    return [row for row in rows if row["k"] == kind]


def marks(browse: Browse, member: Membership) -> list[str]:
    return [row["facts"]["value"] for row in held(browse, member, "spheres.mine")]


def made(cast: Cast) -> Report:
    with inside(cast.sphere):
        found: Report = Report.objects.waiting().get()
        return found


def test_those_responsible_see_what_and_nobody_sees_who(cast: Cast, browse: Browse, said: Message) -> None:
    assert reports(browse, cast.carol, said, words="Encore lui").status_code == 200
    [row] = held(browse, cast.alice, "threads.report")
    assert (row["facts"]["copy"], row["facts"]["words"]) == ("Imbécile", "Encore lui")
    assert str(cast.carol.pk) not in str(row)
    assert "Carol" not in str(row)
    assert Entry.objects.current().get(kind="threads.report").actor is None
    for member in (cast.bob, cast.carol):
        assert held(browse, member, "threads.report") == []
    page = reverse("threads:moderation", args=[cast.sphere.slug])
    assert "Encore lui" in browse(cast.alice).get(page).content.decode()
    assert "Encore lui" not in browse(cast.bob).get(page).content.decode()
    assert (marks(browse, cast.carol), marks(browse, cast.bob)) == (["sent"], [])


def test_the_copy_is_what_was_seen(cast: Cast, browse: Browse, said: Message) -> None:
    reports(browse, cast.carol, said)
    with inside(cast.sphere):
        edit_message(cast.bob, said, body="Cher ami", seen="Imbécile")
    assert held(browse, cast.alice, "threads.report")[0]["facts"]["copy"] == "Imbécile"


def test_hidden_it_is_gone_for_everybody_who_reported_it(cast: Cast, browse: Browse, said: Message) -> None:
    reports(browse, cast.carol, said)
    one = made(cast)
    reports(browse, cast.carol, said)  # once more
    reports(browse, cast.alice, said)
    with inside(cast.sphere):
        assert Report.objects.count() == 2
    assert decides(browse, cast.bob, one, "hide") == 404
    assert decides(browse, cast.alice, one, "hide") == 200
    assert held(browse, cast.bob, "messaging.message") == held(browse, cast.alice, "threads.report") == []
    assert (marks(browse, cast.carol), marks(browse, cast.alice)) == (["hidden"], ["hidden"])
    assert decides(browse, cast.alice, one, "leave") == 200
    assert marks(browse, cast.carol) == ["hidden"]


@pytest.mark.parametrize("verb", ["hide", "leave"])
def test_what_was_decided_leaves_no_copy(cast: Cast, browse: Browse, said: Message, verb: str) -> None:
    reports(browse, cast.carol, said, words="Encore lui")
    one = made(cast)
    assert (one.copy, one.words) == ("Imbécile", "Encore lui")
    assert decides(browse, cast.alice, one, verb) == 200
    with inside(cast.sphere):
        assert [(one.copy, one.words) for one in Report.objects.all()] == [("", "")]


def test_left_it_stays_and_may_be_reported_anew(cast: Cast, browse: Browse, said: Message) -> None:
    reports(browse, cast.carol, said)
    assert decides(browse, cast.alice, made(cast), "leave") == 200
    assert len(held(browse, cast.bob, "messaging.message")) == 1
    assert marks(browse, cast.carol) == ["left"]
    reports(browse, cast.carol, said)
    assert (marks(browse, cast.carol), len(held(browse, cast.alice, "threads.report"))) == (["sent"], 1)


def test_what_is_gone_already(cast: Cast, browse: Browse, said: Message) -> None:
    reports(browse, cast.carol, said)
    with inside(cast.sphere):
        delete_message(cast.bob, said)
    end_membership(cast.carol, cast.carol)
    assert "Imbécile" in str(held(browse, cast.alice, "threads.report"))
    assert decides(browse, cast.alice, made(cast), "hide") == 200
    assert reports(browse, cast.alice, said).status_code == 404


def test_an_answer_is_reported_and_hidden(cast: Cast, browse: Browse, said: Message) -> None:
    with inside(cast.sphere):
        answer = comment(cast.bob, said, id=uuid7(), body="Toi-même")
        report(cast.carol, answer, id=uuid7(), reason="other")
        decide(cast.alice, made(cast), is_hidden=True)
        assert Comment.objects.get().deleted_at is not None


def test_who_may_not(cast: Cast, browse: Browse, said: Message) -> None:
    assert reports(browse, cast.eve, said).status_code == 404
    assert reports(browse, cast.carol, said, reason="").status_code == 422
    assert reports(browse, cast.carol, said, reason="bored").status_code == 422
    assert reports(browse, cast.carol, said, words="x" * 501).status_code == 422
    taken = uuid7()
    with inside(cast.sphere):
        with pytest.raises(Refused):
            report(cast.eve, said, id=uuid7(), reason="other")
        report(cast.carol, said, id=taken, reason="other")
        with pytest.raises(Conflict):
            report(cast.bob, said, id=taken, reason="other")
        with pytest.raises(Refused):
            decide(cast.bob, made(cast), is_hidden=True)
        publish_charter(cast.alice, text="Gentiment.", seen="")
        cast.bob.refresh_from_db()
        with pytest.raises(Refused):
            report(cast.bob, said, id=uuid7(), reason="other")
    end_membership(cast.bob, cast.bob)
    with inside(cast.sphere), pytest.raises(Http404):
        report(cast.bob, said, id=uuid7(), reason="other")


def test_also_where_nothing_is_written_any_more(cast: Cast, browse: Browse, said: Message) -> None:
    archive(cast.alice)
    assert reports(browse, cast.carol, said).status_code == 200
    assert decides(browse, cast.alice, made(cast), "hide") == 200


def test_what_is_refused_without_javascript_is_shown_as_it_was_asked(cast: Cast, browse: Browse, said: Message) -> None:
    path = reverse("messaging:report", args=[cast.sphere.slug, said.pk])
    long = fields(cast.carol, "threads.report.1", id=uuid7(), reason="private", words="x" * 501)
    page = post(browse(cast.carol), path, long, device=False).content.decode()
    assert '<option value="private" selected>It tells what is private</option>' in page
    for label in ("Why", "What they should know (if you like)"):
        assert f">{label}</label>" in page
    answers = reverse("messaging:comments", args=[cast.sphere.slug, said.pk])
    long = fields(cast.carol, "threads.comment.1", id=uuid7(), body="x" * 10_001)
    assert ">Your words</label>" in post(browse(cast.carol), answers, long, device=False).content.decode()


def test_without_javascript(cast: Cast, browse: Browse, said: Message) -> None:
    path = reverse("messaging:report", args=[cast.sphere.slug, said.pk])
    page = browse(cast.carol).get(path).content.decode()
    assert "Imbécile" in page
    assert 'name="reason" value="hurts"' in page


def test_who_decides_late_decides_nothing_else(cast: Cast, browse: Browse, said: Message) -> None:
    reports(browse, cast.carol, said)
    one = made(cast)
    assert decides(browse, cast.alice, one, "leave") == 200
    # On another of their devices it still waits.
    assert decides(browse, cast.alice, one, "leave") == 200
    assert decides(browse, cast.alice, one, "hide") == 403
    reports(browse, cast.carol, said, words="Encore")
    assert decides(browse, cast.alice, one, "leave") == 200
    assert decides(browse, cast.alice, one, "hide") == 403
    assert [row["facts"]["words"] for row in held(browse, cast.alice, "threads.report")] == ["Encore"]
    assert len(held(browse, cast.bob, "messaging.message")) == 1


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_what_an_answer_answers_is_held_before_it(cast: Cast, said: Message) -> None:
    with inside(cast.sphere):
        answer = comment(cast.bob, said, id=uuid7(), body="Toi-même")
        report(cast.carol, answer, id=uuid7(), reason="other")
        with CaptureQueriesContext(connection) as asked:
            decide(cast.alice, made(cast), is_hidden=True)
    steps = [one["sql"] for one in asked if "FOR UPDATE" in one["sql"] or 'UPDATE "journal_journal"' in one["sql"]]
    tables = ["messaging_message", "threads_comment", "journal_journal"]
    places = [
        next(place for place, sql in enumerate(steps) if f'"{table}"' in sql.split("WHERE")[0]) for table in tables
    ]
    assert places == sorted(places)
