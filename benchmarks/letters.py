"""5,000 invitations in one paste: how long the request takes, and until a real worker has sent them all, once each."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from benchmarks.sending import TOKEN
from benchmarks.site import Site, prepared
from journal.ids import uuid7

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.alveole.mailbox import Mailbox

LETTERS = 5_000
LONGEST_SECONDS = 900
SET_UP = """
import sys
import django; django.setup()
from alveole.hosting.models import Site
said = {"name": "Banc", "language": "fr", "mail_host": "127.0.0.1", "mail_port": int(sys.argv[1])}
Site.objects.update_or_create(id=1, defaults=said | {"mail_security": "none", "mail_from": "banc@example.invalid"})
"""


@contextmanager
def working(site: Site) -> Iterator[None]:
    """Run the worker as the supervisor does."""
    worker = subprocess.Popen([sys.executable, "-m", "alveole.worker"], env=site.environment)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


def paste(site: Site) -> float:
    """Post the paste as a device does; give the seconds until its answer."""
    person = site.prepared["people"][0]
    headers = {
        "Host": f"localhost:{site.port}",
        "Origin": site.url,
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-CSRFToken": TOKEN,
        "Cookie": f"sessionid={person['session']}; csrftoken={TOKEN}",
    }
    text = "\n".join(f"Personne {number};q{number}@example.invalid" for number in range(LETTERS))
    said: dict[str, Any] = {"_name": "invitations.mail.1", "_command": str(uuid7()), "_identity": person["identity"]}
    said |= {"id": str(uuid7()), "text": text, "role": "member", "days": "14", "language": "fr"}
    line = http.client.HTTPConnection("127.0.0.1", site.port)
    start = time.perf_counter()
    line.request("POST", f"/s/{site.prepared['slug']}/invitations/mailings/", urlencode(said), headers)
    answer = line.getresponse()
    outcome = json.loads(answer.read())["outcome"]
    assert outcome == "accepted", outcome
    return time.perf_counter() - start


def wait_for_all(box: Mailbox) -> float:
    """Give the seconds until as many letters are there as people; whoever has two voids the run."""
    start = time.perf_counter()
    while len(box.mails) < LETTERS and time.perf_counter() - start < LONGEST_SECONDS:
        time.sleep(0.1)
    return time.perf_counter() - start


def main() -> int:
    from tests.alveole.mailbox import mailbox

    with prepared(2, 1) as site, mailbox() as box:
        environment = site.environment | {"DJANGO_SETTINGS_MODULE": "alveole.settings"}
        subprocess.run([sys.executable, "-c", SET_UP, str(box.port)], env=environment, check=True)
        with site.served(), working(site):
            queued = paste(site)
            sent = wait_for_all(box)
    counts = Counter(str(mail["To"]) for mail in box.mails)
    twice = sum(count > 1 for count in counts.values())
    print(
        f"{LETTERS:,} invitations: written down in {queued:.1f} s by one request; "
        f"{len(counts):,} sent in {sent:.0f} s ({len(box.mails) / sent:.0f} a second), {twice} twice",
        flush=True,
    )
    return int(len(counts) != LETTERS or twice > 0)


if __name__ == "__main__":
    sys.exit(main())
