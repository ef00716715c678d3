# SPDX-License-Identifier: MIT
"""EXTLINUX's installer, which needs a mounted file system: a guest mounts it."""

import initramfs
import qemu

PROGRAM = "/usr/bin/extlinux"
MODULES = ["virtio_pci", "virtio_blk", "crc32c_generic", "ext4"]
SCRIPT = """chmod +x /test/*
mkdir /mnt
mount -t ext4 /dev/vda1 /mnt || fail 'cannot mount'
/test/ld-linux-x86-64.so.2 --library-path /test /test/extlinux --install /mnt{folder} ||
    fail 'cannot install'
umount /mnt || fail 'cannot unmount'
leave 20
"""


def install(path, folder, scratch, timeout=120):
    """Installs EXTLINUX to FOLDER in the first partition of the disk PATH."""
    script = SCRIPT.format(folder=folder)
    ramdisk, log = scratch / "initramfs.cpio", scratch / "log"
    ramdisk.write_bytes(initramfs.base(MODULES).read_bytes() + initramfs.test_archive(
        {**initramfs.host_program(PROGRAM), "run": script.encode()}))
    arguments = ["-m", "256M", "-kernel", initramfs.kernel(), "-initrd", ramdisk,
                 "-append", f"console=ttyS0 {initramfs.QUIET} device=/dev/vda",
                 "-drive", f"file={path},format=raw,if=virtio"]
    with qemu.Guest(arguments, log, timeout) as guest:
        lines = list(guest.lines())
        if guest.status() != qemu.PASSED:
            raise RuntimeError("\n".join([f"{PROGRAM}:", *lines]))
