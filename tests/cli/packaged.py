# SPDX-License-Identifier: MIT
"""Files from Debian's packages, and made by their tools, that boot or look as if they did."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "guest"))
import cache
import initramfs
import inputs

SYSLINUX, SEABIOS = Path("/usr/lib/syslinux"), Path("/usr/share/seabios")
ISOLINUX = Path("/usr/lib/ISOLINUX")


def tool(path, *commands):
    """The file that commands make; {} in them is its path."""
    for command in commands:
        subprocess.run([word.format(path) for word in command], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path.read_bytes()


def fat(path, *options):
    return tool(path, ["mformat", "-C", *options, "-i", "{}", "::"])


def fat_volume(path, sectors, *options):
    return fat(path, "-T", str(sectors), "-h", "16", "-s", "63", *options)


def ext2(path):
    return tool(path, ["truncate", "-s", "1M", "{}"], ["mke2fs", "-q", "-F", "{}"])


def ntfs(path):
    return tool(path, ["truncate", "-s", "4M", "{}"],
                ["mkntfs", "-q", "-F", "-p", "2048", "-H", "16", "-S", "63", "{}"])


def exfat(path):
    return tool(path, ["truncate", "-s", "4M", "{}"], ["mkfs.exfat", "{}"])


def partitioned(path, label):
    """A disk of 8 MiB with a FAT file system in its one partition."""
    volume = fat_volume(path.with_name("volume"), 8192)
    path.write_bytes(bytes(8 << 20))
    subprocess.run(["sfdisk", "-q", path], input=f"label: {label}\nstart=2048, size=8192, bootable\n"
                   if label == "dos" else f"label: {label}\nstart=2048, size=8192\n",
                   text=True, check=True, stdout=subprocess.DEVNULL)
    disk = bytearray(path.read_bytes())
    disk[2048 * 512:2048 * 512 + len(volume)] = volume
    return bytes(disk)


def files():
    """Name to a function that returns the bytes; it may write to the path."""
    payloads = cache.unpacked("payloads")
    linux = initramfs.kernel()
    paths = [*sorted(inputs.GRUB.glob("*.img")), *sorted((SYSLINUX / "mbr").glob("*.bin")),
             SYSLINUX / "memdisk", *sorted(ISOLINUX.glob("*.bin")), SEABIOS / "bios.bin",
             SEABIOS / "vgabios-stdvga.bin", SYSLINUX / "modules/bios/ls.c32",
             *sorted((payloads / "boot").iterdir()), *sorted((payloads / "usr/lib/ipxe").iterdir()),
             payloads / "usr/lib/memtest86+/memtest86+x64.iso",
             *sorted((payloads / "usr/lib/PXELINUX").glob("*pxelinux.0")),
             *sorted((payloads / "usr/lib/grub/x86_64-pc").iterdir())]
    made = {
        "core-i386-pc": inputs.core,
        "core-i386-pc-pxe": inputs.FILES["core-pxe"],
        "core-i386-pc-eltorito": inputs.FILES["core-eltorito"],
        "fat12-floppy": lambda path: fat(path, "-f", "1440"),
        "fat16-volume": lambda path: fat_volume(path, 32768),
        "fat32-volume": lambda path: fat_volume(path, 98304, "-F"),
        "ext2-volume": ext2,
        "ntfs-volume": ntfs,
        "exfat-volume": exfat,
        "syslinux-volume": lambda path: fat(path, "-f", "1440") and
                           tool(path, ["syslinux", "-i", "{}"]),
        "disk-mbr": lambda path: partitioned(path, "dos"),
        "disk-gpt": lambda path: partitioned(path, "gpt"),
    }
    return {path.name: lambda _, path=path: path.read_bytes()
            for path in paths if path.is_file()} | {"vmlinuz": lambda path: linux.read_bytes()} | made
