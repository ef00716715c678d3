# SPDX-License-Identifier: MIT
"""Disks from which a PC BIOS boots GRUB, SYSLINUX or EXTLINUX, which boot Debian's Linux.

They are made from files, without root. EXTLINUX is installed in a guest.
"""

import gzip
import io
import os
import shutil
import struct
import subprocess
import tarfile
from pathlib import Path
from typing import NamedTuple

import cache
import extlinux as installer
import initramfs

GRUB = Path("/usr/lib/grub/i386-pc")
SYSLINUX = Path("/usr/lib/syslinux")
ISOLINUX = Path("/usr/lib/ISOLINUX/isolinux.bin")
MODULES = "biosdisk part_msdos part_gpt ext2 iso9660 normal linux serial terminal echo".split()
INPUTS = [Path(__file__), Path(installer.__file__), Path(installer.PROGRAM), GRUB / "boot.img",
          GRUB / "kernel.img", SYSLINUX / "mbr/mbr.bin"]
SECTOR = 512
SYSTEM_SECTORS = 262144         # of an EFI system partition
SIZE = 32 << 20
CONSOLE = f"console=ttyS0,115200 {initramfs.QUIET}"

SERIAL = "serial --unit=0 --speed=115200\nterminal_output serial\n"

# No menu: GRUB runs this from top to bottom.
GRUB_CONFIG = SERIAL + """echo 'GRUB has read its disk'
linux /boot/vmlinuz {arguments} boot=GRUB
initrd /boot/initramfs.gz
boot
"""

# Like Debian's: an entry for the next boot only (00_header), and the user's entries (41_custom).
GRUB_MENU = SERIAL + """echo 'GRUB has read its disk'
load_env
set default="$next_entry"
set next_entry=
save_env next_entry
set timeout=0
menuentry Linux {
linux /boot/vmlinuz %s boot=GRUB
initrd /boot/initramfs.gz
}
if [ -f $prefix/custom.cfg ]; then
source $prefix/custom.cfg
fi
"""
GRUB_MENU_MODULES = ["configfile", "loadenv", "multiboot2", "test"]

# SYSLINUX prints its version on the serial line once it has read this.
SYSLINUX_CONFIG = """SERIAL 0 115200
DEFAULT linux
PROMPT 1
TIMEOUT 5
LABEL linux
KERNEL /boot/vmlinuz
INITRD /boot/initramfs.gz
APPEND {arguments} boot={loader}
"""

# Commands that add these and Linux to a file system in which EXTLINUX is installed.
EXTLINUX_FOLDER = "/boot/extlinux"
DEBUGFS_SCRIPT = """cd /boot
write "{tree}/boot/vmlinuz" vmlinuz
write "{tree}/boot/initramfs.gz" initramfs.gz
cd extlinux
write "{tree}/boot/syslinux.cfg" extlinux.conf
"""

# A floppy has no room for Linux, so this one starts the hard disk.
FLOPPY_CONFIG = """SERIAL 0 115200
DEFAULT disk
LABEL disk
COM32 chain.c32
APPEND hd0
"""

# Partition tables in sfdisk's format. Fixed identifiers make the files reproducible.
PARTITION = 2048            # the first sector of the first partition; init counts before it
GPT_PARTITION = 4096        # that of the second one, after GRUB's
UUID = "524A504B-0000-4000-8000-00000000000{}"
BIOS_BOOT = "21686148-6449-6E6F-744E-656564454649"
DOS = "label: dos\nlabel-id: 0x524A504B\n"
GPT = f"label: gpt\nlabel-id: {UUID.format(0)}\n"
GPT_END = SIZE // SECTOR - PARTITION


def gpt_row(number, start, end, kind, more=""):
    return f"start={start},size={end - start},type={kind},uuid={UUID.format(number)}{more}\n"


