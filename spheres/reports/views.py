"""The page of a report."""

from spheres.pages import EVERYBODY, Many, Page

report = Page(
    "reports/report.html",
    reports=Many("reports.report", window=1),
    parts=Many("reports.part", order="asc", window=EVERYBODY),
)
