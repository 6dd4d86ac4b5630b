"""The document's Caddyfile in a real Caddy: other ports, and certificates of its own authority for the public name."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

from tools.hosting.document import SITE
from tools.hosting.place import SYSTEM_PATH, Place
from tools.trial import free_port, wait

FILE = "/etc/caddy/Caddyfile"
START_SECONDS = 30
STOP_SECONDS = 15
# local_certs: nobody can prove that the public name is theirs here. The rest keeps it off this machine's own things.
OPTIONS = """{{
	admin off
	default_bind 127.0.0.1
	http_port {http}
	https_port {https}
	local_certs
	skip_install_trust
	storage file_system {folder}
}}
import {file}
"""


class Front:
    """Caddy before the unit."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.folder = place.folder / "caddy"
        self.http, self.https = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def authority(self) -> Path:
        """Give the certificate that the site's is signed with."""
        return self.folder / "pki/authorities/local/root.crt"

    def start(self) -> None:
        """Start it with the document's lines and wait until it speaks."""
        self.folder.mkdir()
        options = OPTIONS.format(http=self.http, https=self.https, folder=self.folder, file=self.place.path(FILE))
        (self.folder / "Caddyfile").write_text(options)
        installed = shutil.which("caddy", path=SYSTEM_PATH) if self.place.is_root else None
        program = installed or str(Path(sys.executable).with_name("caddy"))
        with (self.folder / "said").open("wb") as log:
            self.process = subprocess.Popen(
                [program, "run", "--adapter", "caddyfile", "--config", self.folder / "Caddyfile"],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait(self._speaks_or_ended, START_SECONDS, "Caddy did not start")
        if self.process.poll() is not None:
            sys.exit(f"Caddy ended by itself:\n{(self.folder / 'said').read_text()}")

    def end(self) -> None:
        """Stop it, if it runs."""
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            finally:
                self.process.kill()

    def _speaks_or_ended(self) -> bool:
        assert self.process is not None
        try:
            socket.create_connection(("127.0.0.1", self.https), 1).close()
        except OSError:
            return self.process.poll() is not None
        return (self.folder / f"certificates/local/{SITE}/{SITE}.crt").exists()
