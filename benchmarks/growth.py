"""Cost does not grow with history: the same requests at a thousand messages and at a million, turn by turn.

SQLite, or PostgreSQL with row-level security where `ALVEOLE_DATABASE_URL` names an ordinary role with CREATEDB. The
sites stand in a temporary folder, or in `--keep FOLDER` (and databases of that name) for another run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from alveole import valkey

# Messages, spheres, people. The biggest sphere has as many members in both, and one person is in 50 in both.
SIZES = {"thousand": (1_000, 60, 200), "million": (1_000_000, 1_000, 10_000)}
QUESTIONS = [
    "conversation",
    "page-back",
    "home",
    "sphere",
    "members",
    "feed-50-behind",
    "feed-current",
    "snapshot",
    "send",
]
ROUNDS, TURNS = 6, 5  # short turns: what else the machine does is spread over both sites
GOAL = 1.3


@dataclass
class Side:
    """One grown site and the process that asks it."""

    name: str
    process: subprocess.Popen[str]
    grown: dict[str, Any]

    def ask(self, question: str, rows: str) -> dict[str, Any]:
        """Let it answer a question some times."""
        assert self.process.stdin
        self.process.stdin.write(f"{question} {TURNS} {rows}\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """Read one line of it. Ends the run if it died."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"The {self.name} site's process ended.")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def side(name: str, folder: Path, redis: str) -> Iterator[Side]:
    """Grow a site where there is none yet, and wait for its questions."""
    place = folder / name
    place.mkdir(exist_ok=True)
    environment = os.environ | {"ALVEOLE_DATA": str(place), "ALVEOLE_LIMITS": "off", "ALVEOLE_REDIS_URL": redis}
    if given := os.environ.get("ALVEOLE_DATABASE_URL", ""):
        environment["ALVEOLE_DATABASE_URL"] = f"{given.rsplit('/', 1)[0]}/{folder.name}_{name}"
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.turns", *map(str, SIZES[name])],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        found = Side(name, process, {})
        found.grown = found.answer()
        yield found
    finally:
        process.kill()
        process.wait()


@contextmanager
def databases(folder: Path, *, is_kept: bool) -> Iterator[None]:
    """Make what PostgreSQL lacks of the two databases, and drop them unless they are kept."""
    given = os.environ.get("ALVEOLE_DATABASE_URL", "")
    if not given:
        yield
        return
    names = [f"{folder.name}_{name}" for name in SIZES]
    with psycopg.connect(given, autocommit=True) as server:
        standing = {name for (name,) in server.execute("SELECT datname FROM pg_database").fetchall()}
        for name in set(names) - standing:
            server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield
        finally:
            for name in [] if is_kept else names:
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def compare(question: str, rows: str, sides: list[Side]) -> bool:
    """Print one question's figures; whether it grows."""
    answers: dict[str, list[dict[str, Any]]] = {side.name: [] for side in sides}
    for _ in range(ROUNDS):
        for one in sides:
            answers[one.name].append(one.ask(question, rows))
    small, large = (answers[name] for name in SIZES)

    def middle(of: list[dict[str, Any]], what: str) -> float:
        values: list[float] = [value for answer in of for value in answer[what]]
        return statistics.median(values)

    def quick(of: list[dict[str, Any]]) -> float:
        # The fastest tenth: what is left when the machine does nothing else.
        values: list[float] = sorted(value for answer in of for value in answer["wall"])
        return values[len(values) // 10]

    wall, cpu = (middle(large, what) / middle(small, what) for what in ("wall", "cpu"))
    queries = {answer["queries"] for answer in small + large}
    grows = wall > GOAL or len(queries) > 1
    print(
        f"{question:15} {rows:4}  queries {'/'.join(map(str, sorted(queries))):5}"
        f"  wall {middle(small, 'wall'):7.2f} → {middle(large, 'wall'):7.2f} ms = {wall:5.2f}×"
        f" (p10 {quick(small):6.2f} → {quick(large):6.2f} = {quick(large) / quick(small):5.2f}×)"
        f"  CPU {middle(small, 'cpu'):7.2f} → {middle(large, 'cpu'):7.2f} ms = {cpu:5.2f}×"
        f"{'  GROWS' if grows else ''}",
        flush=True,
    )
    return grows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", choices=QUESTIONS)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alveole_benchmark_")))
        folder.mkdir(exist_ok=True)
        stack.enter_context(databases(folder, is_kept=bool(asked.keep)))
        redis = os.environ.get("ALVEOLE_REDIS_URL") or stack.enter_context(valkey_in(folder))
        sides = [stack.enter_context(side(name, folder, redis)) for name in SIZES]
        for one in sides:
            print(
                f"{one.name}: {one.grown['seconds']:.0f} s ({one.grown['cpu']:.0f} s of CPU) to grow or open,"
                f" {one.grown['bytes'] / 1e6:.0f} MB on disk",
                flush=True,
            )
        print(f"load {os.getloadavg()[0]:.1f}; goal {GOAL}×, {ROUNDS * TURNS} requests each", flush=True)
        questions = [asked.only] if asked.only else QUESTIONS
        grown = [question for question in questions for rows in ("warm", "cold") if compare(question, rows, sides)]
        print(f"load {os.getloadavg()[0]:.1f}; " + (f"above: {', '.join(sorted(set(grown)))}" if grown else "all met"))
    return 0


@contextmanager
def valkey_in(folder: Path) -> Iterator[str]:
    """Run a Valkey of our own."""
    pid = valkey.start(folder)
    try:
        yield valkey.url(folder)
    finally:
        os.kill(pid, 15)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    sys.exit(main())
