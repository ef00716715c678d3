#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""packing.py RJPACK: the limits of packing that do not depend on what else the machine does: time of
the processor, memory, and bytes read. bench.py measures the time that passes."""

import os
import subprocess
import sys
import tempfile

import host

BESIDE = 2 * host.MIB       # read, besides the payload: libraries, the payload's first sectors
WHERE = ["--compress", "none", "--boot-drive", "fd0", "--geometry", "1024,16,63"]


def bytes_read(command):
    """By read(2) and its like, as /proc counts them until the process is reaped."""
    host.clear()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    with open(f"/proc/{child.pid}/io", encoding="ascii") as file:
        counts = dict(line.split(": ") for line in file)
    if child.wait():
        sys.exit(f"{command[0]} failed")
    return int(counts["rchar"])


def measures(rjpack):
    """What, the figure, and its limit."""
    pack, copy = host.large(rjpack)
    disk = [rjpack, "--disk", "big", *WHERE, "-o", "out"]
    yield "peak resident MiB", host.memory(pack), host.MEMORY
    yield "peak resident MiB with --disk", host.memory(disk), host.MEMORY
    for name, command in {"": pack, " with --disk": disk,
                          " with --disk --dry-run": [*disk, "--dry-run"]}.items():
        yield f"MiB read{name}", bytes_read(command) / host.MIB, host.SIZE + BESIDE / host.MIB
    if not host.shares_blocks():
        used = host.medians({"rjpack": [*pack, "--no-sync"], "cp": copy}, which=1)
        yield "times cp's time of the processor", used["rjpack"] / used["cp"], host.UNSYNCED


def main(rjpack):
    rjpack = os.path.abspath(rjpack)
    failed = False
    with tempfile.TemporaryDirectory(prefix="rjpack-packing-") as directory:
        os.chdir(directory)
        for what, found, limit in measures(rjpack):
            print(f"{what}: {found:.2f}, limit {limit:.2f}")
            failed |= found > limit
    sys.exit(failed)


if __name__ == "__main__":
    main(*sys.argv[1:])
