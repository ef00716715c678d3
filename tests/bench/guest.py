# SPDX-License-Identifier: MIT
"""What the image costs on the machine, in QEMU. Each measure yields (what, unit, {program:
number}), ours first; a fourth item says what must not be exceeded (bench.py)."""

import glob
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import purgatory
from host import GRUB, HERE, MEMDISK, MIB, host_instructions, nasm, run

sys.path.append(f"{HERE}/../guest")
import inputs                   # noqa: E402
import qemu                     # noqa: E402
import starts                   # noqa: E402

LOADER = f"{HERE}/../boot/loader.asm"
MODULES = "biosdisk part_msdos part_gpt ext2 fat iso9660 normal linux multiboot2 serial terminal"
SETUP_SIZE = 1024       # of the image; the rest is loaded at IMAGE
IMAGE = 0x1000000
DISK = ["-drive", "file=disk.img,format=raw,if=none,id=disk"]
CONTROLLERS = {
    "AHCI": ["-M", "q35", "-device", "ide-hd,drive=disk,bus=ide.0"],
    "NVMe": ["-device", "nvme,drive=disk,serial=1"],
    "virtio": ["-device", "virtio-blk-pci,drive=disk"],
    "PVSCSI": ["-device", "pvscsi", "-device", "scsi-hd,drive=disk"],
    "MegaRAID": ["-device", "megasas", "-device", "scsi-hd,drive=disk"],
    "MPTSAS": ["-device", "mptsas1068", "-device", "scsi-hd,drive=disk"],
    "LSI": ["-device", "lsi53c895a", "-device", "scsi-hd,drive=disk"],
    "SDHCI": ["-device", "sdhci-pci", "-device", "sd-card,drive=disk"],
    "USB": ["-device", "qemu-xhci", "-device", "usb-storage,drive=disk"],
    "ATA": ["-device", "ide-hd,drive=disk,bus=ide.0"],
}
# Ours may not exceed SeaBIOS's. Each runs so often, since it matters when QEMU gets to the disk.
NO_MORE = "PVSCSI", "MegaRAID", "MPTSAS", "LSI", "SDHCI"
RUNS = 3
# QEMU's VGA in SeaBIOS's mode 141h, whose text is 80x25, too.
SCREENS = {
    "VGA text": ("rj.screen=vga", []),
    "framebuffer": ("rj.screen=lfb rj.fb=0xFD000000,640x400x32,2560", ["VBE=4141h"]),
}
TEXT = "a character by AH=0Eh", "scroll by line feed", "scroll by AH=06h", "2000 cells by AH=09h"
UNPACK = "import zlib; packed = open('packed', 'rb').read(); [zlib.decompress(packed) for _ in range({})]"
BACK = {"start": "disk-kexec", "pack": "--mbr {mbr}", "kexec": "-l"}
TIMEOUT = 180
LARGE_MEMORY = "1536"
DISK_FILE = "large.img"
# Instructions a byte, at most.
CARRIED = {"rjpack": 1.0, "without PCLMULQDQ": 3.0}
DEFLATED = {"rjpack": 9.0, "without PCLMULQDQ": 9.0}
PROGRAMS = "/usr/bin"
FILLED = 0.8                    # of a disk


def guest(*arguments, count=2):
    """The last COUNT numbers that a guest prints; its clock counts instructions."""
    lines = subprocess.run(
        ["qemu-system-x86_64", "-accel", "tcg", "-icount", "shift=0", "-m", "128", *arguments,
         "-device", "isa-debug-exit,iobase=0xf4", "-display", "none", "-serial", "stdio",
         "-no-reboot"],
        capture_output=True, text=True, timeout=TIMEOUT).stdout
    return [int(number) for number in re.findall(r"(\d+)$", lines, re.MULTILINE)[-count:]]


def loaded(rjpack, *options, loader=()):
    """QEMU's arguments for an image that tests/boot/loader.asm enters; LOADER: what it defines."""
    run(rjpack, *options, "-o", "image.elf")
    with open("image.elf", "rb") as image, open("part", "wb") as part:
        part.write(image.read()[SETUP_SIZE:])
    nasm(LOADER, "loader.bin", f"IMAGE={IMAGE}", "MODE=LINUX64", *loader)
    return ["-cpu", "max", "-drive", "file=loader.bin,format=raw",
            "-device", f"loader,file=part,addr={IMAGE},force-raw=on"]


def instructions(rjpack, *options):
    """From the loader's jump to the payload's first instruction. The wait of 10 ms
    for the other CPUs is cut short: here a million port reads take only 5 ms."""
    return guest(*loaded(rjpack, *options))[-1]


