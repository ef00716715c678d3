# SPDX-License-Identifier: MIT
"""A fresh Debian on which a new user follows README.md: builds and installs rjpack by its commands as
printed, and runs the recipe's CI job; then, on that system in QEMU, runs the commands that doctor
prints, the recipe for a way back after a panic, and the one for a kernel of his own. tests/setup has
installed the system, with the packages that README.md and the CI job name."""

import re
import subprocess

import yaml

import cache
import ci
import disk
import manpage
import starts
import toolchain
from recipes import PAGE

README = toolchain.SOURCE / "README.md"
SECTION = re.compile(r"^## Building\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
PANIC = "Back after a panic"
OWN_KERNEL = "Back to Linux from a kernel of your own"
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
bash -eux /root/ci-job
systemctl mask serial-getty@ttyS0       # it would hang up the line on which the user writes
systemctl enable new-user
"""
# The packages are there. The network is not.
CI_JOB = """cd /root/project
ln -s ../rjpack rjpack
apt-get() {{ [ "$1" = update ] || command apt-get --simulate "$@"; }}
{job}
rm -rf rjpack/build
"""
# A system as its author has it, and the recipe's back.c.
KERNEL = """cd /root/kernel
nasm -f elf64 -o start.o start.asm
gcc -O2 -ffreestanding -fno-pie -fno-stack-protector -fcf-protection=none -mcmodel=kernel \
	-mgeneral-regs-only -mno-red-zone -c kernel.c back.c
ld -n -z noexecstack --no-warn-rwx-segments -T kernel.lds -o /boot/os.elf start.o kernel.o back.o
{commands}"""
# Each time that Linux is up. The serial port shows what a user would see.
NEW_USER = """cd /root
boot=$(($(cat boots 2>/dev/null || echo 0) + 1))
echo $boot >boots
sync
printf '\\nDebian is up, boot %s\\n' "$boot"
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
	sh -eux own-kernel ;;
4)
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
    """The files of a recipe, and its blocks of commands."""
    blocks = [block for block in manpage.blocks(PAGE) if block.section == section]
    files = {block.file: block.text for block in blocks if block.file}
    return files, [block.text for block in blocks if not block.file]


def project():
    """What a project has that the recipe's CI job builds, and the job as a script."""
    files, _ = recipe(ci.SECTION)
    job = yaml.safe_load(files[ci.GITLAB])["image"]
    return {"/root/project/boot.asm": (ci.PROJECT / "boot.asm").read_text(encoding="utf-8"),
            "/root/project/Makefile": ci.MAKEFILE,
            "/root/ci-job": CI_JOB.format(job="\n".join(job["before_script"] + job["script"]))}


def kernel():
    """A kernel of the user's own, and the script that builds it and does what the recipe says."""
    files, (pack, start, _) = recipe(OWN_KERNEL)
    folder = toolchain.SOURCE / "tests/os"
    texts = {name: (folder / name).read_text(encoding="utf-8")
             for name in ("kernel.c", "kernel.h", "kernel.lds", "start.asm")}
    texts["back.c"] = files["back.c"]
    return {"/root/own-kernel": KERNEL.format(commands=pack + start),
            **{f"/root/kernel/{name}": text for name, text in texts.items()}}


def belongings():
    """The files that the user has on the system, path to bytes."""
    files, panic = recipe(PANIC)
    texts = {**files, **project(), **kernel(), "/root/panic": "".join(panic),
             "/root/install": INSTALL.format(commands=building()), "/root/new-user": NEW_USER,
             "/etc/systemd/system/new-user.service": UNIT, "/boot/grub/grub.cfg": GRUB_CONFIG}
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
