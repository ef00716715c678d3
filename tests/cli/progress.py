#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""progress.py RJPACK: checks the progress bar on a pseudoterminal.

The input is a disk image with holes. The test stops the program for a while, so that its work
takes long even on a fast machine.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import inputs
from terminal import Program

CLEAR = "\r\033[K"
MIB = 1 << 20
PATIENCE = 0.5
SLOW, ENDLESS = 128 * MIB, 1024 * MIB
BAR = re.compile(r"(copying|checking|compressing|unpacking|comparing) \[(#* *)\] +(\d+)% of \S+ \S+")


def require(condition, what):
    if not condition:
        raise AssertionError(what)


def bars(output):
    """The bars in turn, and the terminal's lines at the end."""
    drawn, shown = [], ""
    for part in re.split(r"(\r\033\[K|\n)", output):
        if part == CLEAR:
            shown = shown.rpartition("\n")[0] + ("\n" if "\n" in shown else "")
        else:
            shown += part
            if BAR.fullmatch(part):
                drawn.append(BAR.fullmatch(part))
    return drawn, shown


def slow_disk(directory):
    inputs.make("sector", directory)
    disk = directory / "disk"
    disk.write_bytes((directory / "sector").read_bytes())
    os.truncate(disk, SLOW)
    return disk


def wait_for_reading(pid):
    """Waits until a program has read a part of its large input."""
    while not re.search(r"rchar: \d{7,}", Path(f"/proc/{pid}/io").read_text()):
        time.sleep(0.001)


def hold_up(program):
    """Stops a program for a while as soon as it reads its large input."""
    wait_for_reading(program.pid)
    os.kill(program.pid, signal.SIGSTOP)
    time.sleep(PATIENCE + 0.1)
    os.kill(program.pid, signal.SIGCONT)


def held_up(arguments, **options):
    program = Program(arguments, **options)
    hold_up(program)
    return program.finish()


def check_slow(rjpack, directory):
    for columns in (40, 77):
        output, status = held_up([rjpack, "--disk", "disk", "--dry-run"], columns=columns,
                                 cwd=directory)
        drawn, shown = bars(output)
        require(status == 0 and drawn, output[:500])
        require({len(bar.group()) for bar in drawn} == {columns - 1}, drawn)
        require("compressing" in {bar.group(1) for bar in drawn}, drawn)
        require(shown.startswith("disk: elf container") or shown.startswith("IMAGE: elf"), shown)
        for bar in drawn:
            room = len(bar.group(2))
            require(bar.group(2).count("#") == room * int(bar.group(3)) // 100, bar.group())
        steps = [int(bar.group(3)) for bar in drawn if bar.group(1) == "compressing"]
        require(steps == sorted(steps), steps)


def check_others(rjpack, directory):
    """The other commands, on an image whose pieces are slow to read."""
    subprocess.run([rjpack, "--disk", "disk", "--compress", "none", "-o", "image"],
                   cwd=directory, check=True, stdout=subprocess.DEVNULL)
    (directory / "pieces").mkdir()
    for arguments, end in ((["verify", "image"], "image: ok (3 pieces, "),
                           (["inspect", "--json", "image"], "{\n"),
                           (["inspect", "image", "image"], "image and image are the same\n"),
                           (["extract", "image", "-C", "pieces"], "")):
        output, status = held_up([rjpack, *arguments], cwd=directory)
        drawn, shown = bars(output)
        require(status == 0 and drawn and shown.startswith(end), (arguments, output[:500]))


def check_error(rjpack, directory):
    """A message has a line of its own."""
    output, status = held_up([rjpack, "--disk", "disk", "-o", "/nowhere/image"], cwd=directory)
    drawn, shown = bars(output)
    require(status == 3 and drawn, output)
    require(shown == "rjpack: /nowhere/image: cannot create: No such file or directory\n",
            shown)


def check_silent(rjpack, directory):
    """Fast work; terminals that cannot clear a line; no terminal."""
    output, status = Program([rjpack, "sector", "-o", "out"], cwd=directory).finish()
    require(status == 0 and output == "kexec -l out && kexec -e\n", output)
    slow = [rjpack, "--disk", "disk", "-o", "out"]
    for term in ("dumb", ""):
        output, status = held_up(slow, cwd=directory, environment={"TERM": term})
        require(status == 0 and output == "kexec -l out && kexec -e\n", output)
    found = subprocess.run(slow, cwd=directory, capture_output=True, text=True, check=True)
    require(found.stderr == "" and found.stdout == "kexec -l out && kexec -e\n", found)


def check_interrupted(rjpack, directory):
    os.truncate(directory / "disk", ENDLESS)
    before = sorted(directory.iterdir())
    program = Program([rjpack, "--disk", "disk", "--compress", "zlib:9", "-o", "new"],
                      cwd=directory, environment={"TMPDIR": str(directory)})
    hold_up(program)
    program.read(until=b"% of ")
    program.press(b"\x03")
    output, status = program.finish()
    drawn, shown = bars(output)
    require(status == -signal.SIGINT and drawn, (status, output))
    require(shown in ("", "^C"), shown)
    require(output.endswith(CLEAR), output[-20:])
    require(sorted(directory.iterdir()) == before, sorted(directory.iterdir()))


def main(rjpack):
    rjpack = Path(rjpack).resolve()
    with tempfile.TemporaryDirectory(prefix="rjpack-progress-") as directory:
        directory = Path(directory)
        slow_disk(directory)
        for check in (check_slow, check_others, check_error, check_silent, check_interrupted):
            check(rjpack, directory)
            print(f"{check.__name__}: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
