# SPDX-License-Identifier: MIT
"""What packing costs on the host. Each measure yields (what, unit, {program: number}), ours
first."""

import os
import re
import statistics
import subprocess
import sys
import time

MIB = 1 << 20
SIZE = 256
RUNS = 9
# The limits: as many times as cp takes, synced or not, and MiB.
SYNCED, UNSYNCED, MEMORY = 1.05, 1.3, 16
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


def clear():
    """Removes what the last command wrote."""
    if os.path.exists("out"):
        os.unlink("out")
    os.sync()


def seconds(command):
    """Of a command that writes "out": of the wall clock, and of the processor."""
    clear()
    begun = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    status, used = os.wait4(child.pid, 0)[1:]
    if status:
        sys.exit(f"{command[0]} failed")
    return time.monotonic() - begun, used.ru_utime + used.ru_stime


def medians(commands, which=0):
    """Of each command's runs: all take turns, since the machine has other work."""
    runs = [{name: seconds(command)[which] for name, command in commands.items()}
            for _ in range(RUNS + 1)]
    return {name: statistics.median(run[name] for run in runs[1:]) for name in commands}


def memory(command):
    """Peak resident MiB."""
    clear()
    child, kib = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), 0
    while child.poll() is None:
        kib = max(kib, peak(child.pid))
        time.sleep(0.002)
    if child.returncode:
        sys.exit(f"{command[0]} failed")
    return kib / 1024


def large(rjpack):
    """Makes a large file, and returns the command that packs it, and the one that copies it."""
    with open("big", "wb") as file:
        for _ in range(SIZE):
            file.write(os.urandom(MIB))
    nasm(f"{HERE}/tsc.asm", "kernel", "KERNEL")
    return [rjpack, "--linux", "kernel", "--initrd", "big", "-o", "out"], ["cp", "big", "out"]


def shares_blocks():
    """Whether cp copies nothing here, as on Btrfs, so that it is no limit."""
    clear()
    return subprocess.run(["cp", "--reflink=always", "big", "out"], check=False,
                          stderr=subprocess.DEVNULL).returncode == 0


def packing(rjpack):
    """The same bytes for all programs; wraplinux takes them as a kernel's initrd. cp copies from
    page cache to page cache in the kernel, by copy_file_range(2)."""
    pack, copy = large(rjpack)
    limited = not shares_blocks()
    objcopy = ["objcopy", "-I", "binary", "-O", "elf64-x86-64", "big", "out"]
    wraplinux = ["wraplinux", "--output", "out", "--initrd", "big", "kernel"]
    synced = medians({"rjpack": pack, "cp and sync": ["sh", "-c", "cp big out && exec sync out"],
                      "objcopy": objcopy, "wraplinux": wraplinux})
    yield (f"packing {SIZE} MiB", "s", synced,
           {"rjpack": SYNCED * synced["cp and sync"]} if limited else None)
    unsynced = medians({"rjpack --no-sync": [*pack, "--no-sync"], "cp": copy})
    yield ("  without sync", "s", unsynced,
           {"rjpack --no-sync": UNSYNCED * unsynced["cp"]} if limited else None)
    yield ("  memory", "MiB", {"rjpack": memory(pack), "objcopy": memory(objcopy),
                               "wraplinux": memory(wraplinux)}, {"rjpack": MEMORY})
    clear()
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
