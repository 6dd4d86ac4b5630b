"""The web process under measurement: the site as it is, a standard Channels group instead of the hub, or a bare loop.

Each line on standard input says one thing: `say BYTES` (a message with so many bytes of words) or `burn` (tell what
was used so far, on standard output). Run by `site.served`.
"""

import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import django

from benchmarks.prepare import Prepared


def main(kind: str, descriptor: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alveole.settings")
    if kind == "bare":
        from benchmarks import bare  # each kind loads what it measures and nothing else

        bare.main(descriptor)
        return
    django.setup()
    if kind == "channels":
        from benchmarks import channels_group

        channels_group.install()
    from alveole import web

    threading.Thread(target=obey, args=[speaker()], daemon=True).start()
    web.main([descriptor])


def obey(say: Callable[[int], None]) -> None:
    """Follow the lines of standard input."""
    for line in sys.stdin:
        word, *rest = line.split()
        if word == "say":
            say(int(rest[0]))
        else:
            print(json.dumps(used()), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)  # whoever asked has gone


def used() -> dict[str, float]:
    """Tell the CPU seconds and the proportional memory (kB) of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    rollup = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    pss = next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return {"cpu": usage.ru_utime + usage.ru_stime, "pss": pss}


def speaker() -> Callable[[int], None]:
    """Give the function that sends a message by the whole write path, as a member of the first sphere."""
    from journal.ids import uuid7
    from messaging.actions import send_message
    from messaging.models import Conversation
    from spheres.models import Membership
    from spheres.seal import inside

    site: Prepared = json.loads(os.environ["BENCHMARK_SITE"])
    author = Membership.objects.with_sphere().get(pk=site["author"])
    with inside(author.sphere):
        conversation = Conversation.objects.get(pk=site["conversation"])
    said = 0

    def say(size: int) -> None:
        nonlocal said
        body = f"{said} {'mots ' * (size // 5)}".strip()
        said += 1
        with inside(author.sphere):
            send_message(author, conversation, id=uuid7(), body=body)

    return say


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
