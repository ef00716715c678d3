# SPDX-License-Identifier: MIT
"""Disks from which a PC BIOS boots GRUB or SYSLINUX, and these boot Debian's Linux.

Made without root: files in, file out.
"""

import gzip
import os
import shutil
import struct
import subprocess
from pathlib import Path
from typing import NamedTuple

import cache
import initramfs

GRUB = Path("/usr/lib/grub/i386-pc")
SYSLINUX = Path("/usr/lib/syslinux")
ISOLINUX = Path("/usr/lib/ISOLINUX/isolinux.bin")
MODULES = "biosdisk part_msdos part_gpt ext2 iso9660 normal linux serial terminal echo".split()
SECTOR = 512
SIZE = 32 << 20
CONSOLE = "console=ttyS0,115200 quiet"

SERIAL = "serial --unit=0 --speed=115200\nterminal_output serial\n"

# No menu: GRUB runs this from top to bottom.
GRUB_CONFIG = SERIAL + """echo 'GRUB has read its disk'
linux /boot/vmlinuz {arguments} boot=GRUB
initrd /boot/initramfs.gz
boot
"""

# SYSLINUX prints its version on the serial line once it has read this.
SYSLINUX_CONFIG = """SERIAL 0 115200
DEFAULT linux
LABEL linux
KERNEL /boot/vmlinuz
INITRD /boot/initramfs.gz
APPEND {arguments} boot=SYSLINUX
"""

# A floppy has no room for Linux: what is on it starts the hard disk.
FLOPPY_CONFIG = """SERIAL 0 115200
DEFAULT disk
LABEL disk
COM32 chain.c32
APPEND hd0
"""

# Partition tables, as sfdisk reads them. Identifiers are fixed, so that files are, too.
PARTITION = 2048            # the first sector of the first partition; init counts before it
GPT_PARTITION = 4096        # that of the second one, behind GRUB's
UUID = "524A504B-0000-4000-8000-00000000000{}"
BIOS_BOOT = "21686148-6449-6E6F-744E-656564454649"
DOS = "label: dos\nlabel-id: 0x524A504B\n"
GPT = f"label: gpt\nlabel-id: {UUID.format(0)}\n"
GPT_END = SIZE // SECTOR - PARTITION


def gpt_row(number, start, end, kind, more=""):
    return f"start={start},size={end - start},type={kind},uuid={UUID.format(number)}{more}\n"


class Disk(NamedTuple):
    """The partition table; where the file system starts, in sectors; what makes it."""
    table: str
    start: int
    build: callable


def run(*command, **options):
    """Runs a tool quietly. mke2fs and sfdisk stand where only root's PATH looks."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": path},
                          **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")


def core_image(path, modules, config=None, memdisk=None, prefix="(hd0,msdos1)/boot/grub",
               kind="i386-pc"):
    """Writes GRUB's core.img for a BIOS; CONFIG is a script that it starts with."""
    embedded = ["-m", memdisk] if memdisk else []
    if config is not None:
        path.with_suffix(".cfg").write_text(config)
        embedded += ["-c", path.with_suffix(".cfg")]
    run("grub-mkimage", "-O", kind, "-p", prefix, *embedded, "-o", path, *modules)
    return path.read_bytes()


def embed_grub(disk, core, sector=1, end=PARTITION):
    """Does what grub-bios-setup does: boot.img into the MBR, core.img to SECTOR."""
    boot = bytearray((GRUB / "boot.img").read_bytes())
    struct.pack_into("<Q", boot, 0x5C, sector)      # where boot.img finds core.img
    boot[0x66:0x68] = b"\x90\x90"                   # a hard disk: DL may be wrong
    core = bytearray(core)
    struct.pack_into("<Q", core, 0x1F4, sector + 1)     # where its first sector finds the rest
    # The last sector before a partition is where init counts.
    if sector * SECTOR + len(core) > (end - 1) * SECTOR:
        raise RuntimeError("GRUB's core.img does not fit before the partition")
    with disk.open("r+b") as file:
        file.write(boot[:0x1B8])                    # disk signature and partitions follow
        file.seek(sector * SECTOR)
        file.write(core)


def partition(disk, table):
    with disk.open("wb") as file:
        file.truncate(SIZE)
    run("sfdisk", "--quiet", disk, input=table)


def tree_with_linux(scratch, ramdisk):
    """A directory with Linux in its boot."""
    tree = scratch / "tree"
    (tree / "boot/grub").mkdir(parents=True)
    shutil.copyfile(initramfs.kernel(), tree / "boot/vmlinuz")
    # Reading takes GRUB longer than unpacking takes Linux.
    (tree / "boot/initramfs.gz").write_bytes(gzip.compress(ramdisk.read_bytes(), 1, mtime=0))
    return tree


def grub_config(tree, arguments):
    (tree / "boot/grub/grub.cfg").write_text(
        GRUB_CONFIG.format(arguments=arguments))


