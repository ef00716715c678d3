# SPDX-License-Identifier: MIT
"""The text that the stub draws on a framebuffer, read from a picture of the display."""

import re
import tempfile
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "stub/hardware/framebuffer.c"


def constant(source, name):
    return int(re.search(rf"#define {name}\s+(\d+)u", source).group(1))


def read_source():
    """The stub's glyphs, columns to character; their width and height; the scale."""
    source = SOURCE.read_text(encoding="utf-8")
    rows = re.findall(r"\[GLYPH\('(\\?.)'\)\] = \{ (.*) \}", source)
    glyphs = {tuple(int(column, 16) for column in columns.split(", ")): name[-1]
              for name, columns in rows}
    return glyphs, *(constant(source, name) for name in ("GLYPH_WIDTH", "GLYPH_HEIGHT", "SCALE"))


class Picture:
    """A PPM file's pixels, white or not."""

    def __init__(self, path):
        data = path.read_bytes()
        magic, width, height, depth, self.pixels = data.split(maxsplit=4)
        if magic != b"P6" or depth != b"255":
            raise ValueError(f"{path}: not what QEMU writes")
        self.width, self.height = int(width), int(height)
        self.pixels = data[-3 * self.width * self.height:]

    def lit(self, x, y):
        start = 3 * (y * self.width + x)
        return self.pixels[start:start + 3] == b"\xFF\xFF\xFF"


def decode(picture):
    """The lines of text; '~' is anything that is not one of the stub's glyphs."""
    glyphs, glyph_width, glyph_height, scale = read_source()

    def cell(left, top):
        columns = (sum(picture.lit(left + x * scale, top + y * scale) << y
                       for y in range(glyph_height)) for x in range(glyph_width))
        return glyphs.get(tuple(columns), "~")

    width, height = (glyph_width + 1) * scale, (glyph_height + 1) * scale
    return "\n".join("".join(cell(left, top) for left in range(0, picture.width - width + 1, width))
                     for top in range(0, picture.height - height + 1, height))


def text(guest):
    """The text on the display of GUEST, in capitals."""
    with tempfile.NamedTemporaryFile(suffix=".ppm") as file:
        guest.ask(f"screendump {file.name}")
        return decode(Picture(Path(file.name)))
