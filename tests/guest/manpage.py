#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""manpage.py PAGE FILE: prints the block with the contents of FILE in PAGE, an mdoc file."""

import re
import sys
from pathlib import Path
from typing import NamedTuple

BLOCK = re.compile(r"^\.Ss (?P<section>.*)\n|"
                   r"(?:^\.Pa (?P<file>\S+) :\n)?^\.Bd -literal.*\n(?P<text>(?s:.*?))^\.Ed",
                   re.MULTILINE)
ESCAPES = {"\\e": "\\", "\\-": "-", "\\&": ""}


class Block(NamedTuple):
    """A literal block: the subsection that contains it; the file whose contents it is, or
    None for commands; the text."""
    section: str
    file: str
    text: str


def blocks(path):
    """The literal blocks of a man page."""
    section, found = "", []
    for match in BLOCK.finditer(Path(path).read_text(encoding="utf-8")):
        section = match["section"] or section
        if match["text"]:
            text = re.sub(r"\\[e&-]", lambda escape: ESCAPES[escape[0]], match["text"])
            found.append(Block(section, match["file"], text))
    return found


def main(page, file):
    sys.stdout.write(next(block.text for block in blocks(page) if block.file == file))


if __name__ == "__main__":
    main(*sys.argv[1:])
