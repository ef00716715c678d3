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
    for seed in range(20):
        save(target / "plans", f"plan{seed}", random.Random(seed).randbytes(16 + 12 * seed))
    shutil.rmtree(work)


if __name__ == "__main__":
    if sys.argv[1] == "kinds":
        print("\n".join(kinds(*sys.argv[2:])))
    else:
        make(*sys.argv[2:])
