# SPDX-License-Identifier: MIT
"""The text that a program draws on a framebuffer, read from a picture of the display."""

import re
import tempfile
from pathlib import Path
from typing import NamedTuple

import qemu

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
# IBM VGA Technical Reference: the colours of text mode, in thirds of the full red, green and blue.
COLOURS = "000 002 020 022 200 202 210 222 111 113 131 133 311 313 331 333".split()


def glyphs_of(program):
    """The 256 glyphs of a CP437 font of 8 by 16 pixels in the file PROGRAM."""
    data, start = Path(program).read_bytes(), 0
    while (found := data.index(b"\xFF" * FONT_HEIGHT, start)):
        font = data[found - FULL_BLOCK * FONT_HEIGHT:][:256 * FONT_HEIGHT]
        glyphs = [font[at:at + FONT_HEIGHT] for at in range(0, len(font), FONT_HEIGHT)]
        if not any(glyphs[BLANK]):
            return glyphs
        start = found + 1
    raise ValueError("no font")


def invert(glyph):
    return bytes(0xFF - line for line in glyph)


class Cell(NamedTuple):
    """How a cell looks, whichever character that is: the pixels unlike the first, and the colours
    of the first and of those."""
    glyph: bytes
    first: int
    others: int

    def __str__(self):
        return f"{self.glyph.hex()} {self.others} on {self.first}"

    @classmethod
    def of(cls, glyph, ink, paper):
        if glyph[0] & 0x80:
            glyph, ink, paper = invert(glyph), paper, ink
        if not any(glyph) or ink == paper:
            return cls(bytes(FONT_HEIGHT), paper, paper)
        return cls(glyph, paper, ink)


def memory_cells(guest, glyphs):
    """The cells in the text memory of GUEST's VGA."""
    data = guest.memory(qemu.TEXT_MEMORY, 2 * qemu.TEXT_CELLS)
    cells = [Cell.of(glyphs[code], attribute & 0xF, attribute >> 4 & 0x7)
             for code, attribute in zip(data[::2], data[1::2])]
    return [cells[at:at + COLUMNS] for at in range(0, len(cells), COLUMNS)]


def number_of(colour):
    """The number of a colour in text mode, or what it is."""
    thirds = "".join(str(round(level / 0x55)) for level in colour)
    return COLOURS.index(thirds) if thirds in COLOURS else colour.hex()


def read_cell(picture, x, y, scale):
    """A cell of a picture; None if it has more than two colours."""
    first = picture.colour(x, y)
    seen = [[picture.colour(x + column * scale, y + row * scale) for column in range(8)]
            for row in range(FONT_HEIGHT)]
    others = {colour for line in seen for colour in line} - {first} or {first}
    glyph = bytes(sum((colour != first) << (7 - column) for column, colour in enumerate(line))
                  for line in seen)
    return None if len(others) > 1 else Cell(glyph, *map(number_of, (first, others.pop())))


def picture_cells(picture):
    """The 80 by 25 cells in the middle of a picture. A VGA's text mode has cells of 9 pixels."""
    scale = 2 if picture.width >= SCALED_WIDTH else 1
    width, height = (9 if picture.width == VGA_WIDTH else 8) * scale, FONT_HEIGHT * scale
    left, top = (picture.width - width * COLUMNS) // 2, (picture.height - height * ROWS) // 2
    return [[read_cell(picture, left + width * x, top + height * y, scale) for x in range(COLUMNS)]
            for y in range(ROWS)]


def letter(cell, letters):
    """The ASCII character that a cell has; which of its colours is the letter's is not known."""
    return "~" if cell is None else letters.get(cell.glyph) or letters.get(invert(cell.glyph), "~")


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
    """The text of 80 by 25 cells on the display of GUEST, in the font that PROGRAM has; '~' is
    anything else."""
    glyphs = glyphs_of(program)
    letters = {glyphs[code]: chr(code) for code in range(ord("~"), BLANK - 1, -1)}
    return "\n".join("".join(letter(cell, letters) for cell in line)
                     for line in picture_cells(picture_of(guest)))
