# SPDX-License-Identifier: MIT
"""The check that kexec's purgatory makes before it starts a kernel: SHA-256 of all that is loaded."""

import re
import struct
import sys
from pathlib import Path

from host import HERE, host_instructions, run

sys.path.append(f"{HERE}/../guest")
import cache                    # noqa: E402

PROGRAMS = "usr/sbin/kexec", "sbin/kexec"
NAMES = "verify_sha256_digest", "sha256_regions"
# ELF-64 object file format 1.5, figure 2: from e_type on, as far as needed.
HEADER = struct.Struct("<16x 2H 20x Q 10x 2H")
RELOCATABLE, X86_64 = 1, 62


def instructions(size):
    """Those of a process that checks a segment of so many bytes. The code is what Debian's kexec
    puts into memory, taken out of that program; it does nothing that needs the machine for itself,
    so Valgrind counts it here. All else in the process is the same for each size."""
    if not Path("purgatory").exists():
        build()
    return host_instructions("./purgatory", size)


def build():
    tree = cache.unpacked("kexec")
    program = next(tree / name for name in PROGRAMS if (tree / name).exists())
    Path("purgatory.o").write_bytes(relocatable_in(program.read_bytes()))
    run("objcopy", *(f"--keep-global-symbol={name}" for name in NAMES), "purgatory.o")
    run("cc", "-no-pie", "-Wl,-z,noexecstack", f"{HERE}/purgatory.c", "purgatory.o", "-o", "purgatory")


def relocatable_in(program):
    """The relocatable ELF file in a program, up to its section headers' end."""
    for start in (match.start() for match in re.finditer(b"\x7fELF", program)):
        if len(program) - start < HEADER.size:
            continue
        kind, machine, sections, size, count = HEADER.unpack_from(program, start)
        if (kind, machine) == (RELOCATABLE, X86_64):
            return program[start:start + sections + size * count]
    sys.exit("bench: kexec contains no purgatory")
