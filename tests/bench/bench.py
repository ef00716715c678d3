#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py RJPACK: what packing costs on the host, and the descent on the target."""
import os
import subprocess
import sys
import tempfile
import time

RJPACK = os.path.abspath(sys.argv[1])
HERE = os.path.dirname(os.path.abspath(__file__))
LOADER = os.path.join(HERE, "..", "boot", "loader.asm")
GRUB = "/usr/lib/grub/i386-pc"
MODULES = "biosdisk part_msdos part_gpt ext2 fat iso9660 normal linux multiboot2 serial terminal"
MEMDISK = "/usr/lib/syslinux/memdisk"
SETUP_SIZE = 1024       # of the image; the rest is loaded at IMAGE
IMAGE = 0x1000000
MIB = 1 << 20
RUNS = 5
DISK = ["-drive", "file=disk.img,format=raw,if=none,id=disk"]
CONTROLLERS = {
    "ata": ["-device", "ide-hd,drive=disk,bus=ide.0"],
    "ahci": ["-M", "q35", "-device", "ide-hd,drive=disk,bus=ide.0"],
    "nvme": ["-device", "nvme,drive=disk,serial=1"],
    "virtio": ["-device", "virtio-blk-pci,drive=disk"],
}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def peak(pid):
    """Peak resident KiB of a running process; wait4's would count this one's own."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return max([int(line.split()[1]) for line in status if line.startswith("VmHWM:")] or [0])


def measure(*command):
    """Wall-clock seconds and peak resident KiB of a command."""
    start, kib = time.monotonic(), 0
    child = subprocess.Popen(command)
    while child.poll() is None:
        kib = max(kib, peak(child.pid))
        time.sleep(0.002)
    if child.returncode:
        sys.exit(f"{command[0]} failed")
    return time.monotonic() - start, kib


def nasm(source, output, *defines):
    run("nasm", "-f", "bin", *defines, source, "-o", output)


def sizes():
    run(RJPACK, "--mbr", f"{GRUB}/boot.img", "--int13", "firmware", "-o", "mbr.elf")
    print(f"packed boot sector              {os.path.getsize('mbr.elf'):>10} bytes (limit 12288)")


def packing():
    with open("big", "wb") as f:
        for _ in range(256):
            f.write(os.urandom(MIB))
    commands = {
        "cp": ["cp", "big", "out"],
        "cp, sync": ["sh", "-c", "cp big out && exec sync out"],
        "rjpack": [RJPACK, "--raw", "big@256M", "--entry", "0:7C00", "--raw", "tsc.bin@0x7C00",
                   "-o", "out"],
    }
    for command in commands.values():
        measure(*command)
    best = {name: min(timed(command) for _ in range(RUNS)) for name, command in commands.items()}
    for name, (seconds, kib) in best.items():
        print(f"256 MiB, {name:<22} {seconds:>10.2f} s {kib:>8} KiB"
              f" {seconds / best['cp'][0]:>6.2f} x cp"
              f" {seconds / best['cp, sync'][0]:>6.2f} x cp, sync")


def timed(command):
    if os.path.exists("out"):
        os.unlink("out")
    os.sync()
    return measure(*command)


def descent(name, *options):
    """The descent with every repair, beside that with none."""
    print(f"descent, {name:<22} {instructions(*options):>10} guest instructions,"
          f" {instructions(*options, '--repair', 'none')} without repairs")


def instructions(*options):
    """Guest instructions from the loader's jump to the payload's first. The wait of 10 ms
    for the other CPUs is cut short: here a million port reads take but 5 ms."""
    run(RJPACK, *options, "-o", "image.elf")
    with open("image.elf", "rb") as image, open("part", "wb") as part:
        part.write(image.read()[SETUP_SIZE:])
    nasm(LOADER, "loader.bin", f"-DIMAGE={IMAGE}", "-DMODE=LINUX64")
    return int(guest("-cpu", "max", "-drive", "file=loader.bin,format=raw", "-device",
                     f"loader,file=part,addr={IMAGE},force-raw=on")[-1])


def guest(*arguments):
    """The lines that a guest prints whose clock counts its instructions."""
    return subprocess.run(
        ["qemu-system-x86_64", "-accel", "tcg", "-icount", "shift=0", "-m", "128", *arguments,
         "-device", "isa-debug-exit,iobase=0xf4", "-display", "none", "-serial", "stdio",
         "-no-reboot"],
        capture_output=True, text=True, timeout=120).stdout.split()


def int13(name, *arguments):
    """What a read takes; of what is on the serial line, the last two numbers."""
    edd, chs = guest("-nodefaults", *arguments)[-2:]
    print(f"INT 13h, {name:<22} {edd:>10} guest instructions for 32 KiB, {chs:>8} for a sector")


def disks():
    with open("bench.bin", "rb") as sector, open("disk.img", "wb") as disk:
        disk.write(sector.read().ljust(8 * MIB, b"\0"))
    int13("memdisk", "-kernel", MEMDISK, "-initrd", "disk.img")
    int13("memdisk, raw", "-kernel", MEMDISK, "-initrd", "disk.img", "-append", "raw")
    run(RJPACK, "--disk", "disk.img", "-o", "image.elf")
    int13("RAM disk", "-kernel", "image.elf")
    for driver, controller in CONTROLLERS.items():
        int13(f"SeaBIOS, {driver}", *DISK, *controller)
        run(RJPACK, "--mbr", "bench.bin", "--int13", driver, "-o", "image.elf")
        int13(f"rjpack, {driver}", "-kernel", "image.elf", *DISK, *controller)


def main():
    with tempfile.TemporaryDirectory(prefix="rjpack-bench-") as directory:
        os.chdir(directory)
        nasm(f"{HERE}/tsc.asm", "tsc.bin")
        nasm(f"{HERE}/int13.asm", "bench.bin")
        run("grub-mkimage", "-O", "i386-pc", "-p", "/boot/grub", "-o", "core.img",
            *MODULES.split())
        sizes()
        packing()
        disks()
        kib = os.path.getsize("core.img") // 1024
        descent("boot sector", "--mbr", "tsc.bin")
        descent(f"core.img of {kib} KiB", "--raw", "tsc.bin@0x7C00", "--raw", "core.img@0x8000",
                "--entry", "0:7C00")


main()
