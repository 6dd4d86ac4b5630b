"""Do what docs/hosting.md says, block by block and with its own words: install, save, bring back, upgrade, go back.

As root (or where sudo asks for no password) a user is made, packages are installed, and all is removed again but the
packages. As anybody else it happens in a folder, and apt only says that it would install the packages. Nothing of the
document is left out without a word: each line is printed with what was done about it.
"""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tools.hosting.document import SITE, Typed, Written, steps
from tools.hosting.front import Front
from tools.hosting.place import DATA, HOME, Place, place
from tools.hosting.repository import NEXT, TABLE, Repository
from tools.hosting.unit import Unit
from tools.hosting.visitor import Visitor, must

BEFORE_BACKUP = "Le béton arrive jeudi."
AFTER_BACKUP = "Non, vendredi."
AFTER_UPGRADE = "La pompe est en panne."
LOOPBACK = ("0100007F", "00000000000000000000000001000000")  # 127.0.0.1 and ::1, as /proc/net writes them
HELPERS = {"systemd-analyze": "systemd", "bwrap": "bubblewrap"}  # what the try itself uses, beside the document


class Operator:
    """Whoever follows the document, and looks at the site after some of its lines."""

    def __init__(self, here: Place) -> None:
        self.here = here
        self.repository = Repository(here)
        self.unit = Unit(here)
        self.front = Front(here)
        self.visitor: Visitor | None = None
        # In the document's order: once a line with these words is done, this is looked at.
        self.looks: list[tuple[str, Callable[[], None]]] = [
            ("useradd", self.repository.publish),
            ("systemctl enable --now alveole", self.it_runs_for_this_machine_only),
            ("systemctl reload caddy", self.a_stranger_arrives),
            ("journalctl", self.the_site_is_set_up),
            ("manage.py backup", self.somebody_writes_on),
            ("systemctl start alveole", self.the_site_is_as_it_was_saved),
            ("systemctl restart alveole", self.the_site_was_saved_and_upgraded),
            ("systemctl start alveole", self.the_earlier_version_refuses),
            ("systemctl start alveole", self.the_site_is_as_before_the_upgrade),
        ]

    def follow(self) -> None:
        """Do every step and take every look."""
        for step in steps():
            started = time.monotonic()
            if isinstance(step, Written):
                self.here.write(step.path, step.text)
                said, how = step.path, f"written to {self.here.path(step.path)}"
            else:
                said, how = step.line, self.type(step.line)
            print(f"{time.monotonic() - started:5.1f} s  {said}\n         {how}")
            if self.looks and isinstance(step, Typed) and self.looks[0][0] in step.line:
                _, look = self.looks.pop(0)
                look()
                print(f"         then: {look.__name__.replace('_', ' ')}")
        must(not self.looks, f"The document lacks {[words for words, _ in self.looks]}, in this order")

    def type(self, line: str) -> str:
        """Do a line; say how."""
        match line.split():
            case ["apt-get", *words]:
                return self.install(words)
            case ["useradd", *_] if not self.here.is_root:
                self.here.path(HOME).mkdir()
                return "not root: a folder instead of a user"
            case ["cd", folder]:
                self.here.change_directory(folder)
                return "the next lines are typed there"
            case ["systemctl", *words]:
                return self.command_systemd(words)
            case ["journalctl", *words]:
                sought = words[-1] if words[-2] == "--grep" else ""
                must(sought in self.unit.said, f"The unit did not say “{sought}”:\n{self.unit.said}")
                return "looked up in what the unit said: there is no journal here"
        self.here.type(line)
        return "run" if self.here.is_root else f"run as oneself: {self.here.here(line)}"

    def install(self, words: list[str]) -> str:
        """Install packages, or ask whether they could be."""
        if self.here.is_root:
            self.here.type(f"apt-get {' '.join(words)}")
            return "run"
        must(shutil.which("apt-get") is not None, "Who is not root needs an apt-get to ask")
        if words == ["update"]:
            return "NOT run: only root may"
        self.here.type(f"apt-get --simulate {' '.join(words)}")
        return "SIMULATED: only root may install them"

    def command_systemd(self, words: list[str]) -> str:
        """Do to the unit and to Caddy what systemd would."""
        match words:
            case ["daemon-reload"]:
                return self.unit.verify()
            case ["enable", "--now", "alveole"] | ["start", "alveole"]:
                self.unit.start()
            case ["stop", "alveole"]:
                self.unit.stop()
            case ["restart", "alveole"]:
                self.unit.stop()
                self.unit.start()
            case ["reload", "caddy"]:
                self.front.start()
            case _:
                sys.exit(f"tools/try_hosting.py cannot systemctl {' '.join(words)}.")
        return "done to the processes themselves: there is no systemd here"

    @property
    def operator(self) -> Visitor:
        """Give the operator's browser."""
        assert self.visitor is not None
        return self.visitor

    def it_runs_for_this_machine_only(self) -> None:
        """The site, its worker and its Valkey."""
        self.unit.must_run()
        must(self.unit.lets_write_to_temporary_files(), "The unit has no place for temporary files")
        addresses = self.unit.addresses()
        must(
            bool(addresses) and addresses <= {f"{host}:{self.here.port:04X}" for host in LOOPBACK},
            f"It listens at {addresses}",
        )

    def a_stranger_arrives(self) -> None:
        """By the public name."""
        self.visitor = Visitor(self.front)
        self.visitor.arrive()

    def the_site_is_set_up(self) -> None:
        """By the link that was printed; somebody writes, and a websocket greets."""
        self.operator.set_up(re.findall(rf"https://{SITE}/set-up/\S+", self.unit.said)[-1])
        self.operator.write(BEFORE_BACKUP)
        self.operator.greet()

    def somebody_writes_on(self) -> None:
        """What the backup cannot hold."""
        self.operator.write(AFTER_BACKUP)

    def the_site_is_as_it_was_saved(self) -> None:
        """Then somebody publishes a version with another migration."""
        self.unit.must_run()
        self.operator.must_read(BEFORE_BACKUP)
        self.operator.must_not_read(AFTER_BACKUP)
        must(bool(list(self.here.path(DATA).glob("*.before-restore-*"))), "The restore set nothing aside")
        self.repository.publish_the_next()

    def the_site_was_saved_and_upgraded(self) -> None:
        """And lives on."""
        self.unit.must_run()
        saved = list(self.here.path(DATA).glob("backups/before-migrations-*.tar.gz"))
        must(len(saved) == 1, f"Before the upgrade was saved: {saved}")
        said = f"Saved the site before it is changed: {saved[0]}"
        must(said in self.unit.said, f"It did not say “{said}”:\n{self.unit.said}")
        must(self.has_the_next_table(), "The later version changed nothing")
        self.operator.must_read(BEFORE_BACKUP)
        self.operator.write(AFTER_UPGRADE)

    def the_earlier_version_refuses(self) -> None:
        """The later version's database, which stays as it is."""
        said = self.unit.said
        sentence = f"This database was made by a newer Alvéole (messaging.{NEXT} is not known here)"
        must(sentence in said, f"It did not say “{sentence}”:\n{said}")
        must(self.has_the_next_table(), "The earlier version changed the later database")

    def the_site_is_as_before_the_upgrade(self) -> None:
        """With all words of then."""
        self.unit.must_run()
        self.operator.must_read(BEFORE_BACKUP)
        self.operator.must_not_read(AFTER_UPGRADE)
        self.operator.greet()
        must(not self.has_the_next_table(), "This is the later version's database still")
        self.unit.stop()

    def has_the_next_table(self) -> bool:
        """Look into the database."""
        address = f"file:{self.here.path(DATA)}/alveole.sqlite3?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as database:
            return bool(database.execute("SELECT name FROM sqlite_master WHERE name = ?", [TABLE]).fetchall())


def become_root_if_nobody_asks() -> None:
    """Start again by sudo where it asks for no password."""
    sudo = shutil.which("sudo")
    if os.geteuid() and sudo and not subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode:
        os.execv(sudo, [sudo, "-n", "--preserve-env", sys.executable, "-m", "tools.try_hosting"])  # noqa: S606  # ourselves


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Asked to stop."))  # what was made is then removed
    become_root_if_nobody_asks()
    with place() as here:
        operator = Operator(here)
        missing = [package for program, package in HELPERS.items() if not Path("/usr/bin", program).exists()]
        if here.is_root and missing:
            here.type(f"apt-get update -qq && apt-get install -y -qq --no-install-recommends {' '.join(missing)}")
        try:
            operator.follow()
        finally:
            operator.front.end()
    print("Every block of docs/hosting.md was followed.")


if __name__ == "__main__":
    main()
