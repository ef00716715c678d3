# SPDX-License-Identifier: MIT
"""The machine as boot/hostile.asm leaves it to the image."""

import re
import time
from pathlib import Path

from inputs import run

SOURCE = Path(__file__).parent.parent / "boot" / "hostile.asm"
HOME = 0x2000000                # WORK in its source
COUNTER = 0x71000               # AP_DATA
SETUP_SIZE = 1024               # of the image, which only loaders of Linux read
WAITING = r"^EIP=0000fff0 .* HLT=1"     # for a start-up IPI (SDM 3A, table 10-1)


def start(inputs, memory, drive):
    """QEMU's arguments: the BIOS starts the first sector of hostile.asm, which finds its other
    sectors and the image in memory."""
    defines = [f"-D{define}" for define in inputs.row["hostile"]]
    image, part = inputs.row["address"], inputs.work / "part"
    part.write_bytes(inputs["image"].read_bytes()[SETUP_SIZE:])
    path = inputs.work / "hostile"
    run("nasm", "-f", "bin", "-Werror", f"-DIMAGE={image}", *defines, "-o", path, SOURCE)
    body = inputs.work / "body"
    body.write_bytes(path.read_bytes())
    with path.open("ab") as file:
        file.truncate(1 << 20)
    return [*memory, "-drive", drive.format(path),
            "-device", f"loader,file={part},addr={image:#x},force-raw=on",
            "-device", f"loader,file={body},addr={HOME:#x},force-raw=on"]


def other_cpus(guest):
    """The state of the CPUs that it started, as NAME=VALUE lines."""
    states = re.split(r"^CPU#\d+\s", guest.ask("info registers -a"), flags=re.MULTILINE)[2:]
    waiting = sum(bool(re.search(WAITING, state, re.MULTILINE)) for state in states)
    yield f"HOSTILE_CPUS={waiting}_of_{len(states)}_wait"
    first = counter(guest)
    time.sleep(0.2)
    yield f"HOSTILE_COUNTER={'stands' if counter(guest) == first else 'counts'}"


def counter(guest):
    return re.findall(r"0x\w{8}", guest.ask(f"xp /1xw {COUNTER:#x}"))[-1]
