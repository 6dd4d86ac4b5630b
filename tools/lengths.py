"""No file past 300 lines, no test past 400: a longer one is two rooms."""

import sys

from tools.tracked import tracked

LIMIT = 300
LIMIT_OF_TESTS = 400


def main() -> int:
    found = False
    for path in tracked("*.py", "*.js", "*.mjs", "*.css", "*.html"):
        if "migrations" in path.parts:
            continue
        limit = LIMIT_OF_TESTS if path.parts[0] == "tests" else LIMIT
        lines = len(path.read_text().splitlines())
        if lines > limit:
            found = True
            print(f"{path} has {lines} lines, {limit} are allowed: it is probably two files.")
    return found


if __name__ == "__main__":
    sys.exit(main())
