# SPDX-License-Identifier: MIT
"""A kernel module that oopses when it is loaded."""

import re
import subprocess

import cache
import initramfs

MODULE = "ofb"                  # small, and needs no other one
PROLOGUE = 5                    # the call that ftrace replaces at the start of every function
UD2 = b"\x0F\x0B"
SIGNED = b"~Module signature appended~\n"    # at its end; Debian's kernel takes unsigned ones, too


def write(path, debian=""):
    """Writes Debian's MODULE to PATH, with an invalid opcode in its init function."""
    modules = initramfs.Modules(cache.unpacked("linux", debian))
    path.write_bytes(initramfs.module_data(modules.paths[MODULE]).removesuffix(SIGNED))
    listing = subprocess.run(["readelf", "-SsW", path], check=True, capture_output=True,
                             text=True).stdout
    section = re.search(r"\.init\.text\s+PROGBITS\s+\w+ (\w+)", listing)[1]
    start = re.search(r"(\w+) +\d+ FUNC .* init_module$", listing, re.MULTILINE)[1]
    with path.open("r+b") as file:
        file.seek(int(section, 16) + int(start, 16) + PROLOGUE)
        file.write(UD2)
