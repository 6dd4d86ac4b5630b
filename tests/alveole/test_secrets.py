"""Secrets: made once, whoever asks first, and read by their owner alone."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from alveole.secrets import secret


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    made = secret("one", tmp_path / "secrets")
    assert len(made) >= 64
    assert secret("one", tmp_path / "secrets") == made
    assert secret("two", tmp_path / "secrets") != made


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    secret("one", tmp_path / "secrets")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "secrets" / "one").stat().st_mode) == 0o600


def test_processes_that_ask_at_once_are_given_the_same(tmp_path: Path) -> None:
    script = "import sys, pathlib; from alveole.secrets import secret; print(secret('one', pathlib.Path(sys.argv[1])))"
    command = [sys.executable, "-c", script, str(tmp_path / "secrets")]
    asking = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=settings.BASE_DIR) for _ in range(8)]
    assert len({process.communicate()[0] for process in asking}) == 1
    assert {process.returncode for process in asking} == {0}


def test_an_unfinished_secret_of_a_power_cut_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / ".one.new").write_text("")
    assert len(secret("one", tmp_path)) >= 64
