"""A list of metadata: read, searched, narrowed, taken along as CSV, and changed by deeds alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import Model, Q, QuerySet
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alveole.operators import actions
from alveole.operators.tables import as_text
from journal.errors import Unanswerable
from journal.tables import as_csv
from spheres.middleware import PersonRequest

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Lists = admin.ModelAdmin[Any]
else:
    Lists = admin.ModelAdmin

Column = Callable[[Any], Any]
# Each is a transaction of its own, and somebody waits.
MOST_AT_ONCE = 200
MOST_ROWS = 50_000


@dataclass(frozen=True)
class Deed:
    """What an operator may do to things of a list, after being asked once; `name` is what the log keeps."""

    name: str
    label: _StrPromise
    question: _StrPromise
    verb: Callable[..., None]


def column(label: _StrPromise, value: Column, *, order: str = "") -> Column:
    """Make a column of a list: its heading, what stands in it, and the field by which it is sorted."""

    def shown(thing: Any) -> str:
        return as_text(value(thing))

    shown.short_description = label  # type: ignore[attr-defined]  # read by Django's admin
    if order:
        shown.admin_order_field = order  # type: ignore[attr-defined]  # the same
    return shown


def whether(name: str, label: _StrPromise, condition: Q, yes: _StrPromise, no: _StrPromise) -> type[Any]:
    """Make a filter with two answers."""

    class Whether(admin.SimpleListFilter):
        title = label
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
            return [("yes", yes), ("no", no)]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            answers = {"yes": queryset.filter(condition), "no": queryset.exclude(condition)}
            return answers.get(self.value() or "", queryset)

    return Whether


def among(name: str, label: _StrPromise, choices: Sequence[tuple[Any, Any]]) -> type[Any]:
    """Make a filter by a field with choices."""

    class Among(admin.SimpleListFilter):
        title = label
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
            return choices

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{name: self.value()}) if self.value() else queryset

    return Among


class Metadata(Lists):
    """What an operator may see of a model. Nothing is added, changed or deleted here: an operator does deeds."""

    many: _StrPromise
    about: _StrPromise
    columns: tuple[Column, ...] = ()
    # Shown of one thing beside the columns: what would cost too much of many.
    more: tuple[Column, ...] = ()
    deeds: tuple[Deed, ...] = ()

    change_list_template = "operators/list.html"
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions_selection_counter = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever came through the door may look."""
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Say the same of all lists."""
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed here but by deeds."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted here."""
        return False

    @property
    def list_url(self) -> str:
        """Give the address of the list."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    @property
    def media(self) -> Media:
        """Ask for the one script that counts what is chosen."""
        return Media(js=["admin/js/actions.js"])

    def get_urls(self) -> list[Any]:
        """Give two pages: the list, and one thing."""
        names = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name=f"{names}_changelist"),
            path("<path:object_id>/change/", view(self.change_view), name=f"{names}_change"),
        ]

    def get_list_display(self, request: HttpRequest) -> Any:
        """Show the columns."""
        return self.columns

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Search by words, or by the number of a thing."""
        try:
            return queryset.filter(pk=UUID(search_term.strip())), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show the list under its name."""
        return super().changelist_view(request, {"title": self.many, "about": self.about, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one thing. Raises Http404 for one that is not in the list."""
        thing = self.get_object(request, unquote(object_id)) if request.method in {"GET", "HEAD"} else None
        if thing is None:
            raise Http404
        shown: Any = (*self.columns, *self.more)
        context = {
            **self.admin_site.each_context(request),
            "title": str(thing),
            "shown": [(one.short_description, one(thing)) for one in shown],
            "number": thing.pk,
            "list": {"url": self.list_url, "name": self.many},
            "deeds": [{"name": deed.name, "label": deed.label} for deed in self.deeds],
        }
        return TemplateResponse(request, "operators/thing.html", context)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the deeds, and the list as a file."""
        offered: dict[str, Any] = {deed.name: (_doing(deed), deed.name, str(deed.label)) for deed in self.deeds}
        return offered | {"export": (_export, "export", _("Take along as CSV"))}

    def ask_or_do(self, request: PersonRequest, chosen: QuerySet[Any], deed: Deed) -> HttpResponse | None:
        """Ask whether it is meant, then do it to each, and say what became of it."""
        things = list(chosen[: MOST_AT_ONCE + 1])
        if len(things) > MOST_AT_ONCE:
            messages.error(request, _("That is more than %(most)d at once.") % {"most": MOST_AT_ONCE})
            return None
        if request.POST.get("sure") != deed.name:
            context = {
                **self.admin_site.each_context(request),
                "title": deed.label,
                "deed": deed,
                "things": things,
                "list": {"url": self.list_url, "name": self.many},
            }
            return TemplateResponse(request, "operators/sure.html", context)
        done = 0
        for thing in things:
            try:
                actions.carry_out(request.user, deed.name, deed.verb, thing)
                done += 1
            except Unanswerable as refusal:
                messages.error(request, f"{thing}: {refusal.sentence}")
            except Http404:
                messages.error(request, _("%(thing)s: not there any more.") % {"thing": thing})
        if done:
            messages.success(request, ngettext("Done, to %d.", "Done, to %d.", done) % done)
        return None


def _doing(deed: Deed) -> Any:
    def run(shown: Metadata, request: PersonRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
        return shown.ask_or_do(request, chosen, deed)

    return run


def _export(shown: Metadata, request: PersonRequest, chosen: QuerySet[Any]) -> HttpResponse:
    """Give what is shown of the chosen as a file; that it was taken is written down."""
    columns: Any = shown.columns
    rows = [[one(thing) for one in columns] for thing in chosen[:MOST_ROWS]]
    model: type[Model] = shown.model
    actions.note_export(request.user, model)
    return as_csv(str(shown.opts.model_name), [str(one.short_description) for one in columns], rows)


YES, NO = gettext_lazy("yes"), gettext_lazy("no")
