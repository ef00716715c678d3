#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""depfile.py RJPACK: checks that make and ninja, with the rule of --depfile, rebuild an image
exactly when one of the files changes from which it was made. All names contain characters that
both tools require to be escaped.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs  # finds those of guest/
import initramfs

OUTPUT, RULE, CONFIG = "the image#1:$.elf", "the image.d", "sub: 1/the #1.ini"
MAKEFILE = """\
export command
the\\ image\\#1\\:$$.elf:
	echo >>log; eval "$$command"
-include the\\ image.d
"""
NINJA = """\
rule pack
  command = echo >>log; eval "$$command"
  depfile = the image.d
  {deps}
build the$ image#1$:$$.elf: pack
"""
TOOLS = {
    "make": ("Makefile", MAKEFILE, ["make", "-s"]),
    "ninja": ("build.ninja", NINJA.format(deps=""), ["ninja"]),
    "ninja, deps = gcc": ("build.ninja", NINJA.format(deps="deps = gcc"), ["ninja"]),
}
# option: what inputs.py makes, and the name; some are in the configuration file. A prefix of a
# name is not part of it.
IMAGES = [
    {"linux": "a: b.bin", "initrd": "sub: 1/$i#.img", "restore": "bios snap", "disk": "a:b"},
    {"mbr": "the $$ sector", "raw": "sub: 1/r:a w@0x10000"},
    {"chain": "freedos=sub: 1/kernel#.sys", "boot-sector": "the:disk#"},
]
MADE = {"initrd": "blob", "disk": "floppy", "mbr": "sector", "raw": "blob",
        "chain": "chain-freedos", "boot-sector": "dos-disk"}
PAST = 10 ** 9


def file_of(option, argument):
    argument = argument.split("@")[0] if option == "raw" else argument
    return argument.split("=", 1)[1] if option == "chain" else argument


def furnish(directory, options, rjpack):
    """Makes the files for an image; returns their names."""
    (directory / CONFIG).parent.mkdir()
    for option, argument in options.items():
        path = directory / file_of(option, argument)
        if option == "linux":
            shutil.copy(initramfs.kernel(), path)
        elif option == "restore":
            inputs.make("machine", directory)
            subprocess.run([rjpack, "snapshot", "--root", "machine", "-o", path],
                           cwd=directory, check=True)
        else:
            path.write_bytes(inputs.FILES[MADE[option]](path))
    inside = [(option, argument) for option, argument in options.items() if "sub: 1/" in argument]
    (directory / CONFIG).write_text("unreal\n" + "".join(
        f"{option} = {argument.replace('sub: 1/', '')}\n" for option, argument in inside))
    names = [file_of(*item) for item in options.items()] + [CONFIG]
    command = [rjpack, "--config", CONFIG, "--depfile", RULE, "-o", OUTPUT]
    for option, argument in options.items() - inside:
        command += ["--" + option, argument]
    return names, shlex.join(command)


def runs(directory):
    log = directory / "log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def check(options, tool, rjpack):
    """The names of the files whose change is missed, or that count as changed without a change."""
    with tempfile.TemporaryDirectory(prefix="rjpack-depfile-") as directory:
        directory = Path(directory)
        names, command = furnish(directory, options, rjpack)
        name, text, argv = TOOLS[tool]
        (directory / name).write_text(text)
        wrong, expected = [], 1

        def build(what):
            done = subprocess.run(argv, cwd=directory, capture_output=True, text=True,
                                  env={**os.environ, "command": command})
            if done.returncode or runs(directory) != expected:
                wrong.append(f"{what}: {runs(directory)} runs instead of {expected}\n"
                             f"{done.stdout}{done.stderr}")

        for changed in [None, *names]:
            for n in names:
                os.utime(directory / n, (PAST, PAST))
            if changed:
                os.utime(directory / OUTPUT, (PAST + 1, PAST + 1))
                build(f"before {changed}")
                os.utime(directory / changed, (PAST + 2, PAST + 2))
                expected += 1
            build(changed)
            build(f"after {changed}")
        return wrong


def main(rjpack):
    failed = False
    for options in IMAGES:
        for tool in TOOLS:
            wrong = check(options, tool, rjpack)
            failed = failed or bool(wrong)
            print(f"{tool}: {' '.join(options)}: {'FAILED' if wrong else 'ok'}", *wrong, sep="\n  ")
    return failed


sys.exit(main(os.path.abspath(sys.argv[1])))
