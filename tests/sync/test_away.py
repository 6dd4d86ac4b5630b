"""While the database is away everything is for later: nothing is final, and nobody needs to know who asks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.test import Client

from journal.ids import uuid7
from spheres.models import Membership
from tests.commanding import fields, post
from tests.conftest import Cast

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def failing(error: Exception) -> Callable[..., Any]:
    """Give a database that answers every statement with `error`."""

    def answer(*_: Any) -> Any:
        raise error

    return answer


@pytest.mark.parametrize("error", [OperationalError("server closed the connection"), InterfaceError("closed")])
def test_a_command_is_for_later_and_may_come_again(
    cast: Cast, browse: Browse, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    client = browse(cast.bob)
    client.raise_request_exception = False
    path = f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/messages/"
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="Bonjour")
    with connection.execute_wrapper(failing(error)):
        later = post(client, path, said)
    assert (later.status_code, later.headers["Retry-After"]) == (503, "3")
    assert "Alveole-Command" not in later.headers
    assert [(record.levelno, record.exc_info) for record in caplog.records] == [(logging.WARNING, None)]
    again = post(client, path, said)
    assert (again.status_code, again.headers["Alveole-Command"]) == (200, said["_command"])


def test_a_page_says_so_without_knowing_who_asks(cast: Cast, browse: Browse) -> None:
    client = browse(cast.bob)
    client.raise_request_exception = False
    assert client.get("/").status_code == 200
    with connection.execute_wrapper(failing(OperationalError("server closed the connection"))):
        page = client.get("/")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "3")
    assert "sign-out" not in page.content.decode()
    assert "Bob" not in page.content.decode()
    assert "Une panne" in page.content.decode()


def test_what_is_broken_for_good_is_no_matter_of_time(cast: Cast, browse: Browse) -> None:
    client = browse(cast.bob)
    client.raise_request_exception = False
    with connection.execute_wrapper(failing(ProgrammingError("no such column"))):
        assert client.get("/").status_code == 500
