"""Who may open a websocket: pages of this site, and not too often. Browsers let any page on the web try."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from alveole.edge import is_our_origin, origin_of
from alveole.limits import address_of, spend

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class SocketDoor:
    """Stands before the websocket application: 403 to foreign origins, 429 to whoever reconnects in a loop."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the connection in, or turn it away before it is one."""
        if not is_our_origin(origin_of(scope)):
            await _turn_away(scope, send, 403, [])
            return
        peer = scope.get("client")
        wait = spend("socket", f"address {address_of(peer[0] if peer else '')}")
        if wait:
            await _turn_away(scope, send, 429, [(b"retry-after", str(wait).encode())])
            return
        await self.application(scope, receive, send)


async def _turn_away(scope: Scope, send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close"})  # which servers answer with 403
        return
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b""})
