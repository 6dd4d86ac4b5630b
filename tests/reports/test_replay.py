"""The run: what a stranger is told about a sphere, and that asking leaves nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.actions import open_session
from accounts.entering import SessionStore
from accounts.models import User
from journal.ids import uuid7
from journal.publishing import Recorded, entry_listeners
from spheres.actions import settle
from spheres.guests.actions import make_key
from spheres.invitations.actions import invite
from spheres.models import Membership, Sphere
from spheres.reports.actions import appear, undone
from spheres.reports.asking import Visitor, _site, answer, questions
from spheres.reports.replaying import Secrets, _judged, check, replay
from spheres.reports.routes import Route, routes
from spheres.seal import across_all_spheres
from tests.conftest import Cast
from tests.reports import leaking
from tests.spheres.test_matrix import ROUTES, browsing

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
Lines = list[dict[str, Any]]
# The pages of leaking.py that tell a stranger words of all spheres.
LISTS = (
    "/names/",
    "/people/",
    "/reached/",
    "/titled/",
    "/said/",
    "/rendered/",
    "/described/",
    "/drawn/",
    "/drawn-into/",
)


@pytest.fixture(autouse=True)
def members_invite(cast: Cast) -> None:
    """Let Bob give somebody a direct link."""
    Sphere.objects.filter(pk=cast.sphere.pk).update(members_invite=True)


def lines_of(parts: dict[str, Lines]) -> Lines:
    return [line for lines in parts.values() for line in lines]


def verdicts(parts: dict[str, Lines], *judged: str) -> dict[tuple[str, str, str], list[str]]:
    """Give what differs in the answers that are judged so."""
    return {
        (line["method"], line["pattern"], answer["who"]): answer["differs"]
        for line in lines_of(parts)
        for answer in line["answers"]
        if answer["verdict"] in judged
    }


def everything() -> dict[str, list[Any]]:
    """Give every row of every table."""
    with across_all_spheres("a test compares all there is"):
        return {
            model._meta.label: sorted(map(repr, model._base_manager.values_list()))
            for model in apps.get_models(include_auto_created=True)
            if not model._meta.proxy
        }


@pytest.mark.parametrize("kind", ["visitor", "classic"])
def test_a_stranger_learns_nothing_of_a_secret_sphere(cast: Cast, kind: str) -> None:
    settle(cast.alice, wanted={"type": kind}, seen={})
    cast.say(cast.bob, "entre nous")
    cast.sphere.refresh_from_db()
    parts = replay(cast.sphere)
    assert verdicts(parts, "told", "open") == {}
    assert verdicts(parts, "anew") == {}
    asked = {(line["method"], line["pattern"]) for line in lines_of(parts)}
    inside_spheres = {Route("", pattern, view).shown for _name, pattern, view in ROUTES}
    assert {pattern for method, pattern in asked if method == "GET"} >= inside_spheres
    assert {pattern for method, pattern in asked if method == "POST"} >= {*inside_spheres, "/feed/"}
    assert {("GET", "/"), ("GET", "/shells/"), ("GET", "/admin/spheres/sphere/…/change/")} <= asked
    found = {
        answer["who"]: (answer["status"], answer["size"])
        for line in parts["messaging"]
        for answer in line["answers"]
        if line["method"] == "GET"
    }
    assert found["stranger"][0] == 404
    assert found["anonymous"] == (302, 0)
    assert replay(cast.sphere) == parts  # or every night would be told anew


def test_what_everybody_reads_is_named_and_no_leak(cast: Cast, browse: Browse) -> None:
    settle(cast.alice, wanted={"type": "public"}, seen={})
    cast.say(cast.bob, "à tous")
    cast.sphere.refresh_from_db()
    report = check(cast.sphere)
    assert report is not None
    assert (report.open, report.leaks) == (5, [])
    page = browse(cast.bob).get(f"/s/{cast.sphere.slug}/seal/").content.decode()
    assert page.count("everybody reads this, as the settings say") == 10
    assert "5 pages are read by everybody, as the settings of this sphere say" in page


def test_what_leaks_is_red_on_the_page(cast: Cast, browse: Browse, settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.reports.leaking"
    leaking.asked.clear()
    cast.say(cast.bob, "entre nous")
    Sphere.objects.filter(pk=cast.sphere.pk).update(description="La façade nord")
    Membership.objects.filter(pk=cast.bob.pk).update(telephone="+33 6 39 98 00 01", title="Maçon")
    report = check(cast.sphere)
    settings.ROOT_URLCONF = "alveole.urls"
    assert report is not None
    told = verdicts({"": report.leaks}, "told")
    both = [("stranger", "GET"), ("anonymous", "GET"), ("stranger", "POST"), ("anonymous", "POST")]
    for who, method in both:
        assert told.pop((method, "/s/…/title/", who))[:1] == ["status"]
        assert told.pop((method, "/s/…/header/", who))[:1] == ["headers"]
        assert told.pop((method, "/s/…/always/", who)) == ["unexpected"]
    for who in ("stranger", "anonymous"):
        for path in (*LISTS, "/count/"):
            assert "words" in told.pop(("GET", path, who))
        assert told.pop(("GET", "/numbers/", who)) == ["ids"]
    for method in ("GET", "POST"):
        assert "status" in told.pop((method, "/by-number/…/", "stranger"))
    # What writes is nowhere by its answer, to those with an account; without one it should lead to signing in.
    assert {pattern for _method, pattern, _who in told} == {"/by-number/…/", "/s/…/changing/", "/s/…/writing/"}
    assert {who for _method, _pattern, who in told} == {"anonymous"}
    page = browse(cast.carol).get(f"/s/{cast.sphere.slug}/seal/").content.decode()
    red, _, rest = page.partition("<details")
    assert "told a stranger something" in red
    assert "whoever runs this site, today" in red
    assert "<code>GET /s/…/title/</code>" in red
    assert "<b>Spheres and their members</b>" in page
    assert "another status than without the sphere" in rest
    assert "Chantier" not in str(report.leaks)


def judged(sphere: Sphere, *paths: str) -> dict[str, tuple[str, list[str]]]:
    """Put to the site what nobody is told at these addresses alone."""
    asked, things = questions(sphere)
    hidden = Secrets.of(sphere, things)
    found = {}
    for one in asked:
        if one.method == "GET" and one.path in paths:
            line: dict[str, Any] = _judged(sphere, one, "anonymous", hidden)
            found[one.path] = (line["verdict"], line["differs"])
    return found


def test_what_is_drawn_beside_it_excuses_no_word(cast: Cast, settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.reports.leaking"
    told = judged(cast.sphere, "/drawn/", "/drawn-into/", "/me/")
    assert told == {"/drawn/": ("told", ["words"]), "/drawn-into/": ("told", ["words"]), "/me/": ("same", [])}


@pytest.mark.parametrize("field", ["pk", "name", "telephone", "sphere__desk"])
def test_a_page_that_everybody_reads_tells_no_more_of_members_than_they_allow(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    settle(cast.alice, wanted={"type": "public"}, seen={})
    cast.say(cast.bob, "Merci Alice")  # whoever is named by others in public is so
    Membership.objects.filter(pk=cast.alice.pk).update(telephone="+33 6 39 98 00 01")
    Membership.objects.filter(pk=cast.bob.pk).update(is_named=True)
    cast.sphere.refresh_from_db()
    pages = [f"/s/{cast.sphere.slug}/", f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/"]
    assert judged(cast.sphere, *pages) == dict.fromkeys(pages, ("open", []))
    settings.MIDDLEWARE = [f"{leaking.__name__}.{leaking.Telling.__name__}", *settings.MIDDLEWARE]
    monkeypatch.setattr(leaking.Telling, "field", field)
    _site.cache_clear()
    try:
        differs = ["ids"] if field in {"pk", "sphere__desk"} else ["inner"]
        assert judged(cast.sphere, *pages) == dict.fromkeys(pages, ("told", differs))
    finally:
        _site.cache_clear()


def test_asking_leaves_nothing(cast: Cast, settings: Settings) -> None:
    invite(cast.alice, id=uuid7())
    browsing(cast)
    settings.ROOT_URLCONF = "tests.reports.leaking"
    before, told = everything(), list[Recorded]()
    entry_listeners.append(told.append)
    try:
        replay(cast.sphere)
    finally:
        entry_listeners.remove(told.append)
    assert everything() == before
    assert (told, mail.outbox) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_is_undone_for_good(cast: Cast) -> None:
    """Not in a test's own transaction: each question is one."""
    before = everything()
    writes = next(one for one in questions(cast.sphere)[0] if one.route.command == "messaging.send.1")
    for body in (appear, lambda: cast.say(cast.bob, "jamais dit"), lambda: undone(appear)):
        assert undone(body)
        assert everything() == before

    def people_after_one_within() -> int:
        undone(appear)
        return User.objects.count()

    assert undone(people_after_one_within) == User.objects.count()
    assert undone(lambda: answer(writes, Visitor(cast.sphere.pk, *appear()))).status == 404
    assert everything() == before


