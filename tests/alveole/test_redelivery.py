"""A backup takes longer than Celery waits before it delivers a task again: it is made once, and survives a kill."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from pytest_django import Settings

from alveole import valkey
from alveole.backup import nightly, proving
from alveole.backup.errors import Halted
from alveole.backup.models import Proof
from tests.alveole.places import Place
from tests.alveole.site import START_SECONDS
from tests.alveole.test_valkey import running
from tests.live import wait_until

ROOT = site_settings.BASE_DIR
PROOF_SECONDS = 3 * START_SECONDS  # it starts Django once more
pytestmark = [pytest.mark.db, pytest.mark.xdist_group("redelivery")]

# A worker that waits some seconds before it takes a task for lost; a proof waits until somebody writes into the pipe.
WORKER = """
import sys
from pathlib import Path
import django; django.setup()
from celery.signals import task_postrun
from alveole import worker
from alveole.backup import nightly
from alveole.celery import app
app.conf.broker_transport_options |= {
    "visibility_timeout": int(sys.argv[2]), "unacked_restore_interval": 1, "unacked_restore_throttle": 1
}
here, try_out = Path(sys.argv[1]), nightly.try_out
def note(name):
    with (here / name).open("a") as out:
        print(file=out)
def hold(file):
    note("begun")
    (here / "pipe").read_text()
    try_out(file)
nightly.try_out = hold
def ended(**_):
    note("ended")
task_postrun.connect(ended)
sys.exit(worker.main(with_beat=False))
"""


@dataclass
class Night:
    """A site with a queue and a worker of its own."""

    place: Place
    here: Path
    worker: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Give the surroundings of its processes."""
        return self.place.environment | {
            "ALVEOLE_REDIS_URL": valkey.url(self.place.folder),
            "DJANGO_SETTINGS_MODULE": "alveole.settings",
        }

    def wake(self) -> None:
        """Do what beat does at night."""
        script = "import django; django.setup(); from alveole.backup.tasks import back_up; back_up.delay()"
        subprocess.run([sys.executable, "-c", script], env=self.environment, cwd=ROOT, check=True)

    def start(self, patience: int) -> None:
        """Start the worker; tasks that are not done after `patience` seconds are delivered again."""
        command = [sys.executable, "-c", WORKER, str(self.here), str(patience)]
        self.worker = subprocess.Popen(command, env=self.environment, cwd=ROOT)

    def kill(self) -> None:
        """End the worker without asking it."""
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait()

    def wait_for(self, name: str, count: int) -> None:
        """Wait until something was noted so many times."""
        file = self.here / name
        wait_until(lambda: file.exists() and len(file.read_text()) >= count, f"{name} {count}", PROOF_SECONDS)

    def let_go(self) -> None:
        """Let the proof that waits go on."""
        (self.here / "pipe").write_text("go on")

    def proofs(self) -> list[tuple[str, str]]:
        """Give how each attempt ended."""
        with self.place.entered():
            return list(Proof.objects.values_list("archive", "failure"))


@pytest.fixture
def night(inhabited: Place, tmp_path: Path) -> Iterator[Night]:
    with inhabited.entered():
        Proof.objects.all().delete()
    os.mkfifo(tmp_path / "pipe")
    with running(inhabited.folder):
        night = Night(inhabited, tmp_path)
        try:
            yield night
        finally:
            night.kill()


def test_a_backup_that_is_delivered_again_while_it_runs_is_made_once(night: Night) -> None:
    night.wake()
    night.start(1)
    night.wait_for("begun", 1)
    night.wait_for("ended", 1)  # the second delivery: the first one waits
    assert night.proofs() == []
    night.let_go()
    night.wait_for("ended", 2)
    [archive] = (night.place.folder / "backups").iterdir()
    assert night.proofs() == [(archive.name, "")]
    assert len((night.here / "begun").read_text()) == 1


def test_a_backup_whose_worker_is_killed_is_delivered_again_and_done(night: Night) -> None:
    night.wake()
    night.start(3600)
    night.wait_for("begun", 1)
    night.kill()
    assert night.proofs() == []
    night.start(1)
    night.wait_for("begun", 2)
    night.let_go()
    wait_until(night.proofs, "the proof", PROOF_SECONDS)
    [archive] = (night.place.folder / "backups").iterdir()
    assert night.proofs() == [(archive.name, "")]


@pytest.mark.server
def test_two_machines_do_not_prove_at_once(inhabited: Place, tmp_path: Path, settings: Settings) -> None:
    with inhabited.entered():
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
        settings.DATA_DIR = tmp_path / "one"
        with proving.alone():
            settings.DATA_DIR = tmp_path / "other"
            with pytest.raises(Halted, match="Another backup is being made or proven"), proving.alone():
                pass
            nightly.nightly()
            assert not (inhabited.folder / "backups").exists()
        with proving.alone():
            pass  # the first one has let go
