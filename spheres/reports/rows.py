"""The rows of a report: what came of it, and what each part of the site answered."""

from __future__ import annotations

from django.db.models import QuerySet

from journal.kinds import Facts, Kind
from spheres.reports.models import Part, Report, is_answered


class ReportKind(Kind[Report]):
    """What came of the last run; whatever told something stands in it."""

    name = "reports.report"
    model = Report
    template = "reports/_report.html"
    journal = "sphere__journal_id"
    is_standing = True

    def things(self) -> QuerySet[Report]:
        """Give the reports of the open spheres."""
        reports: QuerySet[Report] = Report.objects.all()
        return reports

    def facts(self, thing: Report) -> Facts:
        """Say when it was, whether that is too long ago, and how many answers told something."""
        return {
            "is_old": thing.is_old,
            "checked_at": thing.checked_at.isoformat(timespec="seconds"),
            "asked": thing.asked,
            "open": thing.open,
            "leaks": len(thing.leaks),
        }


class PartKind(Kind[Part]):
    """The addresses of one part of the site, line by line."""

    name = "reports.part"
    model = Part
    template = "reports/_part.html"
    journal = "sphere__journal_id"
    is_standing = True

    def things(self) -> QuerySet[Part]:
        """Give the parts of the open spheres' reports."""
        parts: QuerySet[Part] = Part.objects.all()
        return parts

    def order(self, thing: Part, first: int) -> int | str:
        """List by name, those with a leak first."""
        return f"{not _leaks(thing):d} {thing.name}"

    def facts(self, thing: Part) -> Facts:
        """Say which part it is, how much was asked there and told, and since when it answers so."""
        asked = sum(len(line["answers"]) for line in thing.lines)
        since = thing.since.isoformat(timespec="seconds")
        return {"name": thing.name, "asked": asked, "leaks": _leaks(thing), "since": since}


def _leaks(part: Part) -> int:
    return sum(is_answered(line, "told") for line in part.lines)