def tsc():
    """The boot sector that prints the time stamp counter."""
    nasm(f"{HERE}/tsc.asm", "tsc.bin")
    return Path("tsc.bin").read_bytes()


def descent(rjpack):
    tsc()
    run("grub-mkimage", "-O", "i386-pc", "-p", "/boot/grub", "-o", "core.img", *MODULES.split())
    kib = os.path.getsize("core.img") // 1024
    for what, options in {
            "descent to a boot sector": ["--mbr", "tsc.bin"],
            f"descent with {kib} KiB of core.img": ["--raw", "tsc.bin@0x7C00", "--raw",
                                                    "core.img@0x8000", "--entry", "0:7C00"],
    }.items():
        yield what, "instructions", {
            "rjpack": instructions(rjpack, *options),
            "without repairs": instructions(rjpack, *options, "--repair", "none"),
        }


def arrival(rjpack):
    """What a byte of a carried disk costs from the start to its boot sector."""
    yield carried(rjpack, 64)
    yield deflated(rjpack, 64)


def arrival_of_512(rjpack):
    yield carried(rjpack, 512)


def carried(rjpack, mib):
    """memdisk neither checks nor moves it; kexec's purgatory checks it, and does nothing else."""
    ticks = []
    for size in 1, mib:
        empty_disk(size)
        ticks.append({
            **ours(rjpack, "none"),
            "memdisk": started("-kernel", MEMDISK, "-initrd", DISK_FILE, "-append", "raw"),
            "kexec's purgatory": purgatory.instructions(size * MIB)})
    return f"a carried disk of {mib} MiB", "instr. a byte", a_byte(*ticks, mib), CARRIED


def deflated(rjpack, mib):
    """An ext2 file system with programs, which leaves its first 1,024 bytes to boot loaders."""
    empty_disk(1)
    small = ours(rjpack, "zlib")
    empty_disk(mib)
    run("/sbin/mke2fs", "-q", "-t", "ext2", "-d", programs(int(mib * MIB * FILLED)), DISK_FILE)
    with open(DISK_FILE, "r+b") as disk:
        disk.write(tsc())
    large = ours(rjpack, "zlib")
    return f"a deflated disk of {mib} MiB", "instr. a byte", a_byte(small, large, mib), DEFLATED


def empty_disk(mib):
    """Zeros after the boot sector."""
    Path(DISK_FILE).write_bytes(tsc())
    os.truncate(DISK_FILE, mib * MIB)


def programs(size):
    """A directory with programs of the host, by name, up to so many bytes."""
    tree = Path("programs")
    tree.mkdir()
    for program in sorted(Path(PROGRAMS).iterdir()):
        if program.is_symlink() or not program.is_file() or program.stat().st_size > size:
            continue
        size -= program.stat().st_size
        (tree / program.name).write_bytes(program.read_bytes())
    return tree


def ours(rjpack, how):
    """As an image, with and without PCLMULQDQ."""
    run(rjpack, "--disk", DISK_FILE, "--compress", how, "-o", "image.elf")
    return {"rjpack": started("-kernel", "image.elf", "-cpu", "max"),
            "without PCLMULQDQ": started("-kernel", "image.elf", "-cpu", "qemu64,-pclmulqdq")}


def started(*arguments):
    """From the machine's start to the boot sector, the firmware's waiting for devices at its least."""
    return min(guest("-nodefaults", "-m", LARGE_MEMORY, *arguments, count=1)[0] for _ in range(RUNS))


def a_byte(small, large, mib):
    """How much more a disk of so many MiB costs than one of 1 MiB, for each byte."""
    return {name: (ticks - small[name]) / ((mib - 1) * MIB) for name, ticks in large.items()}


