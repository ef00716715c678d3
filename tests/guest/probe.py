# SPDX-License-Identifier: MIT
"""What the probe prints: reading and comparing it."""

import re

# Fields that may differ between two native boots, or between BIOSes, with the reason.
UNLIKE = {
    "ESP": "each BIOS calls a boot sector on a stack of its own",
    "PIRQ": "the stub routes only what devices use; rows named pirq have devices on all of it",
    "WAITED": "a busy host makes each wait longer; rows expect the stub's to be right",
    "EVENT_TOOK": "as WAITED",
    "PIC_IRR": "SeaBIOS leaves the masked IRQ of its own serial output pending",
}

# Bytes of the BIOS's memory that change while it works: first, last, the reason.
MOVING = (
    (0x41A, 0x43D, "keys: where the next is read and written, and the last ones"),
    (0x450, 0x451, "the cursor: the BIOS has told of its boot, mode 3 clears the screen"),
    (0x46C, 0x46F, "ticks since midnight"),
)

# Bus Master of these classes of PCI functions differs: SeaBIOS sets it only for functions that it
# drives, Linux clears it everywhere. The stub sets it for bridges and for the disk controllers
# that INT 13h uses, and clears it for USB controllers without an owner.
MASTERS = ("06", "01", "0C03")
BUS_MASTER = 0x0004


def fields(lines):
    """The NAME=VALUE lines as a dictionary."""
    found = (re.fullmatch(r"([A-Z][A-Z0-9_]*)=(\S+)", line) for line in lines)
    return dict(match.groups() for match in found if match)


def compare(expected, found):
    """One line for each field that is not as expected."""
    return [f"{name}: expected {value}, found {found.get(name, 'nothing')}"
            for name, value in expected.items() if found.get(name) != value]


def memory(name, value):
    """VALUE, bytes from the address in NAME, with dots for those that change."""
    start = int(name.removeprefix("MEM_"), 16)
    digits = list(re.findall("..", value))
    for first, last, _ in MOVING:
        for address in range(max(first, start), min(last + 1, start + len(digits))):
            digits[address - start] = ".."
    return "".join(digits)


def without_bus_master(value):
    """A PCI function as printed, without Bus Master where that may differ."""
    known, kind, command, rest = value.split(":", 3)
    if not kind.startswith(MASTERS):
        return value
    return ":".join((known, kind, f"{int(command, 16) & ~BUS_MASTER:04X}", rest))


def settle(name, value):
    if name.startswith("MEM_"):
        return memory(name, value)
    return without_bus_master(value) if name.startswith("PCI_") else value


def settled(printed):
    """The fields that are the same in every boot of the same machine."""
    return {name: settle(name, value) for name, value in printed.items() if name not in UNLIKE}


def unlike(native, found, differs):
    """A line for each field that differs from the native boot, except those that a pattern in
    DIFFERS matches, and for each of those without such a field."""
    native, found = settled(native), settled(found)
    names = {name for name in native | found if native.get(name) != found.get(name)}
    expected = {pattern: {name for name in names if re.fullmatch(pattern, name)}
                for pattern in differs}
    return [f"{name}: native {native.get(name)}, found {found.get(name)}"
            for name in sorted(names.difference(*expected.values()))] + [
                f"{pattern}: as native" for pattern, matched in expected.items() if not matched]
