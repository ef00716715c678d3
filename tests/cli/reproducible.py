#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""reproducible.py RJPACK: checks that images made from the same bytes are the same, whatever the
directory, the names and times of the files, the user, the time and the limits are.
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs  # finds those of guest/
import initramfs

COMMANDS = [
    "--mbr sector", "--grub core.img", "--vbr dos-disk", "--from-disk disk", "--boot int19",
    "--boot initrd", "--chain freedos=chain-freedos --boot-sector dos-disk",
    "--linux kernel --initrd blob --initrd mib --append quiet", "--disk floppy --compress zlib:9",
    "--disk noise --mbr sector --drive-map hd0=pci:00:1f.2/port0", "--disk floppy.gz",
    "--raw blob@0x8000 --raw mib@2M --entry 0:8000 --reg eax=1", "--mbr sector --restore snap",
]
NEEDS_STUB = "--boot initrd"     # which is for what a loader supplies
ELSEWHERE = {
    "LC_ALL": "de_DE.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "USER": "other",
    "HOME": "/nonexistent", "COLUMNS": "40", "TERM": "dumb", "SOURCE_DATE_EPOCH": "1",
    "POSIXLY_CORRECT": "1", "MALLOC_PERTURB_": "85", "ZLIB_DEBUG": "1",
}


def furnish(directory, rjpack, time):
    words = {word.split("@")[0].split("=")[-1] for line in COMMANDS for word in line.split()}
    for name in words & inputs.FILES.keys() | {"machine"}:
        inputs.make(name, directory)
    (directory / "kernel").write_bytes(initramfs.kernel().read_bytes())
    subprocess.run([rjpack, "snapshot", "--root", "machine", "-o", "snap"], cwd=directory, check=True)
    for path in directory.iterdir():
        os.utime(path, (time, time))


def other_user():
    """In the child: one CPU, few files, a small stack, another umask."""
    os.umask(0o077)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 1 << 20))


def pack(command, rjpack, directory, output, **how):
    argv = [rjpack, *command.split(), "-o", output]
    done = subprocess.run(argv, cwd=directory, capture_output=True, text=True, **how)
    if done.returncode:
        sys.exit(f"{command}: exit status {done.returncode}\n{done.stderr}")
    return (directory / output).read_bytes()


def formats(rjpack):
    """All formats, which rjpack lists if one is unknown, and whether their files have a stub."""
    def run(name):
        return subprocess.run([rjpack, "--boot", "int19", "--format", name, "--dry-run", "--json"],
                              capture_output=True, text=True, check=False)
    names = re.search(r"the formats are (.*)", run("?").stderr)[1].split(", ")
    return {name: json.loads(run(name).stdout)["stub_size"] > 0 for name in names}


def main(rjpack):
    commands = [f"{line} --format {name}" for line in COMMANDS
                for name, has_stub in formats(rjpack).items() if has_stub or line != NEEDS_STUB]
    with tempfile.TemporaryDirectory(prefix="rjpack-here-") as here, \
         tempfile.TemporaryDirectory(prefix="rjpack-far-away-") as away:
        here, deep = Path(here), Path(away) / "a/rather long/name"
        deep.mkdir(parents=True)
        furnish(here, rjpack, 10 ** 9)
        furnish(deep, rjpack, 2 * 10 ** 9)
        different = [line for line in commands
                     if pack(line, rjpack, here, "out", env={"PATH": os.environ["PATH"]}) !=
                     pack(line, rjpack, deep, "another.name", preexec_fn=other_user,
                          env={**os.environ, **ELSEWHERE, "TMPDIR": away})]
    print(f"{len(commands)} images, {len(different)} differ", *different, sep="\n  ")
    return bool(different)


sys.exit(main(os.path.abspath(sys.argv[1])))
