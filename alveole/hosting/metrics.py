"""What Prometheus reads (text format 0.0.4): each web process tells of itself, and of the queue that all share."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from alveole.hosting import health

REQUEST_SECONDS = Histogram(
    "alveole_request_seconds",
    "Time to answer a request.",
    ["route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


NAME, WORDS = "alveole_waiting_tasks", "Tasks that wait for the worker."


class Queue(Collector):
    """The tasks that wait for the worker; absent while Valkey does not answer."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Say what there will be, without asking: a start waits for no Valkey."""
        yield GaugeMetricFamily(NAME, WORDS)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask when somebody reads, and not before."""
        waiting = health.waiting_tasks()
        if waiting is not None:
            yield GaugeMetricFamily(NAME, WORDS, value=waiting)


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell whoever has the token of ALVEOLE_METRICS_TOKEN (RFC 6750); nowhere for everybody else."""
    expected = settings.METRICS_TOKEN
    if not expected or not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {expected}"):
        raise Http404
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
