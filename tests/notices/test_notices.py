"""What the site says about itself: written by operators, read by everybody, and said to be missing until then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.http import Http404
from django.test import Client
from django.urls import reverse

from alveole.hosting import lights
from alveole.notices.actions import write
from alveole.notices.models import Notice, Which, missing
from journal.errors import Conflict, Refused
from spheres.models import Membership
from tests.alveole.office import at_work, operator, signed_in
from tests.conftest import Cast

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
OFFICE = "/admin/notices/"
UNWRITTEN = "Whoever runs this site has not written this page yet."


def said(text: str, **other: Any) -> dict[str, Any]:
    return {"which": "legal", "language": "en", "text": text, "seen": 0, **other}


def page(client: Client, which: str = "legal", language: str = "en") -> str:
    answer = client.get(reverse(f"notices:{which}"), headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_is_not_written_is_said_to_visitors_and_to_the_operator(cast: Cast, browse: Browse) -> None:
    for which in Which:
        for client in (browse(None), browse(cast.bob)):
            assert UNWRITTEN in page(client, which)
    assert len(missing()) == 6
    light = lights.notices()
    assert (light.state, "Legal notice (English)" in light.sentence or "Mentions" in light.sentence) == ("look", True)
    assert str(lights.notices().name) in at_work().get("/operator/").content.decode()


def test_it_is_written_in_the_administration_and_read_by_everybody(cast: Cast, browse: Browse) -> None:
    client = at_work()
    text = "Lormeau & Cie <b>SARL</b>\r\n12 quai de la Fosse\r\n\r\nhttps://lormeau.example.org/contact"
    answer = client.post(OFFICE, said(text), follow=True)
    assert "Saved: Legal notice, English." in answer.content.decode()
    for reader in (browse(None), browse(cast.bob)):
        read = page(reader)
        assert "Lormeau &amp; Cie &lt;b&gt;SARL&lt;/b&gt;<br>12 quai de la Fosse</p>" in read
        assert '<a href="https://lormeau.example.org/contact" rel="nofollow">' in read
        assert UNWRITTEN not in read
    assert UNWRITTEN in page(browse(None), "privacy")
    assert "Legal notice (English)" not in lights.notices().sentence
    log = LogEntry.objects.get()
    assert (log.change_message, log.object_repr) == ("write", "Legal notice, English")
    assert "Write a notice" in client.get(reverse("admin:admin_logentry_changelist")).content.decode()


def test_in_another_language_the_one_there_is_is_shown_and_named(cast: Cast, browse: Browse) -> None:
    at_work().post(OFFICE, said("Words."))
    read = page(browse(None), language="fr")
    assert '<div class="written" lang="en"><p>Words.</p></div>' in read
    assert "pas encore écrite dans votre langue" in read
    at_work().post(OFFICE, said("Des mots.", language="fr"))
    assert "Des mots." in page(browse(None), language="fr")
    assert "Words." in page(browse(None))


def test_all_written_is_a_good_light(cast: Cast) -> None:
    client = at_work()
    for which, language in missing():
        client.post(OFFICE, said("x", which=which.value, language=language))
    assert (missing(), lights.notices().state) == ([], "good")


def test_again_is_nothing_new_and_empty_takes_it_back(cast: Cast, browse: Browse) -> None:
    client = at_work()
    for seen in (0, 1):
        client.post(OFFICE, said("Words.", seen=seen))
    assert Notice.objects.get().version == 1
    client.post(OFFICE, said("", seen=1))
    assert UNWRITTEN in page(browse(None))
    assert ("legal", "en") in missing()


def test_of_two_who_write_the_second_is_told_and_keeps_the_words(cast: Cast) -> None:
    first, second = at_work(), at_work(cast.alice.person)
    first.post(OFFICE, said("Of the first."))
    late = second.post(OFFICE, said("Of the second."))
    shown = late.content.decode()
    assert late.status_code == 409
    assert "Of the second.</textarea>" in shown
    assert "<p>Of the first.</p>" in shown
    assert Notice.objects.get().text == "Of the first."
    assert LogEntry.objects.count() == 1
    second.post(OFFICE, said("Of both.", seen=1))
    assert Notice.objects.get().text == "Of both."


@pytest.mark.parametrize("wrong", [{"which": "cookies"}, {"language": "xx"}, {"seen": "x"}, {"text": "x" * 50_001}])
def test_what_no_form_of_ours_sends_changes_nothing(cast: Cast, wrong: dict[str, Any]) -> None:
    assert at_work().post(OFFICE, said("Words.") | wrong).status_code == 422
    assert not Notice.objects.exists()


def test_nobody_else_writes_it(cast: Cast, browse: Browse) -> None:
    assert browse(cast.bob).post(OFFICE, said("x")).status_code == 404
    assert browse(None).post(OFFICE, said("x")).status_code == 302
    assert signed_in(operator()).post(OFFICE, said("x")).status_code == 302
    assert cast.bob.person is not None
    notice = Notice(which="legal", language="en")
    with pytest.raises(Refused):
        write(cast.bob.person, notice, text="x", seen=0)
    with pytest.raises(Conflict):
        write(operator(), notice, text="x", seen=7)
    someone = operator()
    someone.is_active = False
    someone.save(update_fields=["is_active"])
    with pytest.raises(Http404):
        write(someone, notice, text="x", seen=0)
    assert not Notice.objects.exists()


def test_the_way_there_is_at_the_foot_of_the_entrance_and_of_me(cast: Cast, browse: Browse) -> None:
    for client, path in ((browse(None), "/sign-in/"), (browse(cast.bob), "/me/")):
        shown = client.get(path).content.decode()
        assert [which for which in Which if f'href="/{which.value}/"' not in shown] == []
