"""Logs without content and without tokens: lines for people, or one JSON object a line for machines."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

# What a line may carry beside its sentence; anything else that a library adds stays out.
CARRIED = ("route", "method", "status", "ms")
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class ByRoute(logging.Filter):
    """Names a request by its route: its path may hold a sign-in token, which a failed request has not spent."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the line through, without its path."""
        request = getattr(record, "request", None)
        if request is not None:
            match = getattr(request, "resolver_match", None)
            route = match.view_name if match else "none"
            reason = record.args[0] if isinstance(record.args, tuple) and record.args else "A request failed"
            record.msg, record.args = "%s at %s", (reason, route)
        return True


class PlainFormatter(logging.Formatter):
    """Writes a failure by its type and its places: an exception's own words may be somebody's."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  # logging's name
        """Give the lines below the sentence."""
        name = ei[0].__name__ if ei[0] else "nothing"
        return "\n".join([f"  {name}, through", *(f"    {place}" for place in places(ei[2]))])


class JsonFormatter(logging.Formatter):
    """Writes time (RFC 3339, UTC), level, logger and sentence, and of a failure its type and its places."""

    def format(self, record: logging.LogRecord) -> str:
        """Give one line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "said": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in CARRIED if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["failure"] = record.exc_info[0].__name__
            line["places"] = places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def places(traceback: TracebackType | None) -> list[str]:
    """List where a failure passed, outermost first, as file:line."""
    found = []
    while traceback is not None:
        found.append(f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return found
