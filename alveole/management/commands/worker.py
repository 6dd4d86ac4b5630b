"""`manage.py worker`: one worker of a site that runs in several processes."""

from typing import Any

from alveole import worker
from alveole.parts import PartCommand


class Command(PartCommand):
    """Does what it is woken for; any number may run side by side, with one `manage.py beat`."""

    help = "Run one background worker, without beat."

    def work(self, **options: Any) -> int:
        """Take tasks from the queue."""
        return worker.main(with_beat=False)
