"""An address for every URL name, and who may look at it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.actions import digest_of
from accounts.links import sign_in_link
from accounts.models import User
from alveole.hosting.models import SetUpLink
from journal.ids import uuid7
from spheres.actions import create_sphere, give_role, present
from spheres.groups.actions import make_group
from spheres.groups.models import Group
from spheres.guests import tokens as guests
from spheres.guests.actions import make_key
from spheres.invitations.actions import invite, send_by_mail
from spheres.invitations.addresses import Addressee
from spheres.invitations.tokens import link_of
from spheres.models import Sphere
from spheres.organisations.models import Holding
from spheres.reports.actions import keep
from spheres.seal import inside
from sync.shells import page_routes
from tests.conftest import Cast
from tests.reports.making import line
from threads.actions import comment, react

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of a second factor
# Addresses that answer no person with a page.
NOT_PAGES = {
    "sync:feed",
    "sync:shells",
    "sync:sphere_shells",
    "sync:service_worker",
    "sync:manifest",
    "sync:token",
    "accounts:sign_out",
    "invitations:arrival",
    "invitations:revocation",
    "invitations:admission",
    "invitations:refusal",
    "invitations:mailings",
    "guests:closure",
    "guests:renewal",
    "guests:admission",
    "guests:browser_closure",
    "guests:account",
    "guests:proof",
    "accounts:language",
    "accounts:again_proof",
    "account_logout",
    "mfa_download_recovery_codes",
    "files:uploads",
    "files:upload",
    "files:original",
    "files:thumbnail",
    "files:preview",
    "portraits:photo",
    "portraits:photo_removal",
    "portraits:logo",
    "portraits:logo_removal",
    "messaging:messages",
    "messaging:deletion",
    "messaging:reaction",
    "messaging:comments",
    "threads:reaction",
    "threads:deletion",
    "threads:bookmark",
    "threads:decision",
    "threads:acceptance",
    "messaging:bookmark",
    "spheres:presentation",
    "spheres:role",
    "spheres:departure",
    "organisations:entry",
    "organisations:visit",
    "charters:acceptance",
    "charters:table",
    "groups:closure",
    "spheres:archive",
    "spheres:reopening",
    "spheres:deletion",
    "spheres:restoration",
    "hosting:mails",
    "hosting:metrics",
    "hosting:live",
    "hosting:ready",
}


def url_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """Walk the URLconf."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from url_names(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}"


NEVER_KEPT = {
    "hosting:home",
    "invitations:invitation",
    "invitations:sheet",
    "invitations:by_mail",
    "invitations:mailing",
    "guests:address",
    "guests:key",
    "guests:sheet",
    "organisations:appointment",
    "accounts:again",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "account_reauthenticate",
}
SIGNED_IN = {route.name for route in page_routes()} | NEVER_KEPT
# The administration has a walk of its own: only operators come in (test_administration.py).
NAMES = sorted(name for name in {*url_names(get_resolver()), "nowhere"} - NOT_PAGES if not name.startswith("admin:"))


def path_of(name: str, cast: Cast) -> str:
    """Give an address for a URL name."""
    if name == "nowhere":
        return "/nowhere/"
    if name == "accounts:link":
        assert cast.bob.person
        return sign_in_link(cast.bob.person).removeprefix(settings.ALVEOLE_URL)
    made = next((make for start, make in MADE.items() if name.startswith(start)), None)
    if made is not None:
        return made(name, cast)
    if name in NEVER_KEPT and name.startswith(("mfa_", "account_")) and name != "mfa_activate_totp":
        give_second_factor(cast)
    if name == "hosting:home":
        User.objects.filter(pk__in=[cast.bob.person_id, cast.carol.person_id]).update(is_staff=True)
    if name == "hosting:set_up":
        token = "t" * 43
        SetUpLink.objects.create(digest=digest_of(token), expires_at=timezone.now() + timedelta(minutes=5))
        return reverse(name, args=[token])
    route = next((route for route in page_routes() if route.name == name), None)
    if route is None:
        return reverse(name)
    long_words = "Une_adresse_sans_espace_ni_tiret_qui_ne_tient_pas_sur_une_ligne_" * 2
    cast.say(cast.alice, f"https://example.invalid/{long_words}")
    long_address = f"{long_words[:60]}@example.invalid"
    present(cast.bob, name="Bob", telephone="+33 6 12 34 56 78", email=long_address, how_to_reach=long_words[:120])
    ids = {
        "conversation_id": cast.conversation.pk,
        "message_id": answered_by_bob(cast, long_words),
        "member_id": cast.bob.pk,
        "group_id": group_of_bob(cast, long_words[:60]),
        "comment_id": answer_of_bob(cast, long_words),
    }
    slug = {"slug": cast.sphere.slug} if route.is_inside else {}
    return reverse(name, kwargs={**slug, **{name: ids[name] for name in route.ids}})


