"""The services of docker-compose.yml, run as processes: they work together, and each may fall."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import redis

from tests.alveole.column import PARTS, SERVICES, Column, standing
from tests.alveole.listener import Listener
from tests.alveole.site import START_SECONDS
from tests.alveole.writers import FOUND, Writer, made_by
from tests.live import wait_until

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("column")]

SHELL = "python manage.py shell -v0 --no-imports --command"
ENDED = """INSERT INTO django_session (session_key, session_data, expire_date)
    VALUES ('ended', '', '2020-01-01') RETURNING session_key"""


@dataclass
class Site:
    """The running column and who lives there."""

    column: Column
    talk: str
    people: list[dict[str, Any]]

    def stored(self) -> Counter[str]:
        """Count the words in the database."""
        return Counter(body for (body,) in self.column.rows("SELECT body FROM messaging_message"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run the whole column for these tests."""
    with standing(tmp_path_factory.mktemp("column")) as column:
        made: dict[str, Any] = made_by(column.run("web", f"{SHELL} '{FOUND}'"))
        yield Site(column, made["talk"], made["people"])


@contextmanager
def listening(site: Site, door: str, person: int) -> Iterator[Listener]:
    """Let somebody listen at a service."""
    listener = Listener(site.column.url, site.column.ports[door], site.people[person])
    try:
        wait_until(listener.is_open.is_set, f"a socket at {door}")
        yield listener
    finally:
        listener.end()


@contextmanager
def writing(site: Site, what: str) -> Iterator[list[Writer]]:
    """Let two people write, unhurried, and lose some answers; in the end all that they wrote is there once."""
    before, over = site.stored(), threading.Event()
    writers = [
        Writer(
            site.column.url,
            site.talk,
            **person,
            words=[f"{what} {number}.{turn}" for turn in range(2_000)],
            lost_every=5,
        )
        for number, person in enumerate(site.people[:2])
    ]
    threads = [threading.Thread(target=writer.write, args=[over], daemon=True) for writer in writers]
    for thread in threads:
        thread.start()
    yield writers
    over.set()
    wait_until(lambda: not any(thread.is_alive() for thread in threads), "the last is sent", START_SECONDS)
    assert site.stored() - before == Counter(word for writer in writers for word in writer.acknowledged)


def wait_for_more(writers: list[Writer], count: int = 5) -> None:
    """Wait until each has sent some more."""
    for writer in writers:
        goal = len(writer.acknowledged) + count
        wait_until(lambda writer=writer, goal=goal: len(writer.acknowledged) >= goal, "messages pass", START_SECONDS)  # type: ignore[misc]  # mypy knows no lambda with a default


def all_is_heard(writers: list[Writer], listener: Listener) -> None:
    """Wait until a listener has missed nothing, and hears live what comes from now on."""
    before = acknowledged(writers)
    wait_until(lambda: before <= listener.live | listener.known, "all of it is heard")
    wait_until(lambda: listener.live & (acknowledged(writers) - before), "it is heard live again")


def acknowledged(writers: list[Writer]) -> set[str]:
    return {word for writer in writers for word in writer.acknowledged}


def test_what_is_posted_to_one_web_server_reaches_the_sockets_of_the_other(site: Site) -> None:
    for door, other in (("web", "web 2"), ("web 2", "web")):
        with listening(site, other, 2) as listener:
            # As the front server asks: its address in the name, the server's port on the wire.
            writer = Writer(site.column.url, site.talk, **site.people[0], words=[f"by {door}"])
            writer.write(door=site.column.ports[door])
            wait_until(lambda: writer.acknowledged[0] in listener.live, "it is heard at the other one")  # noqa: B023  # called at once


def test_a_task_queued_by_one_process_is_done_by_the_worker(site: Site) -> None:
    column = site.column
    column.rows(ENDED)
    column.run("web", f"{SHELL} 'from alveole.tasks import forget_ended_sessions as task; task.delay()'")
    ended = "SELECT 1 FROM django_session WHERE session_key = 'ended'"
    wait_until(lambda: not column.rows(ended), "the worker", START_SECONDS)


def test_files_are_kept_in_the_store_and_shown_to_whoever_has_the_key(site: Site) -> None:
    script = """
import os, urllib.error, urllib.request
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage as files
big = os.urandom(20_000_000)
name, other = (files.save("photos/été 1.jpg", ContentFile(content)) for content in (big, b"another"))
assert name != other and files.size(name) == len(big) and files.open(name).read() == big
link = files.url(name)
part = urllib.request.Request(link, headers={"Range": "bytes=5-9"})
assert urllib.request.urlopen(part).read() == big[5:10]
try:
    urllib.request.urlopen(link.split("?")[0])
except urllib.error.HTTPError as refused:
    assert refused.code == 403
files.delete(name)
print(files.__class__.__name__, files.exists(name), files.open(other).read())
"""
    assert site.column.run("web", f"{SHELL} '{script}'").splitlines()[-1] == "S3Storage False b'another'"


@pytest.mark.parametrize("name", PARTS)
def test_a_killed_process_loses_nothing_and_doubles_nothing(site: Site, name: str) -> None:
    with listening(site, "caddy", 2) as listener, writing(site, f"without {name}") as writers:
        wait_for_more(writers)
        wait_until(lambda: any(writer.is_asking for writer in writers), "a moment in the middle")
        site.column.kill(name)
        there = site.stored()
        assert all(there[word] == 1 for word in acknowledged(writers))
        wait_for_more(writers)
        site.column.start(name)
        site.column.wait_until_well()
        wait_for_more(writers)
        all_is_heard(writers, listener)
        assert {code for writer in writers for code in writer.answers} <= {200, 502, 503}


def test_without_valkey_people_write_on_and_hear_the_rest_when_it_is_back(site: Site) -> None:
    column = site.column
    with (
        listening(site, "web", 2) as one,
        listening(site, "web 2", 3) as other,
        writing(site, "without Valkey") as writers,
    ):
        wait_for_more(writers)
        column.kill("valkey")
        wait_for_more(writers)
        assert not column.is_well("web")
        assert {code for writer in writers for code in writer.answers} == {200}
        column.start("valkey")
        column.wait_until_well()
        wait_for_more(writers)
        for listener in (one, other):
            all_is_heard(writers, listener)
    test_a_task_queued_by_one_process_is_done_by_the_worker(site)


def test_without_postgresql_every_command_waits_and_nothing_needs_a_restart(site: Site) -> None:
    column = site.column
    before = {name: column.processes[name].pid for name in PARTS}
    with listening(site, "caddy", 2) as listener, writing(site, "without PostgreSQL") as writers:
        wait_for_more(writers)
        column.postgres.cut()
        wait_until(lambda: all(writer.answers[503] for writer in writers), "commands are answered “later”")
        assert not column.is_well("web")
        column.postgres.join()
        column.wait_until_well()
        wait_for_more(writers)
        all_is_heard(writers, listener)
        assert {code for writer in writers for code in writer.answers} == {200, 503}
    test_a_task_queued_by_one_process_is_done_by_the_worker(site)
    assert {name: column.processes[name].pid for name in PARTS} == before
    assert not [column.said(name) for name in PARTS if column.processes[name].poll() is not None]


def test_beat_ticks_and_is_alone(site: Site) -> None:
    with pytest.raises(AssertionError, match=r"Another beat \(process \d+\) is running"):
        site.column.run("beat", SERVICES["beat"]["command"])
    memory = redis.Redis(port=site.column.ports["valkey"])
    wait_until(lambda: memory.get(":1:hosting:worker-seen"), "the worker was woken by beat", 2 * START_SECONDS)
