#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run.py ROWS NAME RJPACK WORK: runs the row NAME of the file ROWS with the program RJPACK.

A row says what to pack, how to start it, and which lines the console must show.
Exit status: 0 passed, 1 failed. A failed row leaves its files in WORK/NAME.
"""

import contextlib
import re
import shutil
import signal
import sys
import time
from pathlib import Path

import bochs
import disktest
import framebuffer
import fresh
import hostile
import inputs
import matrix
import probe
import qemu
import recipes
import rowfile
import session
import snapshot
import starts
import toolchain
import traffic

TAIL = 40
LOOK_AGAIN = 0.5                # seconds
# A halted guest is read until it is quiet for QUIET seconds, but for at most LONGEST.
QUIET, LONGEST = 1.0, 5.0
HELD = "PROBE HOLDS"
MACHINES = {"qemu": qemu.Guest, "bochs": bochs.Guest,
            "qemu-sid": lambda *given: qemu.Guest(*given, command=qemu.command_of("sid"))}
STARTS = {**starts.STARTS, **recipes.STARTS, **fresh.STARTS}
WAITS = "PROBE WAITS FOR A KEY"


class Failure(Exception):
    pass


def see(guest, row):
    """The text on the screen, or the size of a picture in its middle."""
    if "window" in row:
        return framebuffer.window(guest)
    return framebuffer.cells(guest, row["font"]) if "font" in row else guest.screen()


def look(guest, row):
    """Waits until the screen shows the row's pattern, since not everything is printed on COM1
    too. With a font, the screen is a framebuffer, whose letters are in the font of that file."""
    pattern = row.get("window") or row.get("screen", "")
    while not re.search(pattern, screen := see(guest, row)):
        if guest.left() <= LOOK_AGAIN:
            raise Failure(f"the screen does not show {pattern}:\n{screen}")
        time.sleep(LOOK_AGAIN)


def look_at_framebuffer(guest, pattern):
    drawn = framebuffer.text(guest)
    if not re.search(pattern, drawn.replace("\n", "")):
        raise Failure(f"the framebuffer does not show {pattern}:\n{drawn}")


def watch(guest, row, expected, shown):
    """Follows the guest until it ends, or, if the row says that it halts after its last
    expected line, until it does. Returns all lines; adds what the screen SHOWED in a session,
    after which the console must show the lines of the row's "then"."""
    missing, lines, since, steps = list(expected), [], 0, row.get("session")
    for line in guest.lines():
        lines.append(line)
        if line == WAITS and row.get("keys") == "serial":
            guest.send(b"k")
        elif line == WAITS:
            guest.ask("sendkey k")
        if line in row.get("monitor", {}):
            guest.ask(row["monitor"][line])
        if line == HELD:
            lines += map(guest.note, guest.segments() + guest.cpus() + guest.display() +
                         guest.flushes())
            if row["start"] == "hostile":
                lines += map(guest.note, hostile.other_cpus(guest))
            guest.send(b"\n")
        if re.fullmatch(row.get("forbid", "(?!)"), line):
            raise Failure(f"the console shows: {line}")
        if missing and re.fullmatch(missing[0], line):
            print(f"{guest.seconds():7.2f} {line}")
            missing.pop(0)
            since = guest.seconds()
            if not missing and steps:
                shown += session.follow(guest, row, see)
                steps, missing = None, list(row.get("then", []))
            if not missing and "framebuffer" in row:
                look_at_framebuffer(guest, row["framebuffer"])
            if not missing and row.get("end") == "halt":
                look(guest, row)
                guest.read_on(QUIET, LONGEST)
    if missing:
        raise Failure(f"the console does not show: {missing[0]}")
    if row.get("end") == "halt":
        if guest.ended:
            raise Failure("the guest did not stand still")
        return lines
    least, most = row.get("ends_within", (0, 3600))
    if not least <= guest.seconds() - since <= most:
        raise Failure(f"the guest ended {guest.seconds() - since:.1f} s after its last line")
    if guest.status() != qemu.STATUSES.get(row.get("end"), qemu.PASSED):
        raise Failure(f"QEMU's exit status is {guest.status()}")
    return lines


