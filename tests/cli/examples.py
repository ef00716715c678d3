#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""examples.py RJPACK FILE...: runs the commands that README.md and the man pages print,
as they print them, each block by a shell in a directory with what it names.

What would change this machine, or needs root, is stood in for: kexec only checks that
its image is a good one, dd reads /dev/sda from a file, snapshot a made-up machine. Blocks that start guests are other suites'.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs

GRUB = Path("/usr/lib/grub/i386-pc")
ELSEWHERE = re.compile(r"^(tests/|meson |menuentry )")
KEXEC = """#!/bin/sh
case $1 in
-l) exec rjpack verify "$2" ;;
-e) exit 0 ;;
*) exit 1 ;;
esac
"""
SNAPSHOT = """#!/bin/sh
[ "$1" != snapshot ] || set -- "$@" --root machine
exec {} "$@"
"""
DD = """#!/bin/sh
for argument; do
	shift
	case $argument in if=/dev/sda) argument=if=sda ;; esac
	set -- "$@" "$argument"
done
exec /bin/dd "$@"
"""


def blocks(path):
    """The literal blocks of a file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        found = re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)
        return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in found]
    found = re.findall(r"^\.Bd -literal.*\n((?s:.*?))^\.Ed", text, re.MULTILINE)
    return [block.replace("\\e\n", "\\\n").replace("\\-", "-") for block in found]


def is_shell(block):
    return not ELSEWHERE.match(block) and "──" not in block


def furnish(directory, rjpack):
    """The programs and the files that the examples name."""
    programs = directory / "bin"
    programs.mkdir()
    inputs.make_machine()(directory / "machine")
    for name, text in (("kexec", KEXEC), ("dd", DD), ("rjpack", SNAPSHOT.format(rjpack))):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    subprocess.run(["grub-mkimage", "-O", "i386-pc", "-p", "/boot/grub", "-o", "core.img",
                    "biosdisk"], cwd=directory, check=True)
    front = (GRUB / "boot.img").read_bytes() + (directory / "core.img").read_bytes()
    (directory / "sda").write_bytes(front + bytes((2 << 20) - len(front)))
    (directory / "grub.img").write_bytes(front[:512])
    (directory / "freedos.img").write_bytes(inputs.FILES["floppy"](None))
    (directory / "netinst.iso").write_bytes(inputs.FILES["iso"](None))
    (directory / "program.bin").write_bytes(b"\xEB\xFE")
    (directory / "data.bin").write_bytes(bytes(1 << 16))


def run(block, rjpack):
    with tempfile.TemporaryDirectory(prefix="rjpack-example-") as directory:
        furnish(Path(directory), rjpack)
        environment = {**os.environ, "PATH": f"{directory}/bin:{os.environ['PATH']}"}
        done = subprocess.run(["sh", "-eux", "-c", block], cwd=directory, env=environment,
                              capture_output=True, text=True)
    if done.returncode:
        print(f"FAILED: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.returncode == 0


def main(rjpack, *files):
    examples = [block for file in files for block in blocks(Path(file)) if is_shell(block)]
    failed = [block for block in examples if not run(block, os.path.abspath(rjpack))]
    print(f"{len(examples)} blocks, {len(failed)} failed")
    return bool(failed) or not examples


sys.exit(main(*sys.argv[1:]))
