# SPDX-License-Identifier: MIT
"""A hard disk from which a PC BIOS boots GRUB and Linux, and UEFI what its EFI system partition
has: the row's image, or Linux by the boot manager that the row names."""

import shutil

import disk
import initramfs

SYSTEMD_BOOT = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi"
TABLE = f"start={disk.SIZE // disk.SECTOR},size={disk.SYSTEM_SECTORS},type=ef\n"
GRUB_MODULES = ["part_msdos", "ext2", "fat", "boot", "linux", "serial", "terminal"]
GRUB = disk.SERIAL + """linux (hd0,msdos1)/boot/vmlinuz {arguments}
initrd (hd0,msdos1)/boot/initramfs.gz{more}
boot
"""
ENTRY = """title Linux
linux /vmlinuz
initrd /initramfs{more}
options {arguments}
"""


def arguments(inputs):
    return f"{disk.CONSOLE} disk={inputs.device()} boot=UEFI {inputs.row.get('linux', '')}"


def grub(inputs, archive):
    """GRUB, which boots Linux from the disk's other partition. It reads further archives only from
    its own."""
    more = " (hd0,msdos2)/archive" if archive else ""
    disk.core_image(inputs.work / "grub.efi", GRUB_MODULES,
                    GRUB.format(arguments=arguments(inputs), more=more), kind="x86_64-efi")
    return {"BOOTX64.EFI": inputs.work / "grub.efi"}


def systemd_boot(inputs, archive):
    """systemd-boot, which prefers the row's entry to that of Linux."""
    entry, settings = inputs.work / "linux.conf", inputs.work / "loader.conf"
    more = "\ninitrd /archive" if archive else ""
    entry.write_text(ENTRY.format(arguments=arguments(inputs), more=more))
    settings.write_text(f"timeout 0\ndefault {inputs.row['default']}\n")
    return {"BOOTX64.EFI": SYSTEMD_BOOT, "/loader/loader.conf": settings,
            "/loader/entries/linux.conf": entry, "/vmlinuz": initramfs.kernel(),
            "/initramfs": initramfs.base(inputs.modules())}


MANAGERS = {"grub": grub, "systemd-boot": systemd_boot}


def files(inputs, archive):
    if "by" not in inputs.row:
        return {"BOOTX64.EFI": inputs["image"]}
    found = MANAGERS[inputs.row["by"]](inputs, archive)
    if archive:
        (inputs.work / "archive").write_bytes(archive)
        found["/archive"] = inputs.work / "archive"
    return found


def extend(inputs, archive):
    """Adds the partition to the row's disk; the Linux there gets ARCHIVE after its initramfs."""
    system, path = inputs.work / "system", inputs.work / "disk"
    disk.system_partition(system, files(inputs, archive))
    shutil.copyfile(inputs["disk"], path)
    disk.run("dd", f"if={system}", f"of={path}", "bs=1M", f"seek={disk.SIZE >> 20}",
             "conv=sparse,notrunc", "status=none")
    disk.run("sfdisk", "--quiet", "--append", path, input=TABLE)
    inputs["disk"] = path
