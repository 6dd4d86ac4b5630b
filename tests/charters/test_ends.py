"""A charter and what ends: somebody's place, their role, the sphere; and who agreed, as a table."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from journal import clock
from journal.errors import Refused
from spheres.actions import (
    admit,
    archive,
    delete_sphere,
    end_membership,
    give_role,
)
from spheres.charters.actions import publish_charter
from spheres.models import Membership, Reader
from spheres.seal import inside
from tests.charters.agreeing import TEXT, Browse, agree, agrees, edition, home, kinds_of, publish
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.sync.device import Device

pytestmark = pytest.mark.db


def test_who_does_not_agree_leaves(cast: Cast, browse: Browse) -> None:
    cast.say(cast.bob, "à moi")
    publish(cast)
    alice = Device(browse(cast.alice), cast.alice).pull()
    path = f"{home(cast)}members/{cast.bob.pk}/departure/"
    assert post(browse(cast.bob), path, fields(cast.bob, "spheres.end.1", keeps_posts="yes")).status_code == 200
    assert browse(cast.bob).get(home(cast)).status_code == 404
    assert not Reader.objects.open_or_held().filter(membership=cast.bob).exists()
    alice.pull()
    assert str(cast.bob.pk) not in {row["id"] for row in alice.shown.values() if row["k"] == "spheres.member"}


def test_a_role_changes_while_the_charter_is_owed(cast: Cast, browse: Browse) -> None:
    publish(cast)
    for role in ("administrator", "publisher", "administrator"):
        give_role(cast.alice, cast.bob, role=role)
    cast.bob.refresh_from_db()
    assert kinds_of(cast.bob, browse) == {"spheres.sphere", "spheres.mine", "charters.charter"}
    agree(cast, cast.bob)
    assert Reader.objects.open().filter(membership=cast.bob, journal_id=cast.sphere.desk_id).count() == 1
    give_role(cast.alice, cast.bob, role="member")
    assert not Reader.objects.open_or_held().filter(membership=cast.bob, journal_id=cast.sphere.desk_id).exists()


def test_the_end_of_a_sphere_and_its_charter(cast: Cast, browse: Browse) -> None:
    publish(cast)
    gil = admit(cast.alice, person("Gil"), role="administrator", name="Gil")
    delete_sphere(cast.alice)
    assert agrees(browse(gil), cast, gil).status_code == 403
    # Whoever may put it back does so first, and agrees then.
    restoring = fields(gil, "spheres.restore.1")
    assert browse(gil).get(home(cast)).status_code == 200
    assert post(browse(gil), f"{home(cast)}restoration/", restoring).status_code == 200
    for member in (cast.bob, gil):
        member.refresh_from_db()
        assert "messaging.conversation" not in kinds_of(member, browse)
        agree(cast, member)
        assert "messaging.conversation" in kinds_of(member, browse)
    archive(cast.alice)
    assert agrees(browse(cast.carol), cast, cast.carol).status_code == 200
    with inside(cast.sphere), pytest.raises(Refused, match="archivée"):
        publish_charter(cast.alice, text="Autre", seen=TEXT)


def test_who_agreed_and_when_is_for_those_responsible(cast: Cast, browse: Browse) -> None:
    with clock.at(timezone.now() - timedelta(days=3)):
        publish(cast)
    with clock.at(timezone.now() - timedelta(days=1)):
        agree(cast, cast.bob)
    held = Device(browse(cast.alice), cast.alice).pull().shown.values()
    rows: list[dict[str, Any]] = [row["facts"] for row in held if row["k"] == "charters.acceptance"]
    assert {row["by_name"] for row in rows} == {"Alice", "Bob"}
    path = f"{home(cast)}charter/acceptances/table/"
    table = list(csv.reader(io.StringIO(browse(cast.alice).get(path).content.decode("utf-8-sig"))))
    assert [row[0] for row in table] == ["Name", "Bob", "Alice", "Carol"]
    yesterday = (timezone.now() - timedelta(days=1)).date().isoformat()
    assert table[1][1:3] == ["Member", "1"]
    assert table[1][4].startswith(yesterday)
    assert table[3][1:] == ["Visitor", "", "", ""]
    assert browse(cast.bob).get(path).status_code == 404
    assert "charters.acceptance" not in kinds_of(cast.bob, browse)
    end_membership(cast.bob, cast.bob)
    again = browse(cast.alice).get(path).content.decode()
    assert "Bob" not in again
    assert "Bob" not in str(Device(browse(cast.alice), cast.alice).pull().store)


def test_it_is_of_one_sphere(cast: Cast, browse: Browse) -> None:
    publish(cast)
    assert not Membership.objects.get(pk=cast.eve.pk).owes_charter
    assert browse(cast.eve).get(f"/s/{cast.eve.sphere.slug}/").status_code == 200
    # Another sphere's edition is nowhere here.
    path = f"/s/{cast.eve.sphere.slug}/charter/{edition(cast).pk}/acceptance/"
    assert post(browse(cast.eve), path, fields(cast.eve, "charters.accept.1")).status_code == 404


def test_whose_account_is_gone_is_asked_as_everybody_is(cast: Cast) -> None:
    Membership.objects.filter(pk=cast.bob.pk).update(person=None)
    publish(cast)
    assert cast.bob.owes_charter
    publish(cast, "", seen=TEXT)
    assert not cast.bob.owes_charter
    assert Reader.objects.open().filter(membership=cast.bob).count() == 2
