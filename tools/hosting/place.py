"""A machine for what the document says: as root this one, with a real user; else a folder, as whoever asks."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.trial import free_port, processes_of, wait

USER = "alveole"
HOME, DATA = "/srv/alveole", "/var/lib/alveole"
AS_USER = f"runuser -u {USER} -- "
# What a login as root has on Debian; a Python in somebody's home is nothing to an ordinary user.
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
OURS = ("ALVEOLE_", "DJANGO_", "MAKE", "MFLAGS", "PORT", "PYENV_", "PYTHON", "VIRTUAL_ENV")
END_SECONDS = 10


class Place:
    """Where the document's user, folders, ports and repository are here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_root = os.geteuid() == 0
        self.port = free_port()
        self.directory = folder  # where the next line is typed
        self._words = {
            "REPOSITORY": f"file://{folder}/repository",
            "127.0.0.1:8000": f"127.0.0.1:{self.port}",
            "/etc/": f"{folder}/etc/",
        }
        if not self.is_root:
            self._words |= {AS_USER: "", HOME: f"{folder}/srv", DATA: f"{folder}/data"}

    @property
    def environment(self) -> dict[str, str]:
        """Give what a line that is typed here is told."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        kept |= {"DEBIAN_FRONTEND": "noninteractive"}
        return kept | {"PATH": SYSTEM_PATH} if self.is_root else kept

    def here(self, text: str) -> str:
        """Write a text of the document for this place."""
        for theirs, ours in self._words.items():
            text = text.replace(theirs, ours)
        return text

    def path(self, name: str) -> Path:
        """Say where a file of the document is here."""
        return Path(self.here(name))

    def write(self, name: str, text: str) -> None:
        """Write a file of the document."""
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(self.here(text))

    def type(self, line: str) -> str:
        """Run a line of the document in a shell and give what it says; ends the program if it fails."""
        command = ["bash", "-euo", "pipefail", "-c", self.here(line)]
        typed = subprocess.Popen(
            command,
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            said, _ = typed.communicate()
        except BaseException:
            os.killpg(typed.pid, signal.SIGKILL)
            typed.wait()
            raise
        if typed.returncode:
            sys.exit(f"{line}\n{said}")
        return said

    def change_directory(self, name: str) -> None:
        """Type the next lines there."""
        self.directory = self.path(name)

    def ensure_free(self) -> None:
        """End the program if somebody lives here already."""
        if not self.is_root:
            return
        with suppress(KeyError):
            pwd.getpwnam(USER)
            sys.exit(
                f"There is a user {USER} on this machine, and nothing of theirs is touched. If a try that was killed "
                f"left them behind: userdel --remove {USER} && rm -rf {DATA}"
            )
        taken = [name for name in (HOME, DATA) if Path(name).exists()]
        if taken:
            sys.exit(f"There is something at {' and '.join(taken)} on this machine, and it is not touched.")

    def clear_away(self) -> None:
        """End what runs as the user that was made here, and remove them and their folders."""
        for process in processes_of(self.path(DATA)):
            os.kill(process, signal.SIGKILL)
        if not self.is_root:
            return
        with suppress(KeyError):
            number = pwd.getpwnam(USER).pw_uid
            for process in _processes_by(number):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            wait(lambda: not _processes_by(number), END_SECONDS, f"What runs as {USER} did not end")
            subprocess.run(["userdel", "--remove", USER], check=True, stderr=subprocess.DEVNULL)
        shutil.rmtree(DATA, ignore_errors=True)


def _processes_by(number: int) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if process.stat().st_uid == number:
                found.append(int(process.name))
    return found


@contextmanager
def place() -> Iterator[Place]:
    """Give a place that is free, and leave nothing of it behind."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the user is to reach the repository
        made = Place(Path(folder))
        made.ensure_free()
        try:
            yield made
        finally:
            made.clear_away()
