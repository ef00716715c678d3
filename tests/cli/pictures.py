#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""pictures.py RJPACK: checks the memory maps of rjpack inspect, for terminals of many widths
and as SVG.

The height of every rectangle in the SVG is computed here again, from the sizes that the map
prints.
"""

import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import inputs
from terminal import Program

SVG = "{http://www.w3.org/2000/svg}"
NAME = b"<&\">'\033\xffxyz"
TITLE = re.compile(r"(.*): (\d+) bytes at ([0-9A-F]+)h")


def require(condition, what):
    if not condition:
        raise AssertionError(what)


def boxes(text):
    """The lines that are drawn."""
    return [line for line in text.splitlines()
            if re.match(r"  ( {8,}|[0-9A-F]{8,}) [+|/]", line)]


def check_width(rjpack, image, columns, expected, environment=None):
    text, status = Program([rjpack, "inspect", image], columns,
                           environment=environment).finish()
    widths = set(map(len, boxes(text)))
    require(status == 0 and widths == {expected}, f"{columns} columns: {widths}")
    require(text.count("CS:IP = 0000:8000") == 1, f"{columns} columns: no entry")


def check_widths(rjpack, image):
    for columns in (1, 39, 40, 41, 80, 133, 299, 300, 301, 65535):
        check_width(rjpack, image, columns, min(max(columns, 40), 300))
    check_width(rjpack, image, 0, 100, {"COLUMNS": "100"})
    check_width(rjpack, image, 0, 80, {"COLUMNS": "many"})
    check_width(rjpack, image, 0, 80)
    check_width(rjpack, image, 50, 50, {"COLUMNS": "100"})
    text = subprocess.run([rjpack, "inspect", image], capture_output=True, text=True,
                          env={"COLUMNS": "50"}, check=True).stdout
    require(set(map(len, boxes(text))) == {80}, "not 80 columns where there is no terminal")


def read_svg(rjpack, image, status=0):
    """The rectangles of each map: class, y, height, label, size, address."""
    found = subprocess.run([rjpack, "inspect", image, "--svg", "-"], capture_output=True)
    require(found.returncode == status, found.stderr)
    root = ElementTree.fromstring(found.stdout)
    pictures = []
    for node in root:
        if node.tag == SVG + "rect" and node.find(SVG + "title") is not None:
            label, size, address = TITLE.fullmatch(node.find(SVG + "title").text).groups()
            pictures[-1].append((node.get("class"), int(node.get("y")),
                                 int(node.get("height")), label, int(size), int(address, 16)))
            require(node.get("width") == "524", node.get("width"))
        elif node.tag == SVG + "text" and node.get("x") == "8":
            pictures.append([])
    inside = int(root.get("height"))
    require(all(row[1] + row[2] < inside for picture in pictures for row in picture),
            "a rectangle is outside")
    return root, pictures


def check_scale(picture):
    scaled = [(row[2], row[4]) for row in picture if row[0] == "scaled"]
    unit = sum(size for _, size in scaled) / sum(height for height, _ in scaled)
    for height, size in scaled:
        require(abs(height - size / unit) < 1, f"{size} bytes are {height} high, not {size / unit}")
    for kind, _, height, label, size, _ in picture:
        require(kind != "enlarged" or height * unit >= size, f"{label} is too small")
        require(kind != "cut" or (label == "free" and height == 16), f"{label} is cut")
        require(height >= 16, f"{label} has no room for its name")
    for before, row in zip(picture, picture[1:]):
        require(before[1] + before[2] == row[1], f"{row[3]} does not follow")


def check_svg(rjpack, image):
    _, pictures = read_svg(rjpack, image)
    low, high, loaded = pictures
    for picture in pictures:
        check_scale(picture)
    require(low[0][5] == 0 and sum(row[4] for row in low) == 1 << 20, "not the first MiB")
    require([row[0] for row in high] == ["scaled", "cut", "scaled"], high)
    require([row[3] for row in high] == ["used by the loaded image, then free", "free", ".raw1"], high)
    require([row[3] for row in loaded] == ["stub and manifest", ".raw2", ".raw", ".raw1",
                                           "the stub works here"], loaded)


def check_hostile(rjpack, image):
    """A name of 11 bytes that need escaping everywhere: text, tables, SVG and its title."""
    data = image.read_bytes()
    at = data.index(b".raw2\0")         # in the manifest, which comes before the sections' names
    hostile = image.with_name("<&\"'.elf")
    hostile.write_bytes(data[:at] + NAME.ljust(12, b"\0") + data[at + 12:])
    shown = "<&\">'??xyz"
    root, pictures = read_svg(rjpack, hostile, 1)
    require([row[3] for row in pictures[0]].count(shown) == 1, pictures[0])
    require(shown in [node.text for node in root.iter(SVG + "text")], "it is no text")
    require(root.find(SVG + "title").text.endswith("/<&\"'.elf"), "the title is another")
    text = subprocess.run([rjpack, "inspect", hostile], capture_output=True).stdout
    require(b"\033" not in text and b"\xff" not in text, "text steers the terminal")
    rows = [line for line in text.decode().splitlines()
            if re.match(r"(Piece |<&|\.raw)", line)]
    ends = {re.match(r"\S+ +(\S+|On arrival) +(\d+|Bytes)", line).end() for line in rows}
    require(len(rows) == 4 and len(ends) == 1, rows)


def main(rjpack):
    rjpack = Path(rjpack).resolve()
    with tempfile.TemporaryDirectory(prefix="rjpack-pictures-") as directory:
        directory = Path(directory)
        for name in ("blob", "mib", "sector"):
            inputs.make(name, directory)
        image = directory / "image.elf"
        subprocess.run([rjpack, "--raw", "blob@0x8000", "--raw", "mib@1G", "--raw",
                        "sector@7C00h", "--entry", "0:8000", "--int13", "firmware", "-o", image],
                       cwd=directory, check=True, stdout=subprocess.DEVNULL)
        check_widths(rjpack, image)
        check_svg(rjpack, image)
        check_hostile(rjpack, image)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
