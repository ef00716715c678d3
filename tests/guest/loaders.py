# SPDX-License-Identifier: MIT
"""Boot loaders as files to pack, and small disks with something for each to start:
report.asm, or a text for GRUB."""

import re
import shutil
import struct
from pathlib import Path

import cache
import disk

REPORT = Path(__file__).parent.parent / "boot" / "report.asm"
CD_TEXT = "GRUB has read its CD\n"
CD_SCRIPT = disk.SERIAL + "cat (cd)/boot/text\noutb 0xf4 0x10\n"
MENU = "default 0\ntimeout 0\ntitle report\nchainloader /boot/report\n"
OTHER_MENU = MENU.replace("chainloader", "root (hd0,0)\nchainloader")
CONFIG = "DEFAULT report\nLABEL report\nKERNEL report.bs\n"
INSTALL_PARTITION = 0x20A       # in stage2, asm.S
WHOLE_DRIVE = 0xFF
LIST = 0x1F8                    # in its first sector, start.S: grows down from here
STAGE2_SECTOR = 0x44            # in stage1, stage1.S


def legacy(name):
    """A file of Debian's GRUB Legacy."""
    return cache.unpacked("payloads") / "usr/lib/grub/x86_64-pc" / name


def ipxe(name):
    """The bytes of a file of Debian's iPXE."""
    return (cache.unpacked("payloads") / "usr/lib/ipxe" / name).read_bytes()


def kpxe():
    """iPXE with all drivers as a .kpxe: it does not call PXENV_STOP_UNDI."""
    return ipxe("ipxe.pxe").replace(b"\xBB\x15\0\xE8", b"\xBB\x15\0\xB9", 1)


def report(path):
    disk.run("nasm", "-f", "bin", "-Werror", "-o", path, REPORT)


def tree(work, files=()):
    """A directory whose boot has report.asm's sector in it, and FILES, name to bytes."""
    root = work / "loader-tree"
    shutil.rmtree(root, ignore_errors=True)
    (root / "boot/grub").mkdir(parents=True)
    report(root / "boot/report")
    for name, data in dict(files).items():
        (root / "boot" / name).write_bytes(data)
    return root


