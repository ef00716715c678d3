#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""core_lengths.py RJPACK: checks that core.img files are accepted whole and rejected when cut.

Sets of modules make core.img files of many sizes. They are cut around the ends of headers,
sectors and the file, as samples of all lengths.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import inputs

SECTOR = inputs.SECTOR
MODULES = [["biosdisk"], ["biosdisk", "part_msdos", "ext2"], ["biosdisk", "part_gpt", "fat"],
           ["biosdisk", "iso9660", "search"], ["biosdisk", "normal", "linux", "multiboot2"]]


def lengths(size):
    last = (size - 1) // SECTOR * SECTOR
    near = [31, SECTOR, SECTOR + 24, 0x600, 0xA00, size // 2, last - SECTOR, last, size]
    return sorted({at + by for at in near for by in (-1, 0, 1) if at + by < size})


def accepts(program, path):
    result = subprocess.run([program, "--grub", path, "--dry-run", "--json"],
                            capture_output=True, text=True)
    if result.returncode not in (0, 1):
        sys.exit(f"exit status {result.returncode}: {result.stderr}")
    return result.returncode == 0


def main(program):
    with tempfile.TemporaryDirectory(prefix="rjpack-core-") as directory:
        path = Path(directory) / "core.img"
        for modules in MODULES:
            core = inputs.mkimage(path, *modules)
            if not accepts(program, path):
                return f"{modules}: {len(core)} bytes are refused"
            for length in lengths(len(core)):
                path.write_bytes(core[:length])
                if accepts(program, path):
                    return f"{modules}: {length} of {len(core)} bytes are accepted"
            print(f"{len(core)} bytes: {len(lengths(len(core)))} lengths refused")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
