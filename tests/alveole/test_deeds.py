"""What operators do: asked once, done by the verbs, written down; and refused to everybody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Model
from django.http import Http404
from django.test import Client
from django.urls import reverse

from accounts import actions as accounts
from accounts.models import User
from accounts.sessions import keys_of
from alveole.operators import actions, metadata, tasks
from alveole.operators.people import PeopleAdmin
from alveole.operators.places import InvitationsAdmin, KeysAdmin, MembersAdmin
from journal import clock
from journal.errors import Refused
from journal.ids import uuid7
from spheres.actions import create_sphere
from spheres.guests.actions import make_key
from spheres.guests.models import Key
from spheres.guests.tokens import link_of as guests_link
from spheres.invitations.actions import invite
from spheres.invitations.models import Invitation
from spheres.invitations.tokens import link_of
from spheres.models import Membership
from tests.alveole.office import SECRET, at_work, operator, signed_in
from tests.conftest import Cast, person

pytestmark = pytest.mark.db

PEOPLE = "accounts_user"
MEMBERS = "spheres_membership"
INVITATIONS = "invitations_invitation"
KEYS = "guests_key"


def do(client: Client, where: str, deed: str, *things: Model, sure: bool = True) -> Any:
    """Choose a deed for some things; say that it is meant, or not yet."""
    fields: dict[str, Any] = {"action": deed, "_selected_action": [str(thing.pk) for thing in things]}
    if sure:
        fields["sure"] = deed
    return client.post(reverse(f"admin:{where}_changelist"), fields, follow=True)


def log() -> list[tuple[str, str | None]]:
    return [(entry.change_message, entry.object_id) for entry in LogEntry.objects.order_by("pk")]


def of(membership: Membership) -> User:
    assert membership.person is not None
    return membership.person


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_a_deed_asks_before_it_is_done(cast: Cast) -> None:
    client = at_work()
    page = do(client, PEOPLE, "close", of(cast.bob), sure=False).content.decode()
    assert "They are signed out everywhere" in page
    assert "Bob" in page
    assert (User.objects.get(pk=of(cast.bob).pk).is_active, log()) == (True, [])
    # Another deed's yes is none.
    answer = {"action": "close", "_selected_action": [of(cast.bob).pk], "sure": "reopen"}
    client.post(reverse(f"admin:{PEOPLE}_changelist"), answer)
    assert User.objects.get(pk=of(cast.bob).pk).is_active


def test_a_closed_account_is_out_everywhere_and_opened_again_it_signs_in_anew(cast: Cast) -> None:
    client, phone, desk, carol = at_work(), *(signed_in(of(one)) for one in (cast.bob, cast.bob, cast.carol))
    assert (is_in(phone), is_in(desk), len(keys_of(of(cast.bob)))) == (True, True, 2)
    do(client, PEOPLE, "close", of(cast.bob))
    assert (is_in(phone), is_in(desk), is_in(carol)) == (False, False, True)
    assert keys_of(of(cast.bob)) == []
    assert Membership.objects.get(pk=cast.bob.pk).is_open
    do(client, PEOPLE, "reopen", of(cast.bob))
    assert (is_in(phone), is_in(signed_in(of(cast.bob)))) == (False, True)
    number = str(of(cast.bob).pk)
    assert log() == [("close", number), ("reopen", number)]


def test_nobody_closes_their_own_account(cast: Cast) -> None:
    page = do(at_work(), PEOPLE, "close", operator(), of(cast.bob)).content.decode()
    assert "Nobody closes their own account here" in page
    assert (operator().is_active, User.objects.get(pk=of(cast.bob).pk).is_active) == (True, False)
    assert log() == [("close", str(of(cast.bob).pk))]


def test_sessions_are_ended_and_told(cast: Cast) -> None:
    client, phone = at_work(), signed_in(of(cast.bob))
    do(client, PEOPLE, "end_sessions", of(cast.bob))
    assert (is_in(phone), is_in(signed_in(of(cast.bob)))) == (False, True)
    page = client.get(reverse(f"admin:{PEOPLE}_change", args=[of(cast.bob).pk])).context["shown"]
    assert ("Sessions", "1") in page


def test_a_second_factor_that_was_lost_is_taken_away(cast: Cast) -> None:
    TOTP.activate(of(cast.bob), SECRET)
    do(at_work(), PEOPLE, "factor", of(cast.bob))
    assert not Authenticator.objects.filter(user=of(cast.bob)).exists()
    assert Authenticator.objects.filter(user=operator()).exists()


def test_a_place_is_ended_once_and_the_last_responsible_stays(cast: Cast, browse: Callable[..., Client]) -> None:
    client, bob = at_work(), browse(cast.bob)
    here = f"/s/{cast.sphere.slug}/"
    assert bob.get(here).status_code == 200
    page = do(client, MEMBERS, "end_place", cast.bob, cast.alice, cast.dan).content.decode()
    assert bob.get(here).status_code == 404
    assert "A sphere needs somebody responsible" in page
    assert "Dan: not there any more." in page
    assert "Done, to 1." in page
    assert "Done" not in do(client, MEMBERS, "end_place", cast.bob).content.decode()
    assert Membership.objects.get(pk=cast.alice.pk).is_open
    assert log() == [("end_place", str(cast.bob.pk))]


def test_a_personal_sphere_is_out_of_reach(cast: Cast) -> None:
    client, odile = at_work(), operator()
    key, invitation = make_key(cast.eve, id=uuid7(), name="Mamie"), invite(cast.eve, id=uuid7())
    tried: list[tuple[str, str, Callable[..., None], Model]] = [
        (MEMBERS, "end_place", actions.end_place, cast.eve),
        (INVITATIONS, "revoke", actions.revoke, invitation),
        (KEYS, "cut", actions.cut_key, key),
    ]
    for where, deed, verb, thing in tried:
        do(client, where, deed, thing)
        with pytest.raises(Refused):
            verb(odile, thing)
    assert Membership.objects.get(pk=cast.eve.pk).is_open
    assert Invitation.objects.get(pk=invitation.pk).revoked_at is None
    assert Key.objects.get(pk=key.pk).cut_at is None
    assert log() == []


def test_an_invitation_is_revoked_and_its_link_is_worth_nothing(cast: Cast) -> None:
    invitation = invite(cast.alice, id=uuid7())
    link = link_of(invitation).split("/", 3)[3]
    assert signed_in(None).get(f"/{link}").status_code == 200
    for _ in range(2):
        do(at_work(), INVITATIONS, "revoke", invitation)
    assert signed_in(None).get(f"/{link}").status_code == 410
    assert Invitation.objects.get(pk=invitation.pk).generation == 1


def test_a_key_is_cut_and_its_browsers_are_closed(cast: Cast) -> None:
    key = make_key(cast.alice, id=uuid7(), name="Papi")
    link = "/" + guests_link(key).split("/", 3)[3]
    guest = signed_in(None)
    guest.post(link)
    assert guest.get(f"/s/{cast.sphere.slug}/").status_code == 200
    for _ in range(2):
        do(at_work(), KEYS, "cut", key)
    assert guest.get(f"/s/{cast.sphere.slug}/").status_code == 302
    assert signed_in(None).get(link).status_code == 410
    assert Membership.objects.get(pk=key.membership_id).is_open


def test_no_verb_obeys_anybody_else(cast: Cast) -> None:
    TOTP.activate(of(cast.carol), SECRET)
    invitation, key = invite(cast.alice, id=uuid7()), make_key(cast.alice, id=uuid7(), name="Papi")
    verbs: list[tuple[Callable[..., None], Any]] = [
        (accounts.close_account, of(cast.carol)),
        (accounts.reopen_account, of(cast.carol)),
        (accounts.end_sessions, of(cast.carol)),
        (accounts.take_factor_away, of(cast.carol)),
        (actions.end_place, cast.carol),
        (actions.revoke, invitation),
        (actions.cut_key, key),
        (actions.note_export, Membership),
    ]
    offered = [deed.verb for lists in (PeopleAdmin, MembersAdmin, InvitationsAdmin, KeysAdmin) for deed in lists.deeds]
    assert set(offered) <= {verb for verb, _ in verbs}
    for verb, thing in verbs:
        with pytest.raises(Refused):
            verb(of(cast.alice), thing)
        with pytest.raises(Refused):
            actions.carry_out(of(cast.alice), "x", verb, thing)
    assert (Session.objects.count(), Authenticator.objects.count(), log()) == (0, 1, [])
    someone = operator()
    someone.is_active = False
    someone.save(update_fields=["is_active"])
    with pytest.raises(Http404):
        accounts.close_account(someone, of(cast.carol))


def test_what_is_not_in_the_list_is_not_done(cast: Cast) -> None:
    """A guest of somebody's family is no account of the list, whatever number is sent."""
    home = create_sphere(person("Fanny"), name="Famille", context="family")
    guest = make_key(home, id=uuid7(), name="Mamie").guest
    do(at_work(), PEOPLE, "close", guest)
    assert User.objects.get(pk=guest.pk).is_active


