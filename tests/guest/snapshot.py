# SPDX-License-Identifier: MIT
"""The snapshot that rjpack would take on the machine under test."""

import inputs
import qemu
import starts

LOW = 0x100000

# As Linux prints it on SeaBIOS.
IOMEM = """00000000-00000fff : Reserved
00001000-0009fbff : System RAM
0009fc00-0009ffff : Reserved
000f0000-000fffff : Reserved
"""


def take(row, work, held, timeout=60):
    """Boots the row's drive natively until the probe holds, and returns the path of the
    snapshot that rjpack makes from that machine's first MiB."""
    (work / "root/dev").mkdir(parents=True)
    (work / "root/proc").mkdir()
    (work / "root/proc/iomem").write_text(IOMEM)
    memory, path = work / "root/dev/mem", work / "snapshot"
    files = inputs.Inputs({**row, "start": "native", "pieces": [], "probe": ["HOLD"]}, work)
    arguments = starts.native(files) + row.get("qemu", "").split()
    with qemu.Guest(arguments, work / "snapshot.log", timeout) as guest:
        for line in guest.lines():
            if line == held:
                guest.ask(f'pmemsave 0 {LOW:#x} "{memory}"')
                break
    inputs.run(row["rjpack"], "snapshot", "--root", work / "root", "-o", path)
    return path
