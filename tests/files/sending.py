"""Sending files as a device does, and letting the worker's work be done here."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.identity import identity_of
from files import actions, storing
from files.models import Blob, File, Step
from files.preparing import prepare
from journal.ids import uuid7
from messaging.actions import send_message
from messaging.models import Conversation
from spheres.models import Membership, Sphere
from spheres.seal import inside
from tests.commanding import Response

PART = 256 * 1024


def heads(member: Membership, **more: str) -> dict[str, str]:
    """Give the headers of every request of an upload."""
    assert member.person is not None
    return {
        "Tus-Resumable": "1.0.0",
        "Accept": "application/json",
        "Alveole-Identity": identity_of(member.person),
        "Alveole-Command": str(uuid7()),
        **more,
    }


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def announce(client: Client, member: Membership, id: UUID, size: int | str, name: str = "photo.jpg") -> Response:
    """Announce a file."""
    about = f"id {encoded(str(id))},filename {encoded(name)}"
    headers = heads(member, **{"Upload-Length": str(size), "Upload-Metadata": about})
    return client.post(reverse("files:uploads", args=[member.sphere.slug]), headers=headers)


def part(client: Client, member: Membership, id: UUID, offset: int, content: bytes, **more: str) -> Response:
    """Send a part of a file."""
    headers = heads(member, **{"Upload-Offset": str(offset), **more})
    address = reverse("files:upload", args=[member.sphere.slug, id])
    return client.patch(address, content, content_type="application/offset+octet-stream", headers=headers)


def offset(client: Client, member: Membership, id: UUID) -> Any:
    """Ask how much has come: a number, or None where the file is not known."""
    answer = client.head(reverse("files:upload", args=[member.sphere.slug, id]), headers=heads(member))
    return int(answer["Upload-Offset"]) if answer.status_code == 200 else None


def send(client: Client, member: Membership, content: bytes, name: str = "photo.jpg") -> UUID:
    """Send a whole file and give its id."""
    made = uuid7()
    assert announce(client, member, made, len(content), name).status_code == 201
    for start in range(0, len(content), PART):
        assert part(client, member, made, start, content[start : start + PART]).status_code == 204
    return made


def work_off() -> int:
    """Do every step that is due, as the worker does, with no sphere open; give how many they were."""
    done = 0
    while steps := list(Step.objects.due()):
        for step in steps:
            prepare(step.pk)
            done += 1
    return done


def file_of(member: Membership, id: UUID) -> File:
    """Give a file as now stored."""
    with inside(member.sphere):
        found: File = File.objects.select_related("blob").get(pk=id)
        return found


def blob_of(member: Membership, id: UUID) -> Blob:
    """Give the content of a file that arrived."""
    blob = file_of(member, id).blob
    assert blob is not None
    return blob


def stored_paths(sphere: Sphere) -> set[Path]:
    """Give everything that the storage keeps of a sphere."""
    return {path for path in (settings.DATA_DIR / "files").glob(f"*/{sphere.pk.hex}/**/*") if path.is_file()}


def kept(member: Membership, content: bytes = b"") -> UUID:
    """Let a member have sent a picture that is a part of nothing yet, without a browser; give the file's id."""
    content = content or photo()
    with inside(member.sphere):
        made = actions.announce(member, id=uuid7(), size=len(content), name="photo.jpg")
        stored = actions.begin("chunks", member.sphere_id)
        storing.keep(stored, content)
        actions.receive(member, made, offset=0, size=len(content), stored=stored)
    return made.pk


def shown_by(member: Membership, conversation: Conversation, content: bytes = b"", body: str = "") -> UUID:
    """Let a member say something with a picture in it, without a browser; give the file's id."""
    made = kept(member, content)
    work_off()
    with inside(member.sphere):
        send_message(member, conversation, id=uuid7(), body=body, files=[made])
    return made


def photo(size: tuple[int, int] = (640, 480), kind: str = "JPEG", colour: str = "teal", **more: Any) -> bytes:
    """Make a picture."""
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, kind, **more)
    return content.getvalue()


def photo_with_place() -> bytes:
    """Make a photo that says where it was taken, and that it stands on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: turn it by a quarter
    exif[0x010F] = "Secret camera"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 24.0)  # GPSLatitude
    return photo(exif=exif)
