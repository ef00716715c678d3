#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the recipes of man/rjpack-recipes.7 verbatim. recipes.py ROWS: checks that a row of the
file ROWS, or guest/ci.py, runs every recipe.

A row names a recipe by its heading. Blocks with the contents of files become these files; the row
adds more. The commands run in Linux as root, in a directory with all files that have no path. The
first "on_host" commands run on the host, in such a directory.
"""

import gzip
import subprocess
import sys
from pathlib import Path

import ci
import disk
import esp
import initramfs
import manpage
import opal
import rowfile
import starts
from controllers import CONTROLLERS

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "man/rjpack-recipes.7"
PASSWORD = "open sesame"
SHADOW_MENU = disk.SERIAL + """echo 'GRUB has read the shadow MBR'
linux /boot/vmlinuz {arguments} boot=shadow
initrd /boot/initramfs.gz /boot/test.gz
boot
"""

# A program of the host, with its libraries.
PROGRAM = """#!/bin/sh
exec /test/ld-linux-x86-64.so.2 --library-path /test /test/{} "$@"
"""

RUN = """mkdir -p /boot /etc /mnt /root /sbin /tmp /usr/bin /var
ln -s /bin/kexec /sbin/kexec
ln -s /bin/rjpack /usr/bin/rjpack
chmod +x /test/ld-linux-x86-64.so.2
{prepare}
tar -x -C / -f /test/files.tar
cd /root || fail 'there is no /root'
{runner}
fail 'the recipe came to its end'
"""
RUNNERS = {
    "sh": "sh -eux /test/recipe </test/typed || fail 'the recipe has failed'\n{then}",
    "systemd": "mkdir /etc/systemd/system/multi-user.target.wants\n"
               "ln -s {unit} /etc/systemd/system/multi-user.target.wants\n"
               "exec /lib/systemd/systemd --unit=multi-user.target",
}
UNIT = """[Unit]
Description=The recipe
After=basic.target
[Service]
Type=oneshot
WorkingDirectory=/root
Environment=PATH=/bin
ExecStart=/bin/sh -eux /test/recipe
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
"""
UNIT_PATH = "/etc/systemd/system/recipe.service"


class Recipe:
    """A row's recipe: its commands, and its FILES, path to bytes."""

    def __init__(self, inputs):
        row = inputs.row
        blocks = [block for block in manpage.blocks(PAGE) if block.section == row["recipe"]]
        self.commands = [block.text for block in blocks if not block.file]
        if "blocks" in row:
            self.commands = [self.commands[number] for number in row["blocks"]]
        self.files = {block.file: block.text.encode() for block in blocks if block.file}
        for name, source in row.get("files", {}).items():
            self.files[name] = Path(source.format_map(inputs)).read_bytes()
        for _ in range(row.get("on_host", 0)):
            self.run_here(inputs, self.commands.pop(0))

    def run_here(self, inputs, commands):
        """Runs COMMANDS on the host; the files that they make belong to the recipe."""
        if "kexec" in commands:
            raise RuntimeError("kexec on the host?")
        folder = inputs.work / "here"
        folder.mkdir(exist_ok=True)
        for name, data in self.files.items():
            (folder / name).write_bytes(data)
        subprocess.run(["sh", "-eux", "-c", commands], cwd=folder, check=True)
        self.files = {path.name: path.read_bytes() for path in folder.iterdir()}

    def archive(self, inputs):
        """The archive that runs the recipe with initramfs.base()."""
        row = inputs.row
        runner = RUNNERS[row.get("runner", "sh")].format(then=row.get("then", ""), unit=UNIT_PATH)
        programs = {f"/bin/{name}": PROGRAM.format(name).encode()
                    for name in ("rjpack", *row.get("programs", []))}
        files = {**self.files, **programs}
        if row.get("runner") == "systemd":
            files[UNIT_PATH] = UNIT.encode()
        files = {str(Path("/root", name)).lstrip("/"): data for name, data in files.items()}
        script = RUN.format(prepare=row.get("prepare", ""), runner=runner)
        return initramfs.test_archive({
            **starts.program_files(inputs), **initramfs.host_program(row["rjpack"]), "files.tar": disk.tar(files),
            "recipe": "".join(self.commands).encode(), "run": script.encode(),
            "typed": row.get("typed", "").encode()})


def recipe(inputs):
    """QEMU starts Linux, which follows the recipe."""
    archives = [Recipe(inputs).archive(inputs)]
    if inputs.row.get("runner") == "systemd":
        archives.append(initramfs.systemd().read_bytes())
    return starts.linux(inputs, archives)


def recipe_uefi(inputs):
    """UEFI starts Linux from the row's disk, which follows the recipe."""
    esp.extend(inputs, Recipe(inputs).archive(inputs))
    return [*starts.firmware(inputs), *starts.memory(inputs), *starts.drive(inputs),
            *starts.fw_cfg(inputs, {})]


def pre_boot_disk(inputs, path):
    """A disk with GRUB and a Linux that follows the recipe."""
    modules = CONTROLLERS[inputs.row["controller"]].modules
    tree = disk.tree_with_linux(inputs.work, initramfs.base(modules))
    (tree / "boot/test.gz").write_bytes(gzip.compress(Recipe(inputs).archive(inputs), 1))
    arguments = f"{disk.CONSOLE} device={inputs.device()}"
    (tree / "boot/grub/grub.cfg").write_text(SHADOW_MENU.format(arguments=arguments))
    disk.partition(path, disk.DISKS["disk"].table)
    disk.ext2(path, tree, disk.PARTITION)
    disk.embed_grub(path, disk.core_image(inputs.work / "core.img", disk.MODULES))


def recipe_locked(inputs):
    """The BIOS starts what a locked drive shows, which follows the recipe. Linux on the drive
    itself only has to come up."""
    shadow = inputs.work / "shadow"
    pre_boot_disk(inputs, shadow)
    inputs.drive = opal.Drive(shadow.read_bytes(), inputs["disk"].read_bytes(), PASSWORD)
    return [*starts.memory(inputs), *inputs.drive.arguments(),
            *CONTROLLERS[inputs.row["controller"]].arguments.format("").split(),
            *starts.fw_cfg(inputs, {"rounds": b"0\n"})]


STARTS = {"recipe": recipe, "recipe-locked": recipe_locked, "recipe-uefi": recipe_uefi}


def main(rows):
    told = {block.section for block in manpage.blocks(PAGE)}
    run = {row["recipe"] for row in rowfile.read(rows).values()} | {ci.SECTION}
    if told != run:
        sys.exit(f"only in the page or only in a test: {told ^ run}")


if __name__ == "__main__":
    main(*sys.argv[1:])
