# SPDX-License-Identifier: MIT
"""One guest: starts it, follows its serial console, ends it."""

import os
import re
import selectors
import subprocess
import time

PASSED = 33                     # the guest wrote 10h to isa-debug-exit
COMMAND = """qemu-system-x86_64 -accel tcg -display none -nodefaults -vga std -no-reboot
    -monitor none -serial stdio -device isa-debug-exit,iobase=0xf4""".split()
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class GuestTimeout(Exception):
    pass


class Guest:
    """A running guest. Its console is kept in the file LOG, each line with its time."""

    def __init__(self, arguments, log, timeout):
        self.start = time.monotonic()
        self.deadline = self.start + timeout
        self.log = open(log, "w", encoding="utf-8")
        self.process = subprocess.Popen([*COMMAND, *map(str, arguments)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def seconds(self):
        return time.monotonic() - self.start

    def lines(self):
        """Yields the console's lines until the guest is gone. Raises GuestTimeout."""
        rest = b""
        for data in self._chunks():
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                yield self._keep(line)
        if rest:
            yield self._keep(rest)

    def status(self):
        """QEMU's exit status, after its console has ended."""
        return self.process.wait(timeout=max(1, self.deadline - time.monotonic()))

    def _chunks(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                left = self.deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise GuestTimeout(f"no end after {self.seconds():.0f} s")
                data = os.read(self.process.stdout.fileno(), 65536)
                if not data:
                    return
                yield data

    def _keep(self, line):
        text = ESCAPES.sub("", line.decode("latin-1"))
        self.log.write(f"{self.seconds():7.2f} {text}\n")
        self.log.flush()
        return text
