#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""seeds.py kinds PAYLOAD_H: prints the names of the payload kinds.
seeds.py make RJPACK DIRECTORY: makes the seeds for fuzzing, a directory for each sort:
  files      the files of tests/cli/inputs.py and packaged.py, after a struct front of fuzz.c
  plain      the same without the struct
  sectors    first sectors, each followed by a number of sectors
  images, services, snapshots   made by RJPACK
  texts      arguments of options
  plans      bytes for planner.c
  loaders    loaders' information for survey.c
"""

import random
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "cli"))
import inputs
import packaged

SEED_MAX = 128 << 10    # libFuzzer's -max_len in meson.build
ALL_OPTIONS = 0x0FFF

IMAGES = [["--mbr", "sector"], ["--mbr", "disk", "--int13", "firmware"], ["--grub", "core.img"],
          ["--disk", "floppy"], ["--disk", "noise", "--compress", "none"], ["--disk", "iso"],
          ["--boot", "int19"], ["--raw", "blob@0x8000", "--raw", "sector@7C00h", "--entry", "0:7C00"],
          ["--mbr", "sector", "--drive-map", "hd0=pci:03:00.0/ns1"],
          ["--mbr", "sector", "--restore", "snapshot"]]

TEXTS = ["31744", "0x7C00", "7C00h", "31K", "4294967296", "0:7C00", "F000:FFF0h", "hd0", "fd127",
         "0xFF", "eax=0x1234", "CS=7C0h", "flags=0x202", "1024,255,63", "80,2,18", "all", "none",
         "-hpet,pic,all", "pic,pit", "auto", "firmware", "nvme", "hd0=pci:03:00.0/ns1",
         "0x81=pci:0000:00:1f.2/port0", "fd0=pci:00:01.1", "FILE@0x7C00", "a@b@1M",
         "int18", "int19"]


def kinds(header):
    """The names in PAYLOAD_KINDS, which may span several lines."""
    text = Path(header).read_text().replace("\\\n", " ")
    rows = re.search(r"#define PAYLOAD_KINDS\(row\)(.*)", text)[1]
    return [name.replace("_", "-") for name in re.findall(r"row\((\w+)\)", rows)]


def save(directory, name, data):
    directory.mkdir(exist_ok=True)
    (directory / name).write_bytes(data[:SEED_MAX])


def front(data, options):
    """See struct front; its size restores the zeros at the end."""
    return struct.pack("<IHBB", len(data), options, 0, 0x80) + data.rstrip(b"\0")


def save_file(target, name, data):
    save(target / "plain", name, data)
    save(target / "files", name, front(data, 0))
    save(target / "files", name + "-options", front(data, ALL_OPTIONS))
    if len(data) >= inputs.SECTOR:
        save(target / "sectors", name,
             data[:inputs.SECTOR] + struct.pack("<I", len(data) // inputs.SECTOR))


def save_files(work, target):
    for name in inputs.FILES:
        inputs.make(name, work)
        save_file(target, name, (work / name).read_bytes())
    for name, give in packaged.files().items():
        save_file(target, "packaged-" + name, give(work / name))


def save_images(rjpack, work, target):
    def run(*arguments):
        subprocess.run([rjpack, *arguments], cwd=work, check=True, stderr=subprocess.DEVNULL)
    inputs.make("machine", work)
    run("snapshot", "--root", "machine", "-o", "snapshot")
    snapshot = (work / "snapshot").read_bytes()
    save(target / "snapshots", "machine", snapshot)
    # an odd last byte makes the target correct the CRC-32
    save(target / "snapshots", "machine-odd", snapshot[:-1] + b"\xFF")
    for n, arguments in enumerate(IMAGES):
        run(*arguments, "-o", "image")
        save(target / "images", f"image{n}", (work / "image").read_bytes())
        pieces = work / f"pieces{n}"
        pieces.mkdir()
        run("extract", "image", "-C", pieces.name)
        services = pieces / "services.bin"
        if services.exists():
            save(target / "services", f"services{n}", services.read_bytes())


def put(memory, at, form, *values):
    struct.pack_into("<" + form, memory, at, *values)


def seal(memory, at, size, checksum):
    memory[at + checksum] = -sum(memory[at:at + size]) & 0xFF


INFO, HOME, LOADER_INFO, HIGH = 0x1000000, 0x80000, 0x2000, 0x240000000
GUIDS = ["71e86888f1e4d311bc220080c73c8881", "302d9deb882dd3119a160090273fc14d"]


def tables():
    """What loaders point to, at the stub's home or, in a copy, above 4 GiB: the RSDP, ACPI's and
    EFI's tables, rows of a memory map."""
    home, high = bytearray(0x10000), HIGH + LOADER_INFO
    put(home, 0x100, "8s7xB4xIQ", b"RSD PTR ", 2, 36, high + 0x200)
    seal(home, 0x100, 20, 8)
    seal(home, 0x100, 36, 32)
    found = [(b"FACP", 0x1000, 132), (b"APIC", 0x1100, 80), (b"HPET", 0x1200, 56)]
    put(home, 0x200, "4sI", b"XSDT", 36 + 8 * len(found))
    for n, (name, at, size) in enumerate(found):
        put(home, 0x224 + 8 * n, "Q", (high if n % 2 else HOME) + at)
        put(home, at, "4sI", name, size)
    put(home, 0x1100 + 44, "BB6xBBxxI", 0, 8, 1, 12, 0xFEC00000)
    for at in (0x200, *(at for _, at, _ in found)):
        seal(home, at, struct.unpack_from("<I", home, at + 4)[0], 9)
    put(home, 0x300, "8s", b"IBI SYST")
    put(home, 0x300 + 104, "QQ", len(GUIDS), high + 0x400)
    for n, guid in enumerate(GUIDS):
        put(home, 0x400 + 24 * n, "16sQ", bytes.fromhex(guid), high + 0x100)
    put(home, 0x500, "QII", high + 0x600, 1, 40)
    put(home, 0x510, "QQIQQI", 1 << 32, 1 << 30, 1, 2 << 32, 1 << 30, 2)
    put(home, 0x600, "QII", 0, 4, 96)
    put(home, 0x620, "Q", high + 0x400)
    put(home, 0x700, "IQQIIQQI", 20, 0, 0x9FC00, 1, 20, 0x100000, 1 << 30, 1)
    put(home, 0x800, "QQIIQQI", 0, 0x9FC00, 1, 0, 0x100000, 1 << 30, 1)
    return bytes(home)


