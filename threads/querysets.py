"""The reads of threads."""

from __future__ import annotations

from typing import Any

from spheres.seal import SealedQuerySet, SealedRows


class ThreadQuerySet(SealedQuerySet[Any]):
    """Threads."""


ThreadRows = SealedRows.from_queryset(ThreadQuerySet)
