"""The web server process: uvicorn on sockets that the supervisor listens on.

The supervisor keeps listening while this process is replaced: who calls in between waits, and is not refused.
"""

import gc
import os
import socket
import sys
from collections.abc import Sequence

import uvicorn

from alveole import processes

LONGEST_FRAME = 64 * 1024  # bytes a device may send in one websocket message
FAREWELL_SECONDS = 3


def main(descriptors: Sequence[int]) -> None:
    """Serve until asked to stop; `descriptors` are listening sockets."""
    processes.watch_parent()
    proxies = os.environ.get("ALVEOLE_PROXIES", "")
    config = uvicorn.Config(
        "alveole.asgi:application",
        loop="uvloop",
        ws="websockets-sansio",
        ws_max_size=LONGEST_FRAME,
        ws_per_message_deflate=False,  # it doubles CPU and memory per connection
        access_log=False,  # paths hold sign-in tokens
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=FAREWELL_SECONDS,
        # Anybody can write X-Forwarded-For: believed only from the named front servers.
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
    )
    config.load()
    gc.collect()
    gc.freeze()  # what is loaded by now stays for good: no use looking through it again
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor) for descriptor in descriptors])


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
