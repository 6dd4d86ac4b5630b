"""The one address of the site."""

from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def as_origin(url: str) -> str:
    """Write `url` as browsers write an origin (RFC 6454): lower case, no default port, nothing after the host.

    Raises ValueError, with a sentence, for anything else than a site's root.
    """
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.path.strip("/") or parts.username:
        raise ValueError("ALVEOLE_URL must look like https://alveole.example.org, without a path.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port == DEFAULT_PORTS[parts.scheme] else f":{port}")
