"""The document's systemd unit, run as systemd would run it as far as that can be had without systemd."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from urllib.request import Request, urlopen

from tools.hosting.document import SITE
from tools.hosting.place import DATA, HOME, SYSTEM_PATH, USER, Place
from tools.trial import processes_of, wait

FILE = "/etc/systemd/system/alveole.service"
START_SECONDS = 120
ENDED_WELL = (0, -signal.SIGTERM, 128 + signal.SIGTERM)
# What each line of [Service] is here; a line that is not in the list ends the try.
OBEYED = {"User", "WorkingDirectory", "Environment", "ExecStart", "StateDirectory", "StateDirectoryMode"}
OBEYED |= {"TimeoutStopSec", "NoNewPrivileges"}
WALLS = {
    "ProtectHome": [word for name in ("/home", "/root", "/run/user") for word in ("--tmpfs", name)],
    "PrivateDevices": ["--dev", "/dev"],
    "PrivateTmp": [word for name in ("/tmp", "/var/tmp") for word in ("--perms", "1777", "--tmpfs", name)],  # noqa: S108  # its own, in memory
    "ProtectSystem": ["--bind", DATA, DATA],  # all is read-only but this
}
OF_SYSTEMD = {"Restart"}


class Unit:
    """What stands in the unit's file, and the processes of it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.data = place.path(DATA)
        self.file = place.path(FILE)
        self.log = place.folder / "said"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def said(self) -> str:
        """Give what it said since its last start."""
        return self.log.read_text()

    def verify(self) -> str:
        """Let systemd judge the file; say how the unit will be run here."""
        program = shutil.which("systemd-analyze", path=SYSTEM_PATH)
        if program:
            judged = subprocess.run([program, "verify", self.file], capture_output=True, text=True, check=False)
            complaints = [line for line in (judged.stdout + judged.stderr).splitlines() if self.file.name in line]
            if judged.returncode or complaints:
                sys.exit(f"systemd-analyze verify: {judged.stdout}{judged.stderr}")
        unknown = self._settings().keys() - OBEYED - WALLS.keys() - OF_SYSTEMD
        if unknown:
            sys.exit(f"tools/hosting/unit.py does not know what these lines of the unit mean: {sorted(unknown)}")
        verified = "verified by systemd-analyze" if program else "NOT verified: there is no systemd-analyze here"
        walls = (
            "behind its walls" if self._has_walls() else f"WITHOUT {', '.join(WALLS)}: bubblewrap by root makes them"
        )
        return f"The unit is {verified}, and runs {walls}. Left to systemd: {', '.join(OF_SYSTEMD)}."

    def start(self) -> None:
        """Start it, and wait until it is ready or has given up."""
        process = self._launch()
        wait(lambda: process.poll() is not None or self._is_ready(), START_SECONDS, "The unit did not answer")

    def must_run(self) -> None:
        """End the program if it gave up."""
        if self.process is None or self.process.poll() is not None:
            sys.exit(f"The unit ended by itself:\n{self.said}")

    def stop(self) -> None:
        """Send SIGTERM to every process of it at once, as systemd does; none may outlive its time."""
        process = self.process
        if process is None or process.poll() is not None:
            return
        for number in processes_of(self.data):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGTERM)
        seconds = float(self._settings()["TimeoutStopSec"][0])
        wait(lambda: process.poll() is not None and not processes_of(self.data), seconds, "The unit did not stop")
        if process.returncode not in ENDED_WELL:
            sys.exit(f"The unit ended with {process.returncode}:\n{self.said}")

    def lets_write_to_temporary_files(self) -> bool:
        """Say whether a process of it finds a place for them: SQLite sorts there what memory does not hold."""
        write = "import tempfile; tempfile.TemporaryFile()"
        command = self._inside([shlex.split(self._settings()["ExecStart"][0])[0], "-c", write])
        return subprocess.run(command, cwd=self.place.path(HOME), check=False).returncode == 0

    def addresses(self) -> set[str]:
        """Give where its processes listen, each as in /proc/net/tcp: the address and the port in hexadecimal."""
        sockets = set()
        for number in processes_of(self.data):
            for descriptor in Path(f"/proc/{number}/fd").iterdir():
                with suppress(OSError):
                    sockets.add(str(descriptor.readlink()))
        lines = [
            line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()
        ]
        return {words[1] for words in lines if words[3] == "0A" and f"socket:[{words[9]}]" in sockets}

    def _settings(self) -> dict[str, list[str]]:
        service = self.file.read_text().split("[Service]\n")[1].split("\n[")[0]
        found: dict[str, list[str]] = {}
        for name, value in re.findall(r"^(\w+)=(.*)$", service, re.MULTILINE):
            found.setdefault(name, []).append(value)
        return found

    def _launch(self) -> subprocess.Popen[bytes]:
        told = self._settings()
        if not self.data.exists():
            self.data.mkdir(mode=int(told["StateDirectoryMode"][0], 8))
            if self.place.is_root:
                shutil.chown(self.data, USER, USER)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self._inside(shlex.split(told["ExecStart"][0])),
                cwd=told["WorkingDirectory"][0],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self.process

    def _inside(self, command: list[str]) -> list[str]:
        environment = [f"HOME={self.place.path(HOME)}", f"PORT={self.place.port}", f"PATH={self.place.folder}/nothing"]
        environment += self._settings()["Environment"]
        return [*self._walls(), *self._as_user(), "/usr/bin/env", "-i", *environment, *command]

    def _as_user(self) -> list[str]:
        told = self._settings()
        words = ["/usr/bin/setpriv"]
        if told["NoNewPrivileges"] == ["yes"]:
            words.append("--no-new-privs")
        if self.place.is_root:
            words += ["--reuid", told["User"][0], "--regid", told["User"][0], "--init-groups"]
        return words

    def _walls(self) -> list[str]:
        """Wall the unit in by bubblewrap, in the document's measure; what the pages were built with is not there."""
        if not self._has_walls():
            return []
        told = self._settings()
        is_strict = told.get("ProtectSystem") == ["strict"]
        words = ["--cap-add", "ALL", "--ro-bind" if is_strict else "--dev-bind", "/", "/"]
        for name, wall in WALLS.items():
            words += wall if name in told else []
        app = self.place.path(HOME) / "app"
        words += ["--tmpfs", str(app / "node_modules")]
        nodes = [app / ".venv/bin/node", Path(shutil.which("node", path=SYSTEM_PATH) or "/nowhere")]
        for node in nodes:
            words += ["--ro-bind", "/dev/null", str(node.resolve())] if node.exists() else []
        return ["/usr/bin/bwrap", *words, "--"]

    def _has_walls(self) -> bool:
        if not (self.place.is_root and Path("/usr/bin/bwrap").exists()):
            return False
        trial = ["/usr/bin/bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--tmpfs", "/tmp", "true"]  # noqa: S108  # the same
        tried = subprocess.run(trial, capture_output=True, check=False)
        return tried.returncode == 0

    def _is_ready(self) -> bool:
        """Ask as the front server does: by the site's name, over TLS as far as the site is told."""
        headers = {"Host": SITE, "X-Forwarded-Proto": "https"}
        asked = Request(f"http://127.0.0.1:{self.place.port}/health/ready", headers=headers)
        try:
            with urlopen(asked, timeout=5) as answer:  # noqa: S310  # the address is ours
                return bool(answer.status == 200)
        except OSError:
            return False
