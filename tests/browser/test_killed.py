"""The web process is killed in the middle of 200 posts: what was acknowledged is there, the rest waits and arrives."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Route, expect

from tests.alveole.site import MANAGE, Site, served
from tests.alveole.writers import FOUND, Writer, made_by
from tests.browser.people import COMMANDS, KEEPS_SPHERE, PHONE, Phone, answer_lost

WRITERS, EACH = 4, 45
WORDS = [f"browser {number}" for number in range(20)]


def found(site: Site) -> dict[str, Any]:
    """Make five people and their sphere on the running site."""
    environment = {**os.environ, "ALVEOLE_DATA": str(site.folder), "PORT": str(site.port), "ALVEOLE_URL": site.url}
    command = [sys.executable, MANAGE, "shell", "--no-imports", "--command", FOUND]
    return made_by(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def stored(site: Site) -> Counter[str]:
    """Count the words that are on disk."""
    with sqlite3.connect(f"file:{site.folder}/alveole.sqlite3?mode=ro", uri=True) as database:
        return Counter(body for (body,) in database.execute("SELECT body FROM messaging_message"))


@pytest.mark.xdist_group("serve")
def test_a_killed_web_process_loses_nothing_and_doubles_nothing(chromium: Browser, tmp_path: Path) -> None:
    with served(tmp_path) as site:
        site.wait_until_it_answers()
        made = found(site)
        site.wait_until_all_run()
        talk, (first, *others) = made["talk"], made["people"]
        writers = [
            Writer(site.url, talk, **person, words=[f"{number}.{turn}" for turn in range(EACH)])
            for number, person in enumerate(others)
        ]
        phone = Phone(chromium.new_context(base_url=site.url, **PHONE), site.url)
        phone.keep_session(first["session"])
        phone.opens(talk)
        phone.is_live()
        threads = [threading.Thread(target=writer.write, daemon=True) for writer in writers]
        for thread in threads:
            thread.start()
        phone.hears(lambda: phone.page.evaluate(KEEPS_SPHERE, talk.split("/")[2]), "the shells are kept")
        for kill, moment in enumerate((after_the_commit, before_the_commit)):
            phone.hears(lambda: phone.unsent == 0, "nothing of the phone's waits")
            phone.hears(lambda kill=kill: acknowledged(writers) >= 50 * (kill + 1), "messages pass")  # type: ignore[misc]  # mypy knows no lambda with a default
            # A quick machine would have sent everything before there is a middle.
            hold(writers)
            web = site.child("alveole.web")
            words = WORDS[10 * kill : 10 * kill + 10]
            with moment(site, phone, words):
                let_go(writers)
                phone.hears(lambda: in_the_middle(writers), "a moment in the middle")
                os.kill(web, signal.SIGKILL)
                assert all(stored(site)[body] == 1 for body in acknowledged_words(writers))
            phone.reloads()
            # Looked at in this order, since what leaves the outbox is stored by then.
            kept = phone.memory()
            assert all(f'"{body}"' in kept or stored(site)[body] == 1 for body in words)
            with one_more_answer_lost(phone):
                phone.hears(lambda web=web: site.child("alveole.web") not in {0, web}, "it is started again")  # type: ignore[misc]  # mypy knows no lambda with a default
                # Once it answers: a phone that looks earlier waits for its next look.
                site.wait_until_it_answers()
                phone.comes_back()
        phone.hears(lambda: not any(thread.is_alive() for thread in threads), "all is sent", patience=60)
        phone.hears(lambda: phone.unsent == 0, "the outbox is empty", patience=60)
        everything = [body for writer in writers for body in writer.words] + WORDS
        assert len(everything) == 200
        assert stored(site) == Counter(everything)
        assert sum(writer.failures for writer in writers)
        expect(phone.rows.filter(has_text="browser").locator(".body")).to_have_text(WORDS)
        assert not phone.complaints
        phone.ends()


def with_the_server(weather: Callable[[Route], object]) -> Callable[[Route], None]:
    """The same weather when the server dies in it."""

    def meet(route: Route) -> None:
        try:
            weather(route)
        except Error:
            with suppress(Error):
                route.abort("connectionreset")

    return meet


@contextmanager
def after_the_commit(site: Site, phone: Phone, words: list[str]) -> Iterator[None]:
    """Write, and let the first words be stored while the phone does not hear so: their receipt must be asked for."""
    phone.meets(with_the_server(answer_lost))
    phone.writes_like_a_robot(*words)
    phone.hears(lambda: stored(site)[words[0]], "the first words are stored")
    yield
    assert stored(site)[words[0]] == 1
    assert words[0] in phone.memory()
    phone.clears()


@contextmanager
def before_the_commit(site: Site, phone: Phone, words: list[str]) -> Iterator[None]:
    """Write while nobody can commit: the first words are with the server, and on no disk but the phone's."""
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url) if COMMANDS.search(request.url) else None)
    with closing(sqlite3.connect(f"{site.folder}/alveole.sqlite3", timeout=30, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        phone.writes_like_a_robot(*words)
        phone.hears(lambda: asked, "the first words are on their way")
        assert phone.unsent >= len(words)
        yield
        database.execute("ROLLBACK")
    assert not any(stored(site)[body] for body in words)


@contextmanager
def one_more_answer_lost(phone: Phone) -> Iterator[None]:
    """Let the page hear nothing of what it sends first: its next attempt must be the same command."""
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            answer_lost(route)
            lost.append(route.request.url)

    phone.meets(with_the_server(lose))
    yield
    phone.hears(lambda: lost or phone.unsent == 0, "an answer is lost")
    phone.clears()
    phone.comes_back()


def hold(writers: list[Writer]) -> None:
    for writer in writers:
        writer.may_write.clear()


def let_go(writers: list[Writer]) -> None:
    for writer in writers:
        writer.may_write.set()


def in_the_middle(writers: list[Writer]) -> bool:
    return any(writer.is_asking for writer in writers)


def acknowledged(writers: list[Writer]) -> int:
    return sum(len(writer.acknowledged) for writer in writers)


def acknowledged_words(writers: list[Writer]) -> list[str]:
    return [body for writer in writers for body in writer.acknowledged]
