#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""detect.py table RJPACK [print]: checks as what each known file is detected, whole and cut.
detect.py gzip RJPACK: checks that each file makes the same image when packed by gzip.

The table is detect.txt: a line for each file, with the result for the whole file and for it cut to
each of CUTS. A result is the name of a kind; a kind that is only possible has a question mark;
"-" is no kind; "refused" is a file that is recognised, but cut short or not for a BIOS.
Exit status: 0 as expected, 1 not.
"""

import difflib
import gzip
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import inputs
import packaged

CUTS = {"whole": lambda size: size, "1": lambda size: 1, "511": lambda size: 511,
        "512": lambda size: 512, "half": lambda size: size // 2, "size-1": lambda size: size - 1}
TABLE = Path(__file__).resolve().parent / "detect.txt"
LEFT_OUT = {"back.ini", "empty", "old"}     # texts, and of no bytes


def rjpack(program, *arguments):
    return subprocess.run([program, *arguments], text=True, capture_output=True, timeout=60)


def answer(program, path):
    result = rjpack(program, "-v", "--dry-run", path)
    kind = re.search(r": detected: ([a-z-]+): .", result.stderr)
    if result.returncode == 0 and kind:
        return kind[1]
    if result.returncode != 1:
        sys.exit(f"{path.name}: exit status {result.returncode}\n{result.stderr}")
    if "ambiguous: it could be " in result.stderr:
        return ",".join(kind + "?" for kind in re.findall(r"--([a-z-]+) \(", result.stderr))
    return "-" if "not a payload of a known kind" in result.stderr else "refused"


def answers(program, path):
    """The results for the file at each cut, then for no bytes; removes the file."""
    data, found = path.read_bytes(), []
    for cut in CUTS.values():
        size = cut(len(data))
        if size > len(data) or size == 0:
            found.append("")
            continue
        path.write_bytes(data[:size])
        found.append(answer(program, path))
    path.write_bytes(b"")
    if "empty file" not in rjpack(program, "--dry-run", path).stderr:
        sys.exit(f"{path.name}: of no bytes, it is not refused as empty")
    path.unlink()
    return found


def make_all(directory):
    """Every file of inputs.py, and those of packages with the prefix "packaged-"."""
    for name in inputs.FILES:
        if name not in LEFT_OUT:
            inputs.make(name, directory)
            yield directory / name
    for name, give in packaged.files().items():
        path = directory / f"packaged-{name}"
        path.write_bytes(give(path))
        yield path


def line(cells):
    return (f"{cells[0]:<32}" + "".join(f"{cell:<10} " for cell in cells[1:])).rstrip()


def table(program, directory, action="check"):
    paths = list(make_all(directory))
    with ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(lambda path: answers(program, path), paths))
    found = [line(["file", *CUTS])] + [line([path.name, *row]) for path, row in zip(paths, rows)]
    if action == "print":
        print("\n".join(found))
        return 0
    diff = list(difflib.unified_diff(TABLE.read_text().splitlines(), found, "detect.txt",
                                     "found", lineterm=""))
    print("\n".join(diff) or f"{len(paths)} files, each at {len(CUTS) + 1} lengths")
    return 1 if diff else 0


def packed(program, path, image):
    """The image made of the file, or None if it is rejected."""
    result = rjpack(program, path, "-o", image)
    return image.read_bytes() if result.returncode == 0 else None


def gzipped(program, directory):
    """A name that ends in .gz would differ, so the two files have the same name in turn."""
    same, path, image = 0, directory / "payload", directory / "image"
    for made in make_all(directory):
        made.rename(path)
        plain = packed(program, path, image)
        data = path.read_bytes()
        if plain is None or data[:2] == b"\x1F\x8B":
            continue
        path.write_bytes(gzip.compress(data, compresslevel=1))
        if packed(program, path, image) != plain:
            print(f"{made.name}: another image when it is gzipped")
            return 1
        same += 1
    print(f"{same} files")
    return 0 if same else 1


def main(action, program, *arguments):
    run = {"table": table, "gzip": gzipped}[action]
    with tempfile.TemporaryDirectory(prefix="rjpack-detect-") as directory:
        return run(Path(program).resolve(), Path(directory), *arguments)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