def boot_params():
    info = bytearray(LOADER_INFO)
    put(info, 0x70, "Q", HOME + 0x100)
    put(info, 0x1C0, "4sI16xI", b"EL64", (HIGH + LOADER_INFO + 0x300) & 0xFFFFFFFF, HIGH >> 32)
    put(info, 0x1E8, "B", 3)
    put(info, 0x250, "Q", HIGH + LOADER_INFO + 0x500)
    put(info, 0x2D0, "QQIQQIQQI", 0x400, 0x9F800, 1, 0x9FC00, 0x400, 2, 0x100000, 1 << 30, 1)
    return info


def multiboot():
    info = bytearray(LOADER_INFO)
    put(info, 0, "III", 0x41, 639, 0x10000)
    put(info, 44, "II", 48, HOME + 0x700)
    return info


def multiboot2():
    rsdp = tables()[0x100:0x124]
    tags = [(6, struct.pack("<IIQQIIQQII", 24, 0, 0, 0x9FC00, 1, 0, 0x100000, 1 << 30, 1, 0)),
            (12, struct.pack("<Q", HIGH + LOADER_INFO + 0x300)), (14, rsdp[:20]), (15, rsdp), (0, b"")]
    info = b"".join((struct.pack("<II", number, 8 + len(data)) + data).ljust(-(-(8 + len(data)) // 8) * 8, b"\0")
                    for number, data in tags)
    return struct.pack("<II", 8 + len(info), 0) + info


def pvh():
    info = bytearray(LOADER_INFO)
    put(info, 0, "II", 0x336EC578, 1)
    put(info, 32, "QQI", HOME + 0x100, HOME + 0x800, 2)
    return info


def save_loaders(target):
    """The loaders by their numbers in stub/abi/layout.h."""
    for number, make_info in ((2, boot_params), (3, boot_params), (4, multiboot2), (6, multiboot),
                              (7, pvh)):
        info = bytes(make_info()).ljust(LOADER_INFO, b"\0")
        save(target / "loaders", f"loader{number}", bytes([number]) + info + tables())
    without = boot_params()
    put(without, 0x70, "Q", 0)
    save(target / "loaders", "efi", bytes([3]) + bytes(without) + tables())


def make(rjpack, directory):
    target = Path(directory)
    shutil.rmtree(target, ignore_errors=True)
    work = target / "work"
    work.mkdir(parents=True)
    save_files(work, target)
    save_images(Path(rjpack).resolve(), work, target)
    for n, text in enumerate(TEXTS):
        save(target / "texts", f"text{n}", text.encode())
        save(target / "files", f"text{n}", front(text.encode(), ALL_OPTIONS))
    save_loaders(target)
    for seed in range(20):
        save(target / "plans", f"plan{seed}", random.Random(seed).randbytes(16 + 12 * seed))
    shutil.rmtree(work)


if __name__ == "__main__":
    if sys.argv[1] == "kinds":
        print("\n".join(kinds(*sys.argv[2:])))
    else:
        make(*sys.argv[2:])
