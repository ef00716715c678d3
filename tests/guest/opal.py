# SPDX-License-Identifier: MIT
"""A self-encrypting drive, as far as booting from it is concerned: QEMU reads it by NBD.

The drive is locked at power-on and after every reset of the machine, and then shows its shadow MBR.
After its range is unlocked and MBRDone is set (TCG Opal 2.01, 4.3.5), it shows its own
contents. guest/sedutil-cli does both by a write to the last sector.
"""

import socket
import struct
import tempfile
import threading
from pathlib import Path

SECTOR = 512

# The NBD protocol (github.com/NetworkBlockDevice/nbd, doc/proto.md)
GREETING = b"NBDMAGIC" + b"IHAVEOPT" + struct.pack(">H", 1)     # fixed newstyle
OPTION = struct.Struct(">8sII")
OPTION_REPLY = struct.Struct(">QIII")
OPTION_REPLY_MAGIC = 0x3E889045565A9
OPT_GO = 7
REP_ACK, REP_INFO, REP_ERR_UNSUP = 1, 3, 1 << 31 | 1
INFO_EXPORT = struct.Struct(">HQH")
HAS_FLAGS, SEND_FLUSH = 1, 4
REQUEST = struct.Struct(">IHHQQI")
REPLY = struct.Struct(">IIQ")
REPLY_MAGIC = 0x67446698
READ, WRITE, DISCONNECT, FLUSH = range(4)
EPERM = 1


class Drive:
    """SHADOW and CONTENTS have the same size; PASSWORD unlocks the drive."""

    def __init__(self, shadow, contents, password):
        self.shadow, self.contents = shadow, bytearray(contents)
        self.right = {f"--setLockingRange 0 RW {password}": "unlocked",
                      f"--setMBRDone on {password}": "done"}
        self.state, self.qmp = set(), None
        self.folder = tempfile.TemporaryDirectory(prefix="rjpack-opal.")
        self.listening = {name: self._listen(name) for name in ("disk", "qmp")}
        threading.Thread(target=self._serve, daemon=True).start()

    def _listen(self, name):
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(Path(self.folder.name) / name))
        listening.listen(1)
        return listening

    def arguments(self):
        """QEMU's, for a drive with the id "disk"."""
        return ["-drive", f"id=disk,if=none,format=raw,file=nbd:unix:{self.folder.name}/disk",
                "-chardev", f"socket,id=qmp,path={self.folder.name}/qmp",
                "-mon", "chardev=qmp,mode=control"]

    def _serve(self):
        with self.listening["disk"].accept()[0] as client, client.makefile("rb") as stream:
            self._negotiate(client, stream)
            while len(head := stream.read(REQUEST.size)) == REQUEST.size:
                _, _, kind, handle, offset, length = REQUEST.unpack(head)
                if kind == DISCONNECT:
                    return
                data = stream.read(length) if kind == WRITE else None
                self._lock_after_reset()
                error, answer = self._do(kind, offset, length, data)
                client.sendall(REPLY.pack(REPLY_MAGIC, error, handle) + answer)

    def _negotiate(self, client, stream):
        client.sendall(GREETING)
        stream.read(4)
        option = None
        while option != OPT_GO:
            _, option, length = OPTION.unpack(stream.read(OPTION.size))
            stream.read(length)
            replies = [(REP_ERR_UNSUP, b"")]
            if option == OPT_GO:
                export = INFO_EXPORT.pack(0, len(self.contents), HAS_FLAGS | SEND_FLUSH)
                replies = [(REP_INFO, export), (REP_ACK, b"")]
            for kind, data in replies:
                client.sendall(OPTION_REPLY.pack(OPTION_REPLY_MAGIC, option, kind, len(data)) + data)

    def _lock_after_reset(self):
        """QEMU sends its event before the machine can read a sector after a reset."""
        if not self.qmp:
            self.qmp = self.listening["qmp"].accept()[0]
            self.qmp.sendall(b'{"execute": "qmp_capabilities"}')
            self.qmp.setblocking(False)
        try:
            if b'"RESET"' in self.qmp.recv(1 << 20):
                self.state.clear()
        except BlockingIOError:
            pass

    def _do(self, kind, offset, length, data):
        """Serves one request; returns the error, and what was read."""
        shown = self.shadow
        if "done" in self.state:
            shown = self.contents if "unlocked" in self.state else None
        if kind == WRITE and offset + length == len(self.contents):
            return self._obey(data[-SECTOR:]), b""
        if kind == FLUSH:
            return 0, b""
        if shown is None or (kind == WRITE and shown is self.shadow):
            return EPERM, b""
        if kind == READ:
            return 0, bytes(shown[offset:offset + length])
        self.contents[offset:offset + length] = data
        return 0, b""

    def _obey(self, sector):
        """Handles a command of sedutil-cli; an error if the password is wrong."""
        told = self.right.get(sector.rstrip(b"\0").decode(errors="replace").strip())
        if told:
            self.state.add(told)
        return 0 if told else EPERM
