"""The one channel between processes: finished entries, and notes of people for whom something changed."""

from __future__ import annotations

import asyncio
import json
import logging
from uuid import UUID

import redis.asyncio
from django.conf import settings

from sync import hub as hubs
from sync.frames import Published
from sync.hub import Hub
from sync.publisher import CHANNEL, PROCESS

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
HEALTH_SECONDS = 10
# What Valkey calls our end of the channel: an operator sees there which processes listen.
LINK = f"alveole-hub-{PROCESS}"


def running_hub() -> Hub:
    """Give this process's hub; the first socket makes it, on its event loop, and links it to other processes."""
    loop = asyncio.get_running_loop()
    hub = hubs.current()
    if hub is None or hub.loop is not loop:
        hub = hubs.begin(loop)
        hub.listening = loop.create_task(listen(hub))
    return hub


async def listen(hub: Hub) -> None:
    """Follow the channel for as long as the process lives; after a break everybody is checked again."""
    while True:
        try:
            await _follow(hub)
        except Exception as error:  # noqa: BLE001  # deaf for ever would be worse than any of them
            hub.is_linked = False
            logger.warning("The channel between processes is broken (%s); trying again.", type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)


async def _follow(hub: Hub) -> None:
    client = redis.asyncio.Redis.from_url(settings.VALKEY_URL, client_name=LINK, health_check_interval=HEALTH_SECONDS)
    async with client, client.pubsub(ignore_subscribe_messages=False) as channel:
        await channel.subscribe(CHANNEL)
        while True:
            # Asked again and again, so that a link which died silently is noticed.
            message = await channel.get_message(timeout=HEALTH_SECONDS)
            if message is None:
                continue
            if message["type"] == "subscribe":
                hub.is_linked = True
                hub.recheck_everybody()
            elif message["type"] == "message":
                _take(hub, message["data"])


def _take(hub: Hub, data: bytes) -> None:
    said = json.loads(data)
    if said["from"] == PROCESS:
        return
    if "p" in said:
        hub.receive(Published.from_json(said["p"]))
    elif "u" in said:
        hub.person_changed(UUID(said["u"]))
