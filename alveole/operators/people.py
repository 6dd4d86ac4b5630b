"""People with an account of their own. Who came by a direct link is seen as that link, and by no name."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions import close_account, end_sessions, reopen_account, take_factor_away
from accounts.models import User
from accounts.sessions import keys_of
from alveole.operators.metadata import NO, YES, Deed, Metadata, column, whether


@admin.register(User)
class PeopleAdmin(Metadata):
    """Who has an account, and how it stands."""

    many = _("People")
    about = _("Who has an account here, whether it is open, and with how many sessions.")
    ordering = ("email",)
    search_fields = ("email", "name")
    columns = (
        column(_("Address"), lambda person: person.email, order="email"),
        column(_("Name"), lambda person: person.name, order="name"),
        column(_("Account open"), lambda person: person.is_active, order="is_active"),
        column(_("Operator"), lambda person: person.is_staff, order="is_staff"),
        column(_("Second factor"), lambda person: person.has_factor),
        column(_("Since"), lambda person: person.date_joined, order="date_joined"),
        column(_("Last signed in"), lambda person: person.last_login, order="last_login"),
    )
    more = (column(_("Sessions"), lambda person: len(keys_of(person))),)
    list_filter = (
        whether("open", _("Account open"), Q(is_active=True), YES, NO),
        whether("operator", _("Operator"), Q(is_staff=True), YES, NO),
        whether("factor", _("Second factor"), Q(has_factor=True), YES, NO),
    )
    deeds = (
        Deed("close", _("Close the account"), _("They are signed out everywhere, and get in no more."), close_account),
        Deed("reopen", _("Open the account again"), _("They may sign in again."), reopen_account),
        Deed("end_sessions", _("Sign out everywhere"), _("They sign in again on each device."), end_sessions),
        Deed(
            "factor",
            _("Take the second factor away"),
            _("For who lost it: make sure by another way that it is them who ask."),
            take_factor_away,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Give the people with a way of their own."""
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        found: QuerySet[Any] = super().get_queryset(request).annotate(has_factor=Exists(factors))
        return found.filter(email__isnull=False)
