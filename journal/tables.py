"""Tables as files, for people to keep and to count with."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from django.http import HttpResponse

# A cell that begins so is a formula to a spreadsheet (CWE-1236); people choose their own names.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: str) -> str:
    """Give a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell


def as_csv(name: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> HttpResponse:
    """Give a table as a file (RFC 4180), with the mark by which spreadsheets know UTF-8."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([harmless(head) for head in heads])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    answer = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
