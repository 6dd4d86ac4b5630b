"""The embedded Valkey: keeps what it was told, and is reached by nobody else."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from alveole import valkey
from alveole.claim import Claimed, claim


@contextmanager
def running(folder: Path) -> Iterator[int]:
    pid = valkey.start(folder)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


def test_what_it_was_told_survives_a_kill_and_the_dead_socket_is_replaced(tmp_path: Path) -> None:
    pid = valkey.start(tmp_path)
    with redis.Redis.from_url(valkey.url(tmp_path)) as client:
        client.set("said", "yes")
        assert client.execute_command("WAITAOF", 1, 0, 5000)[0] == 1
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert valkey.socket_path(tmp_path).exists()
    with running(tmp_path), redis.Redis.from_url(valkey.url(tmp_path)) as client:
        assert client.get("said") == b"yes"


def test_it_would_rather_refuse_than_forget(tmp_path: Path) -> None:
    with running(tmp_path), redis.Redis.from_url(valkey.url(tmp_path)) as client:
        told = client.config_get("*")
        assert told["maxmemory-policy"] == "noeviction"
        assert (told["appendonly"], told["appendfsync"], told["port"]) == ("yes", "everysec", "0")


def test_only_its_owner_can_open_the_socket(tmp_path: Path) -> None:
    with running(tmp_path):
        assert stat.S_IMODE(valkey.socket_path(tmp_path).stat().st_mode) == 0o700


def test_a_deep_data_folder_has_its_socket_in_a_short_private_place(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30)
    path = valkey.socket_path(deep)
    assert len(os.fsencode(path)) <= valkey.LONGEST_SOCKET_PATH
    with running(deep):
        assert valkey.answers(path)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert valkey.socket_path(tmp_path / ("depth" * 30)) != path
    path.unlink(missing_ok=True)
    path.parent.rmdir()


def test_a_place_that_somebody_made_a_link_is_not_used(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30)
    place = valkey.socket_path(deep).parent
    place.symlink_to(tmp_path)
    try:
        with pytest.raises(valkey.Unready, match="belongs to somebody else"):
            valkey.start(deep)
    finally:
        place.unlink()


def test_an_orphan_is_ended_before_another_starts(tmp_path: Path) -> None:
    orphan = valkey.start(tmp_path)
    with running(tmp_path) as second:
        assert second != orphan
        assert os.waitpid(orphan, os.WNOHANG)[0] == orphan


def test_a_folder_is_claimed_by_one_and_free_when_it_lets_go(tmp_path: Path) -> None:
    first = claim(tmp_path)
    with pytest.raises(Claimed, match=f"process {os.getpid()}"):
        claim(tmp_path)
    os.close(first)
    os.close(claim(tmp_path))
