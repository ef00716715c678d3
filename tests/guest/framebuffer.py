# SPDX-License-Identifier: MIT
"""The text that a program draws on a framebuffer, read from a picture of the display."""

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

    def colour(self, x, y):
        start = 3 * (y * self.width + x)
        return self.pixels[start:start + 3]

    def lit(self, x, y):
        return self.colour(x, y) == b"\xFF\xFF\xFF"


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


FONT_HEIGHT, COLUMNS, ROWS = 16, 80, 25
SCALED_WIDTH, VGA_WIDTH = 1600, 720
BLANK, FULL_BLOCK = ord(" "), 219


def find_font(program):
    """A CP437 font of 8 by 16 pixels in PROGRAM: glyph to character."""
    start = 0
    while (found := program.index(b"\xFF" * FONT_HEIGHT, start)):
        font = program[found - FULL_BLOCK * FONT_HEIGHT:][:256 * FONT_HEIGHT]
        glyphs = [font[at:at + FONT_HEIGHT] for at in range(0, len(font), FONT_HEIGHT)]
        if not any(glyphs[BLANK]):
            return {glyphs[code]: chr(code) for code in range(ord("~"), BLANK - 1, -1)}
        start = found + 1
    raise ValueError("no font")


def decode_cells(picture, program):
    """The text of 80 by 25 cells in the middle; '~' is anything that is no ASCII character of the
    font. Each cell has two colours, and which of them is the letter's is not known. A VGA's text
    mode has cells of 9 pixels."""
    glyphs, scale = find_font(program), 2 if picture.width >= SCALED_WIDTH else 1
    width, height = (9 if picture.width == VGA_WIDTH else 8) * scale, FONT_HEIGHT * scale
    left, top = (picture.width - width * COLUMNS) // 2, (picture.height - height * ROWS) // 2

    def cell(x, y):
        first = picture.colour(x, y)
        glyph = bytes(sum((picture.colour(x + column * scale, y + row * scale) != first) <<
                          (7 - column) for column in range(8)) for row in range(FONT_HEIGHT))
        return glyphs.get(glyph) or glyphs.get(bytes(0xFF - line for line in glyph), "~")

    return "\n".join("".join(cell(left + width * x, top + height * y) for x in range(COLUMNS))
                     for y in range(ROWS))


def picture_of(guest):
    with tempfile.NamedTemporaryFile(suffix=".ppm") as file:
        guest.ask(f"screendump {file.name}")
        return Picture(Path(file.name))


def text(guest):
    """The stub's text on the display of GUEST, in capitals."""
    return decode(picture_of(guest))


def window(guest):
    """Width and height of the part in the middle of GUEST's display that is not black."""
    picture = picture_of(guest)
    lit = [(x, y) for y in range(picture.height) for x in range(picture.width)
           if picture.colour(x, y) != b"\0\0\0"]
    if not lit:
        return "0x0"
    (left, right), (top, bottom) = ((min(line), max(line)) for line in zip(*lit))
    middle = left + right + 1 == picture.width and top + bottom + 1 == picture.height
    return f"{right - left + 1}x{bottom - top + 1}" if middle else "not in the middle"


def cells(guest, program):
    """The text of 80 by 25 cells on the display of GUEST, in the font that PROGRAM has."""
    return decode_cells(picture_of(guest), Path(program).read_bytes())