@contextlib.contextmanager
def guest_of(row, files, start):
    """A guest of the row that is running; its files, and the row with what it needs of them."""
    log = files.work / f"{start}.log"
    network = traffic.Traffic(row["traffic"]) if "traffic" in row else traffic.Silence()
    arguments = (STARTS[start](files) + row.get("qemu", "").format_map(files).split() +
                 network.arguments())
    machine = MACHINES[row.get("machine", "qemu")]
    try:
        with network, machine(arguments, log, row.get("timeout", 60), network.fds()) as guest:
            yield guest
    except (Failure, session.NotShown, qemu.GuestError) as error:
        tail = "".join(log.read_text(encoding="utf-8").splitlines(True)[-TAIL:])
        raise Failure(f"{error}\n{tail}") from error


def with_fonts(row, files):
    """The row with the paths of the fonts by which its screen is read."""
    fonts = {"font": row["font"].format_map(files)} if "font" in row else {}
    return {**row, **fonts, **({"glyphs": files["screen_font"]} if "session" in row else {})}


def boot(row, files, start, expected, shown=None):
    """Boots one guest; returns the lines of its console. Adds what its screen has SHOWN."""
    with guest_of(row, files, start) as guest:
        return watch(guest, with_fonts(row, files), expected, [] if shown is None else shown)


def varies(pattern, lines):
    """The problem if what PATTERN finds in the console's LINES differs between round trips. The
    first is left out, since no image ran before it."""
    found = [match[1] for match in (re.fullmatch(pattern, line) for line in lines) if match][1:]
    if len(found) > 1 and len(set(found)) == 1:
        return []
    return [f"not the same each time: {pattern}:", *(found or ["it does not come twice"])]


def boot_native(row, work):
    """Boots the row's drive, without the pieces that only an image brings along."""
    work.mkdir()
    row = {**row, **row.get("native", {}), "start": "native", "end": "", "pieces": []}
    return boot(row, inputs.Inputs(row, work), "native", row["expect"][-1:])


def compare_screens(row, work, ours):
    """The problems of what the screen of the row's guest showed, beside the same on SeaBIOS and
    its VGA BIOS."""
    work.mkdir()
    row = {**row, "qemu": "-vga std", **row["native"]}
    row.pop("font", None)
    files = inputs.Inputs(row, work)
    with guest_of(row, files, "native") as guest:
        native = session.follow(guest, with_fonts(row, files), see)
    return [f"step {step + 1}: {line}" for step, pair in enumerate(zip(native, ours, strict=True))
            for line in session.unlike(*pair)]


def run(row, work):
    if "compiler" in row:
        row = {**row, "rjpack": toolchain.rjpack(row, work)}
    files = inputs.Inputs(row, work)
    if "{snapshot}" in row.get("pack", ""):
        files["snapshot"] = snapshot.take(row, work / "snapshot", HELD)
    before = files["test_disk"].read_bytes() if row.get("drive") == "test_disk" else None
    shown = []
    lines = boot(row, files, row["start"], row.get("expect", []), shown)
    found = probe.fields(lines)
    problems = probe.compare(row.get("fields", {}), found)
    if "disk_test" in row:
        problems += disktest.problems(row, found)
    if "same" in row:
        problems += varies(row["same"], lines)
    if "session" in row and row.get("native"):
        problems += compare_screens(row, work / "native", shown)
    if before and not row.get("readonly"):
        after = files["test_disk"].read_bytes()
        problems += disktest.compare(row["disk_test"], before, after, lines)
    if row.get("like_native"):
        native = boot_native(row, work / "native")
        problems += probe.unlike(probe.fields(native), found, row.get("differs", []))
    if problems:
        raise Failure("\n".join(problems))


def try_row(row, work):
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        run(row, work)
    except (Failure, RuntimeError, OSError) as error:
        print(f"FAILED: {error}\nsee {work}")
        return 1
    shutil.rmtree(work)
    return 0


def main(rows, name, rjpack, work):
    row, work = {**rowfile.read(rows)[name], "rjpack": rjpack}, Path(work).absolute() / name
    matrix.forget(work)
    status = try_row(row, work)
    if "matrix" in row:
        matrix.keep(status, row, work)
    return status


if __name__ == "__main__":
    # Meson sends this to a test that takes too long; the guest must end with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main(*sys.argv[1:]))
