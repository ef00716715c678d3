#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""disturbed.py RJPACK: what else can happen while rjpack packs: signals, a payload that another
program changes, and a second rjpack with the same output. In the end there is a complete image, or
what was there before, and nothing else.

The test stops the program while it copies a disk image with holes.
"""

import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs
from progress import MIB, require, wait_for_reading

SIZE = 192 * MIB
OLD = b"what was here before\n"
SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGQUIT, signal.SIGTERM, signal.SIGXCPU)
CHANGED = ("rjpack: disk: the file was changed while being read; "
           "nothing else may write to the file\n")
SHRANK = ("rjpack: disk: the file shrank while being read: nothing is left at ")


class Bench:
    """A directory with a disk, and a program that packs it."""

    def __init__(self, rjpack, directory):
        self.rjpack, self.directory, self.disk = rjpack, directory, directory / "disk"
        self.out = directory / "out"
        inputs.make("sector", directory)
        self.make_disk()
        self.out.write_bytes(OLD)

    def make_disk(self):
        self.disk.write_bytes((self.directory / "sector").read_bytes())
        os.truncate(self.disk, SIZE)

    def temporary(self):
        return list(self.directory.glob(".*"))

    def stopped(self, **options):
        """The program, which has begun to write the image."""
        program = subprocess.Popen(
            [self.rjpack, "--disk", "disk", "--compress", "none", "--no-sync", "-o", "out"],
            cwd=self.directory, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options)
        wait_for_reading(program.pid)
        os.kill(program.pid, signal.SIGSTOP)
        require(len(self.temporary()) == 1 and program.poll() is None, self.temporary())
        return program

    def finish(self, program):
        os.kill(program.pid, signal.SIGCONT)
        told = program.communicate()[1]
        require(not self.temporary(), self.temporary())
        return program.returncode, told

    def verify(self):
        done = subprocess.run([self.rjpack, "verify", "out"], cwd=self.directory,
                              capture_output=True, text=True)
        require(done.returncode == 0, done.stderr)


def check_signals(bench):
    for number in SIGNALS:
        program = bench.stopped()
        program.send_signal(number)
        status, told = bench.finish(program)
        require(status == -number and told == "", (number, status, told))
        require(bench.out.read_bytes() == OLD, number)


def check_payload(bench):
    """Another program writes to the payload, where it has been read and where not, or cuts it off."""
    def write(at):
        with bench.disk.open("r+b") as file:
            file.seek(at)
            file.write(b"x")

    for change, says in ((lambda: write(600), CHANGED), (lambda: write(SIZE - 1), CHANGED),
                         (lambda: os.truncate(bench.disk, SIZE // 2), SHRANK)):
        program = bench.stopped()
        change()
        status, told = bench.finish(program)
        require(status == 1 and told.startswith(says), (status, told))
        require(bench.out.read_bytes() == OLD, says)
        bench.make_disk()


def check_second(bench):
    """Each has a temporary file of its own; the last one that is complete wins."""
    program = bench.stopped()
    subprocess.run([bench.rjpack, "sector", "-o", "out"], cwd=bench.directory, check=True,
                   stdout=subprocess.DEVNULL)
    bench.verify()
    require(bench.out.stat().st_size < MIB, bench.out)
    require(bench.finish(program)[0] == 0 and bench.out.stat().st_size > SIZE, bench.out)
    bench.verify()


def check_ignored(bench):
    """What nohup has the program ignore."""
    program = bench.stopped(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    program.send_signal(signal.SIGHUP)
    require(bench.finish(program)[0] == 0, "it has ended by SIGHUP")
    bench.verify()


def main(rjpack):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in SIGNALS:      # nohup, or a shell's &, may have the test ignore them
        signal.signal(number, signal.SIG_DFL)
    with tempfile.TemporaryDirectory(prefix="rjpack-disturbed-") as directory:
        bench = Bench(Path(rjpack).resolve(), Path(directory))
        for check in (check_signals, check_payload, check_second, check_ignored):
            check(bench)


if __name__ == "__main__":
    main(*sys.argv[1:])
