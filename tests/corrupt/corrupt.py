#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""corrupt.py RJPACK WORK COUNT [SEED]: starts COUNT images with one changed byte in QEMU.

A boot sector (boot/loader.asm) waits for a signal to enter the image, which QEMU has put into
memory; at that point QEMU saves a snapshot. For each byte, QEMU loads the snapshot, the test
changes the byte in the guest's memory, which is a file, and the guest continues. Results:

  refused   the stub printed why, and the payload did not run
  unharmed  the payload ran with its registers, and all memory except the stub's own is as
            after the unchanged image
  silent    neither: the machine halted or reset before the stub could print anything
  wrong     anything else

A guest ends with the payload's line, the stub's last line, or a reset, at the latest by the
watchdog. Its clock counts instructions, so that a slow host does not matter. rjpack verify must
report each changed byte. Half of the bytes are chosen: all fields of the manifest and its rows, and
the first and last bytes of each part of the image; the others are random. Silent results are
allowed only in UNCHECKED: code that runs before the stub's first check is complete, and the code
that reports the result of that check.
Exit status: 0 passed, 1 failed; the table is printed.
"""

import itertools
import json
import mmap
import random
import re
import select
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "guest"))
import inputs  # noqa: E402
import qemu  # noqa: E402
import starts  # noqa: E402

SETUP_SIZE = starts.SETUP_SIZE
MANIFEST_SIZE, PIECE_SIZE = 96, 32      # stub/abi/manifest.h, struct rj_manifest and rj_piece
MANIFEST_FIELDS = (0, 4, 6, 8, 0xC, 0x10, 0x14, 0x18, 0x1C, 0x1E, 0x20, 0x24, 0x28, 0x30, 0x50,
                   0x54, 0x5A, 0x5C)
PIECE_FIELDS = (0, 0xC, 0x10, 0x14, 0x18, 0x1C)
PAGE = 4096
UNCHECKED = range(0, 0x240)             # offsets in the stub
MEMORY = 64 << 20
IMAGE = 0x1000000
HOME = range(0x80000, 0x90000)          # the stub's, free on arrival
BDA = range(0x400, 0x500)               # the firmware's clock is in it
KEPT = range(0x7C00 + 440 - 64, 0x7E00) # the payload's own
STUCK = 120                             # seconds, for hangs outside the guest
CLOCK = "shift=6,sleep=off"             # 64 ns for each instruction; sleeping costs no time
WATCHDOG = 10                           # 10 s, for runs of at most 2 s
LOADED = "WAITS"
RAN = "^UNHARMED [0-9A-F]{80,}\\n"       # not the text in memory, which a damaged loop may print
END = re.compile(rf"{RAN}|^rjpack: (halted|rebooting in \d+ s)\n|^{LOADED}\n", re.MULTILINE)
PACK = "{options} --on-error halt --console serial"
IMAGES = {
    "raw": ("--raw {unharmed}@0x7C00 --entry 0:7C00 --raw {data}@0x200000 --reg eax=0x1234",
            "LONG_MODE"),
    "disk": ("--disk {disk}", "LINUX32"),
}


class Guest(qemu.Guest):
    """Does not end by itself, since after a reset the boot sector waits again."""
    command = ["qemu-system-x86_64", "-accel", "tcg", "-icount", CLOCK, "-device", "ib700",
               "-display", "none", "-nodefaults", "-vga", "std", "-serial", "stdio"]

    def read(self, patience):
        """What the guest prints, within so many seconds."""
        select.select([self.process.stdout], [], [], patience)
        return (self.process.stdout.read() or b"").decode("latin-1").replace("\r", "")


class Bench:
    """One image, and the guest that starts it."""

    def __init__(self, name, rjpack, work):
        options, self.mode = IMAGES[name]
        self.name, self.rjpack, self.work = name, rjpack, work
        work.mkdir(parents=True)
        self.pack(options)
        self.data = (work / "image").read_bytes()
        text = subprocess.run([rjpack, "inspect", "--json", work / "image"], check=True,
                              capture_output=True, text=True).stdout
        self.image = json.loads(text)
        self.loaded = self.data[SETUP_SIZE:SETUP_SIZE + self.image["image_size"]]
        with open(work / "memory", "wb") as file:
            file.truncate(MEMORY)
        with open(work / "memory", "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), MEMORY)

    def pack(self, options):
        payload = self.work / "unharmed"
        inputs.run("nasm", "-f", "bin", "-Werror", "-o", payload,
                   inputs.PAYLOAD / "unharmed.asm")
        (self.work / "data").write_bytes(random.Random(1).randbytes(3000))
        (self.work / "disk").write_bytes(payload.read_bytes() + random.Random(2).randbytes(4096) +
                                         bytes((1 << 20) - 512 - 4096))
        files = {name: self.work / name for name in ("unharmed", "data", "disk")}
        inputs.run(self.rjpack, *PACK.format(options=options).format_map(files).split(),
                   "-o", self.work / "image")

    def guest(self):
        work = self.work
        (work / "part").write_bytes(self.loaded)
        inputs.run("nasm", "-f", "bin", "-Werror", f"-DIMAGE={IMAGE}", f"-DMODE={self.mode}",
                   f"-DWAIT={WATCHDOG}", "-o", work / "loader", starts.LOADER)
        with open(work / "loader", "ab") as file:
            file.truncate(1 << 20)
        inputs.run("qemu-img", "create", "-q", "-f", "qcow2", work / "state", MEMORY)
        return Guest(["-object", f"memory-backend-file,id=ram,size={MEMORY},share=on,"
                      f"mem-path={work / 'memory'}", "-machine", "memory-backend=ram",
                      "-m", MEMORY >> 20, "-drive", starts.DRIVE.format(work / "loader"),
                      "-drive", f"file={work / 'state'},format=qcow2,if=none",
                      "-device", f"loader,file={work / 'part'},addr={IMAGE:#x},force-raw=on"],
                     work / "log", 1e6)

    def places(self):
        """The chosen offsets in the loaded part of the image."""
        manifest = self.image["stub_size"]
        rows = [manifest + MANIFEST_SIZE + n * PIECE_SIZE for n in range(len(self.image["pieces"]))]
        ends = [end for piece in self.image["pieces"] for at in [piece["file_offset"] - SETUP_SIZE]
                for end in (at, at + piece["size"] // 2, at + piece["size"] - 1)]
        behind = rows[-1] + PIECE_SIZE
        return [*(manifest + field for field in MANIFEST_FIELDS),
                *(row + field for row in rows for field in PIECE_FIELDS),
                *ends, behind, 8, 0x10, manifest - 1]

    def verify_finds(self, place, byte):
        changed = bytearray(self.data)
        changed[SETUP_SIZE + place] ^= byte
        path = self.work / "changed"
        path.write_bytes(changed)
        done = subprocess.run([self.rjpack, "verify", path], capture_output=True, text=True,
                              errors="replace")
        return done.returncode == 1 and done.stderr.startswith(f"rjpack: {path}: ")


def follow(guest):
    """Waits until the guest ends. Returns what it printed."""
    text, stuck = "", time.monotonic() + STUCK
    while not END.search(text):
        if time.monotonic() > stuck:
            raise qemu.GuestError(f"no end: {text}")
        text += guest.read(1)
    return text


def start(bench, guest, changes=()):
    """Runs once from the snapshot; returns what the guest printed."""
    guest.ask("loadvm start")
    guest.read(0)
    for place, byte in changes:
        bench.memory[IMAGE + place] ^= byte
    guest.ask("cont")
    guest.send(b"!")
    text = follow(guest)
    guest.ask("stop")
    return text


def remember(bench):
    """The pages of memory that stub, firmware and payload do not use."""
    image = range(IMAGE, IMAGE + bench.image["memory_size"])
    pages = {}
    for at in range(0, MEMORY, PAGE):
        if at in HOME or at in image:
            continue
        page = bytearray(bench.memory[at:at + PAGE])
        for own in (BDA, KEPT):
            if own.start // PAGE == at // PAGE:
                page[own.start - at:own.stop - at] = bytes(len(own))
        pages[at] = bytes(page)
    return pages


def judge(bench, text, good, pages):
    ran = re.search(RAN, text, re.MULTILINE)
    spoke = re.search("^rjpack: .*\n", text, re.MULTILINE)
    if ran and not spoke:
        found = remember(bench)
        bad = [at for at, page in pages.items() if found[at] != page]
        if ran[0] != good:
            return "wrong", f"registers: {ran[0]}"
        return ("wrong", f"memory at {bad[0]:#x}, {len(bad)} pages") if bad else ("unharmed", "")
    if spoke and not ran:
        return "refused", spoke[0].strip()
    return ("wrong", "refused, and started") if ran else ("silent", text.strip()[-60:])


def settle(bench, guest):
    """Saves the snapshot, and runs the unchanged image."""
    text = ""
    while LOADED not in text:
        text += guest.read(1)
    guest.ask("stop")
    guest.ask("savevm start")
    good = re.search(RAN, start(bench, guest), re.MULTILINE)
    if not good:
        raise qemu.GuestError("the payload does not start")
    first = remember(bench)
    start(bench, guest)
    second = remember(bench)
    return good[0], {at: page for at, page in first.items() if second[at] == page}


def run(bench, count, chance):
    """Yields offset, result, reason, and whether verify reported it."""
    with bench.guest() as guest:
        good, pages = settle(bench, guest)
        chosen = bench.places()
        chance.shuffle(chosen)
        by_chance = iter(lambda: chance.randrange(len(bench.loaded)), None)
        for place in itertools.islice(itertools.chain(chosen[:count // 2], by_chance), count):
            byte = chance.randrange(1, 256)
            verdict, why = judge(bench, start(bench, guest, [(place, byte)]), good, pages)
            yield place, byte, verdict, why, bench.verify_finds(place, byte)


def main(rjpack, work, count, seed="1"):
    chance, work, total, start_time = random.Random(int(seed)), Path(work), Counter(), time.monotonic()
    shutil.rmtree(work, ignore_errors=True)
    bad = 0
    for name in IMAGES:
        bench = Bench(name, rjpack, work / name)
        for place, byte, verdict, why, found in run(bench, int(count) // len(IMAGES), chance):
            total[verdict] += 1
            bad += not found or verdict == "wrong" or verdict == "silent" and place not in UNCHECKED
            if verdict in ("silent", "wrong") or not found:
                print(f"{name}: byte {place:#x} ^ {byte:#04x}: {verdict} {why}"
                      f"{'' if found else '; verify does not find it'}", flush=True)
    print(f"seed {seed}: {dict(total)}, {bad} not as they should be, "
          f"{time.monotonic() - start_time:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
