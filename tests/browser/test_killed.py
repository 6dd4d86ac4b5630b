"""The web process is killed in the middle of 200 posts: what was acknowledged is there, the rest waits and arrives."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect

from journal.ids import uuid7
from tests.alveole.site import MANAGE, Site, served
from tests.browser.people import PHONE, Phone

WRITERS, EACH = 4, 45
WORDS = [f"browser {number}" for number in range(20)]

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


def found(site: Site) -> dict[str, Any]:
    """Make five people and their sphere on the running site."""
    environment = {**os.environ, "ALVEOLE_DATA": str(site.folder), "PORT": str(site.port), "ALVEOLE_URL": site.url}
    command = [sys.executable, MANAGE, "shell", "--no-imports", "--command", FOUND]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    made: dict[str, Any] = json.loads(answer.splitlines()[-1])
    return made


@dataclass
class Writer:
    """A device in Python: it forgets a message only when the server has answered that very command."""

    site: Site
    talk: str
    session: str
    identity: str
    words: list[str]
    acknowledged: list[str] = field(default_factory=list)
    failures: int = 0
    is_asking: bool = False

    def write(self) -> None:
        """Send one after the other, each until it is settled."""
        with httpx.Client(base_url=self.site.url, timeout=5) as client:
            for body in self.words:
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
                    "Origin": self.site.url,
                    "Cookie": cookies,
                },
            )
        except httpx.TransportError:
            return False
        finally:
            self.is_asking = False
        is_final: bool = answer.headers.get("Alveole-Command") == command
        return is_final and bool(answer.json()["outcome"] == "accepted")


def stored(site: Site) -> Counter[str]:
    """Count the words that are on disk."""
    with sqlite3.connect(f"file:{site.folder}/alveole.sqlite3?mode=ro", uri=True) as database:
        return Counter(body for (body,) in database.execute("SELECT body FROM messaging_message"))


@pytest.mark.xdist_group("serve")
def test_a_killed_web_process_loses_nothing_and_doubles_nothing(chromium: Browser, tmp_path: Path) -> None:
    with served(tmp_path) as site:
        site.wait_until_all_run()
        made = found(site)
        talk, (first, *others) = made["talk"], made["people"]
        writers = [
            Writer(site, talk, **person, words=[f"{number}.{turn}" for turn in range(EACH)])
            for number, person in enumerate(others)
        ]
        phone = Phone(chromium.new_context(base_url=site.url, **PHONE), site.url)
        phone.keep_session(first["session"])
        phone.opens(talk)
        phone.is_live()
        threads = [threading.Thread(target=writer.write, daemon=True) for writer in writers]
        for thread in threads:
            thread.start()
        for kill in range(1, 3):
            phone.hears(lambda kill=kill: acknowledged(writers) >= 50 * kill, "messages pass")  # type: ignore[misc]
            web = site.child("alveole.web")
            phone.writes_like_a_robot(*WORDS[10 * kill - 10 : 10 * kill])
            phone.hears(lambda: in_the_middle(writers) and phone.unsent in range(2, 9), "a moment in the middle")
            os.kill(web, signal.SIGKILL)
            before = acknowledged_words(writers)
            assert all(stored(site)[body] == 1 for body in before)
            phone.hears(lambda web=web: site.child("alveole.web") not in {0, web}, "it is started again")  # type: ignore[misc]
        phone.hears(lambda: not any(thread.is_alive() for thread in threads), "all is sent", patience=60)
        phone.hears(lambda: phone.unsent == 0, "the outbox is empty", patience=60)
        everything = [body for writer in writers for body in writer.words] + WORDS
        assert len(everything) == 200
        assert stored(site) == Counter(everything)
        assert sum(writer.failures for writer in writers)
        expect(phone.rows.filter(has_text="browser").locator(".body")).to_have_text(WORDS)
        assert not phone.complaints
        phone.ends()


def in_the_middle(writers: list[Writer]) -> bool:
    return any(writer.is_asking for writer in writers)


def acknowledged(writers: list[Writer]) -> int:
    return sum(len(writer.acknowledged) for writer in writers)


def acknowledged_words(writers: list[Writer]) -> list[str]:
    return [body for writer in writers for body in writer.acknowledged]
