"""The application that uvicorn runs: HTTP in a few lasting threads, the one websocket on the event loop."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from io import BytesIO
from typing import Any

import django
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted, RequestDataTooBig
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.db import close_old_connections
from django.http import parse_cookie
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alveole.settings")
django.setup(set_prefix=False)

# What follows reads models, which exist only from here on.
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from alveole.sockets import SocketDoor
from sync.answers import TOO_LARGE
from sync.socket import Socket

MOST_DROPPED = 64 * 1024 * 1024
BODY_HEADERS = {b"content-length", b"content-type", b"transfer-encoding"}


class ThreadedHandler(ASGIHandler):
    """Runs each request whole in one of a few threads that last.

    Django's own handler gives every request a new thread, hence a new database connection, and hops between
    loop and thread at every middleware. Ours are all synchronous: one hop. A write is never cancelled in its
    middle by a reader who went away.
    """

    def __init__(self) -> None:
        super(ASGIHandler, self).__init__()
        self.load_middleware(is_async=False)
        self.pool = ThreadPoolExecutor(settings.THREADS, thread_name_prefix="request")

    async def handle(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Read the body, answer in a thread, send."""
        most = _most_of(scope)
        try:
            body = await self.read_body(receive, most)
        except RequestAborted:
            return
        except RequestDataTooBig:
            scope, body = _without_body(scope, most), BytesIO()
        set_script_prefix(get_script_prefix(scope))
        request, error = self.create_request(scope, body)
        try:
            if request is None:
                assert error is not None  # one of the two is given
                response: HttpResponseBase = error
            else:
                loop = asyncio.get_running_loop()
                response = await loop.run_in_executor(self.pool, copy_context().run, self._respond, request, scope)
            try:
                await self._send(response, receive, send)
            finally:
                response.close()
        finally:
            body.close()

    async def _send(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        """Send; what is sent in pieces ends with whoever went away, or the rest of a film is read for nobody."""
        if not response.streaming:
            return await self.send_response(response, send)
        sending = asyncio.ensure_future(self.send_response(response, send))
        gone = asyncio.ensure_future(self.listen_for_disconnect(receive))
        await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        for one in (sending, gone):
            one.cancel()
        for result in await asyncio.gather(sending, gone, return_exceptions=True):
            if isinstance(result, Exception) and not isinstance(result, RequestAborted):
                raise result
        return None

    async def read_body(self, receive: Any, limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE) -> Any:
        """Read the whole body. Raises RequestDataTooBig, once it has passed, beyond `limit` bytes."""
        size = 0

        async def counted() -> Any:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size <= limit:
                return message
            # Read on and drop: an answer before the end would be lost with the connection, and the device try again.
            while message.get("more_body") and size <= MOST_DROPPED:
                message = await receive()
                size += len(message.get("body", b""))
            return {**message, "body": b"", "more_body": False}

        body = await super().read_body(counted)
        if size > limit:
            body.close()
            raise RequestDataTooBig
        return body

    def _respond(self, request: ASGIRequest, scope: Any) -> HttpResponseBase:
        # Also closes connections past their age, of this thread.
        signals.request_started.send(sender=self.__class__, scope=scope)
        try:
            return self.get_response(request)
        finally:
            close_old_connections()


def _most_of(scope: dict[str, Any]) -> int:
    """Give how many bytes a body may have: more, never in memory, where a member's form may bring files."""
    has_files = any(value.startswith(b"multipart/form-data") for value in _heads(scope, b"content-type"))
    cookies = b"; ".join(_heads(scope, b"cookie")).decode("latin-1")
    is_somebodys = settings.SESSION_COOKIE_NAME in parse_cookie(cookies)
    may_bring = has_files and is_somebodys and scope["path"].startswith("/s/")
    most: int = settings.LARGEST_FORM_WITH_FILES if may_bring else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return most


def _heads(scope: dict[str, Any], name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _without_body(scope: dict[str, Any], most: int) -> dict[str, Any]:
    # What goes on to the site has no body, and says so; the site then has the sentence for it.
    headers = [(name, value) for name, value in scope["headers"] if name not in BODY_HEADERS]
    return {**scope, "headers": headers, TOO_LARGE: most}


application = ProtocolTypeRouter(
    {
        "http": ThreadedHandler(),
        "websocket": SocketDoor(URLRouter([path("socket/", Socket.as_asgi())])),  # type: ignore[no-untyped-call]  # Channels is untyped
    }
)
