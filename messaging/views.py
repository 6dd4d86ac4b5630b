"""Pages and commands of messaging."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from files.taking import take
from journal.commands import accepts
from journal.forms import cleaned
from messaging import actions
from messaging.forms import EditForm, MessageForm
from messaging.models import Message
from messaging.prepared import conversation_of
from spheres.middleware import MemberRequest
from spheres.pages import Many, One, Page

conversation = Page(
    "messaging/conversation.html",
    heading=One("messaging.conversation", "conversation_id"),
    messages=Many("messaging.message", parent="conversation_id", order="asc", role="log", has_older=True),
    public="messaging/public.html",
)

edition_page = Page("messaging/edition.html", heading=One("messaging.message", "message_id"))


@accepts("messaging.send.1", form=MessageForm)
def messages(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """Send a message."""
    place = conversation_of.first(membership=request.membership.pk, pk=conversation_id)
    if place is None:
        raise Http404
    said = cleaned(MessageForm(request.POST, request.FILES))
    sent = take(request.membership, said.pop("posted"))
    actions.send_message(request.membership, place, **said | {"files": said["files"] + sent})
    return _back(request, conversation_id)


@accepts("messaging.edit.1", page=edition_page, form=EditForm)
def edition(request: MemberRequest, message_id: UUID) -> HttpResponse:
    """Change the words of one's own message."""
    message = get_object_or_404(Message.objects.readable_by(request.membership), pk=message_id)
    actions.edit_message(request.membership, message, **cleaned(EditForm(request.POST)))
    return _back(request, message.conversation_id)


@accepts("messaging.delete.1")
def deletion(request: MemberRequest, message_id: UUID) -> HttpResponse:
    """Delete a message; one that is gone already is deleted."""
    message = get_object_or_404(Message.objects.reached_by(request.membership), pk=message_id)
    actions.delete_message(request.membership, message)
    return _back(request, message.conversation_id)


def _back(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    # Not redirect(): it would look for a view by the name of this address first.
    address = reverse("messaging:conversation", args=[request.membership.sphere.slug, conversation_id])
    return HttpResponseRedirect(address)