def grub(path, tree, disk, arguments):
    """GRUB before an ext2 file system, or in a partition of its own."""
    grub_config(tree, arguments)
    partition(path, disk.table)
    run("mke2fs", "-q", "-t", "ext2", "-d", tree, "-E", f"offset={disk.start * SECTOR}",
        path, f"{(SIZE - (disk.start + PARTITION) * SECTOR) // 1024}k")
    if disk.table.startswith(GPT):
        core = core_image(tree / "core.img", MODULES, prefix="(hd0,gpt2)/boot/grub")
        embed_grub(path, core, PARTITION, disk.start)
    else:
        embed_grub(path, core_image(tree / "core.img", MODULES))


def fat(path, files, *install, offset=0, sectors=0):
    """SYSLINUX' file system at OFFSET, with FILES, target to source."""
    place = f"{path}@@{offset}"
    geometry = ["-T", str(sectors), "-h", "16", "-s", "63", "-H", str(offset // SECTOR)]
    run("mformat", "-i", place, "-N", "524A504B", *(geometry if sectors else ["-f", "1440"]), "::")
    run("mmd", "-i", place, "::boot")
    for target, source in files.items():
        run("mcopy", "-i", place, source, f"::boot/{target}")
    run("syslinux", *install, "--install", "--directory", "/boot", path)


def modules(*names):
    return {name: SYSLINUX / "modules/bios" / name for name in ("ldlinux.c32", *names)}


def syslinux(path, tree, disk, arguments):
    """SYSLINUX in a FAT, and its code in the MBR, which starts the active partition."""
    config = tree / "boot/syslinux.cfg"
    config.write_text(SYSLINUX_CONFIG.format(arguments=arguments))
    partition(path, disk.table)
    files = {name: tree / "boot" / name for name in ("vmlinuz", "initramfs.gz", "syslinux.cfg")}
    offset = disk.start * SECTOR
    fat(path, {**modules(), **files}, "-t", str(offset), offset=offset,
        sectors=SIZE // SECTOR - disk.start - PARTITION)
    code = "gptmbr.bin" if disk.table.startswith(GPT) else "mbr.bin"
    with path.open("r+b") as file:
        file.write((SYSLINUX / "mbr" / code).read_bytes())


def syslinux_floppy(path, tree, _disk, _arguments):
    """1.44 MB that start the hard disk."""
    config = tree / "syslinux.cfg"
    config.write_text(FLOPPY_CONFIG)
    path.write_bytes(bytes(2880 * SECTOR))
    fat(path, {**modules("chain.c32", "libcom32.c32", "libutil.c32"), "syslinux.cfg": config})


def iso(path, tree, loader):
    run("xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", path, "-no-emul-boot",
        "-boot-load-size", "4", "-boot-info-table", "-c", "boot/catalog", "-b", loader, tree)


def grub_iso(path, tree, _disk, arguments):
    grub_config(tree, arguments)
    core = core_image(tree / "boot/core.img", MODULES, prefix="(cd)/boot/grub",
                      kind="i386-pc-eltorito")
    (tree / "boot/core.img").write_bytes(core)
    iso(path, tree, "boot/core.img")


def isolinux(path, tree, _disk, arguments):
    folder = tree / "boot/isolinux"
    folder.mkdir()
    (folder / "isolinux.cfg").write_text(SYSLINUX_CONFIG.format(arguments=arguments))
    for name, source in {**modules(), "isolinux.bin": ISOLINUX}.items():
        shutil.copyfile(source, folder / name)
    iso(path, tree, "boot/isolinux/isolinux.bin")


DISKS = {
    "disk": Disk(f"{DOS}{PARTITION},,L,*\n", PARTITION, grub),
    "grub_gpt": Disk(GPT + gpt_row(1, PARTITION, GPT_PARTITION, BIOS_BOOT) +
                     gpt_row(2, GPT_PARTITION, GPT_END, "L"), GPT_PARTITION, grub),
    "syslinux": Disk(f"{DOS}{PARTITION},,e,*\n", PARTITION, syslinux),
    "syslinux_gpt": Disk(GPT + gpt_row(1, PARTITION, GPT_END, "U", ",attrs=LegacyBIOSBootable"),
                         PARTITION, syslinux),
    "syslinux_floppy": Disk("", 0, syslinux_floppy),
    "grub_iso": Disk("", 0, grub_iso),
    "isolinux": Disk("", 0, isolinux),
}


def build(name, kernel_modules, device):
    """The path of the disk NAME; its Linux loads KERNEL_MODULES, and counts on DEVICE."""
    disk, ramdisk = DISKS[name], initramfs.base(kernel_modules)
    inputs = [Path(__file__), GRUB / "boot.img", GRUB / "kernel.img", SYSLINUX / "mbr/mbr.bin",
              str(initramfs.kernel()), ramdisk.name, name, device]
    arguments = f"{CONSOLE} disk={device}"

    def make(path, scratch):
        disk.build(path, tree_with_linux(scratch, ramdisk), disk, arguments)

    return cache.cached("disk.img", inputs, make)
