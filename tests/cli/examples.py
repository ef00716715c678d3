#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""examples.py RJPACK FILE...: runs the commands in README.md and the man pages verbatim,
each block with a shell in a directory that has the files it names. The suite "recipes" runs
blocks that README.md shares with rjpack-recipes(7).

Programs that would change this machine, or need root, are replaced: kexec only checks its image
and that other files exist; /dev/sda is a file; snapshot reads a synthetic machine, doctor and
--from-running a recorded one. Other suites run the blocks that start guests.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "doctor"))
import doctor  # noqa: E402
import inputs  # finds those of guest/
import cache
import initramfs
import manpage
import running

RECIPES = Path(__file__).parent.parent.parent / "man/rjpack-recipes.7"
GRUB = Path("/usr/lib/grub/i386-pc")
ELSEWHERE = re.compile(r"^(tests/|apt-get |meson |menuentry )")
KEXEC = """#!/bin/sh
case $1 in
-l) ;;
-e) exit 0 ;;
*) exit 1 ;;
esac
case $2 in
/usr/share/rjpack/*) rjpack verify "${2##*/}" ;;
*) rjpack verify "$2" ;;
esac || exit
case $3 in
--initrd=*.rjp) exec rjpack verify "${3#--initrd=}" ;;
--initrd=*) [ -s "${3#--initrd=}" ] ;;
esac
"""
NO_DEVICE = """#!/bin/sh
for argument; do
	shift
	case $argument in
	if=/dev/sda) argument=if=sda ;;
	/dev/sda) argument=sda ;;
	esac
	set -- "$@" "$argument"
done
"""
RJPACK = NO_DEVICE + """[ "$1" != snapshot ] || set -- "$@" --root machine
case "$1 $*" in
load*--panic*) set -- "$@" --root panicking --dry-run ;;
load*) set -- "$@" --root recorded --dry-run ;;
doctor* | *--from-running*) set -- "$@" --root recorded ;;
esac
exec {} "$@"
"""
DD = NO_DEVICE + """exec /bin/dd "$@"
"""


def blocks(path):
    """The literal blocks of a file."""
    if path.suffix != ".md":
        return [block.text for block in manpage.blocks(path)]
    found = re.findall(r"(?:^    .*\n)+", path.read_text(encoding="utf-8"), re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in found]


def lines(block):
    """The lines of a block, stripped of blanks and comments."""
    return {re.sub(r"\s+#.*", "", line).strip() for line in block.splitlines()}


def is_recipe(block):
    return lines(block) <= set.union(*map(lines, blocks(RECIPES)))


def is_shell(block):
    return not ELSEWHERE.match(block) and "──" not in block and not is_recipe(block)


def furnish(directory, rjpack):
    """Makes the programs and the files that the examples name."""
    programs = directory / "bin"
    programs.mkdir()
    inputs.make_machine()(directory / "machine")
    doctor.unpack("ahci", directory / "recorded", more=doctor.ROWS["ahci-linux"]["more"])
    running.ROOTS["loading"](directory / "panicking")
    for name, text in (("kexec", KEXEC), ("dd", DD), ("rjpack", RJPACK.format(rjpack))):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    subprocess.run(["grub-mkimage", "-O", "i386-pc", "-p", "/boot/grub", "-o", "core.img",
                    "biosdisk"], cwd=directory, check=True)
    front = (GRUB / "boot.img").read_bytes() + (directory / "core.img").read_bytes()
    sda = bytearray(inputs.dos_disk())
    sda[:0x1BE], sda[512:len(front)] = front[:0x1BE], front[512:]
    (directory / "sda").write_bytes(sda)
    (directory / "disk.img").write_bytes(inputs.dos_disk())
    (directory / "grub.img").write_bytes(front[:512])
    (directory / "freedos.img").write_bytes(inputs.FILES["floppy"](None))
    (directory / "netinst.iso").write_bytes(inputs.FILES["iso"](None))
    subprocess.run([rjpack, "--boot", "initrd", "-o", "rjpack.lkrn"], cwd=directory, check=True,
                   stdout=subprocess.DEVNULL)
    (directory / "kernel.sys").write_bytes(inputs.FILES["chain-freedos"](None))
    for kernel in ("memtest86+x64.bin", "ipxe.lkrn"):
        (directory / kernel).symlink_to(cache.unpacked("payloads") / "boot" / kernel)
    (directory / "vmlinuz").symlink_to(initramfs.kernel())
    (directory / "initrd.img").write_bytes(bytes(5000))
    (directory / "boot.ipxe").write_text("#!ipxe\n")
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
