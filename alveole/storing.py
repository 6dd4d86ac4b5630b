"""Where files are kept: a folder, or a bucket of a store that speaks S3."""

import os
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

from alveole.environment import Misconfigured


class LastingFiles(FileSystemStorage):
    """A folder in which what was saved is on the disk: a phone forgets what it was told has arrived."""

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """Save, and come back when it is on the disk."""
        saved = super().save(name, content, max_length)
        path = Path(self.path(saved))
        for place in (path, path.parent):
            descriptor = os.open(place, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return saved


def default_storage(folder: Path, *, bucket: str, endpoint: str, region: str, key: str, secret: str) -> dict[str, Any]:
    """Give Django's default storage: the bucket if one is named, else `folder`.

    Without `endpoint` the bucket is Amazon's. Raises Misconfigured if only a part of what a bucket needs is named.
    """
    if not bucket:
        if endpoint or key or secret:
            raise Misconfigured(
                "ALVEOLE_S3_BUCKET must name the bucket that files are kept in, since other settings of a bucket are "
                "there. For instance: ALVEOLE_S3_BUCKET=alveole"
            )
        return {"BACKEND": "alveole.storing.LastingFiles", "OPTIONS": {"location": folder}}
    if not key or not secret:
        raise Misconfigured(
            "ALVEOLE_S3_KEY and ALVEOLE_S3_SECRET must open the bucket of ALVEOLE_S3_BUCKET. For instance: "
            "ALVEOLE_S3_KEY=alveole ALVEOLE_S3_SECRET=…"
        )
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": endpoint or None,
            "region_name": region,
            "access_key": key,
            "secret_key": secret,
            "addressing_style": "path",  # a bucket as the first part of a host name asks for a certificate of its own
            "signature_version": "s3v4",
            "default_acl": None,  # nothing is public
            "querystring_auth": True,
            "file_overwrite": False,  # a second file of the same name has another one
        },
    }
