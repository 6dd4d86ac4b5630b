"""Child processes that never outlive their parent."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

IS_LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG = 1  # prctl(2)
PARENT = "ALVEOLE_PARENT"

_prctl = ctypes.CDLL(None).prctl if IS_LINUX else None


def start(command: Sequence[str], *, keep: Sequence[int] = (), errors: int | None = None) -> int:
    """Start `command` as a child that dies with this process; give its process id.

    `keep` are descriptors it inherits, `errors` is the one it writes its complaints to. It leads a session of
    its own: the terminal's Ctrl-C reaches the parent alone, which stops its children in the right order.
    """
    parent = os.getpid()

    def tie_to_parent() -> None:
        if _prctl is not None:
            _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it died between fork and prctl
                os._exit(1)

    process = subprocess.Popen(  # noqa: S603  # our own commands, no shell
        command,
        stdin=subprocess.DEVNULL,
        stderr=errors,
        env={**os.environ, PARENT: str(parent)},
        pass_fds=keep,
        start_new_session=True,
        preexec_fn=tie_to_parent,  # noqa: PLW1509  # the parent has one thread only
    )
    process.returncode = 0  # reaped by process id: Popen must neither wait for it nor complain
    return process.pid


def watch_parent() -> None:
    """End this process when the parent that it was told of has ended; the kernel sees to it, but on macOS."""
    parent = int(os.environ.get(PARENT, "0"))
    if not parent:
        return
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()


def explain(status: int) -> str:
    """Say in words how a process ended; `status` is what waitpid(2) gave."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was killed by {signal.Signals(-code).name}"
