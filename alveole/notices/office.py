"""Where an operator writes the notices: a page of the administration."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alveole.notices.actions import write
from alveole.notices.forms import NoticeForm
from alveole.notices.models import LONGEST, Notice, Which
from alveole.operators.actions import carry_out
from journal.errors import Conflict
from journal.forms import cleaned
from spheres.middleware import PersonRequest


@require_http_methods(["GET", "POST"])
def notices(request: PersonRequest) -> HttpResponse:
    """Show every notice in every language, and save one. Raises Invalid for what no form of ours sends."""
    if request.method == "GET":
        return _page(request)
    said = cleaned(NoticeForm(request.POST))
    notice = Notice.objects.one(said["which"], said["language"])
    text = said["text"].replace("\r\n", "\n")
    try:
        carry_out(request.user, "write", partial(_write, text=text, seen=said["seen"]), notice)
    except Conflict as conflict:
        return _page(request, typed={(said["which"], said["language"]): (text, conflict.sentence)}, status=409)
    messages.success(request, _("Saved: %(notice)s.") % {"notice": notice})
    return redirect("admin:notices")


def _write(operator: Any, notice: Notice, *, text: str, seen: int) -> None:
    write(operator, notice, text=text, seen=seen)


def _page(request: HttpRequest, typed: Any = None, status: int = 200) -> HttpResponse:
    written = {(notice.which, notice.language): notice for notice in Notice.objects.all()}
    shown = []
    for which in Which:
        for code, name in settings.LANGUAGES:
            kept = written.get((which, code))
            text, sentence = (typed or {}).get((which, code), (kept.text if kept else "", ""))
            shown.append(
                {
                    "id": f"{which.value}-{code}",
                    "which": which,
                    "code": code,
                    "language": name,
                    "text": text,
                    "seen": kept.version if kept else 0,
                    "sentence": sentence,
                    "theirs": kept.text if kept and sentence else "",
                }
            )
    context = {
        **admin.site.each_context(request),
        "title": _("Notices of this site"),
        "shown": shown,
        "longest": LONGEST,
    }
    return TemplateResponse(request, "operators/notices.html", context, status=status)
