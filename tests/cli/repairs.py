#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""repairs.py REPAIRS_H RJPACK_1 RJPACK_IMAGE_5: checks that the man pages list the stub's repairs
in the same order, with the same words and bits."""

import re
import sys
from pathlib import Path


def rows(header):
    """Name, bit and words of each."""
    return [(name, int(bit), words) for name, bit, words in
            re.findall(r'^row\((\w+), (\d+), "(.*)"\)', header, re.MULTILINE)]


def section(page, start, end):
    return page[page.index(start):].partition(end)[0]


def main(header, options, image):
    table = rows(Path(header).read_text(encoding="utf-8"))
    listed = section(Path(options).read_text(encoding="utf-8"), "The steps, in their order", ".El")
    bits = section(Path(image).read_text(encoding="utf-8"), "Repairs, in the order", ".El")
    found = {
        options: (re.findall(r"^\.It Cm (\w+)\n(.*)$", listed, re.MULTILINE),
                  [(name, words) for name, _, words in table]),
        image: (re.findall(r"^\.It ([0-9A-F]+)h Ta (\w+)$", bits, re.MULTILINE),
                [(f"{1 << bit:X}", name) for name, bit, _ in table]),
    }
    wrong = {page: pair for page, pair in found.items() if pair[0] != pair[1]}
    for page, (there, right) in wrong.items():
        print(f"{page} lists\n{there}\nand should\n{right}")
    return 1 if wrong or len(table) < 10 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
