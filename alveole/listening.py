"""The sockets that people reach the site by."""

import errno
import socket
from contextlib import suppress

LOOPBACK = "localhost"
BACKLOG = 2048


class Unavailable(Exception):
    """The address cannot be listened on; the message is the sentence to show."""


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen on `host`; on both loopback addresses for `localhost`, for browsers try either. Raises Unavailable."""
    if host != LOOPBACK:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return [_bind(family, host, port)]
    sockets = [_bind(socket.AF_INET, "127.0.0.1", port)]
    if socket.has_ipv6:
        with suppress(OSError):  # a machine whose IPv6 is switched off
            sockets.append(_bind(socket.AF_INET6, "::1", port))
    return sockets


def _bind(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6 and host != "::":
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as failure:
        listener.close()
        if failure.errno == errno.EADDRINUSE:
            raise Unavailable(f"Port {port} is taken by another program. Stop it, or set PORT to another.") from failure
        if failure.errno == errno.EACCES:
            raise Unavailable(f"Port {port} is reserved to the system: set PORT to 1024 or more.") from failure
        if family == socket.AF_INET6 and host == "::1":
            raise
        raise Unavailable(f"Cannot listen on {host}: {failure.strerror}.") from failure
    return listener
