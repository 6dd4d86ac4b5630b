"""The verbs of keys."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.sessions.models import Session
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.actions import create_user, give_address, open_session
from accounts.entering import SessionStore
from accounts.models import User
from journal import clock
from journal.errors import Conflict
from journal.publishing import tell_person
from journal.recording import record
from journal.statements import insert
from journal.writing import action, writing
from spheres.actions import join
from spheres.guests import rules
from spheres.guests.models import Browser, Key, State
from spheres.invitations.actions import ask_with_account
from spheres.models import Membership, Sphere

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

# So long after a first browser, or one that was let in, another one comes in by itself.
MOVING = timedelta(days=1)


@action
def make_key(by: Membership, *, id: UUID, name: str) -> Key:
    """Give somebody a place as a guest, under `name`, and the key to it.

    Raises Refused if `by` may not, Conflict if `id` is taken.
    """
    rules.ensure_may_make(by)
    habits = {"language": by.person.language, "zone": by.person.zone} if by.person else {}
    guest = create_user(email=None, name=name, **habits)
    membership = join(by.sphere, guest, role="guest", name=name)
    key = Key(id=id, sphere=by.sphere, membership=membership, by=by, created_at=clock.now())
    if not insert(key):
        raise Conflict(_("This link was already made. Reload the page for another one."), field="id")
    _tell(key, "made", by)
    return key


@action
def come_in(guest: Membership, key: Key, *, session: SessionBase, browser: str) -> Browser:
    """Open the sphere to a browser by its new `session`, or let it wait for a yes.

    Raises Closed if the key opens nothing any more, Refused where too many wait.
    """
    key = Key.objects.under_lock(key.pk)
    rules.ensure_open(key)
    _forget_ended(key)
    if not key.opens_by_itself:
        rules.ensure_may_wait(key.browsers.filter(state=State.WAITING).count())
    assert session.session_key is not None
    came = Browser(key=key, session_key=session.session_key, name=browser, came_at=clock.now())
    came.state = State.IN if key.opens_by_itself else State.WAITING
    came.save(force_insert=True)
    if came.state == State.IN:
        open_session(session, key.guest)
        if key.opens_until is None:
            _let_move(key)
    _tell(key, "opened" if came.state == State.IN else "knocked", guest)
    return came


def _forget_ended(key: Key) -> None:
    """Take sessions that ended by themselves, or were signed out of, from what is shown."""
    present = key.browsers.present()
    living = Session.objects.filter(session_key__in=present.values("session_key"), expire_date__gt=clock.now())
    present.exclude(session_key__in=living.values("session_key")).update(state=State.CUT)


def _let_move(key: Key) -> None:
    key.opens_until = clock.now() + MOVING
    key.save(update_fields=["opens_until"])


@action
def let_in(by: Membership, browser: Browser) -> None:
    """Say that it is them: the browser that waits is signed in where it stands. Raises Refused if `by` may not."""
    key = Key.objects.under_lock(browser.key_id)
    rules.ensure_may_let_in(by, key)
    rules.ensure_open(key)
    browser.refresh_from_db()
    if browser.state != State.WAITING:
        return
    session = SessionStore(browser.session_key)
    if session.exists(browser.session_key):
        browser.state = State.IN
        open_session(session, key.guest)
        _let_move(key)
    else:  # its cookie outlived its session: it comes again
        browser.state = State.CUT
    browser.save(update_fields=["state"])
    _tell(key, "let_in", by)


@action
def cut_browser(by: Membership, browser: Browser) -> None:
    """End what a browser sees, at once, or say no to one that waits. Raises Refused if `by` may not."""
    key = Key.objects.under_lock(browser.key_id)
    rules.ensure_may_cut(by, key)
    _cut(key, browser.pk)
    # Else it would come back in by itself.
    key.opens_until = min(key.opens_until or clock.now(), clock.now())
    key.save(update_fields=["opens_until"])
    _tell(key, "browser_cut", by)


@action
def cut_key(by: Membership, key: Key) -> None:
    """End a link and all its browsers; the guest's place stays, for another link. Raises Refused if `by` may not."""
    key = Key.objects.under_lock(key.pk)
    rules.ensure_may_cut(by, key)
    cut(key, by)


