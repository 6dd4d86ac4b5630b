"""The channel between processes: what another one commits reaches our sockets, and a link that broke is made again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
import redis
from django.conf import settings
from django.db import connection

from journal.models import Entry
from spheres.actions import end_membership
from spheres.models import Membership
from sync import channel
from sync.frames import Published, finished
from tests.conftest import Cast
from tests.live import Visitor, linked_hub, wait_until

pytestmark = pytest.mark.db

Visit = Callable[[Membership], Visitor]


def elsewhere(script: str) -> None:
    """Run `script` in a Celery worker, or another web process."""
    script = f"import django; django.setup()\n{script}"
    subprocess.run([sys.executable, "-c", script], check=True, env=other_process(), timeout=60)


def other_process() -> dict[str, str]:
    """Give the environment of another process on the test's database."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        address = f"sqlite://{name}"
    else:
        address = os.environ["ALVEOLE_DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "alveole.settings", "ALVEOLE_DATABASE_URL": address}


def say_elsewhere(cast: Cast, body: str) -> None:
    """Let Alice speak in another process."""
    elsewhere(f"""
from uuid import UUID
from journal.ids import uuid7
from messaging.actions import send_message
from messaging.models import Conversation
from spheres.models import Membership
from spheres.seal import inside
alice = Membership.objects.select_related("sphere").get(pk=UUID("{cast.alice.pk}"))
with inside(alice.sphere):
    send_message(alice, Conversation.objects.get(), id=uuid7(), body={body!r})
""")


def test_another_process_reaches_our_sockets(cast: Cast, visit: Visit) -> None:
    with visit(cast.bob).listening() as bob:
        linked_hub()
        say_elsewhere(cast, "d'ailleurs")
        assert bob.until("d'ailleurs") == ["d'ailleurs"]


def test_another_process_ends_a_session(cast: Cast, visit: Visit) -> None:
    bob = visit(cast.bob)
    with bob.listening() as ear:
        linked_hub()
        elsewhere(f"""
from django.contrib.sessions.backends.db import SessionStore
SessionStore("{bob.session_key}").delete()
""")
        assert ear.code_of_the_end() == 4401


def test_nothing_is_left_out_between_processes(cast: Cast) -> None:
    end_membership(cast.alice, cast.bob)
    left = Entry.objects.get(journal=cast.sphere.journal, verb="left", object_id=cast.bob.pk)
    published = finished(left, cast.sphere.pk)
    assert published.closes == (cast.bob.pk,)
    assert Published.from_json(json.loads(json.dumps(published.to_json()))) == published


def test_after_a_break_between_processes_everybody_pulls(
    cast: Cast, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ConnectionResetError

    with visit(cast.bob).listening() as bob:
        hub = linked_hub()
        with monkeypatch.context() as patched:
            patched.setattr(channel, "_take", breaks)
            cast.say(cast.alice)
            wait_until(lambda: not hub.is_linked, "the break")
        bob.next("journals")
        cast.say(cast.alice, "de nouveau")
        bob.until("de nouveau")


def test_a_link_that_valkey_cuts_is_made_again(cast: Cast, visit: Visit) -> None:
    """What was said meanwhile may be lost: everybody pulls, and hears other processes as before."""
    valkey = redis.Redis.from_url(settings.VALKEY_URL)
    with valkey, visit(cast.bob).listening() as bob:
        linked_hub()
        links = [link["id"] for link in valkey.client_list() if link["name"] == channel.LINK]
        assert len(links) == 1
        assert valkey.client_kill_filter(_id=links[0]) == 1
        bob.next("journals")
        say_elsewhere(cast, "de nouveau")
        assert bob.until("de nouveau") == ["de nouveau"]
