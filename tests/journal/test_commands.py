"""Commands: the same words have the same fingerprint, other words another."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory

from journal.commands import fingerprint

SAID: dict[str, Any] = {"_name": "polls.vote.1", "body": "oui", "also": ["a", "b"], "ballot": "1"}


def posted(path: str = "/s/x/polls/1/", photo: bytes = b"photo", called: str = "mur.jpg", **other: Any) -> HttpRequest:
    upload = SimpleUploadedFile(called, photo)
    return RequestFactory().post(path, {**SAID, "photo": upload, **other})


def digest(request: HttpRequest) -> str:
    return fingerprint(request, frozenset({"ballot"}))


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/s/x/polls/2/"},
        {"_name": "polls.vote.2"},
        {"body": "non"},
        {"also": ["b", "a"]},
        {"also": ["ab"]},
        {"more": ""},
        {"photo": b"other"},
        {"called": "toit.jpg"},
        {"_seen_body": "peut-être"},
    ],
)
def test_other_words_another_place_or_another_file_are_another_command(other: dict[str, Any]) -> None:
    assert digest(posted(**other)) != digest(posted())


@pytest.mark.parametrize("field", ["csrfmiddlewaretoken", "_command", "_identity", "_said_at", "ballot"])
def test_what_changes_with_the_session_and_what_is_secret_is_left_out(field: str) -> None:
    other: dict[str, Any] = {field: "other"}
    assert digest(posted(**other)) == digest(posted())


def test_a_file_is_still_to_be_read() -> None:
    request = posted()
    digest(request)
    upload = request.FILES["photo"]
    assert not isinstance(upload, list)
    assert upload.read() == b"photo"
