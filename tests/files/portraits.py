"""Choosing photos and logos as a device does, and seeing what came of it."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from files.models import File
from files.portraits.models import Portrait
from spheres.models import Membership, Mine, Sphere
from spheres.seal import inside
from tests.commanding import Response, fields, post
from tests.files.sending import photo, send, work_off

COMMANDS = {"photo": "portraits.choose.1", "logo": "portraits.choose_logo.1"}
REMOVALS = {"photo": "portraits.remove.1", "logo": "portraits.remove_logo.1"}


def chooses(client: Client, member: Membership, file: object, *, what: str = "photo") -> Response:
    """Name a file that was sent before, as one's photo or as the sphere's logo."""
    address = reverse(f"portraits:{what}", args=[member.sphere.slug])
    return post(client, address, fields(member, COMMANDS[what], file=file))


def brings(client: Client, member: Membership, content: bytes, *, what: str = "photo") -> Response:
    """Post a file with the form, as a browser without script does."""
    address = reverse(f"portraits:{what}", args=[member.sphere.slug])
    posted = SimpleUploadedFile("face.jpg", content, "image/jpeg")
    return post(client, address, fields(member, COMMANDS[what], file=posted), device=False)


def removes(client: Client, member: Membership, *, what: str = "photo") -> Response:
    """Take it away."""
    address = reverse(f"portraits:{what}_removal", args=[member.sphere.slug])
    return post(client, address, fields(member, REMOVALS[what]))


def shown(client: Client, member: Membership, *, what: str = "photo", **picture: Any) -> object:
    """Choose a picture and let it be prepared; give the file's id."""
    sent = send(client, member, photo(**picture), "face.jpg")
    assert chooses(client, member, sent, what=what).status_code == 200
    work_off()
    return sent


def picture_of(member: Membership) -> object:
    """Give the file that is a member's photo, as now stored."""
    return Membership.objects.get(pk=member.pk).photo


def logo_of(sphere: Sphere) -> object:
    """Give the file that is a sphere's logo, as now stored."""
    return Sphere.objects.get(pk=sphere.pk).logo


def told(member: Membership, what: str = "photo") -> str:
    """Give what a member was told of the picture that they sent."""
    with inside(member.sphere):
        found = Mine.objects.filter(membership=member, key=what).first()
    return found.value if found else ""


def thumbnail(member: Membership, file: object) -> str:
    return reverse("files:thumbnail", args=[member.sphere.slug, file])


def sees(client: Client, member: Membership, file: object) -> int:
    """Ask for a small picture in a member's sphere, and give the status."""
    answer = client.get(thumbnail(member, file))
    if answer.streaming:
        answer.getvalue()
    return answer.status_code


def is_wanted(member: Membership, file: object) -> bool:
    """Whether a file is still kept for somebody."""
    with inside(member.sphere):
        return File.objects.get(pk=file).discarded_at is None


def portraits(member: Membership) -> int:
    with inside(member.sphere):
        return len(Portrait.objects.all())
