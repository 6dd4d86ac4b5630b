"""Run every check, two at a time, and say what each found. Ends with 1 if one of them found something."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

SCRATCH = {"ALVEOLE_DATA": "build/scratch", "ALVEOLE_DATABASE_URL": "", "ALVEOLE_REDIS_URL": "", "ALVEOLE_URL": ""}
# What `check --deploy` judges is a site as people run it.
SITE = SCRATCH | {"ALVEOLE_URL": "https://alveole.example.org"}


class Check(NamedTuple):
    name: str
    command: str
    environment: dict[str, str] = SCRATCH


CHECKS = [
    Check("types", "mypy"),
    Check("types of the device", "tools/node.sh node_modules/.bin/tsc -p tsconfig.json"),
    Check("format", "ruff format --check ."),
    Check("lint", "ruff check ."),
    Check("imports", "lint-imports --no-logo"),
    Check("templates", "python -m tools.lint_templates"),
    Check("migrations", "python manage.py makemigrations --check --dry-run"),
    Check("deployment", "python manage.py check --deploy --fail-level WARNING", SITE),
    Check("image", "hadolint --no-color Dockerfile"),
    Check("compose file", "check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml"),
    Check("front server", "caddy validate --adapter caddyfile --config Caddyfile", SITE),
    Check("translations", "python -m tools.messages --check"),
    Check("locks", "python -m tools.locks"),
    Check("licences", "python -m tools.licences"),
    Check("words", "python -m tools.words"),
    Check("lengths", "python -m tools.lengths"),
]


def run(check: Check) -> tuple[int, str, float]:
    start = time.monotonic()
    environment = {key: value for key, value in (os.environ | check.environment).items() if value}
    environment["PATH"] = os.pathsep.join([str(Path(".venv/bin").resolve()), environment["PATH"]])
    done = subprocess.run(check.command.split(), env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr, time.monotonic() - start


def main() -> int:
    failed = []
    with ThreadPoolExecutor(2) as pool:
        for check, (status, output, seconds) in zip(CHECKS, pool.map(run, CHECKS), strict=True):
            print(f"{'✗' if status else '✓'} {check.name} ({seconds:.1f} s)", flush=True)
            if status:
                failed.append(check.name)
                print(output)
    print(f"Checks that found something: {', '.join(failed)}." if failed else "Nothing found.")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