def sectors(path, name, size):
    """The sectors of the file NAME of SIZE bytes in the ext2 PATH, of blocks of 1024 bytes."""
    count = -(-size // disk.SECTOR)
    script = path.with_name("bmap")
    script.write_text("".join(f"bmap {name} {block}\n" for block in range(-(-count // 2))))
    listing = disk.output("debugfs", "-f", script, path)
    blocks = map(int, re.findall(r"^(\d+)$", listing, re.MULTILINE))
    return [2 * block + half for block in blocks for half in (0, 1)][:count]


class Loaders:
    """Files that a row names in braces: for Inputs."""

    def bare_core(self, path):
        """core.img without diskboot.img."""
        path.write_bytes(self["core"].read_bytes()[disk.SECTOR:])

    def boot_core(self, path):
        """boot.img followed by core.img."""
        path.write_bytes((disk.GRUB / "boot.img").read_bytes() + self["core"].read_bytes())

    def lnxboot_core(self, path):
        """lnxboot.img followed by core.img."""
        path.write_bytes((disk.GRUB / "lnxboot.img").read_bytes() + self["core"].read_bytes())

    def eltorito_core(self, path):
        """GRUB for a CD."""
        disk.core_image(path, [*disk.MODULES, "iorw", "cat"], CD_SCRIPT, prefix="(cd)/boot/grub",
                        kind="i386-pc-eltorito")

    def eltorito_cd(self, path):
        """A CD with that core.img."""
        files = {"text": CD_TEXT.encode(), "core.img": self["eltorito_core"].read_bytes()}
        disk.iso(path, tree(self.work, files), "boot/core.img")

    def legacy_stage1(self, path):
        path.write_bytes(legacy("stage1").read_bytes())

    def legacy_stage2(self, path):
        path.write_bytes(legacy("stage2").read_bytes())

    def legacy_both(self, path):
        """A floppy as described in GRUB Legacy's manual."""
        path.write_bytes(legacy("stage1").read_bytes() + legacy("stage2").read_bytes())

    def legacy_eltorito(self, path):
        path.write_bytes(legacy("stage2_eltorito").read_bytes())

    def legacy_disk(self, path):
        """An ext2 with menus, in the partition that the stage2 before it reads."""
        root = tree(self.work, {"grub/menu.lst": MENU.encode(), "other.lst": OTHER_MENU.encode()})
        disk.partition(path, disk.DISKS["disk"].table)
        disk.ext2(path, root, disk.PARTITION)
        stage2 = bytearray(legacy("stage2").read_bytes())
        stage2[INSTALL_PARTITION] = 0
        with path.open("r+b") as file:
            file.write(legacy("stage1").read_bytes()[:0x1B8])
            file.seek(disk.SECTOR)
            file.write(stage2)

    def legacy_floppy(self, path):
        """A floppy disk with an ext2. stage2 is a file in it, in two runs, with the block that
        lists all but the first blocks between them."""
        root = tree(self.work, {"grub/menu.lst": MENU.encode(),
                                "grub/stage2": legacy("stage2").read_bytes()})
        disk.run("mke2fs", "-q", "-b", "1024", "-d", root, path, "1440k")
        floppy = bytearray(path.read_bytes())
        first, *rest = sectors(path, "/boot/grub/stage2", legacy("stage2").stat().st_size)
        runs = [(sector, n) for n, sector in enumerate(rest) if not n or sector != rest[n - 1] + 1]
        for number, (sector, n) in enumerate(runs):
            end = runs[number + 1][1] if number + 1 < len(runs) else len(rest)
            struct.pack_into("<IHH", floppy, first * disk.SECTOR + LIST - 8 * number,
                             sector, end - n, 0x820 + n * disk.SECTOR // 16)
        floppy[rest[0] * disk.SECTOR + INSTALL_PARTITION - disk.SECTOR] = WHOLE_DRIVE
        floppy[:disk.SECTOR] = legacy("stage1").read_bytes()
        struct.pack_into("<I", floppy, STAGE2_SECTOR, first)
        path.write_bytes(floppy)

    def legacy_cd(self, path):
        """A CD with a menu."""
        files = {"grub/menu.lst": MENU.encode(), "stage2": legacy("stage2_eltorito").read_bytes()}
        disk.iso(path, tree(self.work, files), "boot/stage2")

    def ipxe_kpxe(self, path):
        path.write_bytes(kpxe())

    def syslinux_disk(self, path):
        """SYSLINUX in a FAT partition."""
        start = disk.PARTITION
        root = tree(self.work, {"syslinux.cfg": CONFIG.encode()})
        disk.partition(path, disk.DISKS["syslinux"].table)
        files = {"report.bs": root / "boot/report", "syslinux.cfg": root / "boot/syslinux.cfg"}
        disk.fat(path, {**disk.modules(), **files}, "-t", str(start * disk.SECTOR),
                 offset=start * disk.SECTOR, sectors=disk.SIZE // disk.SECTOR - 2 * start)

    def syslinux_sector(self, path):
        """The boot sector of that disk."""
        data = self["syslinux_disk"].read_bytes()
        path.write_bytes(data[disk.PARTITION * disk.SECTOR:][:disk.SECTOR])

    def isolinux_bin(self, path):
        path.write_bytes(disk.ISOLINUX.read_bytes())

    def isolinux_there(self, path):
        """The same as on the CD, with the boot information table that mkisofs has filled in."""
        data, size = self["isolinux_cd"].read_bytes(), disk.ISOLINUX.stat().st_size
        start = data.index(disk.ISOLINUX.read_bytes()[64:2048]) - 64
        path.write_bytes(data[start:start + size])

    def isolinux_cd(self, path):
        """A CD with ISOLINUX, which reads its files from this folder."""
        root = tree(self.work)
        folder = root / "boot/isolinux"
        folder.mkdir()
        (folder / "isolinux.cfg").write_text(CONFIG)
        files = {**disk.modules(), "isolinux.bin": disk.ISOLINUX, "report.bs": root / "boot/report"}
        for name, source in files.items():
            shutil.copyfile(source, folder / name)
        disk.iso(path, root, "boot/isolinux/isolinux.bin")