def test_too_many_at_once_are_not_begun(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "MOST_AT_ONCE", 1)
    page = do(at_work(), PEOPLE, "close", of(cast.bob), of(cast.carol)).content.decode()
    assert "That is more than 1 at once." in page
    assert log() == []


def test_the_log_says_who_did_what_and_forgets_after_a_year(cast: Cast) -> None:
    client = at_work()
    with clock.at(clock.now() - timedelta(days=366)):
        do(client, PEOPLE, "close", of(cast.bob))
    LogEntry.objects.update(action_time=clock.now() - timedelta(days=366))
    do(client, PEOPLE, "reopen", of(cast.bob))
    page = client.get(reverse("admin:admin_logentry_changelist"), {"q": str(of(cast.bob).pk)}).content.decode()
    for said in ("root@example.invalid", "Close the account", "Open the account again", "Bob"):
        assert said in page
    tasks.forget_log()
    assert log() == [("reopen", str(of(cast.bob).pk))]


def test_the_shell_makes_an_operator(cast: Cast) -> None:
    said = StringIO()
    call_command("make_operator", "BOB@example.invalid", stdout=said)
    assert (User.objects.get(pk=of(cast.bob).pk).is_staff, "/admin/" in said.getvalue()) == (True, True)
    assert not User.objects.get(pk=of(cast.bob).pk).is_superuser
    with pytest.raises(CommandError):
        call_command("make_operator", "nobody@example.invalid")


def test_the_shell_takes_a_second_factor_away(cast: Cast) -> None:
    TOTP.activate(of(cast.bob), SECRET)
    call_command("forget_second_factor", "BOB@example.invalid", stdout=StringIO())
    assert not Authenticator.objects.exists()
    with pytest.raises(CommandError):
        call_command("forget_second_factor", "nobody@example.invalid")


def test_the_operators_home_leads_there(cast: Cast) -> None:
    assert 'href="/admin/"' in at_work().get("/operator/").content.decode()
