"""The version of stored rows: another template, another language file or another kind, another version."""

import hashlib
import sys
from functools import cache
from pathlib import Path

from django.apps import apps
from django.template.loader import get_template

from journal.kinds import kinds, templates


@cache
def rows_version() -> str:
    """Digest what rows are made of (12 hex digits): templates, rows.py files and compiled translations."""
    digest = hashlib.sha256()
    for name in templates():
        origin = get_template(name).template.origin.name  # type: ignore[attr-defined]  # Django's own engine
        digest.update(Path(origin).read_bytes())
    for module in sorted({type(kind).__module__ for kind in kinds().values()}):
        digest.update(Path(str(sys.modules[module].__file__)).read_bytes())
    for app in apps.get_app_configs():
        # Of rooms without a kind too, where they say what rows of others tell of their things; and how words are drawn.
        for name in ("rows.py", "markdown.py", "mentions.py"):
            for said in Path(app.path).glob(name):
                digest.update(said.read_bytes())
        for catalogue in sorted(Path(app.path).glob("locale/*/LC_MESSAGES/django.po")):
            digest.update(catalogue.read_bytes())
    return digest.hexdigest()[:12]
