# SPDX-License-Identifier: MIT
"""A network card for a guest, and a host that keeps sending to it."""

import contextlib
import socket
import struct
import threading

PAUSE = 0.2                     # seconds: a card without a driver has room for some dozen packets
# Broadcast, from a locally administered address, of an EtherType for experiments (IEEE 802).
FRAME = b"\xFF" * 6 + b"\x02RJPAC" + b"\x88\xB5" + bytes(range(46))


class Traffic:
    """The host at the other end of CARD's cable, for as long as the with block runs."""

    def __init__(self, card):
        self.card = card
        self.ours, self.theirs = socket.socketpair()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._send)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.ours.close()
        self.theirs.close()

    def arguments(self):
        return ["-netdev", f"socket,id=net,fd={self.theirs.fileno()}",
                "-device", f"{self.card},netdev=net,romfile="]

    def fds(self):
        return [self.theirs.fileno()]

    def _send(self):
        self.ours.settimeout(PAUSE)
        while not self.over.wait(PAUSE):
            with contextlib.suppress(OSError):
                self.ours.sendall(struct.pack(">I", len(FRAME)) + FRAME)


class Silence(contextlib.nullcontext):
    """No card at all."""

    def __init__(self):
        super().__init__(self)

    def arguments(self):
        return []

    fds = arguments