def cut(key: Key, by: Membership | None) -> None:
    """End a link and its browsers, within an action that asked whether it may be; None: by nobody here."""
    if key.cut_at:
        return
    _close(key)
    _cut(key)
    _tell(key, "cut", by)


@action
def renew_key(by: Membership, key: Key) -> None:
    """Give the guest of a cut link another one, to the same place. Raises Refused if `by` may not."""
    key = Key.objects.under_lock(key.pk)
    rules.ensure_may_let_in(by, key)
    if key.cut_at is None:
        return
    key.cut_at, key.opens_until = None, None
    key.save(update_fields=["cut_at", "opens_until"])
    _tell(key, "renewed", by)


@action
def grow(guest: Membership, key: Key, *, address: str, session_key: str | None) -> None:
    """Make an account of a guest's place: the same person in it, with an address that was shown to be theirs.

    All their browsers stay in, and the link ends. Raises Closed if the browser with this session is not in by the key
    any more, Conflict if the address has an account.
    """
    key = Key.objects.under_lock(key.pk)
    key.membership = guest
    guest.person = person = key.guest.reread()
    if key.is_outgrown:  # pressed twice
        return
    rules.ensure_may_grow(key, is_in=key.browsers.filter(session_key=session_key, state=State.IN).exists())
    give_address(person, email=address)
    # From now on they are an account's sessions: nobody else sees or cuts them.
    key.browsers.all().delete()
    # Whoever waits for this lock to come in by the link may have read the guest as they were.
    key.cut_at, key.generation = clock.now(), key.generation + 1
    key.save(update_fields=["cut_at", "generation"])
    sphere = guest.sphere
    news: list[tuple[UUID, Key | Sphere]] = [(journal, key) for journal in key.journals]
    # What pages show them changes: their devices keep them anew.
    news.append((guest.journal_id, sphere))
    for journal, thing in sorted(news, key=lambda one: one[0]):
        record(journal, "grown", thing, actor=guest.pk)
    tell_person(person.pk)


@action
def ask_to_be_let_in(guest: Membership, key: Key, *, address: str) -> bool:
    """Ask those responsible to let in the account that has `address`, which the guest showed to be theirs.

    False where it is in the sphere already. The guest's place stays as it is. Raises Closed if the key opens nothing
    any more, Refused where nobody comes in, Http404 if the address has no account (any more).
    """
    key = Key.objects.under_lock(key.pk)
    rules.ensure_open(key)
    person = get_object_or_404(User, email=address, is_active=True)
    if Membership.objects.of(person).filter(sphere=guest.sphere_id).exists():
        return False
    ask_with_account(person, guest.sphere, name=guest.name)
    return True


def end_key(membership: Membership, by: UUID) -> None:
    """End the key of a guest whose place ends, within the action that ends it."""
    key = Key.objects.whole().filter(membership=membership).first()
    if key is None:
        return
    key.membership = membership
    _close(key)
    if by != membership.pk:  # whoever leaves by themself is answered in the session that asked
        _cut(key)
    _tell(key, "ended")


def erase_some(sphere: Sphere, limit: int) -> int:
    """Erase at most `limit` of the keys to a sphere that is erased, with the guests, who are nobody elsewhere."""

    def body() -> int:
        keys = list(Key.objects.whole().filter(sphere=sphere).order_by("pk")[:limit])
        Key.objects.filter(pk__in=[key.pk for key in keys]).delete()
        User.objects.filter(pk__in=[key.membership.person_id for key in keys], email=None).delete()
        return len(keys)

    return writing(body)


def _close(key: Key) -> None:
    key.cut_at = key.cut_at or clock.now()
    key.generation += 1
    key.save(update_fields=["cut_at", "generation"])


def _cut(key: Key, *browsers: UUID) -> None:
    present = key.browsers.filter(pk__in=browsers) if browsers else key.browsers.all()
    sessions = list(present.filter(state=State.IN).values_list("session_key", flat=True))
    present.update(state=State.CUT)
    # One by one told to the sockets, by the deletion.
    Session.objects.filter(session_key__in=sessions).delete()


def _tell(key: Key, verb: str, actor: Membership | None = None) -> None:
    for journal in key.journals:
        record(journal, verb, key, actor=actor.pk if actor else None, is_gone=not key.is_standing)
