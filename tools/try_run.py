"""Start Alvéole twice as the README says: it answers, its links sign in, the second start is quick, nothing is left."""

import re
import sys
import tempfile
from pathlib import Path

from tools.trial import Trial, answers, trial

FIRST_START_SECONDS = 180
SECOND_START_SECONDS = 60


def follow_a_link(running: Trial) -> None:
    links = re.findall(rf"{running.url}/sign-in/link/\S+", running.said)
    if not links or not answers(links[0]):
        sys.exit(f"make run printed no sign-in link that answers:\n{running.said}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        with trial(data, FIRST_START_SECONDS) as running:
            follow_a_link(running)
            print(running.said)
            print(f"First start: {running.seconds:.1f} s to the first answer.")
        with trial(data, SECOND_START_SECONDS) as running:
            print(f"Second start: {running.seconds:.1f} s to the first answer.")


if __name__ == "__main__":
    main()
