# SPDX-License-Identifier: MIT
"""What the probe prints: reading and comparing it."""

import re

# Fields that differ between two native boots, or between BIOSes, with the reason.
UNLIKE = {
    "ESP": "each BIOS calls a boot sector on a stack of its own",
    "PIC_IRR": "SeaBIOS leaves the masked IRQ of its own serial output pending",
}


def fields(lines):
    """The NAME=VALUE lines as a dictionary."""
    found = (re.fullmatch(r"([A-Z][A-Z0-9_]*)=(\S+)", line) for line in lines)
    return dict(match.groups() for match in found if match)


def comparable(native):
    return {name: value for name, value in native.items() if name not in UNLIKE}


def compare(expected, found):
    """One line for each field that is not as expected."""
    return [f"{name}: expected {value}, found {found.get(name, 'nothing')}"
            for name, value in expected.items() if found.get(name) != value]
