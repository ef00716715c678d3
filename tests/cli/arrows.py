#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""arrows.py SOURCE: checks which room includes which. A room is a folder, and includes only
the rooms before it, in the order that CONTRIBUTING.md shows. Modules do not include each other in
a circle; a module is all files of one name, such as x.c and x.h."""

import re
import sys
from pathlib import Path

SHARED = ("stub/abi", "stub/common")
STUB = ("stub/hardware", "stub/repairs", "stub/entry", "stub/drivers", "stub/screen", "stub/int13", "stub/bios",
        "stub/keys", "stub/install", "stub/runtime", "stub/survey", "stub/efi")
FORMATS = ("formats/base", "formats/disk", "formats/image", "formats/payload", "formats/machine")
TOOLS = "stub/tools"            # for the build; not a room
ROOTS = ("cli", "formats", "stub")
SUFFIXES = (".c", ".h", ".asm", ".inc", ".in", ".lds")
INCLUDE = re.compile(r'^\s*[#%]\s*include\s+"([^"]+)"', re.MULTILINE)

# Circles to go. A row without its circle is an error, too.
KNOWN = ()


def chain(*rooms):
    """Each room, and the rooms that it may include: those before it."""
    return {room: set(rooms[:i]) for i, room in enumerate(rooms)}


MAY_INCLUDE = {**chain(*SHARED, *STUB), **chain(*SHARED, *FORMATS), "cli": {*SHARED, *FORMATS}}


def room(file):
    parts = Path(file).parts
    return "cli" if parts[0] == "cli" else "/".join(parts[:2])


def module(file):
    return str(Path(file).with_name(Path(file).name.partition(".")[0]))


def read(source):
    """Every file, and the files in SOURCE that it includes; what is not there is generated."""
    files = [str(path.relative_to(source)) for root in ROOTS
             for path in sorted((source / root).rglob("*")) if path.suffix in SUFFIXES]
    known, arrows = set(files), {}
    for file in files:
        names = INCLUDE.findall((source / file).read_text(encoding="utf-8"))
        found = ([f"{place}/{name}" for place in (Path(file).parent, *ROOTS)] for name in names)
        arrows[file] = [next(path for path in paths if path in known)
                        for paths in found if known.intersection(paths)]
    return arrows


def against(arrows):
    """A line for each include that leads where its room may not."""
    for file, included in arrows.items():
        here = room(file)
        for other in included:
            there = room(other)
            if TOOLS not in (here, there) and there not in {here, *MAY_INCLUDE.get(here, ())}:
                yield f"{file} includes {other}: {here} may not include {there}"


def reach(graph, start):
    """The modules to which includes lead from START."""
    seen, left = set(), [start]
    while left:
        new = graph[left.pop()] - seen
        seen |= new
        left += new
    return seen


def circles(arrows):
    """The sets of modules that lead to each other, each sorted."""
    graph = {module(file): set() for file in arrows}
    for file, included in arrows.items():
        graph[module(file)] |= {module(other) for other in included} - {module(file)}
    reached = {name: reach(graph, name) for name in graph}
    return {tuple(sorted(other for other in reached[name] if name in reached[other]))
            for name in graph if name in reached[name]}


def main(source):
    arrows = read(Path(source))
    found = circles(arrows)
    wrong = [*against(arrows),
             *(f"a circle: {', '.join(circle)}" for circle in sorted(found - set(KNOWN))),
             *(f"KNOWN names a circle that is gone: {', '.join(circle)}"
               for circle in sorted(set(KNOWN) - found))]
    print(f"{len(arrows)} files, {sum(map(len, arrows.values()))} includes, {len(wrong)} wrong",
          *wrong, sep="\n")
    return bool(wrong) or len(arrows) < 100


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
