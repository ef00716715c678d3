# SPDX-License-Identifier: MIT
"""One guest in Bochs, a different machine with different firmware, for the same rows as QEMU."""

import os
import re
import subprocess
import time
from pathlib import Path

import qemu

ENDS = "PROBE END", "SERVICES END"      # a payload has no way to end Bochs
CYLINDER = 16 * 63 * 512
# Debian's Bochs starts in its debugger. RFB is the display that needs no terminal; without a
# timeout it does not wait for a client. The serial line is Bochs' standard output.
CONFIG = """config_interface: textconfig
display_library: rfb, options="timeout=0"
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
cpu: model={model}, count={cpus}, ips=100000000
clock: sync=none
memory: guest={memory}, host={memory}
boot: disk
ata0-master: type=disk, path={disk}, mode=volatile, cylinders={cylinders}, heads=16, spt=63
com1: enabled=1, mode=file, dev=/dev/fd/1
log: {log}
panic: action=fatal
{images}
speaker: enabled=0
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
"""


def padded(path, work):
    """A copy of the disk in PATH, padded to whole cylinders, and their number."""
    data = path.read_bytes()
    cylinders = -(-len(data) // CYLINDER)
    copy = work / "bochs.disk"
    copy.write_bytes(data.ljust(cylinders * CYLINDER, b"\0"))
    return copy, cylinders


def images(pairs):
    """Configuration lines for what QEMU's loader device puts into memory."""
    found = (re.fullmatch(r"loader,file=(.*),addr=(0x\w+),.*", str(value)) for _, value in pairs)
    return "\n".join(f"optramimage{number}: file={match[1]}, address={match[2]}"
                     for number, match in enumerate(filter(None, found), 1))


class Guest(qemu.Guest):
    """Like QEMU's, but without a monitor. Of QEMU's arguments it supports -m, -drive and
    -device loader, and for -cpu and -smp the names and numbers that Bochs has."""

    def __init__(self, arguments, log, timeout, _fds=()):
        # pylint: disable=super-init-not-called
        self.start = time.monotonic()
        self.deadline = self.start + timeout
        work = Path(log).parent
        pairs = list(zip(arguments[::2], arguments[1::2], strict=True))
        options = {"-cpu": "corei7_haswell_4770", "-smp": "1", **dict(pairs)}
        image = Path(options["-drive"].removeprefix("file=").split(",")[0])
        copy, cylinders = padded(image, work)
        (work / "bochsrc").write_text(CONFIG.format(
            model=options["-cpu"], cpus=options["-smp"], images=images(pairs), memory=options["-m"].removesuffix("M"), disk=copy,
            cylinders=cylinders, log=work / "bochs.log"))
        (work / "bochs.go").write_text("c\n")
        self.log = open(log, "w", encoding="utf-8")
        self.process = subprocess.Popen(
            ["bochs-bin", "-q", "-f", work / "bochsrc", "-rc", work / "bochs.go"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        os.set_blocking(self.process.stdout.fileno(), False)

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stdin.close()
        self.log.close()

    def lines(self):
        """Yields the console's lines until the probe's last. Raises GuestError."""
        for line in super().lines():
            yield line
            if line in ENDS:
                return

    def status(self):
        """The probe has come to its end."""
        return qemu.PASSED
