"""The surroundings of a run, made before the settings are read: own data, own port."""

import atexit
import os
import shutil
import socket
import tempfile


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


# Each worker of a parallel run loads this module: each has a folder and a port of its own.
_data = tempfile.mkdtemp(prefix="alveole-tests-")
atexit.register(shutil.rmtree, _data, ignore_errors=True)
os.environ["ALVEOLE_DATA"] = _data
os.environ["PORT"] = str(_free_port())
os.environ.pop("ALVEOLE_URL", None)
