# SPDX-License-Identifier: MIT
"""A fresh Debian on which a new user follows README.md: builds and installs rjpack by its commands as
printed, then, on that system in QEMU, runs the commands that doctor prints, and the recipe for a way
back after a panic. tests/setup has installed the system, with the packages that README.md names."""

import re
import subprocess

import cache
import disk
import manpage
import starts
import toolchain
from recipes import PAGE

README = toolchain.SOURCE / "README.md"
SECTION = re.compile(r"^## Building\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
PANIC = "Back after a panic"
SECTORS = 6 << 20               # of the disk, which is sparse
GRUB_CONFIG = disk.SERIAL + """echo 'GRUB has read its disk'
linux /vmlinuz root=/dev/sda1 rw quiet crashkernel=192M console=ttyS0,115200
initrd /initrd.img
boot
"""
# Standard input is the system, descriptor 3 what the user has; standard output becomes the disk's
# partition.
SCRIPT = """
mount --make-rprivate /
root=$(mktemp -d "${TMPDIR:-/tmp}/rjpack-fresh.XXXXXX")
trap 'umount -l "$root/proc" "$root/dev" 2>/dev/null || :; rm -rf --one-file-system "$root" "$root.img"' EXIT
tar -x --zstd --exclude="./dev/*" -C "$root"
tar -x -C "$root" <&3
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
/usr/sbin/chroot "$root" env -i LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \\
	sh -eux /root/install >&2
umount -l "$root/proc" "$root/dev"
PATH=$PATH:/usr/sbin:/sbin
mke2fs -q -t ext4 -d "$root" "$root.img" "$1" >&2
dd if="$root.img" bs=1M conv=sparse status=none
"""
INSTALL = """cd /root/rjpack
{commands}
rm -rf build
systemctl enable new-user
"""
# Each time that Linux is up. The serial port shows what a user would see.
NEW_USER = """cd /root
boot=$(($(cat boots 2>/dev/null || echo 0) + 1))
echo $boot >boots
sync
echo "Debian is up, boot $boot"
case $boot in
1)
	su nobody -s /bin/sh -c 'rjpack doctor' || :
	rjpack doctor >found || :
	cat found
	sed -n 's/^  //p' found >commands
	sh -eux commands ;;
2)
	sh -eux panic ;;
3)
	echo 'the new user is back'
	poweroff ;;
esac
"""
UNIT = """[Unit]
Description=A new user
After=multi-user.target
[Service]
Type=oneshot
WorkingDirectory=/root
ExecStart=/bin/sh /root/new-user
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
[Install]
WantedBy=default.target
"""


def building():
    """The commands of README.md's section on building."""
    section = SECTION.search(README.read_text(encoding="utf-8"))[1]
    return "".join(re.findall(r"^    (.*\n)", section, re.MULTILINE))


def recipe(section):
    """The files of a recipe, and its commands."""
    blocks = [block for block in manpage.blocks(PAGE) if block.section == section]
    files = {block.file: block.text for block in blocks if block.file}
    return files, "".join(block.text for block in blocks if not block.file)


def belongings():
    """The files that the user has on the system, path to bytes."""
    files, panic = recipe(PANIC)
    texts = {**files, "/root/install": INSTALL.format(commands=building()), "/root/panic": panic,
             "/root/new-user": NEW_USER, "/etc/systemd/system/new-user.service": UNIT,
             "/boot/grub/grub.cfg": GRUB_CONFIG}
    files = {f"/root/rjpack/{path.relative_to(toolchain.SOURCE)}": path.read_bytes()
             for path in toolchain.sources()}
    files.update((path, text.encode()) for path, text in texts.items())
    return {path.lstrip("/"): data for path, data in files.items()}


def install(machine, work, path):
    """Makes the disk PATH with the system of the archive MACHINE."""
    (work / "belongings.tar").write_bytes(disk.tar(belongings()))
    kib = (SECTORS - disk.PARTITION) // 2
    with open(machine, "rb") as stdin, open(work / "belongings.tar", "rb") as files, \
            open(path, "wb") as stdout, open(work / "install.log", "wb") as stderr:
        stdout.truncate(SECTORS * disk.SECTOR)
        stdout.seek(disk.PARTITION * disk.SECTOR)
        done = subprocess.run(
            [*toolchain.MACHINE, f"exec 3<&{files.fileno()}\n{SCRIPT}", "sh", f"{kib}k"],
            stdin=stdin, stdout=stdout, stderr=stderr, pass_fds=[files.fileno()])
    if done.returncode:
        raise RuntimeError((work / "install.log").read_text(errors="replace")[-4000:])
    disk.run("sfdisk", "--quiet", path, input=disk.DISKS["disk"].table)
    disk.embed_grub(path, disk.core_image(work / "core.img", disk.MODULES))


def fresh(inputs):
    """The BIOS starts GRUB and the system that the row names."""
    path = inputs.work / "fresh.img"
    machine = cache.fetched(cache.ROOT / f"fresh-{inputs.row['fresh']}.tar.zst")
    install(machine, inputs.work, path)
    return [*starts.memory(inputs), "-device", "ahci,id=ahci", "-device", "ide-hd,bus=ahci.0,drive=d",
            "-drive", f"id=d,if=none,format=raw,file={path}"]


STARTS = {"fresh": fresh}