def inflate(rjpack):
    """How much more an unpacked byte costs than a stored one: GRUB's modules after a boot
    sector. Valgrind counts the host's zlib, for one run and for two, so that the code around it
    does not count."""
    data = b"".join(Path(name).read_bytes() for name in sorted(glob.glob(f"{GRUB}/*.mod")))
    disk = tsc() + data
    disk = disk.ljust(-(-len(disk) // MIB) * MIB, b"\0")
    Path("inflate.img").write_bytes(disk)
    Path("packed").write_bytes(zlib.compress(disk))
    stored, packed = (instructions(rjpack, "--disk", "inflate.img", "--compress", how)
                      for how in ("none", "zlib"))
    once, twice = (host_instructions("/usr/bin/python3", "-c", UNPACK.format(times))
                   for times in (1, 2))
    yield "inflate", "instr. a byte", {
        "rjpack": (packed - stored) / len(disk),
        "the host's zlib": (twice - once) / len(disk),
    }


def disks(rjpack):
    """Reads 32 KiB by AH=42h, and a sector by AH=02h."""
    nasm(f"{HERE}/int13.asm", "bench.bin")
    Path("disk.img").write_bytes(Path("bench.bin").read_bytes().ljust(8 * MIB, b"\0"))
    run(rjpack, "--disk", "disk.img", "-o", "image.elf")
    yield from reads("RAM disk", {
        "rjpack": guest("-nodefaults", "-kernel", "image.elf"),
        "memdisk": guest("-nodefaults", "-kernel", MEMDISK, "-initrd", "disk.img"),
        "memdisk raw": guest("-nodefaults", "-kernel", MEMDISK, "-initrd", "disk.img",
                             "-append", "raw"),
    })
    for name, controller in CONTROLLERS.items():
        run(rjpack, "--mbr", "bench.bin", "--int13", name.lower(), "-o", "image.elf")
        run(rjpack, "--mbr", "bench.bin", "--bios", "own", "-o", "own.elf")
        kernels = {"rjpack": ["-kernel", "image.elf"], "its BIOS": ["-kernel", "own.elf"],
                   "SeaBIOS": []}
        runs = RUNS if name in NO_MORE else 1
        yield from reads(name, {
            program: least(runs, "-nodefaults", *kernel, *DISK, *controller)
            for program, kernel in kernels.items()}, "SeaBIOS" if runs > 1 else None)


def least(runs, *arguments):
    return [min(ticks) for ticks in zip(*(guest(*arguments) for _ in range(runs)))]


def reads(name, measured, limit=None):
    for number, what in enumerate(("32 KiB by EDD", "a sector by CHS")):
        yield f"INT 13h on {name}, {what}", "instructions", {
            program: ticks[number] for program, ticks in measured.items()}, limit


def calls(rjpack):
    """Calls that boot loaders repeat while they wait, with a console on the serial port."""
    nasm(f"{HERE}/calls.asm", "calls.bin")
    run(rjpack, "--mbr", "calls.bin", "--bios", "own", "-o", "image.elf")
    ours = guest("-vga", "none", "-kernel", "image.elf", count=3)
    theirs = guest("-drive", "file=calls.bin,format=raw", count=3)
    for what, *ticks in zip(("INT 16h AH=01h without a key", "INT 1Ah AH=00h", "IRQ 0"),
                            ours, theirs):
        yield what, "instructions", dict(zip(("rjpack", "SeaBIOS"), ticks))


def screens(rjpack):
    """Text on the same screen by both BIOSes; ours serves once the machine's is destroyed.
    SeaBIOS scrolls by reading the framebuffer, which is slow on real machines; ours draws all
    cells that change, which are all of them here."""
    for name, (options, mode) in SCREENS.items():
        nasm(f"{HERE}/screen.asm", "ours.bin")
        nasm(f"{HERE}/screen.asm", "theirs.bin", *mode)
        ours = guest("-vga", "std", *loaded(
            rjpack, "--mbr", "ours.bin", "--bios", "own",
            loader=["NO_BIOS", f"COMMAND_LINE='{options}'", *mode]), count=len(TEXT))
        theirs = guest("-vga", "std", "-drive", "file=theirs.bin,format=raw", count=len(TEXT))
        for what, *ticks in zip(TEXT, ours, theirs):
            yield f"{name}, {what}", "instructions", dict(zip(("rjpack", "SeaBIOS"), ticks))


def way_back(rjpack):
    """From Linux through GRUB to Linux, by kexec and by the machine's reset. QEMU's
    firmware takes a second; that of a server takes minutes."""
    work = Path("back")
    work.mkdir()
    files = inputs.Inputs({**BACK, "rjpack": rjpack}, work)
    arguments = [*starts.disk_kexec(files), "-action", "reboot=reset"]
    yield "from kexec -e to Linux version", "s", {
        "rjpack": seconds(arguments, work, "kexec -e"),
        "QEMU's reset": seconds(arguments, work, "kexec -l", "system_reset"),
    }


def seconds(arguments, work, leaving, command=None):
    """From the console's line LEAVING, and a command to QEMU's monitor there, to "Linux
    version": Linux prints how long it has been up."""
    left = None
    with qemu.Guest(arguments, work / "log", TIMEOUT) as running:
        for line in running.lines():
            if line == leaving and left is None:
                left = running.seconds()
                if command:
                    running.ask(command)
            up = re.match(r"Linux 2 is up after ([\d.]+) s", line)
            if left is not None and up:
                return running.seconds() - left - float(up[1])
    sys.exit("bench: Linux did not come back")


ROWS = [descent, arrival, arrival_of_512, inflate, disks, calls, screens, way_back]