class Disk(NamedTuple):
    """The partition table; the first sector of the file system; the function that makes it; the
    Debian release of GRUB and Linux, if not the host's."""
    table: str
    start: int
    build: callable
    debian: str = ""
    append: str = ""            # to the kernel's command line


def finish(command, options):
    """Runs a tool quietly. mke2fs, debugfs and sfdisk are only on root's PATH."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": path},
                          **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")
    return done


def run(*command, **options):
    """Runs a tool; returns its standard error."""
    return finish(command, options).stderr


def output(*command, **options):
    """Runs a tool; returns its standard output."""
    return finish(command, options).stdout


def grub_of(debian):
    """The command grub-mkimage of a Debian release, and the folder with its GRUB."""
    if not debian:
        return ["grub-mkimage"], GRUB
    tree = cache.unpacked("grub", debian)
    return [*initramfs.loader_of(tree), tree / "usr/bin/grub-mkimage"], tree / str(GRUB)[1:]


def core_image(path, modules, config=None, memdisk=None, prefix="(hd0,msdos1)/boot/grub",
               kind="i386-pc", debian=""):
    """Writes GRUB's core.img for a BIOS, or its program for UEFI; GRUB runs CONFIG first."""
    mkimage, folder = grub_of(debian)
    if kind.endswith("-efi"):
        folder = folder.with_name(kind)
    embedded = ["-m", memdisk] if memdisk else []
    if config is not None:
        path.with_suffix(".cfg").write_text(config)
        embedded += ["-c", path.with_suffix(".cfg")]
    run(*mkimage, "-d", folder, "-O", kind, "-p", prefix, *embedded, "-o", path,
        *modules)
    return path.read_bytes()


def embed_grub(disk, core, sector=1, end=PARTITION, debian=""):
    """Writes boot.img into the MBR and core.img to SECTOR, as grub-bios-setup does."""
    boot = bytearray((grub_of(debian)[1] / "boot.img").read_bytes())
    struct.pack_into("<Q", boot, 0x5C, sector)      # where boot.img finds core.img
    boot[0x66:0x68] = b"\x90\x90"                   # a hard disk: DL may be wrong
    core = bytearray(core)
    struct.pack_into("<Q", core, 0x1F4, sector + 1)     # where its first sector looks for the rest
    # init counts in the last sector before a partition.
    if sector * SECTOR + len(core) > (end - 1) * SECTOR:
        raise RuntimeError("GRUB's core.img does not fit before the partition")
    with disk.open("r+b") as file:
        file.write(boot[:0x1B8])                    # disk signature and partitions follow
        file.seek(sector * SECTOR)
        file.write(core)


def partition(disk, table):
    with disk.open("ab") as file:
        file.truncate(SIZE)
    run("sfdisk", "--quiet", disk, input=table)


def ext2(disk, tree, start):
    """Makes a file system with the contents of TREE, at the sector START."""
    run("mke2fs", "-q", "-t", "ext2", "-d", tree, "-E", f"offset={start * SECTOR}",
        disk, f"{(SIZE - (start + PARTITION) * SECTOR) // 1024}k")


def tree_with_linux(scratch, ramdisk, debian=""):
    """A directory with Linux in its boot directory."""
    tree = scratch / "tree"
    (tree / "boot/grub").mkdir(parents=True)
    shutil.copyfile(initramfs.kernel(debian), tree / "boot/vmlinuz")
    # GRUB takes longer to read than Linux to unpack.
    (tree / "boot/initramfs.gz").write_bytes(gzip.compress(ramdisk.read_bytes(), 1, mtime=0))
    return tree


def grub_config(tree, arguments):
    (tree / "boot/grub/grub.cfg").write_text(
        GRUB_CONFIG.format(arguments=arguments))


def grub(path, tree, disk, arguments):
    """GRUB before an ext2 file system, or in a partition of its own."""
    grub_config(tree, arguments)
    partition(path, disk.table)
    ext2(path, tree, disk.start)
    name, place = "msdos1", ()
    if disk.table.startswith(GPT):
        name, place = "gpt2", (PARTITION, disk.start)
    core = core_image(tree / "core.img", MODULES, prefix=f"(hd0,{name})/boot/grub",
                      debian=disk.debian)
    embed_grub(path, core, *place, debian=disk.debian)


