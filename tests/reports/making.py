"""Reports as a run would make them, without one."""

from __future__ import annotations

from typing import Any


def line(pattern: str = "/s/…/members/", verdict: str = "same", status: int = 404) -> dict[str, Any]:
    """Give one line, the same for both who ask."""
    differs = ["status", "words"] if verdict == "told" else []
    told = {"status": status, "size": 1234, "verdict": verdict, "differs": differs}
    answers = [{"who": who, **told} for who in ("stranger", "anonymous")]
    return {"method": "GET", "pattern": pattern, "answers": answers}
