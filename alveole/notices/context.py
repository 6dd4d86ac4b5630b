"""The way to the notices, for the foot of a page."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from alveole.notices.models import Which


def _links() -> list[dict[str, Any]]:
    written = [{"url": reverse(f"notices:{which.value}"), "name": which.label} for which in Which]
    return [*written, {"url": reverse("notices:kept"), "name": _("What this site keeps of me")}]


def notices(request: HttpRequest) -> dict[str, Any]:
    """Give the links to the notices; asked only where a template does."""
    return {"notices": _links}
