"""Devices in Python that write, on a site which runs in other processes."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
from django.conf import settings

from journal.ids import uuid7

PACE_SECONDS = 0.05  # between two messages of one device, where the load is to be light

FOUND = """
import json
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from accounts.actions import create_user
from accounts.identity import identity_of
from messaging.models import Conversation
from spheres.actions import admit, create_sphere
from spheres.seal import inside

def keys(person):
    session = SessionStore()
    session["_auth_user_id"] = str(person.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = person.get_session_auth_hash()
    session.save()
    return {"session": session.session_key, "identity": identity_of(person)}

people = [create_user(email=f"{name}@example.invalid", name=name, language="en") for name in "abcde"]
founder = create_sphere(people[0], name="Chantier")
for person in people[1:]:
    admit(founder, person)
with inside(founder.sphere):
    talk = f"/s/{founder.sphere.slug}/conversations/{Conversation.objects.get().pk}/"
print(json.dumps({"talk": talk, "people": [keys(person) for person in people]}))
"""


def made_by(printed: str) -> dict[str, Any]:
    """Read what FOUND printed: where they talk, and the people."""
    made: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return made


def _opened() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass
class Writer:
    """A device in Python: it forgets a message only when the server has answered that very command."""

    url: str
    talk: str
    session: str
    identity: str
    words: list[str]
    acknowledged: list[str] = field(default_factory=list)
    lost_every: int = 0  # every so many answers one is lost on its way, and its command sent again
    answers: Counter[int] = field(default_factory=Counter)
    failures: int = 0
    is_asking: bool = False
    # Lets it write the next one; always, unless somebody holds it.
    may_write: threading.Event = field(default_factory=_opened)

    def write(self, until: threading.Event | None = None, door: int | None = None) -> None:
        """Send one after the other, each until it is settled; if there is an end to wait for, unhurried.

        `door` is the port to send to, where that is not the one of the address.
        """
        address = f"http://127.0.0.1:{door}" if door else self.url
        with httpx.Client(base_url=address, timeout=5) as client:
            for body in self.words:
                if until is not None and until.wait(PACE_SECONDS):
                    break
                self.may_write.wait()
                command, message = str(uuid7()), str(uuid7())
                while not self._is_settled(client, body, command, message):
                    self.failures += 1
                self.acknowledged.append(body)

    def _is_settled(self, client: httpx.Client, body: str, command: str, message: str) -> bool:
        token = "a" * 32
        said = {
            "_name": "messaging.send.1",
            "_command": command,
            "_identity": self.identity,
            "id": message,
            "body": body,
        }
        cookies = f"{settings.SESSION_COOKIE_NAME}={self.session}; {settings.CSRF_COOKIE_NAME}={token}"
        self.is_asking = True
        try:
            answer = client.post(
                f"{self.talk}messages/",
                data=said,
                headers={
                    "Accept": "application/json",
                    "X-CSRFToken": token,
                    "Host": self.url.split("//")[1],
                    "Origin": self.url,
                    "Cookie": cookies,
                },
            )
        except httpx.TransportError:
            return False
        finally:
            self.is_asking = False
        self.answers[answer.status_code] += 1
        if self.lost_every and self.answers.total() % self.lost_every == 0:
            return False
        is_final: bool = answer.headers.get("Alveole-Command") == command
        return is_final and bool(answer.json()["outcome"] == "accepted")
