"""The verbs of portraits: a picture is chosen, prepared, shown in the place of another, taken away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from files.actions import attach, discard
from files.models import File, State
from files.portraits import rules
from files.portraits.models import Portrait
from journal.writing import action
from spheres.actions import mark, tell_member, tell_members
from spheres.models import Membership, Sphere
from spheres.seal import inside

PHOTO, LOGO = "photo", "logo"
# What the member who sent a picture is told of it; nobody else is.
WAITING, FAILED, DONE = "waiting", "failed", ""


@action
def choose_photo(member: Membership, *, file: UUID) -> None:
    """Let the others in the sphere know `member` by a picture that was sent, as soon as it is prepared.

    Raises Refused if the member may not, or if the file did not arrive or is not theirs.
    """
    rules.ensure_may_be_shown(member)
    _choose(member, member, file)


@action
def choose_logo(member: Membership, *, file: UUID) -> None:
    """Let the sphere be known by a picture that was sent, as soon as it is prepared; raises as `choose_photo`."""
    rules.ensure_may_give_logo(member)
    Sphere.objects.under_lock(member.sphere_id)
    _choose(member, None, file)


def _choose(sender: Membership, of: Membership | None, file: UUID) -> None:
    (sent,) = attach(sender, [file])
    _let_go(of, is_shown=False)
    portrait = Portrait(sphere=sender.sphere, membership=of, file=sent)
    portrait.save(force_insert=True)
    if sent.state == State.PREPARING:
        _tell_sender(portrait, sender, WAITING)
    else:
        _settle(portrait, sent, sender)


def show_prepared(file: File) -> None:
    """Show a picture that became ready in the place of the one before; a part of what made it so."""
    portrait = Portrait.objects.waiting_for(file).first()
    if portrait is not None:
        _settle(portrait, file, Membership.objects.with_sphere().get(pk=file.sender_id))


def _settle(portrait: Portrait, file: File, sender: Membership) -> None:
    if not file.is_picture:
        _let_go(portrait.membership, is_shown=False)
        _tell_sender(portrait, sender, FAILED)
        return
    _let_go(portrait.membership, is_shown=True)
    portrait.is_shown = True
    portrait.save(update_fields=["is_shown"])
    _show(portrait.membership, sender, file.pk)


@action
def remove_photo(member: Membership) -> None:
    """Take one's photo away, and what was to take its place; where there is none, nothing changes."""
    _remove(member, member)


@action
def remove_logo(member: Membership) -> None:
    """Take the sphere's logo away. Raises Refused if the member may not."""
    rules.ensure_may_give_logo(member)
    Sphere.objects.under_lock(member.sphere_id)
    _remove(member, None)


def _remove(by: Membership, of: Membership | None) -> None:
    _let_go(of, is_shown=False)
    if _let_go(of, is_shown=True):
        _show(of, by, None)


def _let_go(of: Membership | None, *, is_shown: bool) -> bool:
    """Let go of the picture that is shown, or of the one that is prepared; give whether there was one."""
    found = Portrait.objects.showing(of).filter(is_shown=is_shown).first()
    if found is None:
        return False
    found.delete()
    discard([found.file])
    return True


def _show(of: Membership | None, by: Membership, file: UUID | None) -> None:
    """Write the picture where rows are made from, and tell whoever sees them."""
    if of is None:
        sphere = Sphere.objects.under_lock(by.sphere_id)
        sphere.logo = file
        sphere.save(update_fields=["logo"])
        tell_members(sphere, "pictured", by)
        # After the journals of all, in their order: by then this one is held.
        _mark(by, LOGO, sphere.pk, DONE)
        return
    of.photo = file
    of.save(update_fields=["photo"])
    told: list[tuple[UUID, Callable[[], object]]] = [
        (of.sphere.roll_id, partial(tell_member, of, "pictured", actor=of.pk)),
        (of.journal_id, partial(_mark, of, PHOTO, of.pk, DONE)),
    ]
    for _journal_id, tell in sorted(told, key=lambda one: one[0]):
        tell()


def _tell_sender(portrait: Portrait, sender: Membership, value: str) -> None:
    if portrait.membership_id is None:
        _mark(sender, LOGO, sender.sphere_id, value)
    else:
        _mark(sender, PHOTO, sender.pk, value)


def _mark(member: Membership, key: str, object_id: UUID, value: str) -> None:
    if member.is_open:
        mark(member, kind=KINDS[key], object_id=object_id, key=key, value=value)


KINDS = {PHOTO: "spheres.member", LOGO: "spheres.sphere"}


def forget_photo(former: Membership, _by: UUID) -> None:
    """Let go of the face of somebody whose place ended; a part of what ended it."""
    with inside(former.sphere):
        _let_go(former, is_shown=False)
        if _let_go(former, is_shown=True):
            former.photo = None
            former.save(update_fields=["photo"])