def test_the_stranger_is_signed_in_and_nobody_can_be(cast: Cast) -> None:
    people, sessions = User.objects.count(), Session.objects.count()
    home = next(one for one in questions(cast.sphere)[0] if one.path == "/me/")
    stranger, key = undone(appear)
    met = undone(lambda: answer(home, Visitor(cast.sphere.pk, *appear())))
    assert (met.status, b"@stranger.invalid" in met.body) == (200, True)
    assert not stranger.has_usable_password()
    assert (User.objects.count(), Session.objects.count()) == (people, sessions)
    client = Client(headers={"host": settings.ALVEOLE_URL.split("//")[1]})
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert client.get("/").headers["Location"].startswith("/sign-in/")
    assert not User.objects.filter(email__endswith="@stranger.invalid").exists()


def test_questions_name_what_is_there(cast: Cast) -> None:
    said = cast.say(cast.bob, "entre nous")
    key = make_key(cast.alice, id=uuid7(), name="Mamie")
    browser = browsing(cast)
    asked, things = questions(cast.sphere)
    paths = {question.path for question in asked}
    slug = cast.sphere.slug
    assert {said.pk, browser} <= set(things)
    assert f"/s/{slug}/messages/{said.pk}/edition/" in paths
    assert f"/s/{slug}/browsers/{browser}/closure/" in paths
    assert f"/s/{slug}/guests/{key.pk}/" not in paths  # a newer one is
    # Of what there is none: still an address.
    assert f"/s/{slug}/spheres/{cast.sphere.pk}/entry/" in paths
    assert str(cast.sphere.journal_id) in next(one.body for one in asked if one.path == "/feed/" and one.body)


def test_the_site_does_not_take_itself_for_a_visitor(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    home = next(one for one in questions(cast.sphere)[0] if one.path == "/me/")
    with caplog.at_level("INFO", logger="alveole.requests"):
        undone(lambda: answer(home, Visitor(cast.sphere.pk, *appear())))
        assert caplog.records == []
        Client(headers={"host": settings.ALVEOLE_URL.split("//")[1]}).get("/me/")
        assert len(caplog.records) == 1


def test_links_that_were_handed_over_are_not_asked() -> None:
    assert [route.pattern for route in routes() if "token>" in route.pattern] == []


def test_a_member_finds_what_a_stranger_does_not(cast: Cast) -> None:
    """The question is one that is answered to whom it may be."""
    page = next(one for one in questions(cast.sphere)[0] if one.path.endswith("/members/"))

    def asked_by(member: Membership) -> int:
        assert member.person is not None
        session = SessionStore()
        session.create()
        open_session(session, member.person)
        return answer(page, Visitor(cast.sphere.pk, member.person, str(session.session_key))).status

    assert (undone(lambda: asked_by(cast.bob)), undone(lambda: asked_by(cast.eve))) == (200, 404)
