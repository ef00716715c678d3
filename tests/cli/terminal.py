# SPDX-License-Identifier: MIT
"""Runs programs on a pseudoterminal, each in a session of its own."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time


class Program:
    """A program whose standard error is a terminal, and standard output too unless to_pipe."""

    def __init__(self, arguments, columns=80, cwd=None, environment=None, to_pipe=False):
        self.output = b""
        environment = {"TERM": "xterm", "PATH": os.environ["PATH"], "LC_ALL": "C",
                       **(environment or {})}
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            # the size is set before anything can ask for it
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
            os.chdir(cwd or ".")
            if to_pipe:
                os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
            os.execvpe(arguments[0], [os.fspath(word) for word in arguments], environment)

    def read(self, until=None, timeout=60):
        """What the program prints up to the given bytes, or to its end."""
        end = time.monotonic() + timeout
        while until is None or until not in self.output:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.terminal], [], [], left)[0]:
                os.kill(self.pid, signal.SIGKILL)
                raise TimeoutError(self.output)
            try:
                data = os.read(self.terminal, 65536)
            except OSError:             # Linux returns this when the other side is closed
                data = b""
            if not data:
                break
            self.output += data
        return self.output

    def press(self, keys):
        os.write(self.terminal, keys)

    def finish(self):
        """Everything that the program printed, and its exit status, negative for a signal."""
        self.read()
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.terminal)
        return self.output.decode().replace("\r\n", "\n"), status
