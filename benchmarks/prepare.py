"""Fill an empty data folder with people who read many journals, and tell who they are; run by `site.prepared`."""

import json
import os
import sys
from typing import Any, TypedDict

import django


class Person(TypedDict):
    """Somebody with an open session."""

    identity: str
    session: str


class Prepared(TypedDict):
    """Who and what there is, in the words of the wire; `author` speaks in `conversation` of the first sphere."""

    slug: str
    sphere: str
    journal: str
    conversation: str
    author: str
    rows_version: str
    people: list[Person]


def main(people: int, spheres: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alveole.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(populated(people, spheres)))


def populated(people: int, spheres: int) -> Prepared:
    """Make `people` members of `spheres` spheres each: two journals per sphere for every one of them."""
    from django.utils.translation import override

    from accounts.actions import create_user
    from journal.publishing import quiet
    from messaging.models import Conversation
    from spheres.actions import admit, create_organisation, create_sphere
    from spheres.context import build
    from spheres.seal import inside

    with quiet():
        company = create_organisation("Banc")
        crowd = [create_user(email=f"p{n}@example.invalid", name=f"Personne {n}") for n in range(people)]
        founders = [
            create_sphere(crowd[0], name=f"Sphère {n}", organisation=company, shows_history=True)
            for n in range(spheres)
        ]
        for founder in founders:
            for person in crowd[1:]:
                admit(founder, person)
    first = founders[0]
    with inside(first.sphere):
        conversation = Conversation.objects.get()
    with override("fr"):
        rows_version = build()
    return {
        "slug": first.sphere.slug,
        "sphere": str(first.sphere_id),
        "journal": str(first.sphere.journal_id),
        "conversation": str(conversation.pk),
        "author": str(first.pk),
        "rows_version": rows_version,
        "people": [{"identity": person.pk.hex, "session": signed_in(person)} for person in crowd],
    }


def signed_in(person: Any) -> str:
    """Open a session and give its key."""
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session["_auth_user_id"] = str(person.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
