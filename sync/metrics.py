"""What this process tells of its sockets and feeds."""

from prometheus_client import Counter, Gauge, Histogram

SOCKETS = Gauge("alveole_sockets", "Greeted sockets of this process.")
DELIVERIES = Counter("alveole_deliveries", "Frames handed to sockets.")
CUT = Counter("alveole_cut_sockets", "Sockets cut because their reader fell too far behind.")
FEED_RESETS = Counter("alveole_feed_resets", "Journals that a feed gave anew, from too far behind or another epoch.")
OUTBOX_SECONDS = Histogram(
    "alveole_outbox_seconds",
    "Age of the oldest unsent command, as devices tell it with their pings.",
    buckets=(1, 10, 60, 600, 3600, 86_400, 604_800),
)
