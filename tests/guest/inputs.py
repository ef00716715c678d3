# SPDX-License-Identifier: MIT
"""The files that a row names in braces, each made when a row first needs it."""

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

import cache
import chain
import disk
import disktest
import initramfs
import oops
from controllers import CONTROLLERS
from loaders import Loaders

BOOT = Path(__file__).parent.parent / "boot"
FONT = Path(__file__).parents[2] / "stub/screen/font.c"
FONT_PF2 = Path("/usr/share/grub/ascii.pf2")
PAYLOAD = Path(__file__).parent.parent / "payload"
MODULES = ["ata_piix", "sd_mod"]
MENU = """MENU TITLE The menu
LABEL first
MENU LABEL The first entry
LOCALBOOT -1
LABEL second
MENU LABEL The second entry
BOOT second.bin
"""
STEP = 0x9E3779B1               # as in memory.inc


def run(*command):
    done = subprocess.run([str(part) for part in command], stderr=subprocess.STDOUT,
                          stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: exit {done.returncode}: {done.stdout}")
    return done.stdout


def piece_data(seed, length):
    """LENGTH bytes that the probe can recognise."""
    dwords = ((seed + n * STEP) & 0xFFFFFFFF for n in range(length // 4))
    return b"".join(dword.to_bytes(4, "little") for dword in dwords)


class Inputs(dict, Loaders):
    """Maps a name to a path in WORK; PIECES and DEFINES come from the row, for the probe."""

    def __init__(self, row, work):
        super().__init__()
        self.row, self.work = row, work
        self.debian = row.get("debian", "")     # whose Linux, kexec and GRUB, if not the host's

    def __missing__(self, name):
        if name == "boot_disk":
            self[name] = self[self.row.get("drive", "disk")]
        elif name == "payload":
            self[name] = self[self.row["payload"]]
        elif name == "chain_argument":
            self[name] = f"{self.row['chain']}={self['chain_file']}"
        elif name in disk.DISKS:
            self[name] = disk.build(name, self.modules(), self.device(), self.debian)
        else:
            self[name] = self.work / name
            getattr(self, name)(self[name])
        return self[name]

    def device(self):
        """The name of the row's disk in Linux."""
        row = self.row
        if "controller" in row:
            return f"/dev/{row.get('device', CONTROLLERS[row['controller']].device)}"
        return "" if row["start"] in ("ram-disk", "memdisk") else "/dev/sda"

    def modules(self):
        """The kernel modules that Linux loads: the row's drivers, or those of its disk."""
        controller = CONTROLLERS.get(self.row.get("controller"))
        drivers = controller.modules if controller else MODULES
        return ["qemu_fw_cfg", *self.row.get("drivers", drivers),
                *self.row.get("modules", [])]

    def probe(self, path):
        """The probe, which checks the row's pieces."""
        seeds = [f"piece {address}, {length}, {address}\n"
                 for address, length in self.row.get("pieces", ())]
        (self.work / "pieces.inc").write_text("".join(seeds))
        defines = [f"-D{define}" for define in self.row.get("probe", ())]
        run("nasm", "-f", "bin", "-Werror", f"-I{PAYLOAD}/", f"-I{self.work}/",
            *defines, "-o", path, PAYLOAD / "probe.asm")

    def services(self, path):
        """The payload that calls the BIOS's services."""
        defines = [f"-D{define}" for define in self.row.get("probe", ())]
        run("nasm", "-f", "bin", "-Werror", f"-I{PAYLOAD}/", *defines, "-o", path,
            PAYLOAD / "services.asm")

    def text(self, path):
        """The payload that draws text."""
        self.assemble(path, "text", self.row.get("probe", ()))

    def text_disk(self, path):
        """A hard disk that boots it."""
        self.probe_disk(path, "text")

    def disk_test(self, path):
        """The payload that tests INT 13h."""
        bad = [f"BAD_SECTOR={disktest.BAD_SECTOR}"] if self.row.get("errors") else []
        told = disktest.DEFINES.get(self.row.get("disk_test"), ())
        defines = [f"-D{define}" for define in ("HOLD", *bad, *told, *self.row.get("probe", ()))]
        run("nasm", "-f", "bin", "-Werror", f"-I{PAYLOAD}/", *defines, "-o", path,
            PAYLOAD / "disk.asm")

    def test_disk(self, path):
        """The disk of the row's kind that it tests."""
        path.write_bytes(disktest.image(self.row["disk_test"], self["disk_test"].read_bytes()))

    def grown(self, path):
        """The row's disk, followed by zeros up to the size in GiB that the row gives."""
        shutil.copyfile(self[self.row["drive"]], path)
        os.truncate(path, self.row["grown"] << 30)

    def screen_font(self, path):
        """The font of rjpack's own BIOS."""
        source = FONT.read_text(encoding="utf-8").split("] = {")[1]
        path.write_bytes(bytes(int(byte, 16) for byte in re.findall("0x(..)", source)))

    def menu_files(self):
        """SYSLINUX's configuration with the menu that the row names, or none, and what that is
        made of."""
        menu, config, second = self.row.get("menu"), self.work / "menu.cfg", self.work / "second"
        config.write_text((f"UI {menu}\n" if menu else "PROMPT 1\n") + MENU)
        self.says("second")
        modules = [menu, "libcom32.c32", "libutil.c32"] if menu else []
        return {**disk.modules(*modules), "syslinux.cfg": config, "second.bin": second}

    def menu_floppy(self, path):
        """A floppy with that."""
        path.write_bytes(bytes(2880 * disk.SECTOR))
        disk.fat(path, self.menu_files())

    def menu_cd(self, path):
        """A CD with that."""
        tree = self.work / "cd"
        tree.mkdir()
        for name, source in {**self.menu_files(), "isolinux.bin": disk.ISOLINUX}.items():
            shutil.copyfile(source, tree / name)
        disk.iso(path, tree, "isolinux.bin")

    def grub_menu_disk(self, path):
        """A hard disk with GRUB, whose menu is the row's script."""
        path.write_bytes(bytes(510) + b"\x55\xAA" + bytes((2 << 20) - 512))
        menu = disk.tar({"grub.cfg": self.row["grub"].encode(), "ascii.pf2": FONT_PF2.read_bytes()})
        (self.work / "menu.tar").write_bytes(menu)
        modules = [*disk.MODULES, "memdisk", "tar", *self.row.get("grub_modules", ())]
        core = disk.core_image(self.work / "menu-core", modules, "normal (memdisk)/grub.cfg\n",
                               self.work / "menu.tar")
        disk.embed_grub(path, core)

    def oops(self, path):
        """A kernel module that oopses."""
        oops.write(path, self.debian)

    def errors(self, path):
        """The configuration for QEMU's blkdebug that makes a sector of that disk unreadable."""
        path.write_text("[inject-error]\nevent = \"read_aio\"\nerrno = \"5\"\n"
                        f"sector = \"{disktest.BAD_SECTOR}\"\n")

    def probe_sector(self, path):
        """The first sector of the probe, as on a disk."""
        path.write_bytes(self["probe"].read_bytes()[:512])

    def vbr(self, path):
        """A partition's boot sector that prints what was passed to it."""
        defines = [f"-D{define}" for define in self.row.get("probe", ())]
        run("nasm", "-f", "bin", "-Werror", f"-I{PAYLOAD}/", *defines, "-o", path,
            PAYLOAD / "vbr.asm")

    def handoff(self, path):
        """SYSLINUX's handoff.bin as a partition's boot sector, as its README describes."""
        code = (disk.SYSLINUX / "mbr/diag/handoff/handoff.bin").read_bytes()
        path.write_bytes((b"\xEB\x58\x90".ljust(90, b"\0") + code).ljust(510, b"\0") + b"\x55\xAA")

    def vbr_disk(self, path):
        """A disk with the row's partitions; its boot sector in the one at the row's sector."""
        disk.partition(path, self.row["table"])
        with path.open("r+b") as file:
            file.seek(self.row["first"] * disk.SECTOR)
            file.write(self[self.row.get("boot_sector", "vbr")].read_bytes())

    def says(self, name):
        """A sector that prints NAME."""
        path = self.work / name
        self.assemble(path, "says", [f"NAME='{name}'"])
        return path.read_bytes()

    def code_disk(self, path):
        """A disk whose MBR has the row's code; the sector after it and two partitions, the
        first of which is active, print which of them was started."""
        disk.partition(path, f"{disk.DOS}2048,2048,e,*\n4096,2048,e\n")
        with path.open("r+b") as file:
            for sector, name in ((1, "SECOND-SECTOR"), (2048, "PARTITION-1"), (4096, "PARTITION-2")):
                file.seek(sector * disk.SECTOR)
                file.write(self.says(name))
        self.mbr_code(path)

    def mbr_code(self, path):
        """Puts the row's code into a disk's MBR. Some of it has a parameter at its end."""
        code = self.row["mbr_code"]
        if code == "install-mbr":
            run(cache.unpacked("payloads") / "sbin/install-mbr", "--partition", 2, path)
            return
        if code == "next-sector":
            self.assemble(source := self.work / code, "says", ["NEXT"])
        else:
            source = disk.SYSLINUX / f"mbr/{code}.bin"
        with path.open("r+b") as file:
            file.write(source.read_bytes() + bytes([2] if code == "altmbr" else []))

    def calls(self, path):
        """The payload that only calls the BIOS."""
        run("nasm", "-f", "bin", "-Werror", f"-I{PAYLOAD}/", "-o", path,
            BOOT / "calls.asm")

    def chain_file(self, path):
        """The stand-in for the row's second stage."""
        name = self.row["chain"]
        defines = [f"-D{key}={value}" for key, value in chain.defines(name).items()]
        run("nasm", "-f", "bin", "-Werror", f"-I{PAYLOAD}/", *defines, "-o", path,
            PAYLOAD / "chain.asm")
        path.write_bytes(chain.lay_over(name, path.read_bytes()))

    def chain_disk(self, path):
        """A disk with a partition for such a second stage."""
        chain.disk(path, run, self.row.get("dos_files", ("IO.SYS", "MSDOS.SYS")))

    def chain_floppy(self, path):
        """A floppy disk for such a second stage."""
        run("mformat", "-i", path, "-C", "-f", 1440, "::")

    def os(self, path):
        """A test system, built in tests/os."""
        path.write_bytes((Path(os.environ["RJPACK_TEST_OS"]) / f"{path.name}.elf").read_bytes())

    os32 = os
    os_rust = os
    os32_rust = os

    def piece_arguments(self):
        """--raw for each of the row's pieces."""
        for address, length in self.row.get("pieces", ()):
            path = self.work / f"piece-{address:x}"
            path.write_bytes(piece_data(address, length))
            yield from ("--raw", f"{path}@{address:#x}")

    def probe_disk(self, path, payload="probe"):
        """A hard disk that boots the probe."""
        data = self[payload].read_bytes()
        path.write_bytes(data + bytes((1 << 20) - len(data)))

    def services_disk(self, path):
        """A hard disk that boots that payload."""
        self.probe_disk(path, "services")

    def mbr(self, path):
        """That disk's first sector: the loader's code and the partition table."""
        path.write_bytes(self["boot_disk"].read_bytes()[:512])

    def front(self, path):
        """That disk's first MiB: boot.img, and core.img where it looks for it."""
        path.write_bytes(self["boot_disk"].read_bytes()[:1 << 20])

    def core(self, path):
        """A core.img with the row's script in it."""
        modules = [*disk.MODULES, "iorw", *self.row.get("grub_modules", ())]
        disk.core_image(path, modules, self.row["grub"])

    def kernel(self, path):
        """The stand-in for a Linux kernel, as the row defines it."""
        self.assemble(path, "kernel", self.row.get("kernel", ()))

    def ring(self, path):
        """The payload that watches the memory which a network card wrote to."""
        self.assemble(path, "ring")

    def reads(self, path):
        """The payload that reads until its disk is pulled out."""
        self.assemble(path, "reads")

    def nbp(self, path):
        """The stand-in for a PXE boot program."""
        self.assemble(path, "nbp")

    def assemble(self, path, name, defines=()):
        run("nasm", "-f", "bin", "-Werror", f"-I{PAYLOAD}/",
            *(f"-D{define}" for define in defines), "-o", path, PAYLOAD / f"{name}.asm")

    def first_initrd(self, path):
        path.write_bytes(b"first")

    def second_initrd(self, path):
        path.write_bytes(b"second!")

    def probe_floppy(self, path):
        """A floppy disk that boots the probe."""
        data = self["probe"].read_bytes()
        path.write_bytes(data + bytes(1474560 - len(data)))

    def ipxe_script(self, path):
        """The script that iPXE runs as its initrd."""
        path.write_text(self.row["ipxe"])

    def lnxboot(self, path):
        """GRUB's core.img with the row's script, as a Linux kernel."""
        core = self.work / "lnxboot-core"
        disk.core_image(core, disk.MODULES + ["iorw"], self.row["grub"], prefix="/boot/grub")
        path.write_bytes((disk.GRUB / "lnxboot.img").read_bytes() + core.read_bytes())

    def linux(self, path):
        """Debian's kernel."""
        path.symlink_to(initramfs.kernel())

    def linux_initrd(self, path):
        """Its initramfs, which runs the row's script."""
        path.write_bytes(initramfs.base(self.modules()).read_bytes())

    def linux_test(self, path):
        """The archive to append to it."""
        path.write_bytes(initramfs.test_archive({"run": self.row["script"].encode()}))

    def memdisk_kernel(self, path):
        path.symlink_to(disk.SYSLINUX / "memdisk")

    def grubenv(self, path):
        """GRUB's environment, which names the row's entry for the next boot."""
        run("grub-editenv", path, "create")
        run("grub-editenv", path, "set", f"next_entry={self.row['next_entry']}")

    def dos_floppy(self, path):
        """A floppy disk that boots and starts its FLASH.EXE, by SYSLINUX."""
        config = self.work / "syslinux.cfg"
        config.write_text("SERIAL 0 115200\nDEFAULT flash\nLABEL flash\nBOOT /FLASH.EXE\n")
        path.write_bytes(bytes(1440 << 10))
        disk.fat(path, {**disk.modules(), config.name: config})

    def sedutil_cli(self, path):
        """The stand-in for sedutil-cli."""
        path.symlink_to(Path(__file__).parent / "sedutil-cli")

    def tftp(self, path):
        """The directory of QEMU's TFTP server."""
        path.mkdir()
        (path / "boot.ipxe").write_text(self.row["ipxe"])
        (path / "second").write_bytes(self.says("second"))

    def memtest(self, path):
        path.symlink_to(cache.unpacked("payloads") / "boot" / "memtest86+x64.bin")

    def memtest_ia32(self, path):
        path.symlink_to(cache.unpacked("payloads") / "boot" / "memtest86+ia32.bin")

    def ipxe_lkrn(self, path):
        path.symlink_to(cache.unpacked("payloads") / "boot" / "ipxe.lkrn")

    def ipxe_pxe(self, path):
        path.symlink_to(cache.unpacked("payloads") / "usr" / "lib" / "ipxe" / "ipxe.pxe")

    def image(self, path):
        """The image that rjpack makes for the row, damaged if the row asks for that."""
        arguments = self.row["pack"].format_map(self).split()
        if "kernel_line" in self.row:
            arguments += ["--append", self.row["kernel_line"].format(console=disk.CONSOLE)]
        if "container" in self.row:
            arguments += ["--format", self.row["container"]]
        elif self.row["start"] == "efi":
            arguments += ["--format", "efi"]
        pieces = [] if "rjp" in self.row else self.piece_arguments()
        run(self.row["rjpack"], *arguments, *pieces, "-o", path)
        if "damage" in self.row and "initrd" not in self.row:
            self.damage(path, *self.row["damage"])

    def rjp(self, path):
        """The row's payload file."""
        arguments = self.row["rjp"].format_map(self).split()
        run(self.row["rjpack"], *arguments, *self.piece_arguments(), "--format", "payload",
            "-o", path)

    def initrd(self, path):
        """The file that the loader supplies, damaged or cut if the row asks for that."""
        path.write_bytes(Path(self.row["initrd"].format_map(self)).read_bytes())
        if "damage" in self.row:
            self.damage(path, *self.row["damage"])
        if "cut" in self.row:
            path.write_bytes(path.read_bytes()[:self.row["cut"]])

    def test_disk_gz(self, path):
        """The disk that the row tests, compressed by gzip, with its name in the header."""
        with gzip.open(path, "wb") as file:
            file.write(self["test_disk"].read_bytes())

    def test_disk_members(self, path):
        """The same as several concatenated gzip files."""
        data = self["test_disk"].read_bytes()
        path.write_bytes(gzip.compress(data[:700000]) + gzip.compress(data[700000:]))

    def test_disk_padded(self, path):
        """The same with the zeros that some loaders add."""
        path.write_bytes(self["test_disk_gz"].read_bytes() + bytes(3))

    def small(self, path):
        """An image that ends after its code."""
        path.write_bytes(self["disk_test"].read_bytes())

    def data_disk(self, path):
        """A disk that boots nothing."""
        tree = self.work / "tree"
        tree.mkdir()
        (tree / "grub.cfg").write_text("echo 'GRUB has read the data disk'\noutb 0xf4 0x10\n")
        path.write_bytes(bytes(8 << 20))
        run("/sbin/mke2fs", "-q", "-t", "ext2", "-d", tree, path)

    def zeros(self, path):
        """Bytes that boot nothing."""
        path.write_bytes(bytes(4096))

    def qcow2(self, path):
        """The front of a qcow2 image."""
        path.write_bytes(b"QFI\xFB" + bytes(4092))

    def damage(self, path, mark, offset):
        """Changes the byte at OFFSET after the first occurrence of MARK, text or an input; after an
        empty one, -1 is the last byte."""
        data = bytearray(path.read_bytes())
        known = mark.encode().decode("unicode_escape").encode("latin-1")
        if mark.startswith("{"):
            known = self[mark.strip("{}")].read_bytes()[:64]
        data[data.index(known) + offset] ^= 0x10
        path.write_bytes(data)
