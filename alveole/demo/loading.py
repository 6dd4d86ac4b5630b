"""Sends the demo through actions, each as of its own date."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from django.utils.text import slugify

from accounts.actions import create_user
from accounts.models import User
from alveole.demo.casting import ZONE, Place, organisation, people, places
from alveole.demo.threads import Said
from alveole.demo.year import tell
from journal import clock
from journal.ids import uuid7_at
from journal.publishing import quiet
from journal.writing import writing
from messaging.actions import send_message
from messaging.models import Conversation
from spheres.actions import admit, create_sphere, end_membership
from spheres.models import Membership, Sphere
from spheres.organisations.actions import found_organisation
from spheres.seal import inside

OPENING = timedelta(weeks=64)  # before the oldest story


@dataclass
class _Room:
    """One sphere as it is being filled."""

    founder: Membership
    conversation: Conversation
    members: dict[str, Membership] = field(default_factory=dict)


@dataclass
class Loading:
    """The demo as of one day, and what of it is loaded."""

    today: date
    seed: int
    users: dict[str, User] = field(default_factory=dict)
    rooms: dict[str, _Room] = field(default_factory=dict)
    messages: int = 0

    def __post_init__(self) -> None:
        """Make the chance that its identifiers come from."""
        self._chance = Random(f"{self.seed} {self.today} ids")

    def run(self) -> None:
        """Load everything or nothing: one transaction, of which nobody is told."""
        with quiet():
            writing(self._run)

    def _run(self) -> None:
        opening = datetime.combine(self.today, datetime.min.time()) - OPENING
        with _as_of(opening):
            self.users = {who: _person(who, name) for who, name in people().items()}
            for place in places():
                self._open(place)
        for at, _, happen in sorted(self._events(), key=lambda event: event[:2]):
            with _as_of(at):
                happen()

    def _open(self, place: Place) -> None:
        founder, *others = (who for who in place.roles if who not in place.joined)
        about: dict[str, Any] = {
            "name": place.name,
            "hue": place.hue,
            "shape": place.shape,
            "context": place.context,
            "shows_history": True,
            "founder_name": self._name(place, founder),
        }
        if not self.rooms:
            membership = found_organisation(self.users[founder], **about | organisation())
        elif place.is_work:
            hall = next(iter(self.rooms.values())).founder.sphere
            membership = create_sphere(self.users[founder], organisation=hall.organisation, type=place.type, **about)
        else:
            membership = create_sphere(self.users[founder], type=place.type, **about)
        with inside(membership.sphere):
            self.rooms[place.key] = _Room(membership, Conversation.objects.get(), {founder: membership})
        for who in others:
            self._admit(place, who)

    def _events(self) -> list[tuple[datetime, int, Callable[[], object]]]:
        numbers = count()  # what happens in one moment keeps its order
        events: list[tuple[datetime, int, Callable[[], object]]] = []
        for place in places():
            calendar = place.calendar(self.today)
            for who, words in place.joined.items():
                events.append((calendar.moment(words), next(numbers), _later(self._admit, place, who)))
            for who, words in place.left.items():
                events.append((calendar.moment(words), next(numbers), _later(self._part, place, who)))
        told = tell(self.today, self.seed)
        return events + [(said.at, next(numbers), _later(self._say, said)) for said in told]

    def _admit(self, place: Place, who: str) -> None:
        room = self.rooms[place.key]
        role, name = place.roles[who], self._name(place, who)
        room.members[who] = admit(room.founder, self.users[who], role=role, name=name)

    def _part(self, place: Place, who: str) -> None:
        room = self.rooms[place.key]
        with inside(room.founder.sphere):
            end_membership(room.founder, room.members[who])

    def _say(self, said: Said) -> None:
        room = self.rooms[said.sphere]
        with inside(room.founder.sphere):
            send_message(
                room.members[said.author],
                room.conversation,
                id=uuid7_at(clock.now(), self._chance),
                body=said.body,
            )
        self.messages += 1

    @staticmethod
    def _name(place: Place, who: str) -> str:
        return place.names.get(who, people()[who])


def is_empty() -> bool:
    """Whether there is neither a person nor a sphere yet."""
    return not (User.objects.exists() or Sphere.objects.exists())


def _person(who: str, name: str) -> User:
    return create_user(email=f"{slugify(who)}@demo.invalid", name=name, language="fr", zone=ZONE.key)


def _as_of(wall: datetime) -> AbstractContextManager[None]:
    return clock.at(wall.replace(tzinfo=ZONE))


def _later(verb: Callable[..., object], *arguments: object) -> Callable[[], object]:
    return lambda: verb(*arguments)
