"""Addresses as the environment writes them. What is said of a wrong one never holds it: it may hold a password."""

import re
from ipaddress import ip_network
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
HOST = re.compile(r"[a-z0-9.-]+|[a-f0-9]*:[a-f0-9.:]+")  # what Django lets through as a host
EVERYBODY = "*"


def split(url: str) -> SplitResult:
    """Take `url` apart (RFC 3986). Raises ValueError, without any of its words."""
    try:
        parts = urlsplit(url)
        is_nowhere = parts.port == 0  # a port that is no number is refused here
    except ValueError:
        hint = "; in the password, / is written %2F, # is %23, ? is %3F and @ is %40" if "@" in url else ""
        raise ValueError(f"has a host or a port that cannot be read{hint}") from None
    if is_nowhere:
        raise ValueError("has the port 0, at which nobody listens")
    return parts


def as_origin(url: str) -> str:
    """Write `url` as browsers write an origin (RFC 6454): lower case, no default port, nothing after the host.

    Raises ValueError for anything else than a site's root.
    """
    parts = split(url)
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError("must begin with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must hold no name and no password")
    if not HOST.fullmatch(parts.hostname or ""):
        raise ValueError("must name the host that people reach, in letters from a to z, digits, dots and hyphens")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must end after the host, without a path")
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port == DEFAULT_PORTS[parts.scheme] else f":{port}")


def of_valkey(url: str) -> str:
    """Read the address of a Redis or Valkey, if there is one. Raises ValueError."""
    if not url:
        return ""
    parts = split(url)
    if parts.scheme == "unix" and parts.path:
        return url
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        raise ValueError("must begin with redis://, rediss:// or unix:// and name a host or a socket")
    if not re.fullmatch(r"(/\d*)?", parts.path):
        raise ValueError("must end with the number of a database")
    return url


def of_store(url: str) -> str:
    """Read the address of a store of files, if there is one. Raises ValueError."""
    if url:
        parts = split(url)
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
            raise ValueError("must begin with https:// or http:// and name a host")
    return url


def of_proxies(addresses: str) -> str:
    """Read the addresses or networks of front servers, with commas, or `*` for every one. Raises ValueError."""
    if addresses in {"", EVERYBODY}:
        return addresses
    for address in addresses.split(","):
        try:
            ip_network(address.strip())
        except ValueError:
            raise ValueError(f"must hold addresses or networks with commas between, and holds {address!r}") from None
    return addresses
