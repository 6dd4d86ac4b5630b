"""Forgetting meets what happens at the same time: nothing that is wanted goes, and no bytes stay for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from files import actions, storing
from files.actions.forgetting import forget_blob, forget_file
from files.models import Blob, Chunk, File, State, Step, Waste
from files.querysets import UNATTACHED_LASTS, WASTE_LASTS
from files.tasks import forget_files
from journal import clock
from spheres.models import Membership
from spheres.seal import inside
from tests.conftest import Cast
from tests.files.sending import blob_of, file_of, photo, send, stored_paths, work_off

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def test_what_became_a_part_of_something_meanwhile_stays(cast: Cast, browse: Browse) -> None:
    sent = send(browse(cast.bob), cast.bob, photo())
    work_off()
    with clock.at(clock.now() + UNATTACHED_LASTS + timedelta(minutes=1)), inside(cast.sphere):
        stale = list(File.objects.to_erase().values_list("pk", flat=True))
        assert stale == [sent]
        File.objects.filter(pk=sent).update(attached_at=clock.now())
        assert not forget_file(sent)
    assert file_of(cast.bob, sent).state == State.READY


def test_content_that_was_sent_again_meanwhile_stays(cast: Cast, browse: Browse) -> None:
    first = send(browse(cast.bob), cast.bob, photo())
    work_off()
    kept = blob_of(cast.bob, first)
    with inside(cast.sphere):
        File.objects.filter(pk=first).delete()
        assert [blob.pk for blob in Blob.objects.of_no_file()] == [kept.pk]
    again = send(browse(cast.bob), cast.bob, photo())
    work_off()
    with inside(cast.sphere):
        assert not forget_blob(kept.pk)
    assert blob_of(cast.bob, again).pk == kept.pk
    assert default_storage.exists(kept.stored)


@pytest.mark.parametrize("is_gathered", [True, False])
def test_of_what_cannot_be_prepared_nothing_is_kept(cast: Cast, browse: Browse, is_gathered: bool) -> None:
    sent = send(browse(cast.bob), cast.bob, photo()[:900])
    if is_gathered:
        work_off()
    else:
        with inside(cast.sphere):
            actions.failed(Step.objects.select_related("sphere").get())
    with inside(cast.sphere):
        File.objects.filter(pk=sent).update(attached_at=clock.now())
    assert file_of(cast.bob, sent).state == State.FAILED
    assert stored_paths(cast.sphere)
    forget_files()
    with clock.at(clock.now() + WASTE_LASTS + timedelta(minutes=1)):
        forget_files()
    assert file_of(cast.bob, sent).state == State.FAILED
    assert not stored_paths(cast.sphere)


def test_a_name_is_noted_before_the_bytes_and_claimed_with_the_row(cast: Cast, browse: Browse) -> None:
    name = actions.begin("chunks", cast.sphere.pk)
    storing.keep(name, b"0123")  # and then the process was killed
    sent = send(browse(cast.bob), cast.bob, b"4567")
    with inside(cast.sphere):
        claimed = Chunk.objects.get(file=sent).stored
    assert set(Waste.objects.values_list("stored", flat=True)) == {name}
    with clock.at(clock.now() + WASTE_LASTS + timedelta(minutes=1)):
        forget_files()
    assert (default_storage.exists(name), default_storage.exists(claimed)) == (False, True)


def test_bytes_stay_as_long_as_a_backup_may_ask_for_them(cast: Cast, browse: Browse) -> None:
    send(browse(cast.bob), cast.bob, photo())
    before = stored_paths(cast.sphere)
    work_off()
    forget_files()
    assert before <= stored_paths(cast.sphere)
    with clock.at(clock.now() + WASTE_LASTS + timedelta(minutes=1)):
        forget_files()
    assert not before & stored_paths(cast.sphere)
    assert not Waste.objects.exists()


def test_one_name_that_cannot_be_erased_holds_up_no_other(
    cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [actions.begin("chunks", cast.sphere.pk) for _ in range(3)]
    for name in names:
        storing.keep(name, b"0123")
    delete = default_storage.delete

    def failing(name: str) -> None:
        if name == names[0]:
            raise PermissionError
        delete(name)

    monkeypatch.setattr(default_storage, "delete", failing)
    later = clock.now() + WASTE_LASTS + timedelta(minutes=1)
    with clock.at(later):
        forget_files()
    assert [default_storage.exists(name) for name in names] == [True, False, False]
    monkeypatch.setattr(default_storage, "delete", delete)
    with clock.at(later + WASTE_LASTS):
        forget_files()
    assert not default_storage.exists(names[0])
