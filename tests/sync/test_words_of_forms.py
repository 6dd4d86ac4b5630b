"""Where a form is shown again, its fields are called what the form calls them."""

from __future__ import annotations

import pytest
from django import forms
from django.test import Client
from django.urls import get_resolver

from journal.forms import SHAPES, field_of, label_of, worded
from sync.answers import HIDDEN_FIELDS
from tests.commanding import fields, post
from tests.conftest import Cast


def test_every_field_that_may_be_shown_again_has_a_name() -> None:
    assert get_resolver().url_patterns  # every view is known: they declare their forms
    nameless = [
        (command, name)
        for command, shape in SHAPES.items()
        for name, field in shape.base_fields.items()
        if not field.label and not name.startswith("_") and not _is_never_shown(name, field)
    ]
    assert nameless == []
    assert len(SHAPES) > 10


def _is_never_shown(name: str, field: forms.Field) -> bool:
    return name in HIDDEN_FIELDS or isinstance(field, forms.FileField) or field.widget.is_hidden or _is_of_many(field)


def _is_of_many(field: forms.Field) -> bool:
    return isinstance(field.widget, forms.MultipleHiddenInput)


@pytest.mark.django_db
def test_a_refused_form_comes_back_under_its_own_names(cast: Cast, browse: object) -> None:
    assert callable(browse)
    client: Client = browse(cast.alice)
    said = {"name": "", "context": "work", "type": "visitor", "hue": "teal", "shape": "star", "tools": ""}
    said |= {"members_invite": "no", "shows_history": "yes", "description": "Le béton"}
    words = fields(cast.alice, "spheres.settle.1")
    page = post(client, f"/s/{cast.sphere.slug}/settings/", words | said, device=False).content.decode()
    assert "A sphere needs a name." in page
    for label in ("Its name", "What it is for", "Colour", "Members invite visitors and guests"):
        assert f">{label}</label>" in page, label
    assert '<option value="teal" selected>Teal</option>' in page


def test_what_no_form_says_stays_as_it_is() -> None:
    assert (label_of("nowhere.do.1", "hue"), field_of("nowhere.do.1", "hue")) == ("", None)
    assert worded("nowhere.do.1", "hue", "rose") == "rose"
    assert worded("spheres.settle.1", "name", "Chantier") == "Chantier"
