"""What pages say to an operator."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse


def operator(request: HttpRequest) -> dict[str, Any]:
    """Give `operator_url` to whoever runs the site."""
    is_operator = request.user.is_authenticated and request.user.is_staff
    return {"operator_url": reverse("hosting:home") if is_operator else ""}
