"""What the set-up built: its version."""

import hashlib
from pathlib import Path


def app_version(collected: Path) -> str:
    """Digest the manifest of collected assets (12 hex digits): another asset, another version of the app."""
    manifest = collected / "staticfiles.json"
    return hashlib.sha256(manifest.read_bytes()).hexdigest()[:12] if manifest.exists() else "unbuilt"
