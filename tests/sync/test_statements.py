"""What is asked of the database all day: by one accepted send, and by one socket that comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from journal.ids import uuid7
from spheres.actions import admit
from spheres.models import Membership
from sync.attendance import attend
from tests.commanding import fields, post
from tests.conftest import Cast

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

BEFORE = ["django_session", "accounts_user", "journal_receipt", "spheres_membership", "messaging_conversation"]
UNDER_THE_LOCK = [
    'INSERT INTO "journal_receipt"',
    "spheres_membership",
    'INSERT INTO "messaging_message"',
    'UPDATE "journal_journal"',
    'UPDATE "journal_entry"',
    'INSERT INTO "journal_entry"',
    'UPDATE "journal_receipt"',
]


def statements_of_one_send(cast: Cast, client: Client) -> list[str]:
    """Send once to warm up, then once more, and give what the database was asked."""
    path = reverse("messaging:messages", args=[cast.sphere.slug, cast.conversation.pk])
    for _ in range(2):
        said = fields(cast.bob, "messaging.send.1", id=str(uuid7()), body="Bonjour")
        with CaptureQueriesContext(connection) as asked:
            assert post(client, path, said).status_code == 200
    return [query["sql"] for query in asked.captured_queries if "SAVEPOINT" not in query["sql"]]


def test_a_send_asks_little_and_least_under_the_lock(cast: Cast, browse: Callable[[Membership | None], Client]) -> None:
    statements = statements_of_one_send(cast, browse(cast.bob))
    begins = next(n for n, sql in enumerate(statements) if sql.startswith("BEGIN"))
    commits = statements.index("COMMIT")
    before, under_the_lock = statements[:begins], statements[begins + 1 : commits]
    assert [table for table, sql in zip(BEFORE, before, strict=True) if f'"{table}"' not in sql] == []
    assert [what for what, sql in zip(UNDER_THE_LOCK, under_the_lock, strict=True) if what not in sql] == []


def test_a_socket_is_looked_up_by_three_reads_however_many_journals(
    cast: Cast, browse: Callable[[Membership | None], Client]
) -> None:
    session = browse(cast.bob).cookies[settings.SESSION_COOKIE_NAME].value
    assert cast.bob.person is not None
    for journals in (2, 4):
        if journals > 2:
            admit(cast.eve, cast.bob.person, name="Bob")
        with CaptureQueriesContext(connection) as asked:
            found = attend(session)
        assert found is not None
        assert len(found.readers) == len(found.heads) == journals
        tables = ["django_session", "accounts_user", "spheres_reader"]
        assert [table for table, query in zip(tables, asked, strict=True) if f'"{table}"' in query["sql"]] == tables
