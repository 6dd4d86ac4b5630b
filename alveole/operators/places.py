"""Organisations, their spheres, who is in them, and the ways in. Of personal spheres there is a number, and no more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from alveole.operators.actions import cut_key, end_place, revoke
from alveole.operators.metadata import NO, YES, Deed, Metadata, among, column, whether
from alveole.operators.models import PersonalSphere
from spheres.guests.models import Key
from spheres.invitations.models import Invitation
from spheres.models import EVERYBODY, Membership, Organisation, Role, Sphere

OF_ORGANISATIONS = Q(sphere__organisation__isnull=False)
# The membership by which everybody reads a public sphere is nobody's.
PRESENT = Count("memberships", filter=Q(memberships__ended_at=None) & ~Q(memberships__role=EVERYBODY))


@admin.register(Organisation)
class OrganisationsAdmin(Metadata):
    """Who holds spheres."""

    many = _("Organisations")
    about = _("Who holds spheres, and how many.")
    ordering = ("name",)
    search_fields = ("name",)
    columns = (
        column(_("Name"), lambda one: one.name, order="name"),
        column(_("Spheres"), lambda one: one.spheres_held, order="spheres_held"),
        column(_("Since"), lambda one: one.created_at, order="created_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the spheres of each."""
        found: QuerySet[Any] = super().get_queryset(request).annotate(spheres_held=Count("spheres"))
        return found


@admin.register(Sphere)
class SpheresAdmin(Metadata):
    """The spheres of organisations."""

    many = _("Spheres of organisations")
    about = _("Their names and sizes, and who comes in; nothing of what is in them.")
    ordering = ("organisation__name", "name")
    search_fields = ("name", "organisation__name")
    columns = (
        column(_("Name"), lambda one: one.name, order="name"),
        column(_("Organisation"), lambda one: one.organisation, order="organisation__name"),
        column(_("Who comes in"), lambda one: one.get_joining_display(), order="joining"),
        column(_("Members"), lambda one: one.members_present, order="members_present"),
        column(_("Since"), lambda one: one.created_at, order="created_at"),
        column(_("Archived on"), lambda one: one.archived_at, order="archived_at"),
        column(_("Deleted on"), lambda one: one.deleted_at, order="deleted_at"),
    )
    list_filter = (whether("hall", _("Hall of its organisation"), Q(is_hall=True), YES, NO),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Keep those of organisations, and count who is in."""
        found: QuerySet[Any] = super().get_queryset(request).annotate(members_present=PRESENT)
        return found.filter(organisation__isnull=False).select_related("organisation")


@admin.register(PersonalSphere)
class PersonalSpheresAdmin(Metadata):
    """The spheres of nobody but their members."""

    many = _("Personal spheres")
    about = _("That there are some, by number: their names, their members and their size are theirs.")
    ordering = ("pk",)
    columns = (column(_("Number"), lambda one: one.pk, order="pk"),)
    search_fields = ("=id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Keep those of no organisation, and read their numbers alone."""
        return super().get_queryset(request).filter(organisation=None).only("pk")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Search by whole numbers: not even a piece of a name is compared."""
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(pk=UUID(search_term.strip())), False
        except ValueError:
            return queryset.none(), False


@admin.register(Membership)
class MembersAdmin(Metadata):
    """Who is, or was, in the spheres of organisations."""

    many = _("Members")
    about = _("Who is or was in a sphere of an organisation, and as what.")
    ordering = ("sphere__name", "name")
    search_fields = ("name", "person__email", "sphere__name")
    columns = (
        column(_("Name there"), lambda one: one.name, order="name"),
        column(_("Account"), lambda one: one.person and one.person.email, order="person__email"),
        column(_("Sphere"), lambda one: one.sphere, order="sphere__name"),
        column(_("Role"), lambda one: one.get_role_display(), order="role"),
        column(_("Since"), lambda one: one.joined_at, order="joined_at"),
        column(_("Until"), lambda one: one.ended_at, order="ended_at"),
    )
    list_filter = (
        among("role", _("Role"), Role.choices),
        whether("present", _("Still there"), Q(ended_at=None), YES, NO),
    )
    deeds = (
        Deed(
            "end_place",
            _("End their place"),
            _("They read nothing of the sphere any more. What they said stays."),
            end_place,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Keep places in spheres of organisations."""
        found: QuerySet[Any] = super().get_queryset(request).filter(OF_ORGANISATIONS).exclude(role=EVERYBODY)
        return found.select_related("sphere", "person")


@admin.register(Invitation)
class InvitationsAdmin(Metadata):
    """Links by which somebody may come into a sphere of an organisation."""

    many = _("Invitations")
    about = _("Into spheres of organisations: by whom, as what, for how many and until when. Never the link.")
    ordering = ("-created_at", "pk")
    search_fields = ("sphere__name", "by__name")
    columns = (
        column(_("Sphere"), lambda one: one.sphere, order="sphere__name"),
        column(_("As"), lambda one: one.get_role_display(), order="role"),
        column(_("By"), lambda one: one.by, order="by__name"),
        column(_("State"), lambda one: one.state.label),
        column(_("Used"), lambda one: f"{one.uses} / {one.max_uses or '∞'}", order="uses"),
        column(_("Made"), lambda one: one.created_at, order="created_at"),
        column(_("Until"), lambda one: one.expires_at, order="expires_at"),
    )
    list_filter = (
        among("role", _("As"), Role.choices),
        whether("standing", _("Still stands"), Q(ended_at=None), YES, NO),
        whether("mailed", _("By mail"), Q(mailing__isnull=False), YES, NO),
    )
    deeds = (Deed("revoke", _("Revoke"), _("Nobody comes in by them any more. Who came in stays."), revoke),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Keep those into spheres of organisations; the doors of public ones are their settings' alone."""
        found: QuerySet[Any] = super().get_queryset(request).filter(OF_ORGANISATIONS, is_door=False)
        return found.select_related("sphere", "by__sphere")


@admin.register(Key)
class KeysAdmin(Metadata):
    """Direct links of guests of organisations' spheres."""

    many = _("Direct links of guests")
    about = _("Who is in a sphere of an organisation by a direct link, and with how many browsers. Never the link.")
    ordering = ("-created_at", "pk")
    search_fields = ("sphere__name", "membership__name")
    columns = (
        column(_("Guest"), lambda one: one.membership, order="membership__name"),
        column(_("Sphere"), lambda one: one.sphere, order="sphere__name"),
        column(_("By"), lambda one: one.by, order="by__name"),
        column(_("Opens"), lambda one: one.is_open),
        column(_("Browsers"), lambda one: one.browsers_present, order="browsers_present"),
        column(_("Made"), lambda one: one.created_at, order="created_at"),
        column(_("Cut on"), lambda one: one.cut_at, order="cut_at"),
    )
    list_filter = (whether("cut", _("Was cut"), Q(cut_at__isnull=False), YES, NO),)
    deeds = (
        Deed(
            "cut",
            _("Cut the link"),
            _("Their browsers are closed at once. The place stays, for another link."),
            cut_key,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Keep those into spheres of organisations."""
        present = Count("browsers", filter=~Q(browsers__state="cut"))
        found: QuerySet[Any] = super().get_queryset(request).annotate(browsers_present=present)
        return found.filter(OF_ORGANISATIONS).select_related("sphere", "by", "membership__person")
