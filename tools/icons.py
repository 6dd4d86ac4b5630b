"""Draw static/img/icon-*.png: three cells of a comb, with the margin that phones cut their own shape from."""

import math
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path("static/img")
SIZES = (192, 512)
PAPER = "#faf8f4"
CELLS = ((0, -1, "#8a5300"), (-1, 0.5, "#c98a2b"), (1, 0.5, "#e3b565"))  # column, row, colour
# The widest circle that every phone leaves whole is 0.4 of the side.
REACH = 0.36
SMOOTH = 4


def hexagon(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    """Give the corners of a cell that stands on its point."""
    angles = (math.radians(60 * corner - 90) for corner in range(6))
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]


def icon(size: int) -> Image.Image:
    """Draw the icon, larger first, so that its edges are smooth."""
    side = size * SMOOTH
    image = Image.new("RGB", (side, side), PAPER)
    draw = ImageDraw.Draw(image)
    radius = side * REACH / 2.15
    across, down = radius * math.sqrt(3) / 2, radius
    for column, row, colour in CELLS:
        draw.polygon(hexagon(side / 2 + column * across, side / 2 + row * down, radius * 0.92), fill=colour)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    for size in SIZES:
        icon(size).save(FOLDER / f"icon-{size}.png", optimize=True)


if __name__ == "__main__":
    main()
