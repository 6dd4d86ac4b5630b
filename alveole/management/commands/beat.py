"""`manage.py beat`: the clock of a site that runs in several processes."""

from typing import Any

from django.conf import settings

from alveole import beat
from alveole.claim import claim
from alveole.parts import PartCommand


class Command(PartCommand):
    """Wakes the workers by the clock; two would wake them twice, so a data folder has one."""

    help = "Run beat, which wakes the workers by the clock: once in a site."

    def work(self, **options: Any) -> int:
        """Take the clock and wind it."""
        claim(settings.DATA_DIR, "beat", "beat")  # held until this process ends
        beat.main()
        return 0
