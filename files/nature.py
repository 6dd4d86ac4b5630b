"""What a file truly is, by its content: a name and a browser's word for it count for nothing."""

from __future__ import annotations

import puremagic

# How many bytes of the beginning tell.
HEAD = 4096
UNKNOWN = "application/octet-stream"
PICTURES = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif", "image/avif", "image/tiff"}
)
# Brands of ISO 14496-12 files that hold pictures, wherever among the brands they are named.
PICTURE_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})
# What a browser shows or plays by itself and cannot run. All else is for saving, and goes by no name of its own.
SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "video/mp4", "video/webm", "audio/mpeg", "audio/mp4"})
KNOWN = PICTURES | SHOWN | {"application/pdf", "application/zip", "audio/ogg", "audio/wav", "video/quicktime"}
SAME = {
    "image/heic-sequence": "image/heic",
    "image/heif-sequence": "image/heif",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
}


def nature_of(head: bytes) -> str:
    """Give the media type (RFC 6838) of what begins with `head`; what could act in a browser is UNKNOWN."""
    if _brands(head) & PICTURE_BRANDS:
        return "image/heif"
    try:
        found = [SAME.get(match.mime_type, match.mime_type) for match in puremagic.magic_string(head)]
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    # Pictures and films share a container; a picture is made anew, whatever else it may be. Else the surest counts.
    picture = next((one for one in found if one in PICTURES), None)
    return picture or (found[0] if found[0] in KNOWN else UNKNOWN)


def _brands(head: bytes) -> set[bytes]:
    """Give the brands that a file names at its beginning, where it is of that family."""
    if head[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}
