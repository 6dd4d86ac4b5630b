"""A variable that cannot be what it is ends every process with one sentence, before anything is made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from alveole.databases import from_url
from tests.alveole.site import MANAGE, free_port

WRONG_URL = {"ALVEOLE_URL": "alveole.example.org"}
NO_SCHEME = "ALVEOLE_URL must begin with https:// or http://. For instance: ALVEOLE_URL=https://alveole.example.org\n"


def run(folder: Path, wrong: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program of ours on a data folder that is not there yet."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALVEOLE_")}
    environment = kept | {"ALVEOLE_DATA": str(folder), "PORT": str(free_port())} | wrong
    command = [sys.executable, *words]
    return subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False, timeout=60
    )


def refused(folder: Path, wrong: dict[str, str], *words: str) -> str:
    """Run what must say one line and end; give the line."""
    done = run(folder, wrong, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1, done.stderr
    assert not folder.exists()
    return done.stderr


@pytest.mark.parametrize(
    "words",
    [
        *([MANAGE, command] for command in ("serve", "prepare", "web", "worker", "beat", "check", "migrate")),
        [MANAGE, "backup", "site.tar.gz"],
        [MANAGE, "help"],
        ["-m", "alveole.web"],
        ["-m", "alveole.worker"],
    ],
    ids=" ".join,
)
def test_every_program_says_it_and_makes_nothing(tmp_path: Path, words: list[str]) -> None:
    assert refused(tmp_path / "data", WRONG_URL, *words) == NO_SCHEME


def test_a_right_one_is_understood(tmp_path: Path) -> None:
    right = {
        "ALVEOLE_URL": "https://alveole.example.org",
        "ALVEOLE_PROXIES": "127.0.0.1, 10.0.0.0/8,::1",
        "ALVEOLE_REDIS_URL": "redis://:geheim@127.0.0.1:6379/3",
        "ALVEOLE_EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend",
        "ALVEOLE_FROM": "Chez nous <nous@example.org>",
        "ALVEOLE_S3_ENDPOINT": "https://s3.example.org/storage",
        **{f"ALVEOLE_S3_{name}": "alveole" for name in ("BUCKET", "KEY", "SECRET")},
    }
    assert run(tmp_path / "data", right, MANAGE, "check").returncode == 0
    empty = dict.fromkeys([*right, "PORT", "ALVEOLE_THREADS", "ALVEOLE_LOG", "ALVEOLE_LIMITS"], "")
    assert run(tmp_path / "data", empty, MANAGE, "check").returncode == 0


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PORT", "http", "must be a port from 1 to 65535, and is 'http'"),
        ("PORT", "65536", "must be a port from 1 to 65535"),
        ("ALVEOLE_URL", "https://alveole.example.org/site", "must end after the host, without a path"),
        ("ALVEOLE_DATABASE_URL", "mysql://u:geheim@h/n", "must begin with postgres:// or sqlite://"),
        ("ALVEOLE_DATABASE_URL", "postgres://u:geh#eim@h:5432/n", "in the password, / is written %2F, # is %23"),
        ("ALVEOLE_DATABASE_URL", "postgres://u:geheim@h:5432", "must end with the name of a database"),
        ("ALVEOLE_DATABASE_URL", "postgres://u:geheim@h/n?geheim=1", "something that PostgreSQL does not know"),
        ("ALVEOLE_DATABASE_URL", "sqlite://alveole.sqlite3", "must name SQLite's file from the root"),
        ("ALVEOLE_REDIS_URL", "127.0.0.1:6379", "must begin with redis://"),
        ("ALVEOLE_REDIS_URL", "redis://:geheim@h:port/0", "a host or a port that cannot be read; in the password"),
        ("ALVEOLE_REDIS_URL", "redis://:geheim@h/name", "must end with the number of a database"),
        ("ALVEOLE_PROXIES", "127.0.0.1,caddy", "addresses or networks with commas between, and holds 'caddy'"),
        ("ALVEOLE_THREADS", "0", "must be a number from 1 to 1000"),
        ("ALVEOLE_LANGUAGE", "de", "must be fr or en, and is 'de'"),
        ("ALVEOLE_TIME_ZONE", "Europe/Nowhere", "must be the name of a time zone"),
        ("ALVEOLE_EMAIL_BACKEND", "nowhere.Backend", "must be a class that sends mail"),
        ("ALVEOLE_FROM", "somebody", "must hold a mail address"),
        ("ALVEOLE_LOG", "xml", "must be plain or json"),
        ("ALVEOLE_LIMITS", "no", "must be on or off"),
        ("ALVEOLE_S3_ENDPOINT", "s3.example.org", "must begin with https:// or http:// and name a host"),
        ("ALVEOLE_S3_BUCKET", "photos", "ALVEOLE_S3_KEY and ALVEOLE_S3_SECRET must open the bucket"),
        ("ALVEOLE_S3_SECRET", "geheim", "ALVEOLE_S3_BUCKET must name the bucket"),
    ],
)
def test_what_is_wrong_and_what_would_be_right_is_said_but_no_secret(
    tmp_path: Path, name: str, value: str, reason: str
) -> None:
    sentence = refused(tmp_path / "data", {name: value}, MANAGE, "check")
    assert reason in sentence
    assert f". For instance: {name}=" in sentence or "S3" in name
    assert "geh" not in sentence


def test_who_watches_a_container_hears_it_too(tmp_path: Path) -> None:
    sentence = refused(tmp_path / "data", {"PORT": "http"}, "-m", "alveole.healthy")
    assert sentence == "PORT must be a port from 1 to 65535, and is 'http'. For instance: PORT=8000\n"


@pytest.mark.parametrize("url", ["postgres://a:p%23%40@h:5433/n?sslmode=require", "postgresql://h/n"])
def test_an_address_of_a_database_is_understood(tmp_path: Path, url: str) -> None:
    assert (from_url(url, tmp_path)["HOST"], from_url(url, tmp_path)["NAME"]) == ("h", "n")
