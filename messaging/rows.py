"""The rows of messaging."""

from __future__ import annotations

from copy import copy
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from files.rows import facts_of
from journal.ids import NOBODY
from journal.kinds import Facts, Kind
from messaging.models import Conversation, Message
from spheres.models import Membership, Sphere
from spheres.rows import hue_of, initials
from threads.rows import FOOT, FOR_FOOT, TO_EVERYBODY, WORDS, answers_to


class ConversationKind(Kind[Conversation]):
    """A conversation: the heading of its page and a line of the sphere's."""

    name = "messaging.conversation"
    model = Conversation
    template = "messaging/_conversation.html"
    is_standing = True
    is_public = True

    def things(self) -> QuerySet[Conversation]:
        """Give the conversations of the open spheres."""
        found: QuerySet[Conversation] = Conversation.objects.select_related("sphere")
        return found

    def facts(self, thing: Conversation) -> Facts:
        """Give the title and the address."""
        return {
            "title": thing.title or thing.sphere.name,
            "url": reverse("messaging:conversation", args=[thing.sphere.slug, thing.pk]),
        }


class MessageKind(Kind[Message]):
    """Something said."""

    name = "messaging.message"
    model = Message
    template = "messaging/_message.html"
    journal = "conversation__journal_id"
    parent_kind = "messaging.conversation"
    window = 200
    is_told_from_memory = True
    for_template = frozenset(("former", "unnamed", "initials", "hue", "files", *FOR_FOOT))
    is_public = True
    includes = (*WORDS, *FOOT)

    def things(self) -> QuerySet[Message]:
        """Give the messages of the open spheres that stand, with their authors."""
        found: QuerySet[Message] = Message.objects.standing().select_related("author", "sphere", "thread").with_files()
        return found

    def parent(self, thing: Message) -> UUID | None:
        """Lie in a conversation."""
        return thing.conversation_id

    def facts(self, thing: Message) -> Facts:
        """Give who said what and when."""
        return {
            "author": str(thing.author_id),
            "author_name": thing.author.name if thing.author.is_open else "",
            "former": not thing.author.is_open,
            "initials": initials(thing.author.name) if thing.author.is_open else "",
            "hue": hue_of(thing.author_id),
            "body": thing.body,
            "files": [facts_of(attachment.file) for attachment in thing.attached],
            "file_names": [attachment.file.name for attachment in thing.attached],
            "at": thing.arrived_at.isoformat(timespec="seconds"),
            "said_at": thing.said_at.isoformat(timespec="seconds"),
            "edited": thing.edited_at is not None,
            "withdrawn": thing.withdrawn_at is not None,
            "withdrawn_by_others": thing.is_withdrawn_by_others,
            "late": thing.is_late,
            **answers_to(thing),
        }

    def public_facts(self, thing: Message) -> Facts:
        """Name whoever allows it, and let nobody be told from another."""
        author = thing.author
        nobody = {"author": "", **TO_EVERYBODY}
        if author.is_open and author.is_named:
            return self.facts(thing) | nobody
        return self.facts(thing) | nobody | {"author_name": "", "initials": "", "hue": "slate", "unnamed": True}

    def html(self, thing: Message, facts: Facts) -> str:
        """Render it; for everybody a call is a word: who is in the place is told to nobody else."""
        if not facts["author"]:
            thing = copy(thing)
            thing.mentions = {}
        return super().html(thing, facts)

    def blank(self) -> Message:
        """Give a message that says nothing, by nobody yet."""
        sphere = Sphere(id=NOBODY, slug="blank")
        message = Message(
            id=NOBODY,
            sphere=sphere,
            conversation_id=NOBODY,
            author=Membership(id=NOBODY, sphere=sphere, name=""),
            body="",
        )
        message.attached = []
        return message
