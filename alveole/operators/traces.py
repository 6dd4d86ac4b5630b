"""What happened, without content: backups, restores, what operators did, and commands by the number."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from alveole.backup.models import Proof, Restoration
from alveole.operators.metadata import Metadata, column
from alveole.operators.site import OperatorSite
from alveole.operators.tables import as_text
from journal.models import Receipt


@admin.register(Proof)
class ProofsAdmin(Metadata):
    """Backups that were brought back on trial."""

    many = gettext_lazy("Proofs of backups")
    about = gettext_lazy("Each night the site saves itself and brings the file back on trial.")
    ordering = ("-at",)
    search_fields = ("archive",)
    columns = (
        column(gettext_lazy("When"), lambda one: one.at, order="at"),
        column(gettext_lazy("File"), lambda one: one.archive, order="archive"),
        column(gettext_lazy("Everything came back"), lambda one: one.stands),
        column(gettext_lazy("Why not"), lambda one: one.reason),
    )


@admin.register(Restoration)
class RestorationsAdmin(Metadata):
    """Restores that took place."""

    many = gettext_lazy("Restores")
    about = gettext_lazy("When this site was brought back from a file.")
    ordering = ("-at",)
    columns = (
        column(gettext_lazy("When"), lambda one: one.at, order="at"),
        column(gettext_lazy("File of"), lambda one: one.archive_made_at, order="archive_made_at"),
    )


@admin.register(LogEntry)
class LogAdmin(Metadata):
    """What operators did."""

    many = gettext_lazy("What operators did")
    about = gettext_lazy("Who did what to which thing, for a year.")
    ordering = ("-action_time", "-pk")
    search_fields = ("user__email", "object_repr", "=object_id")
    columns = (
        column(gettext_lazy("When"), lambda one: one.action_time, order="action_time"),
        column(gettext_lazy("Operator"), lambda one: one.user.email, order="user__email"),
        column(gettext_lazy("What"), lambda one: label_of(one.change_message), order="change_message"),
        column(gettext_lazy("To"), lambda one: one.object_repr, order="object_repr"),
        column(gettext_lazy("Number"), lambda one: one.object_id, order="object_id"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring the operators along."""
        return super().get_queryset(request).select_related("user")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Search by words and by the number of the thing: the log's own numbers say nothing."""
        return admin.ModelAdmin.get_search_results(self, request, queryset, search_term)


def label_of(deed: str) -> str:
    """Say a deed as the list that offers it does."""
    shown: Any = admin.site._registry.values()
    labels = OperatorSite.labels | {one.name: one.label for lists in shown for one in lists.deeds}
    return str(labels.get(deed, deed))


@require_safe
def commands(request: HttpRequest) -> HttpResponse:
    """Count what was sent, by name and outcome: whose, to whom and what is in no column."""
    counted = Receipt.objects.values("name", "outcome").annotate(number=Count("*"), last=Max("at"))
    living = Session.objects.filter(expire_date__gt=timezone.now()).count()
    context = {
        **admin.site.each_context(request),
        "title": _("Commands by the number"),
        "sessions": living,
        "heads": [_("Command"), _("Outcome"), _("How often"), _("Last")],
        "rows": [
            [one["name"], one["outcome"], as_text(one["number"]), as_text(one["last"])]
            for one in counted.order_by("name", "outcome")
        ],
    }
    return TemplateResponse(request, "operators/commands.html", context)


OperatorSite.more.append(
    (
        "commands",
        gettext_lazy("Commands by the number"),
        gettext_lazy("How often each was sent in 180 days, and how many sessions are open."),
        commands,
    )
)
