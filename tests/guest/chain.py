# SPDX-License-Identifier: MIT
"""Stand-ins for what a partition's boot sector loads, and a disk with such a partition."""

from pathlib import Path
from typing import NamedTuple

SECTOR = 512
MARK = b"LAST"
PARTITION, SECTORS = 2048, 20480        # where it begins, and how long it is
BIO_SIZE, DOS_SIZE = 40774, 38138       # of the files on it, as in MS-DOS 6.22


class Chain(NamedTuple):
    """What is written over the stand-in; offsets are in the file."""
    marks: dict                 # the signature
    landing: int                # the target of the jump in it
    size: int                   # of the file
    skip: int = 0               # bytes at the start that are not loaded
    loaded: int = 0             # bytes that are, if not all
    origin: int = 0             # of the first one in the segment
    sector: int = 0x7C00        # where the boot sector is expected


NTLDR = Chain({0: b"\xE9\xD5\x01\x00"}, 0x1D8, 250048)
MSLOAD = Chain({0: b"\xE9\x35\x01\x06\x16"}, 0x138, BIO_SIZE, loaded=0x7400)
CHAINS = {
    "bootmgr": NTLDR._replace(size=383786),
    "ntldr": NTLDR,
    "setupldr": NTLDR._replace(size=260272),
    "cmldr": NTLDR._replace(size=0x30004),
    "freeldr": Chain({0: b"\xE9\xFD\x01", 0x1FE: b"\x55\xAA", 0x800: b"MZ"}, 0x200, 0x70800),
    "freedos": Chain({0: b"\xEB\x1ECONFIG"}, 0x20, 46256, sector=0x27A00),
    "freedos-largest": Chain({0: b"\xEB\x1ECONFIG"}, 0x20, 0x253A0, sector=0x27A00),
    "msdos": MSLOAD,
    "pcdos": MSLOAD._replace(marks={0: b"\xE9\x35\x01\x07\x00"}),
    "msdos7": Chain({0: b"MZ", 0x200: b"BJ", 0x7FE: b"MS"}, 0, 222390, skip=0x800),
    "drdos": Chain({0: b"\xE9\x2D\x00\x00\x00\x00COMPAQCompatible"}, 0x30, 0x15000,
                   sector=0x27A00),
    "drmk": Chain({0: b"\xE9\x2D\x00\x00\x00\x00Real Mode"}, 0x30, 0x9000, sector=0x20000),
    "grldr": Chain({0: b"\xEB\x3E", 0x100: b"\xBB\xFC\x1F\x66\xB8GRLD", 0x1FF8: b"\x05\x01",
                    0x1FFC: b"GRLD\xEA\x70\x82\x00"}, 0x40, 0x4D000, origin=0x7C00),
}


def defines(name):
    """For chain.asm."""
    chain = CHAINS[name]
    last = (chain.loaded or chain.size - chain.skip) - len(MARK)
    return {"ORIGIN": chain.origin, "LANDING": chain.landing, "LAST": last,
            "SECTOR": chain.sector}


def lay_over(name, code):
    """The stand-in as a file: chain.asm, with its signature and marks."""
    chain = CHAINS[name]
    data = bytearray(bytes(chain.skip) + code).ljust(chain.size, b"\x90")
    last = chain.skip + defines(name)["LAST"]
    for offset, mark in {**chain.marks, last: MARK}.items():
        data[offset:offset + len(mark)] = mark
    return bytes(data)


def partition(path, run, names):
    """A FAT16 file system whose parameter block does not contain its first sector."""
    path.write_bytes(bytes(SECTORS * SECTOR))
    run("mformat", "-i", path, "-T", SECTORS, "-h", 16, "-s", 63, "-H", 7, "::")
    for name, size in zip(names, (BIO_SIZE, DOS_SIZE)):
        file = Path(f"{path}.{name}")
        file.write_bytes(bytes(size))
        run("mcopy", "-i", path, file, f"::{name}")


def disk(path, run, names):
    """A hard disk with that as its third partition, the active one."""
    partition(path, run, names)
    data = bytearray(PARTITION * SECTOR) + path.read_bytes()
    entry = b"\x80\xFE\xFF\xFF\x06\xFE\xFF\xFF" + PARTITION.to_bytes(4, "little")
    data[0x1DE:0x1EE] = entry + SECTORS.to_bytes(4, "little")
    data[0x1FE:0x200] = b"\x55\xAA"
    path.write_bytes(data)
