# SPDX-License-Identifier: MIT
"""One guest: starts it, follows its serial console, ends it."""

import math
import os
import re
import selectors
import socket
import subprocess
import tempfile
import time

import cache
import initramfs

TEXT_MEMORY, TEXT_CELLS = 0xB8000, 2000
PASSED = 33                     # the guest wrote 10h to isa-debug-exit
# Of rows that end otherwise: a reset; init says what failed, and writes 11h.
STATUSES = {"reboot": 0, "fail": 35}
INIT_TAKEN = 5                  # seconds at most
PROGRAM = "qemu-system-x86_64"
COMMAND = f"""{PROGRAM} -accel tcg -display none -nodefaults -vga std -no-reboot
    -serial stdio -device isa-debug-exit,iobase=0xf4""".split()
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|c)|\r")


def command_of(debian):
    """The command that starts the QEMU of a Debian release with its own libraries and firmware."""
    tree = cache.unpacked("qemu", debian)
    firmware = [tree / "usr/share" / package for package in ("qemu", "seabios")]
    return [*initramfs.loader_of(tree), tree / "usr/bin" / PROGRAM,
            *(word for folder in firmware for word in ("-L", folder)), *COMMAND[1:]]


class GuestError(Exception):
    pass


class Guest:
    """A running guest. Its console goes to the file LOG, each line with its time."""

    command = COMMAND
    quiet = last = math.inf     # of read_on
    ended = False               # the console has

    def __init__(self, arguments, log, timeout, fds=(), command=None):
        self.start = time.monotonic()
        self.deadline = self.start + timeout
        self.log = open(log, "w", encoding="utf-8")
        self.greeted = False
        self.monitor, theirs = socket.socketpair()
        command = [*(command or self.command),
                   "-chardev", f"socket,id=monitor,fd={theirs.fileno()}", "-mon",
                   "chardev=monitor", *map(str, arguments)]
        with theirs:
            self.process = subprocess.Popen(command, pass_fds=[theirs.fileno(), *fds],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stdin.close()
        self.monitor.close()
        self.log.close()

    def seconds(self):
        return time.monotonic() - self.start

    def left(self):
        """Seconds until the guest must have ended."""
        return self.deadline - time.monotonic()

    def lines(self):
        """Yields the console's lines until the guest is gone. Raises GuestError."""
        rest = b""
        for data in self._chunks():
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                yield self._keep(line)
        if rest:
            yield self._keep(rest)

    def read_on(self, quiet, longest):
        """Makes lines() end after so many seconds without a line, or so many in all."""
        self.quiet, self.last = quiet, time.monotonic() + longest

    def status(self):
        """QEMU's exit status, after its console has ended."""
        return self.process.wait(timeout=max(1, self.left()))

    def segments(self):
        """The part of the segment registers that a program cannot read: SEG_DS=LIMIT:FLAGS."""
        text = self.ask("info registers")
        return [f"SEG_{name}={limit}:{flags}" for name, limit, flags in
                re.findall(r"^(\w\w) =\w+ \w+ (\w+) (\w+)", text, re.MULTILINE)
                if name in ("CS", "DS", "ES", "FS", "GS", "SS")]

    def cpus(self):
        """Whether each CPU is halted: CPU0=0 means that it runs. QEMU's threads take an INIT only
        when the host lets them run."""
        end = time.monotonic() + min(self.left(), INIT_TAKEN)
        while True:
            halted = re.findall(r"\bHLT=(\d)", self.ask("info registers -a"))
            if "0" not in halted[1:] or time.monotonic() > end:
                return [f"CPU{number}={state}" for number, state in enumerate(halted)]

    def display(self):
        """The size of the display: DISPLAY=WIDTHxHEIGHT, 720x400 in text mode."""
        with tempfile.NamedTemporaryFile(suffix=".ppm") as file:
            self.ask(f"screendump {file.name}")
            return [f"DISPLAY={b'x'.join(file.read(32).split()[1:3]).decode()}"]

    def flushes(self):
        """How often the guest has flushed the cache of the disk with the id "disk"."""
        text = self.ask("info blockstats")
        return [f"FLUSHES={count}" for count in
                re.findall(r"^disk: .*flush_operations=(\d+)", text, re.MULTILINE)]

    def memory(self, address, size):
        """SIZE bytes of the guest's memory."""
        text = self.ask(f"xp /{size}xb {address:#x}")
        # The command, which QEMU echoes, contains a number, too.
        found = re.findall(r"0x(\w\w)", re.sub(r"^\w+:", "", text, flags=re.MULTILINE))
        return bytes(int(byte, 16) for byte in found[-size:])

    def screen(self):
        """The text on the VGA screen, of 80 columns."""
        letters = self.memory(TEXT_MEMORY, 2 * TEXT_CELLS)[::2].decode("latin-1")
        return "\n".join(letters[start:start + 80] for start in range(0, len(letters), 80))

    def ask(self, command):
        """QEMU's answer to a command to its monitor."""
        if not self.greeted:
            self._until_prompt()
            self.greeted = True
        self.monitor.sendall(command.encode() + b"\n")
        return self._until_prompt()

    def _until_prompt(self):
        self.monitor.settimeout(max(1, self.left()))
        text = b""
        while not text.endswith(b"\n(qemu) "):
            try:
                data = self.monitor.recv(65536)
            except TimeoutError as error:
                raise GuestError("QEMU's monitor does not answer") from error
            if not data:
                raise GuestError("QEMU ended before its monitor answered")
            text += data
        return text.decode().replace("\r", "")

    def send(self, data):
        """Sends DATA to the guest's serial port."""
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def _chunks(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                left = min(self.left(), self.quiet, self.last - time.monotonic())
                if left <= 0 or not selector.select(left):
                    if math.isinf(self.last):
                        raise GuestError(f"no end after {self.seconds():.0f} s")
                    return
                data = os.read(self.process.stdout.fileno(), 65536)
                if not data:
                    self.ended = True
                    return
                yield data

    def _keep(self, line):
        return self.note(ESCAPES.sub("", line.decode("latin-1")))

    def note(self, text):
        """Writes a line to the log, like those of the console."""
        self.log.write(f"{self.seconds():7.2f} {text}\n")
        self.log.flush()
        return text
