"""What is seen of each request: its route, its status and its time; never its path, which may hold a token."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from alveole.hosting.metrics import REQUEST_SECONDS

logger = logging.getLogger("alveole.requests")

View = Callable[[HttpRequest], HttpResponse]


class SightMiddleware:
    """Counts and tells every request by the name of its route."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and note what it took."""
        began = time.perf_counter()
        response = self.get_response(request)
        # The site that asks itself is no visitor (spheres/reports/asking.py), and asks thousands of times a night.
        if getattr(request, "is_replayed", False):
            return response
        seconds = time.perf_counter() - began
        match = request.resolver_match
        route = match.view_name if match else "none"
        REQUEST_SECONDS.labels(route, f"{response.status_code // 100}xx").observe(seconds)
        seen = {"route": route, "method": request.method, "status": response.status_code, "ms": round(seconds * 1e3, 1)}
        logger.info("answered", extra=seen)
        return response
