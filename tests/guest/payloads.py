#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""payloads.py ROWS RJPACK WORK: prints which payload boots on which firmware.

Exit status: as matrix.py's.
"""

import sys

import matrix
import rowfile

FIRMWARE = {"qemu": "SeaBIOS", "grub-efi": "OVMF, GRUB", "efi": "OVMF"} # by what starts the row's image
RESULTS = {None: matrix.NOT_RUN, matrix.PASSED: matrix.WORKS}


def main(path, rjpack, work):
    lines = {}
    for name, row in rowfile.read(path).items():
        status = matrix.status_of(name, row, rjpack, work)
        lines.setdefault(row["matrix"], {})[FIRMWARE[row["start"]]] = RESULTS.get(status,
                                                                                  matrix.FAILED)
    matrix.show(lines, (), FIRMWARE.values())
    return matrix.exit_status({cell for line in lines.values() for cell in line.values()})


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
