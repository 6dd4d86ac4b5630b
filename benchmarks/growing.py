"""A site that was lived in for three years, written in bulk: the same seed writes the same rows.

A million sends by the action would take hours. So this writes what the actions write, in the same order, and
`ensure_whole` asks the database whether it is: journals without gaps, keys that hold, an entry for every message.
Whoever leaves does so by the action itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate
from random import Random
from uuid import UUID

from django.db import models

from accounts.models import User
from benchmarks.bulk import ensure_whole, entry, insert
from journal import clock
from journal.ids import uuid7_at
from journal.models import Entry, Journal
from journal.publishing import quiet
from journal.writing import writing
from messaging.models import Conversation, Message
from spheres.actions import end_membership
from spheres.models import HUES, SHAPES, Membership, Organisation, Reader, Sphere
from spheres.seal import across_all_spheres, inside

OPENING = datetime(2023, 1, 2, 8, tzinfo=UTC)
FOUNDING, TALKING = timedelta(days=30), timedelta(days=3 * 365)
LARGEST_CROWD, SMALLEST_CROWD, CROWD_SHRINKS = 150, 3, 0.4  # members of a sphere by its rank
BIGGEST_SHARE, TALK_SHRINKS = 0.2, 0.6  # messages of a sphere by its rank
BUSY = 50  # spheres of the first person
EDITED, DELETED, LATE, LEFT = 0.04, 0.02, 0.03, 0.05
BATCH = 20_000  # messages in one transaction
WORDS = ["la", "grue", "béton", "demain", "chantier", "merci", "oui", "non", "réunion", "plan", "toit", "photos", "bus"]
FIRST_NAMES = ["Inès", "Marc", "Lucie", "Omar", "Jeanne", "Paul", "Nadia", "Hugo", "Claire", "Yann", "Fatou", "Luc"]
LAST_NAMES = ["Roux", "Diallo", "Meyer", "Petit", "Haddad", "Garnier", "Costa", "Lefort", "Nguyen", "Blanc"]
UNUSABLE = "!"  # as Django writes that there is no password


@dataclass(frozen=True)
class Size:
    """How much there is of everything."""

    messages: int
    spheres: int
    people: int
    seed: int = 1


@dataclass
class Place:
    """One sphere as it grows; its first sphere is the biggest."""

    sphere: Sphere
    journal: Journal
    conversation: Conversation
    members: list[Membership] = field(default_factory=list)
    # Few say most of it: the nth member speaks n times less than the first.
    weights: list[float] = field(default_factory=list)


Said = tuple[Message, Entry, Place]


@dataclass
class Growing:
    """The site as far as it is written."""

    size: Size
    people: list[User] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    rows: list[models.Model] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the chance that everything comes from."""
        self.chance = Random(f"{self.size}")  # noqa: S311  # the same every time

    def run(self) -> None:
        """Write everything; nobody is told. Raises Crooked, or IntegrityError, if it does not hold together."""
        with quiet(), across_all_spheres("a site is written whole, before anybody is in it"):
            writing(self._found_everything)
            for start in range(0, self.size.messages, BATCH):
                writing(partial(self._talk, range(start, min(start + BATCH, self.size.messages))))
            self._part()
        ensure_whole()

    # Who and where.

    def _found_everything(self) -> None:
        self.people = [self._person(number) for number in range(self.size.people)]
        organisation = Organisation(id=self._id(OPENING), name="Banc", created_at=OPENING)
        self.rows = [organisation]
        deck = self._deck()
        for rank in range(self.size.spheres):
            at = OPENING + FOUNDING * (rank / self.size.spheres)
            crowd = [next(deck) for _ in range(_crowd(rank, self.size.people))]
            if rank < BUSY:
                crowd.insert(1, self.people[0])
            self._found(rank, at, list(dict.fromkeys(crowd)), organisation)
        counts = _counts(self.size)
        self.turns = [rank for rank, count in enumerate(counts) for _ in range(count)]
        self.chance.shuffle(self.turns)
        insert([*self.people, *self.rows])

    def _person(self, number: int) -> User:
        name = f"{self.chance.choice(FIRST_NAMES)} {self.chance.choice(LAST_NAMES)}"
        address = f"p{number}@example.invalid"
        identifier = self._id(OPENING)
        return User(id=identifier, email=address, name=name, language="fr", password=UNUSABLE, date_joined=OPENING)

    def _deck(self) -> Iterator[User]:
        # Everybody but the first is dealt once before anybody is dealt again.
        deck = self.people[1:]
        while True:
            self.chance.shuffle(deck)
            yield from deck

    def _found(self, rank: int, at: datetime, crowd: list[User], organisation: Organisation) -> None:
        journal = self._journal(at)
        sphere = Sphere(
            id=self._id(at),
            organisation=organisation,
            name=f"{self.chance.choice(WORDS)} {rank}",
            slug=f"sphere-{rank}",
            hue=self.chance.choice(HUES),
            shape=self.chance.choice(SHAPES),
            # Odd ones show newcomers nothing of before: their members' readers begin at a number.
            shows_history=bool(rank % 2),
            journal=journal,
            roll=journal,
            desk=self._journal(at),
            created_at=at,
        )
        journal.scope = sphere.desk.scope = sphere.pk
        conversation = Conversation(id=self._id(at), sphere=sphere, journal=journal, created_at=at)
        place = Place(sphere, journal, conversation)
        self.rows += [journal, sphere.desk, sphere, conversation, entry(journal, "founded", sphere, at)]
        for number, person in enumerate(crowd):
            self._join(place, person, at, "member" if number else "administrator")
            if number == 0:
                self.rows.append(entry(journal, "opened", conversation, at, place.members[0].pk))
        place.weights = list(accumulate(1 / n for n in range(1, len(place.members) + 1)))
        self.places.append(place)

    def _join(self, place: Place, person: User, at: datetime, role: str) -> None:
        own = self._journal(at)
        own.scope = place.sphere.pk
        membership = Membership(
            id=self._id(at), sphere=place.sphere, person=person, role=role, name=person.name, journal=own, joined_at=at
        )
        joined = entry(place.journal, "joined", membership, at, membership.pk)
        since = 0 if place.sphere.shows_history else joined.seq - 1
        self.rows += [
            own,
            membership,
            Reader(journal=own, membership=membership),
            joined,
            Reader(journal=place.journal, membership=membership, since=since),
            entry(own, "joined", place.sphere, at, membership.pk),
        ]
        if role == "administrator":
            self.rows.append(Reader(journal=place.sphere.desk, membership=membership))
        place.members.append(membership)

    def _journal(self, at: datetime) -> Journal:
        return Journal(id=self._id(at), epoch=UUID(int=self.chance.getrandbits(128), version=4))

    def _id(self, at: datetime) -> UUID:
        return uuid7_at(at, self.chance)

    # What was said.

    def _talk(self, moments: range) -> None:
        said: list[Said] = []
        self.rows = []
        for number in moments:
            at = OPENING + FOUNDING + TALKING * (number / self.size.messages)
            self._say(self.places[self.turns[number]], at, said)
            what_next = self.chance.random()
            if what_next < EDITED:
                self._edit(said, at)
            elif what_next < EDITED + DELETED:
                self._delete(said, at)
        insert(self.rows)
        Journal.objects.bulk_update([place.journal for place in self.places], ["last_seq"])

    def _say(self, place: Place, at: datetime, said: list[Said]) -> None:
        author = self.chance.choices(place.members, cum_weights=place.weights)[0]
        waited = timedelta(hours=self.chance.expovariate(0.5)) if self.chance.random() < LATE else timedelta(0)
        message = Message(
            id=self._id(at),
            sphere_id=place.sphere.pk,
            conversation_id=place.conversation.pk,
            author_id=author.pk,
            body=self._words(),
            arrived_at=at,
            said_at=at - waited,
        )
        posted = entry(place.journal, "posted", message, at, author.pk)
        said.append((message, posted, place))
        self.rows += [message, posted]

    def _edit(self, said: list[Said], at: datetime) -> None:
        # A recent one: what it supersedes is written in the same transaction, and says so from the start.
        which = self.chance.randrange(len(said))
        message, before, place = said[which]
        message.body, message.edited_at = self._words(), at
        edited = entry(place.journal, "edited", message, at, message.author_id, before=before)
        said[which] = (message, edited, place)
        self.rows.append(edited)

    def _delete(self, said: list[Said], at: datetime) -> None:
        message, before, place = said.pop(self.chance.randrange(len(said)))
        message.deleted_at = at
        deleted = entry(place.journal, "deleted", message, at, message.author_id, before=before, is_gone=True)
        self.rows.append(deleted)

    def _words(self) -> str:
        # Most are short, some are letters.
        return " ".join(self.chance.choices(WORDS, k=min(400, 1 + int(self.chance.lognormvariate(2.2, 0.9)))))

    def _part(self) -> None:
        at = OPENING + FOUNDING + TALKING
        for place in self.places:
            founder, *others = place.members
            for membership in others:
                if membership.person_id != self.people[0].pk and self.chance.random() < LEFT:
                    with clock.at(at), inside(place.sphere):
                        end_membership(founder, membership)


def grow(size: Size) -> None:
    """Fill an empty site to a size."""
    Growing(size).run()


def _crowd(rank: int, people: int) -> int:
    wanted = round(LARGEST_CROWD / float((rank + 1) ** CROWD_SHRINKS))
    return min(people - 1, max(SMALLEST_CROWD, wanted))


def _counts(size: Size) -> list[int]:
    biggest = int(size.messages * BIGGEST_SHARE)
    shares = [1 / rank**TALK_SHRINKS for rank in range(1, size.spheres)]
    others = [int((size.messages - biggest) * share / sum(shares)) for share in shares]
    # What rounding left over, the second says.
    others[0] += size.messages - biggest - sum(others)
    return [biggest, *others]
