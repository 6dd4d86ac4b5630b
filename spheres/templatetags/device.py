"""What templates write for the device: lists, rows, commands and pending rows."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from journal import rows
from journal.ids import uuid7
from journal.kinds import Row
from spheres.pages import LiveList

register = template.Library()


@register.simple_tag(takes_context=True)
def live_list(context: Context, live: LiveList, label: str = "") -> SafeString:
    """Write a list and its rows; the device adopts them and then follows its store."""
    attributes = {
        "kind": live.kind,
        "order": live.order,
        "role": "" if live.object else live.role,
        "parent": live.parent,
        "object": live.object,
        "sphere": live.sphere,
        "window": live.window,
        "marked": live.marked,
        "aria-label": label,
    }
    older = ""
    if live.older is not None:
        older = format_html('<a class="older" data-older href="?before={}">{}</a>', live.older, context["older_label"])
    me = context["shell"]["me"]
    return format_html(
        "<live-list{}{}>{}{}</live-list>",
        _attributes(attributes),
        SafeString(" data-heading") if live.object else "",
        older,
        SafeString("".join(_row(row, live, me) for row in live.rows)),
    )


def _row(row: Row, live: LiveList, me: str) -> SafeString:
    author = row.facts.get("author", "")
    numbers = {"data-n": row.n, "data-o": row.order, "data-first": row.first}
    attributes = {
        "id": row.id,
        "role": "listitem" if live.role == "list" and not live.object else "",
        "data-kind": row.kind,
        "data-journal": "" if live.is_public else row.journal,
        **({} if live.is_public else numbers),
        "data-author": author,
        **{f"data-mine-{key}": value for key, value in live.marks.get(row.id, {}).items()},
    }
    own = SafeString(" data-own") if me and author == me else ""
    return format_html("<live-row{}{}>{}</live-row>", _attributes(attributes), own, SafeString(row.html))


def _attributes(attributes: dict[str, Any]) -> SafeString:
    return format_html_join(
        "", ' {}="{}"', ((name, value) for name, value in attributes.items() if value not in {"", None})
    )


@register.inclusion_tag("sync/_command.html", takes_context=True)
def command(context: Context, name: str) -> dict[str, Any]:
    """Write a form's hidden fields; the device mints its own `_command` at intent."""
    return {
        "name": name,
        "command_id": uuid7(),
        "identity": context["shell"]["identity"],
        # A shell is kept for long: the device takes the token from its cookie when it sends.
        "token": "" if context["shell"]["is_shell"] else context.get("csrf_token", ""),
    }


@register.simple_tag
def new_id() -> str:
    """Make an identifier for what the form will create."""
    return str(uuid7())


@register.simple_tag
def pending_row(kind: str) -> SafeString:
    """Write the template of a row that waits: the kind's row with a blank thing."""
    return format_html('<template data-pending="{}">{}</template>', kind, SafeString(rows.blank_html(kind)))
