# SPDX-License-Identifier: MIT
"""A partitioned disk from which a PC BIOS boots GRUB, and GRUB boots Debian's Linux.

Made without root: files in, file out.
"""

import gzip
import os
import shutil
import struct
import subprocess
from pathlib import Path

import cache
import initramfs

GRUB = Path("/usr/lib/grub/i386-pc")
MODULES = "biosdisk part_msdos ext2 normal linux serial terminal echo".split()
SECTOR = 512
PARTITION = 2048            # the first sector of the only partition
SIZE = 32 << 20
CONSOLE = "console=ttyS0,115200 quiet"

SERIAL = "serial --unit=0 --speed=115200\nterminal_output serial\n"

# No menu: GRUB runs this from top to bottom.
CONFIG = f"""{SERIAL}echo 'GRUB has read its disk'
linux /boot/vmlinuz {CONSOLE} disk=/dev/sda boot=GRUB
initrd /boot/initramfs.gz
boot
"""


def run(*command):
    """Runs a tool quietly. mke2fs and sfdisk stand where only root's PATH looks."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": path})
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")


def core_image(path, modules, config=None, memdisk=None):
    """Writes GRUB's core.img for a BIOS; CONFIG is a script that it starts with."""
    embedded = ["-m", memdisk] if memdisk else []
    if config is not None:
        path.with_suffix(".cfg").write_text(config)
        embedded += ["-c", path.with_suffix(".cfg")]
    run("grub-mkimage", "-O", "i386-pc", "-p", "(hd0,msdos1)/boot/grub", *embedded,
        "-o", path, *modules)
    return path.read_bytes()


def embed_grub(disk, core):
    """Does what grub-bios-setup does: boot.img into the MBR, core.img behind it."""
    boot = bytearray((GRUB / "boot.img").read_bytes())
    struct.pack_into("<Q", boot, 0x5C, 1)           # where boot.img finds core.img
    boot[0x66:0x68] = b"\x90\x90"                   # a hard disk: DL may be wrong
    core = bytearray(core)
    struct.pack_into("<Q", core, 0x1F4, 2)          # where its first sector finds the rest
    if SECTOR + len(core) > (PARTITION - 1) * SECTOR:
        raise RuntimeError("GRUB's core.img does not fit before the partition")
    with disk.open("r+b") as file:
        file.write(boot[:0x1B8])                    # disk signature and partitions follow
        file.seek(SECTOR)
        file.write(core)


def partition(disk):
    with disk.open("wb") as file:
        file.truncate(SIZE)
    done = subprocess.run(["/sbin/sfdisk", "--quiet", disk], text=True, capture_output=True,
                          input=f"label: dos\nlabel-id: 0x524A504B\n{PARTITION},,L,*\n")
    if done.returncode:
        raise RuntimeError(f"sfdisk: {done.stderr}")


def grub_disk(modules):
    """The path of the disk; its Linux loads MODULES."""
    ramdisk = initramfs.base(modules)
    inputs = [Path(__file__), GRUB / "boot.img", GRUB / "kernel.img",
              str(initramfs.kernel()), ramdisk.name]

    def build(path, scratch):
        tree = scratch / "tree"
        (tree / "boot/grub").mkdir(parents=True)
        (tree / "boot/grub/grub.cfg").write_text(CONFIG)
        shutil.copyfile(initramfs.kernel(), tree / "boot/vmlinuz")
        # Reading takes GRUB longer than unpacking takes Linux.
        (tree / "boot/initramfs.gz").write_bytes(gzip.compress(ramdisk.read_bytes(), 1, mtime=0))
        partition(path)
        run("mke2fs", "-q", "-t", "ext2", "-d", tree, "-E", f"offset={PARTITION * SECTOR}",
            path, f"{SIZE // 1024 - PARTITION * SECTOR // 1024}k")
        embed_grub(path, core_image(scratch / "core.img", MODULES))

    return cache.cached("disk.img", inputs, build)
