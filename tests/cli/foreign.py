#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""foreign.py RJPACK: checks that files that are not for a BIOS, or packed by a program other than
gzip, are rejected with a message that says what to do. The tools themselves make the files. Each is
tested plain and in gzip, with a kind's option and without; --raw accepts all of them.
"""

import gzip
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs
import packaged

CONVERT = "convert it with qemu-img convert -O raw"
ELF = "kexec and multiboot loaders start it directly; a BIOS cannot"
PE = "a BIOS cannot start it; use its variant for BIOS"


def converted(kind, *options):
    return ["qemu-img", "convert", "-q", "-f", "raw", "-O", kind, *options, "disk", "out"]


# The command that makes "out" from "disk", or the file itself; the two parts of the message.
MADE = [
    (converted("qcow2"), "a qcow2 image", CONVERT),
    (converted("vmdk"), "a VMDK image", CONVERT),
    (converted("vmdk", "-o", "subformat=monolithicFlat"), "a VMDK descriptor file", CONVERT),
    (converted("vdi"), "a VDI image", CONVERT),
    (converted("vpc"), "a VHD image", CONVERT),
    (converted("vhdx"), "a VHDX image", CONVERT),
    (converted("qed"), "a QED image", CONVERT),
    (converted("parallels"), "a Parallels image", CONVERT),
    (r"{ printf 'DOSEMU\0\377\0\0\0\77\0\0\0\2\0\0\0\200\0\0\0'; head -c 105 /dev/zero; cat disk; } >out",
     "a disk image with DOSEMU's header", "remove it with tail -c +129"),
    (r"{ printf '\0\377\377\377\377\377\377\377\377\377\377\0\0\2\0\1'; cat disk; } >out",
     "a CD's raw sectors", "convert them with ccd2iso"),
    (r"{ cat disk; printf 'NER5\0\0\0\0\0\7\340\0'; } >out", "a Nero image of a CD",
     "convert it with nrg2iso"),
    (r"{ cat disk; printf koly; head -c 508 /dev/zero; } >out", "a DMG image",
     "convert it with dmg2img"),
    ("tar -cf out disk", "a tar file", "unpack it with tar -x"),
    ("echo disk | busybox cpio -o -H newc >out 2>log", "a cpio archive", "pass it to a kernel with --initrd"),
    ("xz -c disk >out", "an xz file", "unpack it with unxz"),
    ("zstd -q -c disk >out", "a zstd file", "unpack it with unzstd"),
    ("bzip2 -c disk >out", "a bzip2 file", "unpack it with bunzip2"),
    ("lz4 -q -c disk >out", "an lz4 file", "unpack it with unlz4"),
    ("lzip -c disk >out", "an lzip file", "unpack it with lzip -d"),
    ("zip -q out.zip disk && mv out.zip out", "a zip file", "unpack it with unzip"),
    ("7z a -bd out.7z disk >log && mv out.7z out", "a 7z file", "unpack it with 7z x"),
]
PACKAGED = [("ls.c32", "an ELF file", ELF), ("kernel.img", "an ELF file", ELF),
            ("ipxe.efi", "a PE file, for UEFI or Windows", PE),
            ("snponly.efi", "a PE file, for UEFI or Windows", PE)]


def rjpack(program, directory, *arguments):
    return subprocess.run([program, *arguments], cwd=directory, text=True, capture_output=True)


def expect_refusal(program, directory, name, todo):
    words = f"rjpack: payload: this is {name}; {todo}\n"
    for option in [], ["--mbr"], ["--grub"], ["--disk"]:
        result = rjpack(program, directory, *option, "payload", "-o", "image")
        if result.returncode != 1 or result.stderr != words or (directory / "image").exists():
            sys.exit(f"{name} {option}: exit status {result.returncode}, {result.stderr}")


def refused(program, directory, data, name, todo):
    for contents in data, gzip.compress(data, compresslevel=1):
        (directory / "payload").write_bytes(contents)
        expect_refusal(program, directory, name, todo)


def carried(program, directory, data):
    """--raw takes the bytes unchanged."""
    (directory / "payload").write_bytes(data)
    if rjpack(program, directory, "--raw", "payload@0x7C00", "--entry", "0:7C00",
              "-o", "image").returncode:
        sys.exit("--raw refuses what is of another format")
    if rjpack(program, directory, "extract", "image", "-C", ".").returncode:
        sys.exit("the image cannot be extracted")
    if (directory / "raw.bin").read_bytes() != data:
        sys.exit("--raw changes the bytes")
    (directory / "image").unlink()


def make(directory, how):
    subprocess.run(how, shell=isinstance(how, str), cwd=directory, check=True)
    return (directory / "out").read_bytes()


def main(program):
    files = packaged.files()
    with tempfile.TemporaryDirectory(prefix="rjpack-foreign-") as name:
        directory = Path(name)
        (directory / "disk").write_bytes(inputs.partitioned(16, 63, 1008 * inputs.SECTOR))
        made = [(make(directory, how), *words) for how, *words in MADE]
        made += [(files[name](directory / name), *words) for name, *words in PACKAGED]
        for data, *words in made:
            refused(program, directory, data, *words)
        for data in made[0][0], gzip.compress(inputs.boot_sector()):
            carried(program, directory, data[:0x60000])
    print(f"{len(made)} formats")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
