"""The project speaks of itself alone: no place where it was written, no ticket, no address of a registry."""

import re
import sys

from tools.tracked import tracked

UNWANTED = {
    "a path of somebody's machine": re.compile(r"(^|[^.\w])/(work|farm|home|Users)/"),
    "a ticket's number": re.compile(r"\bissue #?\d+", re.IGNORECASE),
    "a registry's address": re.compile(r'\b(pypi|pythonhosted|npmjs|debian)\.(org|com)\b|"resolved":|index-url'),
}


def main() -> int:
    found = False
    for path in tracked():
        try:
            lines = path.read_text().splitlines()
        except UnicodeDecodeError:
            continue  # a picture
        for number, line in enumerate(lines, 1):
            for what, pattern in UNWANTED.items():
                if pattern.search(line) and path.name != "words.py":
                    found = True
                    print(f"{path}:{number} holds {what}.")
    return found


if __name__ == "__main__":
    sys.exit(main())