def answered_by_bob(cast: Cast, words: str) -> UUID:
    """Let Bob say something and answer it, and give what he said."""
    said = cast.say(cast.bob, words)
    with inside(cast.sphere):
        react(cast.bob, said, reaction="heart")
        comment(cast.bob, said, id=uuid7(), body=words)
    return said.pk


def answer_of_bob(cast: Cast, words: str) -> UUID:
    """Let Bob answer something, and give the answer."""
    said = cast.say(cast.alice)
    with inside(cast.sphere):
        return comment(cast.bob, said, id=uuid7(), body=words).pk


def group_of_bob(cast: Cast, name: str) -> UUID:
    """Let Bob be in a group, and give it."""
    with inside(cast.sphere):
        standing = Group.objects.standing().filter(name=name).first()
        group = standing or make_group(cast.alice, id=uuid7(), name=name, begins=True, members=[cast.bob.pk])
        found: UUID = group.pk
        return found


def give_second_factor(cast: Cast) -> None:
    """Let Bob have one, if he has none yet."""
    assert cast.bob.person
    if not is_mfa_enabled(cast.bob.person):
        TOTP.activate(cast.bob.person, SECRET)
        RecoveryCodes.activate(cast.bob.person)


def path_of_appointment(name: str, cast: Cast) -> str:
    """Give the address at which Bob, who manages the organisation, makes somebody responsible for a sphere of it."""
    Sphere.objects.filter(pk=cast.sphere.pk).update(is_hall=True)
    give_role(cast.alice, cast.bob, role="administrator")
    words = "Un_nom_sans_espace_ni_tiret_qui_ne_tient_pas_sur_une_ligne_du_téléphone"
    assert cast.alice.person is not None
    made = create_sphere(cast.alice.person, name=words, organisation=cast.sphere.organisation)
    with inside(cast.sphere):
        holding = Holding.objects.get(held=made.sphere)
    return reverse(name, args=[cast.sphere.slug, holding.pk])


def path_of_invitation(name: str, cast: Cast) -> str:
    """Give an address for a page of invitations; Bob, who looks at those within, may invite."""
    Sphere.objects.filter(pk=cast.sphere.pk).update(members_invite=True)
    words = "Une_note_sans_espace_ni_tiret_qui_ne_tient_pas_sur_une_ligne_du_téléphone"
    invitation = invite(cast.bob, id=uuid7(), role="visitor", note=words)
    if name == "invitations:landing":
        return link_of(invitation).removeprefix(settings.ALVEOLE_URL)
    ids = {} if name in {"invitations:invitations", "invitations:by_mail"} else {"invitation_id": invitation.pk}
    if name == "invitations:mailing":
        with inside(cast.sphere):
            found = [Addressee(1, f"{words.lower()[:60]}@example.invalid", "Jeanne")]
            ids = {"mailing_id": send_by_mail(cast.bob, id=uuid7(), found=found, role="visitor").pk}
    return reverse(name, kwargs={"slug": cast.sphere.slug, **ids})


def path_of_key(name: str, cast: Cast) -> str:
    """Give an address for a page of direct links; Bob, who looks at those within, has made one."""
    if name == "guests:address":
        return reverse(name)
    Sphere.objects.filter(pk=cast.sphere.pk).update(members_invite=True)
    cast.bob.sphere.members_invite = True
    key = make_key(cast.bob, id=uuid7(), name="Grand-mère_sans_espace_ni_tiret_qui_ne_tient_pas_sur_une_ligne")
    if name == "guests:landing":
        return guests.link_of(key).removeprefix(settings.ALVEOLE_URL)
    return reverse(name, kwargs={"slug": cast.sphere.slug, **({} if name == "guests:keys" else {"key_id": key.pk})})


def path_of_report(name: str, cast: Cast) -> str:
    """Give the address of a report with a leak in it."""
    keep(
        cast.sphere, {"spheres": [line(), line("/s/…/an_address_without_any_place_to_break_it_anywhere/", "told", 200)]}
    )
    return reverse(name, args=[cast.sphere.slug])


MADE = {
    "reports:": path_of_report,
    "invitations:": path_of_invitation,
    "guests:": path_of_key,
    "organisations:appointment": path_of_appointment,
}
