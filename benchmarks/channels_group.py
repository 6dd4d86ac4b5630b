"""The same site with a standard Channels group in the place of the hub: fed by the same path, the same frames."""

from __future__ import annotations

import asyncio
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

from journal.publishing import Recorded, entry_listeners
from sync.frames import finished

GROUP = "room"
LANGUAGE = "fr"


class Member(AsyncWebsocketConsumer):
    """A consumer as the Channels tutorial writes it."""

    loop: asyncio.AbstractEventLoop | None = None

    async def connect(self) -> None:
        """Join the group."""
        Member.loop = asyncio.get_running_loop()
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Answer the hello."""
        await self.send(text_data='{"t":"ready"}')

    async def row(self, event: dict[str, Any]) -> None:
        """Send what the group was told."""
        await self.send(text_data=event["text"])


def install() -> None:
    """Put the group in the place of the hub and of its channel between processes."""
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [settings.VALKEY_URL], "capacity": 1000},
        }
    }
    from alveole import asgi

    entry_listeners[:] = [tell]
    consumer = Member.as_asgi()
    asgi.application = ProtocolTypeRouter(
        {"http": asgi.application, "websocket": URLRouter([path("socket/", consumer)])}
    )


def tell(recorded: Recorded) -> None:
    """Send the finished frame to the group, on the loop that serves it: kinder than async_to_sync, a loop each."""
    assert Member.loop is not None
    text = finished(recorded.entry, recorded.scope, recorded.thing).frames[LANGUAGE]
    sending = get_channel_layer().group_send(GROUP, {"type": "row", "text": text})
    asyncio.run_coroutine_threadsafe(sending, Member.loop).result()
