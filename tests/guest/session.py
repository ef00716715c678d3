# SPDX-License-Identifier: MIT
"""A person before a guest: what its screen shows, and which keys are pressed then.

A row's session is a list of steps: a pattern that the screen must show, and the keys to press,
QEMU's names of them; of a word that begins with ' the characters are typed.
"""

import re
import time
from typing import NamedTuple

import framebuffer

LOOK_AGAIN = 0.3                # seconds
MOST_LOOKS = 10                 # until it is still
TOLD = 8                        # cells that differ
HELD = 30                       # milliseconds that a key is down
CURSOR = 0x450                  # in the BIOS data area: column and row
NAMES = {"-": "minus", "/": "slash", ".": "dot", "=": "equal", ",": "comma", "_": "shift-minus",
         ":": "shift-semicolon"}


class NotShown(Exception):
    pass


class Shown(NamedTuple):
    """What a screen shows: each cell's glyph and colours; and the cell with the cursor."""
    cells: list
    cursor: tuple


def cursor_of(guest):
    column, row = guest.memory(CURSOR, 2)
    return row, column


def snapshot(guest, row):
    """What the screen of the row's guest shows: a picture's cells if the row has a font, or those
    in a VGA's text memory."""
    cells = (framebuffer.picture_cells(framebuffer.picture_of(guest)) if "font" in row
             else framebuffer.memory_cells(guest, framebuffer.glyphs_of(row["glyphs"])))
    return Shown(cells, cursor_of(guest))


def unlike(native, ours):
    """A line for each cell that differs. That with the cursor has its lines in a picture."""
    if native.cursor != ours.cursor:
        return [f"the cursor: native {native.cursor}, found {ours.cursor}"]
    found = [f"row {y}, column {x}: native {a}, found {b}"
             for y, lines in enumerate(zip(native.cells, ours.cells))
             for x, (a, b) in enumerate(zip(*lines)) if a != b and (y, x) != native.cursor]
    return found[:TOLD] + [f"and {len(found) - TOLD} more cells"] * (len(found) > TOLD)


def key_name(character):
    if character.isupper():
        return f"shift-{character.lower()}"
    return NAMES.get(character, character)


def keys_of(words):
    for word in words.split():
        yield from map(key_name, word[1:]) if word.startswith("'") else [word]


def press(guest, keys):
    for key in keys_of(keys):
        guest.ask(f"sendkey {key} {HELD}")
        time.sleep(3 * HELD / 1000)


def wait_for(guest, row, see, pattern):
    """Waits until the screen shows the pattern."""
    while not re.search(pattern, screen := see(guest, row)):
        if guest.left() <= LOOK_AGAIN:
            raise NotShown(f"the screen does not show {pattern}:\n{screen}")
        time.sleep(LOOK_AGAIN)


def settle(guest, row, see):
    """Waits until the screen and the cursor are still, if they ever are."""
    now = None
    for _ in range(MOST_LOOKS):
        before, now = now, (see(guest, row), cursor_of(guest))
        if now == before:
            break
        time.sleep(LOOK_AGAIN)
    guest.note(now[0])


def follow(guest, row, see):
    """Goes through the row's session. Returns what the screen showed at each of its steps."""
    shown = []
    for pattern, keys in row["session"]:
        wait_for(guest, row, see, pattern)
        settle(guest, row, see)
        if row.get("native"):
            shown.append(snapshot(guest, row))
        press(guest, keys)
    return shown
