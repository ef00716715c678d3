# SPDX-License-Identifier: MIT
"""What packing costs on the host. Each measure yields (what, unit, {program: number}), ours
first."""

import os
import re
import subprocess
import sys
import time

MIB = 1 << 20
SIZE = 256
RUNS = 5
HERE = os.path.dirname(os.path.abspath(__file__))
GRUB = "/usr/lib/grub/i386-pc"
MEMDISK = "/usr/lib/syslinux/memdisk"


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True,
                          text=True).stdout


def nasm(source, output, *defines):
    run("nasm", "-f", "bin", f"-I{HERE}/", *(f"-D{define}" for define in defines), source, "-o", output)


def host_instructions(*command):
    """How many instructions a program executes, by Valgrind."""
    text = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no",
                           "--cachegrind-out-file=/dev/null", *map(str, command)],
                          check=True, capture_output=True, text=True).stderr
    return int(re.search(r"I *refs: *([\d,]+)", text)[1].replace(",", ""))


def peak(pid):
    """Peak resident KiB of a running process; wait4 would also count this process."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return max([int(line.split()[1]) for line in status if line.startswith("VmHWM:")] or [0])


def measure(command):
    """Wall-clock seconds and peak resident MiB of a command that writes "out"."""
    if os.path.exists("out"):
        os.unlink("out")
    os.sync()
    start, kib = time.monotonic(), 0
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while child.poll() is None:
        kib = max(kib, peak(child.pid))
        time.sleep(0.002)
    if child.returncode:
        sys.exit(f"{command[0]} failed")
    return time.monotonic() - start, kib / 1024


def fastest(commands):
    """Of each command, the fastest run: all take turns, since the machine has other work."""
    runs = [{name: measure(command) for name, command in commands.items()}
            for _ in range(RUNS + 1)]
    return {name: min(run[name] for run in runs[1:]) for name in commands}


def packing(rjpack):
    """The same bytes for all programs; wraplinux takes them as a kernel's initrd."""
    with open("big", "wb") as file:
        for _ in range(SIZE):
            file.write(os.urandom(MIB))
    nasm(f"{HERE}/tsc.asm", "kernel", "KERNEL")
    pack = [rjpack, "--linux", "kernel", "--initrd", "big", "-o", "out"]
    unsynced = {
        "rjpack --no-sync": [*pack, "--no-sync"],
        "on one CPU": ["taskset", "-c", "0", *pack, "--no-sync"],
        "cp": ["cp", "big", "out"],
    }
    synced = {
        "rjpack": pack,
        "on one CPU": ["taskset", "-c", "0", *pack],
        "cp and sync": ["sh", "-c", "cp big out && exec sync out"],
        "objcopy": ["objcopy", "-I", "binary", "-O", "elf64-x86-64", "big", "out"],
        "wraplinux": ["wraplinux", "--output", "out", "--initrd", "big", "kernel"],
    }
    for what, commands in {f"packing {SIZE} MiB": synced, "  without sync": unsynced}.items():
        best = fastest(commands)
        yield what, "s", {name: seconds for name, (seconds, _) in best.items()}
        yield "  memory", "MiB", {name: mib for name, (_, mib) in best.items()}
    os.unlink("out")
    os.unlink("big")


def overhead(rjpack):
    """The size of the image minus that of the payload."""
    def size(*command):
        run(*command)
        return os.path.getsize("out")

    boot = f"{GRUB}/boot.img"
    kernel = size("cp", "kernel", "out")
    plain = [rjpack, "-o", "out", "--int13", "firmware"]
    yield "image around a boot sector", "bytes", {
        "rjpack": size(*plain, "--mbr", boot) - os.path.getsize(boot),
        "with disk drivers": size(rjpack, "-o", "out", "--mbr", boot) - os.path.getsize(boot),
        "memdisk": os.path.getsize(MEMDISK),
    }
    yield "image around a kernel", "bytes", {
        "rjpack": size(*plain, "--linux", "kernel") - kernel,
        "objcopy": size("objcopy", "-I", "binary", "-O", "elf64-x86-64", "kernel", "out") - kernel,
        "wraplinux": size("wraplinux", "--output", "out", "kernel") - kernel,
    }


ROWS = [packing, overhead]
