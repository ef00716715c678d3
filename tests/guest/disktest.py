# SPDX-License-Identifier: MIT
"""The disks that payload/disk.asm tests, and what it should print."""

import array
import re
import struct

STEP = 0x9E3779B1               # as in disk.asm
PATTERN = 0x10000
CD_SECTOR = 2048
BOOT_SECTOR = 20
BAD_SECTOR = 100                # before PATTERN, where only one test reads
# The sector size and the number of sectors of each kind.
SIZES = {"hard_disk": (512, 20573), "hard_disk_4k": (4096, 2571), "floppy": (512, 2880),
         "cd": (CD_SECTOR, 6000), "cd_floppy": (512, 2880), "cd_hard_disk": (512, 20160),
         "small_disk": (512, 900), "superfloppy": (512, 3486), "cut_floppy": (512, 1172),
         "filled_disk": (512, 20573), "cut_cd_floppy": (512, 2000), "hybrid": (512, 20573),
         "table_disk": (512, 20573), "card": (512, 32768)}

EMULATED = {"cd_floppy": 2, "cut_cd_floppy": 2, "cd_hard_disk": 4}

# What the payload must know about its disk.
FLOPPY_1440 = ("TOTAL=2880", "HEADS=2", "TRACK=18")
DEFINES = {"hard_disk_4k": ("SECTOR=4096",), "superfloppy": ("TOTAL=3486", "HEADS=2", "TRACK=21"),
           "cut_floppy": (*FLOPPY_1440, "FILE_SECTORS=1172"),
           "filled_disk": ("FILE_SECTORS=20573",), "cut_cd_floppy": ("FILE_SECTORS=2000",)}

# Patterns of the output for a hard disk. Where BIOSes differ, the value of any of them is
# accepted: SeaBIOS returns 01h for sectors out of range, others 04h.
TESTS = ("FIRST", "LAST", "COUNTS", "RANDOM", "ALIGN", "BOUNDARY", "SEGMENT", "QUIET", "VERIFY",
         "SEEK", "A20", "A20_8042", "V86", "WRITE", "AFTER")
BAD_REQUEST = "01|04"
NO_DRIVE = "01|07|80"
EXPECTED = {
    "TYPE": "03",
    "RESET": "ok", "STATUS": "ok", "SEEK_TRACK_0": "ok", "RESET_DISK": "ok", "READY": "ok",
    "RECALIBRATE": "ok",
    "E_SECTOR_0": BAD_REQUEST, "E_STATUS": BAD_REQUEST, "E_HEAD": BAD_REQUEST,
    "E_CYLINDER": BAD_REQUEST, "E_SECTOR_63": BAD_REQUEST, "E_COUNT_0": "01",
    "E_COUNT_129": "01|09", "E_VERIFY": BAD_REQUEST, "E_SEEK": f"ok|{BAD_REQUEST}",
    "E_FUNCTION": "01", "E_FUNCTION_EDD": "01", "E_DRIVE": NO_DRIVE, "E_DRIVE_EDD": NO_DRIVE,
    "E_DRIVE_PARAMETERS": NO_DRIVE, "E_CHECK": "01",
    "E_LBA": BAD_REQUEST, "E_LBA_FAR": BAD_REQUEST, "E_LBA_HIGH": BAD_REQUEST,
    "E_LBA_TOP": BAD_REQUEST, "E_LBA_END": BAD_REQUEST, "E_LBA_WRITE": BAD_REQUEST,
    "E_LBA_VERIFY": BAD_REQUEST, "E_LBA_SEEK": BAD_REQUEST,
    "E_EDD_COUNT_0": "ok|01", "E_EDD_COUNT_128": "ok|01", "E_EDD_PACKET": "01",
    "E_EDD_PARAMETERS": "01", "STATUS_EDD": "01",
    "EDD": "30", "EDD_SUPPORT": "000[1357]", "EDD_ERROR": "00",
    "EDD_SIZE": "00(1A|1E|42|4A)",
    **{name: "ok" for test in TESTS for name in (test, f"{test}_EDD")},
    "FLAT_EDD": "ok", "FLAT_HIGH_EDD": "ok", "ENDS_EDD": "ok", "WRITE_V86_EDD": "ok",
    "REGISTERS": "ok",
    **{f"SEG_{name}": "ffffffff:.*" for name in ("DS", "ES", "FS", "GS")},
}
READ_ONLY = {"WRITE": "03", "WRITE_EDD": "03", "WRITE_V86_EDD": "03", "E_LBA_WRITE": "03|04"}
NO_EDD = {
    **{name: "none" for name in EXPECTED if name.endswith("_EDD")},
    **{name: "01" for name in EXPECTED if re.match("E_(LBA|EDD|.*_EDD)", name)},
    "STATUS_EDD": "01", "EDD": "00", "EDD_SUPPORT": "0000", "EDD_SIZE": "0000",
    "EDD_SECTOR_SIZE": "0000", "EDD_SECTORS": "0+", "TYPE": "01|02",
}
FLOPPY = {**EXPECTED, **NO_EDD}
FILLED = {"ZEROS": "ok", "ZEROS_EDD": "ok"}
NOT_FILLED = {"ZEROS": "ok", "ZEROS_EDD": "none"}
KINDS = {
    "hard_disk": EXPECTED,
    "card": EXPECTED,
    "small_disk": EXPECTED,
    "hybrid": EXPECTED,
    "table_disk": {**EXPECTED, "HEADS": "0040", "SECTORS_PER_TRACK": "20"},
    "filled_disk": {**EXPECTED, **FILLED},
    "hard_disk_4k": {**EXPECTED, "E_EDD_COUNT_128": ""},
    "floppy": FLOPPY,
    "superfloppy": {**FLOPPY, "CYLINDERS": "0053", "HEADS": "0002", "SECTORS_PER_TRACK": "15"},
    "cut_floppy": {**FLOPPY, **NOT_FILLED, "CYLINDERS": "0050", "SECTORS_PER_TRACK": "12"},
    "cd_floppy": {**EXPECTED, **READ_ONLY, **NO_EDD},
    "cut_cd_floppy": {**EXPECTED, **READ_ONLY, **NO_EDD, **NOT_FILLED},
    "cd_hard_disk": {**EXPECTED, **READ_ONLY},
    "cd": {**EXPECTED, **READ_ONLY, **dict.fromkeys(TESTS, "none")},
}


