"""The project's own files: tracked by git, or about to be."""

import subprocess
from pathlib import Path


def tracked(*patterns: str) -> list[Path]:
    """List the files that match one of git's `patterns`, every one without any."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return sorted(path for name in names.split("\0") if name and (path := Path(name)).is_file())