def grub_menu(path, tree, disk, arguments):
    """GRUB with a menu of Linux and other entries."""
    (tree / "boot/grub/grub.cfg").write_text(GRUB_MENU % arguments)
    run("grub-editenv", tree / "boot/grub/grubenv", "create")
    partition(path, disk.table)
    ext2(path, tree, disk.start)
    embed_grub(path, core_image(tree / "core.img", MODULES + GRUB_MENU_MODULES))


def fat(path, files, *install, offset=0, sectors=0):
    """SYSLINUX's file system at OFFSET, with FILES, target to source."""
    place = f"{path}@@{offset}"
    geometry = ["-T", str(sectors), "-h", "16", "-s", "63", "-H", str(offset // SECTOR)]
    run("mformat", "-i", place, "-N", "524A504B", *(geometry if sectors else ["-f", "1440"]), "::")
    run("mmd", "-i", place, "::boot")
    for target, source in files.items():
        run("mcopy", "-i", place, source, f"::boot/{target}")
    run("syslinux", *install, "--install", "--directory", "/boot", path)


def system_partition(path, files):
    """A removable disk with FILES, name to source, in the folder from which UEFI starts
    BOOTX64.EFI; a name that starts with / has its own folder."""
    run("mformat", "-C", "-i", path, "-T", str(SYSTEM_SECTORS), "-h", "16", "-s", "63", "::")
    run("mmd", "-i", path, "::EFI", "::EFI/BOOT")
    for name, source in files.items():
        folders = list(Path(name).parents)[-2::-1]
        for folder in folders:
            subprocess.run(["mmd", "-D", "s", "-i", path, f"::{folder}"], check=False,
                           stdin=subprocess.DEVNULL, capture_output=True)
        run("mcopy", "-i", path, source, f"::{Path('/EFI/BOOT') / name}")


def modules(*names):
    return {name: SYSLINUX / "modules/bios" / name for name in ("ldlinux.c32", *names)}


def syslinux_config(path, arguments, loader="SYSLINUX"):
    path.write_text(SYSLINUX_CONFIG.format(arguments=arguments, loader=loader))


def syslinux_mbr(path, disk):
    """SYSLINUX's code in the MBR, which starts the active partition."""
    code = "gptmbr.bin" if disk.table.startswith(GPT) else "mbr.bin"
    with path.open("r+b") as file:
        file.write((SYSLINUX / "mbr" / code).read_bytes())


def syslinux(path, tree, disk, arguments):
    """SYSLINUX in a FAT."""
    syslinux_config(tree / "boot/syslinux.cfg", arguments)
    partition(path, disk.table)
    files = {name: tree / "boot" / name for name in ("vmlinuz", "initramfs.gz", "syslinux.cfg")}
    offset = disk.start * SECTOR
    fat(path, {**modules(), **files}, "-t", str(offset), offset=offset,
        sectors=SIZE // SECTOR - disk.start - PARTITION)
    syslinux_mbr(path, disk)


def with_extlinux(path, scratch):
    """EXTLINUX in an ext2 at PARTITION. All disks share it, since the guest takes seconds."""
    (scratch / f"tree{EXTLINUX_FOLDER}").mkdir(parents=True)
    partition(path, DISKS["extlinux"].table)
    ext2(path, scratch / "tree", PARTITION)
    installer.install(path, EXTLINUX_FOLDER, scratch)


def extlinux(path, tree, disk, arguments):
    """EXTLINUX in an ext2; its banner says SYSLINUX."""
    syslinux_config(tree / "boot/syslinux.cfg", arguments, "EXTLINUX")
    shutil.copyfile(cache.cached("extlinux.img", INPUTS, with_extlinux), path)
    partition(path, disk.table)
    told = run("debugfs", "-w", "-f", "-", f"{path}?offset={disk.start * SECTOR}",
               input=DEBUGFS_SCRIPT.format(tree=tree))
    # The exit status is 0 even after an error; the version is always printed.
    if len(told.splitlines()) > 1:
        raise RuntimeError(told)
    syslinux_mbr(path, disk)


def syslinux_floppy(path, tree, _disk, _arguments):
    """A floppy of 1.44 MB that starts the hard disk."""
    config = tree / "syslinux.cfg"
    config.write_text(FLOPPY_CONFIG)
    path.write_bytes(bytes(2880 * SECTOR))
    fat(path, {**modules("chain.c32", "libcom32.c32", "libutil.c32"), "syslinux.cfg": config})


def tar(files):
    """A tar archive of FILES, name to bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o755
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def iso(path, tree, loader):
    run("xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", path, "-no-emul-boot",
        "-boot-load-size", "4", "-boot-info-table", "-c", loader.replace(Path(loader).name, "catalog"),
        "-b", loader, tree)


def grub_iso(path, tree, _disk, arguments):
    grub_config(tree, arguments)
    core = core_image(tree / "boot/core.img", MODULES, prefix="(cd)/boot/grub",
                      kind="i386-pc-eltorito")
    (tree / "boot/core.img").write_bytes(core)
    iso(path, tree, "boot/core.img")


def isolinux(path, tree, _disk, arguments):
    folder = tree / "boot/isolinux"
    folder.mkdir()
    syslinux_config(folder / "isolinux.cfg", arguments)
    for name, source in {**modules(), "isolinux.bin": ISOLINUX}.items():
        shutil.copyfile(source, folder / name)
    iso(path, tree, "boot/isolinux/isolinux.bin")


DISKS = {
    "disk": Disk(f"{DOS}{PARTITION},,L,*\n", PARTITION, grub),
    "crash": Disk(f"{DOS}{PARTITION},,L,*\n", PARTITION, grub, append=" crashkernel=128M"),
    "grub_gpt": Disk(GPT + gpt_row(1, PARTITION, GPT_PARTITION, BIOS_BOOT) +
                     gpt_row(2, GPT_PARTITION, GPT_END, "L"), GPT_PARTITION, grub),
    "grub_menu": Disk(f"{DOS}{PARTITION},,L,*\n", PARTITION, grub_menu),
    "syslinux": Disk(f"{DOS}{PARTITION},,e,*\n", PARTITION, syslinux),
    "syslinux_gpt": Disk(GPT + gpt_row(1, PARTITION, GPT_END, "U", ",attrs=LegacyBIOSBootable"),
                         PARTITION, syslinux),
    "extlinux": Disk(f"{DOS}{PARTITION},,L,*\n", PARTITION, extlinux),
    "extlinux_gpt": Disk(GPT + gpt_row(1, PARTITION, GPT_END, "L", ",attrs=LegacyBIOSBootable"),
                         PARTITION, extlinux),
    "syslinux_floppy": Disk("", 0, syslinux_floppy),
    "grub_iso": Disk("", 0, grub_iso),
    "isolinux": Disk("", 0, isolinux),
}


def build(name, kernel_modules, device, debian=""):
    """The path of the disk NAME; its Linux loads KERNEL_MODULES, and counts on DEVICE. DEBIAN is
    the release of Linux and GRUB, if not the host's."""
    disk, ramdisk = DISKS[name]._replace(debian=debian), initramfs.base(kernel_modules, debian)
    inputs = [*INPUTS, str(initramfs.kernel(debian)), str(grub_of(debian)[1]), ramdisk.name, name,
              device]
    arguments = f"{CONSOLE} disk={device}{disk.append}"

    def make(path, scratch):
        disk.build(path, tree_with_linux(scratch, ramdisk, debian), disk, arguments)

    return cache.cached("disk.img", inputs, make)
