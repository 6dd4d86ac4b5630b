"""Makes a picture fit for screens: `python -m files.picture SOURCE FOLDER`, a process of its own with limits.

Writes `whole`, `preview` and `thumbnail` into FOLDER and prints as JSON what they are. Nothing of what a camera writes
beside a picture (place, time, make) is carried over: only pixels are. Ends with 3 where SOURCE is no picture, or one
that is too large, with 4 where the machine has no room. Knows no Django, so that it starts fast.
"""

from __future__ import annotations

import errno
import io
import json
import resource
import sys
from pathlib import Path
from typing import Any

MIB = 1024 * 1024
# Of memory, of processor seconds, of one written file.
MEMORY, SECONDS, WRITTEN = 2048 * MIB, 60, 256 * MIB
# Pixels: of a JPEG, which can be read at a fraction of its size, and of anything else.
MOST_PIXELS_OF_JPEG, MOST_PIXELS = 250_000_000, 60_000_000
# Longer side, in pixels, and quality.
SIZES = {"whole": (4096, 88), "preview": (1600, 80), "thumbnail": (480, 75)}
MOST_FRAMES, LARGEST_MOVING = 100, 480
UNFIT, NO_ROOM = 3, 4
# Named, so that no reader of anything else is ever asked: some of them run programs.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "HEIF", "AVIF", "TIFF")
MACHINES = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE}


def limit() -> None:
    """Hold this process to its limits: what a picture does to whoever reads it stays in here."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))


def make(source: Path, folder: Path) -> dict[str, Any]:
    """Write the three forms and describe them. Raises OSError, ValueError or a Pillow error for what is unfit."""
    import pi_heif  # type: ignore[import-untyped]  # noqa: PLC0415  # it has no types; after the limits
    from PIL import Image, ImageOps  # noqa: PLC0415  # after the limits

    pi_heif.register_heif_opener()
    Image.init()
    Image.MAX_IMAGE_PIXELS = None  # judged below, by kind
    with Image.open(source, formats=FORMATS) as opened:
        is_jpeg = opened.format in {"JPEG", "MPO"}
        if opened.width * opened.height > (MOST_PIXELS_OF_JPEG if is_jpeg else MOST_PIXELS):
            raise ValueError("too many pixels")
        is_moving = getattr(opened, "n_frames", 1) > 1 and opened.format in {"GIF", "WEBP"}
        if is_moving:
            return _moving(opened, folder)
        opened.draft("RGB", (SIZES["whole"][0],) * 2)  # JPEG alone listens
        picture = ImageOps.exif_transpose(opened)
        is_clear = picture.has_transparency_data
        colours = opened.info.get("icc_profile")
        picture = _in_common_colours(picture.convert("RGBA" if is_clear else "RGB"), colours)
    # Pixels and nothing else: a comment would be carried over.
    picture.info.clear()
    made = {}
    for name, (side, quality) in SIZES.items():
        picture.thumbnail((side, side))  # smaller and smaller: each from the one before
        kind = ("PNG" if is_clear else "JPEG") if name == "whole" else "WEBP"
        picture.save(folder / name, kind, quality=quality, optimize=kind != "WEBP")
        made[name] = {"type": f"image/{kind.lower()}", "width": picture.width, "height": picture.height}
    return made


def _in_common_colours(picture: Any, profile: bytes | None) -> Any:
    """Give the picture in sRGB, which is what a picture without a profile is in."""
    from PIL import ImageCms  # noqa: PLC0415  # after the limits

    if not profile:
        return picture
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode=picture.mode)
    except ImageCms.PyCMSError:  # a profile that is none
        return picture


def _moving(opened: Any, folder: Path) -> dict[str, Any]:
    from PIL import ImageSequence  # noqa: PLC0415  # after the limits

    made = {}
    for name, (side, quality) in SIZES.items():
        frames, durations = [], []
        for number, frame in enumerate(ImageSequence.Iterator(opened)):
            if number == (1 if name == "thumbnail" else MOST_FRAMES):
                break
            still = frame.convert("RGBA")
            still.thumbnail((min(side, LARGEST_MOVING),) * 2)
            still.info.clear()
            frames.append(still)
            durations.append(frame.info.get("duration", 100))
        frames[0].save(
            folder / name, "WEBP", save_all=True, append_images=frames[1:], duration=durations, loop=0, quality=quality
        )
        made[name] = {"type": "image/webp", "width": frames[0].width, "height": frames[0].height}
    return made


def main() -> int:
    """Do what the command line says; give its exit code."""
    limit()
    source, folder = map(Path, sys.argv[1:])
    try:
        made = make(source, folder)
    except Exception as error:  # noqa: BLE001  # whatever a hostile picture makes its reader raise, it is unfit
        print(type(error).__name__, file=sys.stderr)  # noqa: T201  # to whoever began this process
        return NO_ROOM if isinstance(error, OSError) and error.errno in MACHINES else UNFIT
    print(json.dumps(made))  # noqa: T201  # the answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
