"""The web server process: uvicorn on sockets that somebody listens on already.

The supervisor keeps listening while this process is replaced: who calls in between waits, and is not refused.
`manage.py web` listens by itself: there a front server asks another one in between.
"""

import gc
import os
import socket
import sys
from collections.abc import Sequence

import uvicorn
from django.conf import settings

from alveole import processes

LONGEST_FRAME = 64 * 1024  # bytes a device may send in one websocket message
FAREWELL_SECONDS = 3


def main(descriptors: Sequence[int]) -> None:
    """Serve until asked to stop, or until the supervisor ends; `descriptors` are listening sockets."""
    processes.watch_parent()
    serve([socket.socket(fileno=descriptor) for descriptor in descriptors])


def serve(listeners: list[socket.socket]) -> None:
    """Serve until asked to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alveole.settings")
    config = uvicorn.Config(
        "alveole.asgi:application",
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=LONGEST_FRAME,
        ws_per_message_deflate=False,  # it doubles CPU and memory per connection
        access_log=False,  # paths hold sign-in tokens
        log_config=None,  # ours says it all
        server_header=False,
        timeout_graceful_shutdown=FAREWELL_SECONDS,
        # Anybody can write X-Forwarded-For: believed only from the named front servers.
        proxy_headers=bool(settings.PROXIES),
        forwarded_allow_ips=settings.PROXIES or None,
    )
    config.load()
    gc.collect()
    gc.freeze()  # what is loaded by now stays for good: no use looking through it again
    uvicorn.Server(config).run(sockets=listeners)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
