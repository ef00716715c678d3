#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""demo.py RJPACK: Linux in QEMU leaves by kexec through GRUB's boot sector, and comes back."""

import re
import sys
import tempfile
from pathlib import Path

import inputs
import qemu
import starts

TIMEOUT = 180
ROW = {"start": "disk-kexec", "pack": "--mbr {mbr} --verbose", "kexec": "-l"}

# The console's lines in their order, and what each means.
PHASES = (
    (r"GRUB has read its disk", "the BIOS has started GRUB, which now loads Debian's Linux"),
    (r"Linux 1 is up .*", "Linux is up, with its disk driver loaded"),
    (r"kexec -l", "kexec -l: the image goes into memory"),
    (r"kexec -e", "kexec -e: Linux leaves"),
    (r"rjpack: started by .*", "the stub runs"),
    (r"rjpack: jumping to .*", "the stub has reached real mode: GRUB's boot sector runs"),
    (r"GRUB has read its disk", "GRUB has read its disk, and loads Linux"),
    (r"Linux 2 is up .*", "Linux is up again"),
    (r"back in Linux", None),
)


def follow(guest):
    """Prints the console and the phases; returns the seconds from kexec -e to Linux."""
    phases, left = list(PHASES), None
    for line in guest.lines():
        print(f"{'':9}| {line}", flush=True)
        if not phases or not re.fullmatch(phases[0][0], line):
            continue
        pattern, meaning = phases.pop(0)
        if meaning:
            print(f"{guest.seconds():7.1f} s {meaning}", flush=True)
        if pattern == "kexec -e":
            left = guest.seconds()
        elif pattern.startswith("Linux 2"):
            took = guest.seconds() - left
    if phases or guest.status() != qemu.PASSED:
        raise RuntimeError("Linux did not come back")
    return took


def main(rjpack):
    with tempfile.TemporaryDirectory(prefix="rjpack-demo.") as scratch:
        work = Path(scratch)
        files = inputs.Inputs({**ROW, "rjpack": rjpack}, work)
        print("rjpack --mbr grub.img --verbose -o back-to-linux.elf")
        print(f"{files['image'].stat().st_size:7} bytes from GRUB's boot sector; starting QEMU without KVM")
        try:
            with qemu.Guest(starts.disk_kexec(files), work / "log", TIMEOUT) as guest:
                took = follow(guest)
        except (RuntimeError, qemu.GuestError) as error:
            print(f"demo: {error}", file=sys.stderr)
            return 1
    print(f"back in Linux after {took:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