def pattern(length):
    """LENGTH bytes in which each dword is STEP times its index."""
    dwords, value = array.array("I", bytes(length)), 0
    for number in range(length // 4):
        dwords[number] = value
        value = (value + STEP) & 0xFFFFFFFF
    return bytearray(dwords.tobytes())


def boot_record(media, sectors):
    """The El Torito part of a CD, sectors 16 to 19; the boot image follows. MEDIA is
    0 for no emulation, 2 for a floppy of 1.44 MB, 4 for a hard disk."""
    label = b"RJPACK".ljust(32)
    volume = bytearray(CD_SECTOR)
    volume[:7], volume[40:72] = b"\1CD001\1", label
    record = (b"\0CD001\1" + b"EL TORITO SPECIFICATION".ljust(64, b"\0") +
              struct.pack("<I", 19))
    catalog = bytearray(b"\1".ljust(30, b"\0") + b"\x55\xAA")
    total = -sum(struct.unpack("<16H", catalog)) & 0xFFFF
    struct.pack_into("<H", catalog, 28, total)
    catalog += struct.pack("<BBHBBHI", 0x88, media, 0, 0, 0, sectors, BOOT_SECTOR)
    return b"".join(bytes(sector).ljust(CD_SECTOR, b"\0")
                    for sector in (volume, record, b"\xFFCD001\1", catalog))


def image(kind, payload):
    """A disk of KIND with PAYLOAD at its front."""
    size, count = SIZES[kind]
    data = pattern(size * count)
    data[:PATTERN] = payload.ljust(PATTERN, b"\0")
    if kind in ("cd", "hybrid"):
        record = boot_record(0, 16) + payload
        data[16 * CD_SECTOR:16 * CD_SECTOR + len(record)] = record
    if kind == "table_disk":        # made for 64 heads of 32 sectors
        struct.pack_into("<BBBBBBBBII", data, 0x1BE, 0x80, 2, 1, 0, 0x06, 42, 8, 3, 64, 7496 - 64)
    if kind == "cd_hard_disk":      # all but the first track is a partition
        struct.pack_into("<BBBBBBBBII", data, 0x1BE, 0x80, 1, 1, 0, 0xDA, 15, 63, 19, 63, count - 63)
    if kind in EMULATED:
        data = bytearray(16 * CD_SECTOR) + boot_record(EMULATED[kind], 1) + data
    return data


def written(disk, lines, sector):
    """DISK with the bits flipped that the payload reports to have flipped; ranges may overlap."""
    data = bytearray(disk)
    for line in lines:
        if match := re.fullmatch(r"WROTE_(\w{8})=(\w{4})", line):
            lba, count = (int(digits, 16) for digits in match.groups())
            place = slice(lba * sector, (lba + count) * sector)
            data[place] = bytes(byte ^ 0xFF for byte in disk[place])
    return data


def problems(row, found):
    """Yields a line for each field that is not as expected."""
    kind = row["disk_test"]
    sector, count = SIZES[kind]
    size = {"EDD_SECTOR_SIZE": f"{sector:04X}", "EDD_SECTORS": f"{count:016X}"}
    expected = {**size, **KINDS[kind]}
    for names, value in row.get("disk_fields", {}).items():
        matching = [name for name in expected if re.fullmatch(names, name)]
        expected |= dict.fromkeys(matching or [names], value)
    return [f"{name}: expected {value}, found {found.get(name)}"
            for name, value in expected.items()
            if not re.fullmatch(value, found.get(name, ""))]


def compare(kind, before, after, lines):
    """Yields a line for the first sector in the disk's file that is wrong."""
    sector = SIZES[kind][0]
    data = written(before, lines, sector)
    if data == before and KINDS[kind]["WRITE_EDD"] == "ok":
        return ["the disk test has left nothing on the disk"]
    return [f"the disk's file is wrong from byte {place:#x} on"
            for place in range(0, len(data), sector)
            if data[place:place + sector] != after[place:place + sector]][:1]
