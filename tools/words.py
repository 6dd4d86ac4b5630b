"""The project speaks of itself alone: no place where it was written, no ticket, no address of anybody's server."""

import re
import sys
from collections.abc import Iterator

from tools.tracked import tracked

UNWANTED = {
    "a path of somebody's machine": re.compile(r"(^|[^.\w])/(work|farm|home|Users)/"),
    "a ticket's number": re.compile(r"\bissue #?\d+", re.IGNORECASE),
}
HOST = re.compile(r"https?://([\w.-]*\w)")
# Whose standards and licences are cited, and where the authors of a locked package ask for support.
CITED = {"www.w3.org", "www.sqlite.org", "www.gnu.org", "fsf.org", "github.com"}
# All others are made up, by the names that are kept for that (RFC 2606).
MADE_UP = re.compile(r"[\w-]*|[\d.]+|(.+\.)?(example\.org|example|invalid|localhost)|[a-z]\.test", re.IGNORECASE)


def findings(line: str) -> Iterator[str]:
    """Say what a line holds that it should not."""
    yield from (what for what, pattern in UNWANTED.items() if pattern.search(line))
    hosts = set(HOST.findall(line)) - CITED
    yield from (f"the address of {host}" for host in sorted(hosts) if not MADE_UP.fullmatch(host))


def main() -> int:
    found = False
    for path in tracked():
        try:
            lines = path.read_text().splitlines()
        except UnicodeDecodeError:
            continue  # a picture
        if path.name == "words.py":
            continue  # it names what it looks for
        for number, line in enumerate(lines, 1):
            for what in findings(line):
                found = True
                print(f"{path}:{number} holds {what}.")
    return found


if __name__ == "__main__":
    sys.exit(main())
