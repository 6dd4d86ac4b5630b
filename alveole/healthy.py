"""`python -m alveole.healthy`: ends with 0 if the web server of this machine is ready, else says why it is not.

Asked again and again by whoever watches over a container, so it loads nothing: not Django, not the settings.
"""

import sys
from http.client import HTTPConnection, HTTPException

from alveole.environment import port, told

PATIENCE_SECONDS = 5


def complaint(at: int) -> str:
    """Say what is wrong with the web server at a port; nothing if nothing is."""
    connection = HTTPConnection("127.0.0.1", at, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        return "" if answer.status == 200 else f"{answer.status} {answer.read(1000).decode(errors='replace')}"
    except (OSError, HTTPException) as failure:
        return f"The web server does not answer: {failure!r}"
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(complaint(told("PORT", port, "8000")) or 0)
