"""`manage.py serve`: all of it starts, all of it stops, and nothing is left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings

from tests.alveole.site import START_SECONDS, Site, free_port, is_alive, served
from tests.alveole.test_set_up import SAID
from tests.live import wait_until

pytestmark = pytest.mark.xdist_group("serve")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Start once, for the others to start a second time from what it made."""
    folder = tmp_path_factory.mktemp("prepared")
    with served(folder) as site:
        children = site.wait_until_all_run()
        assert "Preparing the database" in site.said
        assert len(children) == 3
        assert site.end(signal.SIGTERM) == 0
        assert not [pid for pid in children if is_alive(pid)]
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[Site]:
    """Run a site that was started before."""
    with served(tmp_path_factory.mktemp("running"), prepared=prepared) as site:
        site.wait_until_all_run()
        yield site


RUNS = "\nAlvéole runs at {url}   (Ctrl-C stops it)\n"


def test_a_second_start_prepares_nothing_and_says_where_it_runs_and_how_to_set_it_up(site: Site) -> None:
    printed = re.fullmatch(
        re.escape(RUNS.format(url=site.url))
        + rf"  Nobody is here yet\. Within 30 minutes, set it up at\n  {site.url}/set-up/\S{{43}}/\n",
        site.said,
    )
    assert printed, site.said


def test_the_printed_link_sets_the_site_up_and_is_printed_no_more(tmp_path: Path, prepared: Path) -> None:
    with served(tmp_path / "one", prepared=prepared) as site:
        site.wait_until_it_answers()
        link = urlsplit(re.findall(r"\S+/set-up/\S+", site.said)[0]).path
        with httpx.Client(base_url=f"http://127.0.0.1:{site.port}", headers={"host": urlsplit(site.url).netloc}) as one:
            assert one.get(link).status_code == 200
            said = SAID | {"csrfmiddlewaretoken": one.cookies["csrftoken"]}
            answer = one.post(link, data=said, headers={"origin": site.url})
            assert (answer.status_code, answer.headers["location"]) == (302, "/operator/")
            assert "Lormeau" in one.get("/").text
        assert site.end(signal.SIGTERM) == 0
    with served(tmp_path / "two", prepared=tmp_path / "one") as again:
        again.wait_until_it_answers()
        assert again.said == RUNS.format(url=again.url)


def test_what_it_writes_is_nobody_elses(site: Site) -> None:
    written = [path for path in site.folder.rglob("*") if path.is_file()]
    assert {path.name for path in written} >= {"django", "alveole.sqlite3"}
    assert not [path for path in written if stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.parametrize(
    ("what", "name"), [("alveole.web", "web server"), ("alveole.worker", "worker"), ("valkey-server", "Valkey")]
)
def test_a_killed_child_is_started_again_and_the_reason_said(site: Site, what: str, name: str) -> None:
    first = site.child(what)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: site.child(what) not in {0, first}, f"another {name}", START_SECONDS)
    site.wait_until_it_answers()
    assert f"Alvéole: The {name} was killed by SIGKILL; starting it again in 0.5 s.\n" in site.said


def test_a_killed_parent_leaves_no_orphan_and_can_be_started_again(tmp_path: Path, prepared: Path) -> None:
    with served(tmp_path, prepared=prepared) as first:
        children = first.wait_until_all_run()
        assert first.end(signal.SIGKILL) == -signal.SIGKILL
        wait_until(lambda: not [pid for pid in children if is_alive(pid)], "the children end")
    with served(tmp_path) as second:
        second.wait_until_all_run()
        assert second.end() == 0


def test_one_data_folder_has_one_alveole(site: Site) -> None:
    second = Site(site.folder)
    assert second.process.wait(START_SECONDS) == 1
    assert f"Another Alvéole (process {site.process.pid}) is running on {site.folder}." in second.said
    assert site.get()


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        site = Site(tmp_path, port=port)
        assert site.process.wait(START_SECONDS) == 1
        assert site.said == f"Port {port} is taken by another program. Stop it, or set PORT to another.\n"
    assert not (tmp_path / "alveole.sqlite3").exists()
    assert not (tmp_path / "valkey").exists()


def test_the_worker_does_what_it_is_woken_for_and_keeps_the_clock(site: Site) -> None:
    with closing(sqlite3.connect(site.folder / "alveole.sqlite3")) as database:
        ended = ("ended", "", "2020-01-01 00:00:00")
        database.execute("INSERT INTO django_session (session_key, session_data, expire_date) VALUES (?, ?, ?)", ended)
        database.commit()
        site.manage("shell", "-v0", "-c", "from alveole.tasks import forget_ended_sessions as task; task.delay()")
        wait_until(lambda: not database.execute("SELECT * FROM django_session").fetchall(), "the worker", START_SECONDS)
    wait_until(lambda: list(site.folder.glob("beat-schedule*")), "beat's schedule")


def test_it_listens_to_this_machine_only(site: Site) -> None:
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in addresses - {"127.0.0.1"}:
        with socket.socket() as caller:
            assert caller.connect_ex((address, site.port)) != 0


def test_the_loopback_address_leads_to_the_sites_one_name(site: Site) -> None:
    answer = site.get("/somewhere/?a=b", host=f"127.0.0.1:{site.port}")
    assert answer is not None
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{site.url}/somewhere/?a=b")


def test_the_port_may_be_an_option_and_ctrl_c_stops_it(tmp_path: Path, prepared: Path) -> None:
    port = free_port()
    with served(tmp_path, f"--port={port}", prepared=prepared) as site:
        site.port = port
        children = site.wait_until_all_run()
        assert f"http://localhost:{port} " in site.said
        assert site.end(signal.SIGINT) == 0
        assert not [pid for pid in children if is_alive(pid)]
        assert site.get() is None


CRASHING = """
import sys
from alveole.supervisor import Child, Supervisor, program
from alveole import processes
def crash(errors):
    script = "import sys, time; print('first'); time.sleep(0.05); sys.exit('the disk is full')"
    return processes.start([sys.executable, "-c", script], errors=errors)
calm = [sys.executable, "-c", "import time; time.sleep(60)"]
Supervisor([Child("calm one", lambda e: processes.start(calm, errors=e)), Child("crasher", crash)]).run()
"""


def test_a_crashing_child_says_why_and_waits_longer_each_time(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR)}
    errors = tmp_path / "errors"
    with errors.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", CRASHING], stderr=out, stdout=subprocess.DEVNULL, env=environment
        )
    try:
        wait_until(lambda: "in 2 s." in errors.read_text(), "three crashes")
    finally:
        process.terminate()
        assert process.wait(15) == 0
    said = [line for line in errors.read_text().splitlines() if line.startswith("Alvéole")]
    reason = "Alvéole: The crasher ended with exit code 1 (the disk is full); starting it again in"
    assert said == [f"{reason} 0.5 s.", f"{reason} 1 s.", f"{reason} 2 s."]
