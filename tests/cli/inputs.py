# SPDX-License-Identifier: MIT
"""The files that rows ask for by name, made when they are asked for."""

import gzip
import os
import random
import socket
import struct
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "guest"))
import cache  # noqa: E402
import chain  # noqa: E402
import loaders  # noqa: E402
import running  # noqa: E402

GRUB = Path("/usr/lib/grub/i386-pc")
ISOLINUX = Path("/usr/lib/ISOLINUX/isolinux.bin")
SYSLINUX_MBR = Path("/usr/lib/syslinux/mbr")
SECTOR = 512


def mkimage(target, *modules, platform="i386-pc"):
    subprocess.run(["grub-mkimage", "-O", platform, "-d", GRUB, "-p", "/boot/grub",
                    "-o", target, *modules], check=True)
    return target.read_bytes()


def boot_img():
    return (GRUB / "boot.img").read_bytes()


def boot_sector(table=True):
    sector = bytearray(SECTOR)
    sector[:2] = b"\xEB\xFE"
    sector[0x1FE:] = b"\x55\xAA"
    if table:
        sector[0x1BE], sector[0x1C2] = 0x80, 0x83
    return bytes(sector)


def fat_sector(hidden=0, media=0xF8, total=0, heads=0, sectors=0):
    sector = bytearray(boot_sector(table=False))
    sector[:11] = b"\xEB\x3C\x90MSDOS5.0"
    sector[11:13] = struct.pack("<H", SECTOR)
    sector[0x13:0x16] = struct.pack("<HB", total, media)
    sector[0x18:0x20] = struct.pack("<HHI", sectors, heads, hidden)
    return bytes(sector)


def floppy_disk(cylinders, heads, sectors):
    """A floppy disk of any size, by its parameter block."""
    total = cylinders * heads * sectors
    return fat_sector(media=0xF0, total=total, heads=heads,
                      sectors=sectors).ljust(total * SECTOR, b"\0")


def core(path):
    return mkimage(path, "biosdisk", "part_msdos", "ext2")


def disk(path):
    """GRUB as grub-install installs it: boot.img, then core.img, then partitions."""
    return boot_img() + core(path).ljust(200 * SECTOR, b"\0")


def grub_whole(path):
    """The same with a partition, and whole."""
    whole = bytearray(disk(path).ljust(4 << 20, b"\0"))
    whole[0x1BE:0x1FE] = struct.pack("<B3xB3xII48x", 0x80, 0x83, 2048, 6144)
    return bytes(whole)


def mbr_code(name="mbr"):
    """MBR code of up to 440 bytes without a signature, as syslinux packages it."""
    return (SYSLINUX_MBR / f"{name}.bin").read_bytes()


def lnxboot(path):
    return (GRUB / "lnxboot.img").read_bytes() + core(path)


def multiboot(path):
    """A file with a multiboot 1 header that kexec would take."""
    magic = 0x1BADB002
    return struct.pack("<III", magic, 0, -magic & 0xFFFFFFFF).ljust(SECTOR, b"\x90")


def noise(size):
    """Bytes that cannot be compressed."""
    return random.Random(size).randbytes(size)


def noise_disk(size):
    disk = bytearray(noise(size))
    disk[0x1FE:0x200] = b"\x55\xAA"
    return bytes(disk)


def partitioned(heads, sectors, size):
    """A hard disk of whole cylinders with a partition from the second track to the end."""
    def place(lba):
        cylinder, rest = divmod(lba, heads * sectors)
        return bytes([rest // sectors, rest % sectors + 1 | cylinder >> 8 << 6, cylinder & 0xFF])
    total = size // SECTOR
    disk = bytearray(boot_sector().ljust(size, b"\0"))
    disk[0x1BF:0x1C2], disk[0x1C3:0x1C6] = place(sectors), place(total - 1)
    disk[0x1C6:0x1CE] = struct.pack("<II", sectors, total - sectors)
    return bytes(disk)


def dos_disk(flag=0x80, size=4 << 20, boot_sector=True, code=None, other_flag=0):
    """A hard disk with a FAT in its second partition, from sector 64 on. Its MBR starts the
    active one, unless CODE replaces it."""
    code = mbr_code() if code is None else code
    disk = bytearray(code.ljust(size, b"\0"))
    disk[0x1BE + 16], disk[0x1C2 + 16], disk[0x1BE] = flag, 0x0E, other_flag
    disk[0x1C6 + 16:0x1CE + 16] = struct.pack("<II", 64, 1000)
    disk[0x1FE:0x200] = b"\x55\xAA"
    if boot_sector:
        disk[64 * SECTOR:65 * SECTOR] = fat_sector(hidden=64)
    return bytes(disk)



CD_SECTOR, BOOT_LBA = 2048, 20


def iso(image=b"\xEB\xFE", media=0, platform=0, segment=0, sectors=4, boot_record=True, checksum=0):
    """The parts of an ISO 9660 file system that BIOSes read, and a boot image."""
    cd = bytearray(BOOT_LBA * CD_SECTOR)
    kinds = [1, 0, 255] if boot_record else [1, 255]
    for n, kind in enumerate(kinds, 16):
        cd[n * CD_SECTOR:n * CD_SECTOR + 7] = bytes([kind]) + b"CD001\1"
    if boot_record:
        cd[17 * CD_SECTOR + 7:17 * CD_SECTOR + 30] = b"EL TORITO SPECIFICATION"
        cd[17 * CD_SECTOR + 0x47] = 19
    first = bytearray(struct.pack("<BB28xH", 1, platform, 0xAA55))
    first[28:30] = struct.pack("<H", -sum(struct.unpack("<16H", first)) + checksum & 0xFFFF)
    entry = struct.pack("<BBHBxHI", 0x88, media, segment, 0, sectors, BOOT_LBA)
    cd[19 * CD_SECTOR:19 * CD_SECTOR + len(first + entry)] = first + entry
    return bytes(cd) + image.ljust(-(-len(image) // CD_SECTOR) * CD_SECTOR, b"\0")


def with_mbr(cd, first):
    """A CD that is also a disk with a partition from sector FIRST on."""
    disk = bytearray(cd.ljust(1 << 20, b"\0"))
    disk[:SECTOR] = boot_sector()
    disk[0x1C6:0x1CE] = struct.pack("<II", first, len(disk) // SECTOR - first)
    return bytes(disk)


def cut_volume():
    """A CD whose file system is one sector longer."""
    cd = bytearray(iso())
    cd[16 * CD_SECTOR + 80:16 * CD_SECTOR + 84] = struct.pack("<I", len(cd) // CD_SECTOR + 1)
    return bytes(cd)


VECTORS_AND_BDA, EBDA, EBDA_SIZE, VIDEO_MEMORY = 0x500, 0x9FC00, 1024, 0xA0000
RAM = "00001000-0009fbff : System RAM\n"
IOMEM = "00000000-00000fff : Reserved\n" + RAM + """\
0009fc00-0009ffff : Reserved
000f0000-000fffff : System ROM
00100000-07ffffff : System RAM
  01000000-01ffffff : Kernel code
"""


def first_mib(vector=0xF000E000, ebda=EBDA, ebda_kib=1):
    """The memory of a machine after its BIOS has booted, as far as rjpack reads it."""
    memory = bytearray(bytes(i * 7 + (i >> 8) & 0xFF for i in range(1 << 16)) * 16)
    memory[:0x400] = b"".join(struct.pack("<I", vector and vector + i) for i in range(256))
    memory[0x40E:0x410] = struct.pack("<H", ebda >> 4)
    memory[0x413:0x415] = struct.pack("<H", 639)
    memory[EBDA] = ebda_kib
    return bytes(memory)


def hooked(signature):
    """The same after a handler with this signature has hooked INT 13h, like MEMDISK's, which
    stores the old values in an mBFT."""
    memory, at, mbft = bytearray(first_mib()), 0x9D000, 0x9D400
    hook = struct.pack("<3x8s8s4sII", signature, b"MEMDISK ", memory[0x4C:0x50], 0, mbft)
    memory[at:at + len(hook)] = hook
    memory[mbft:mbft + 95] = bytes(95)
    memory[mbft:mbft + 4] = b"mBFT"
    memory[mbft + 60:mbft + 66] = struct.pack("<4sH", memory[0x54:0x58], 639)
    memory[mbft + 92], memory[mbft + 94] = 0x80, memory[0x475] + 1
    memory[0x475] += 1
    memory[0x4C:0x50], memory[0x54:0x58] = (struct.pack("<HH", n, at >> 4) for n in (0, 0x100))
    memory[0x413:0x415] = struct.pack("<H", at >> 10)
    return bytes(memory)


def make_machine(memory=None, iomem=IOMEM, uefi=False, mode=0o644):
    """A directory with the files of a machine's root that snapshot reads."""
    def make(path):
        for name in ("dev", "proc", "sys/firmware/efi" if uefi else "sys/firmware"):
            (path / name).mkdir(parents=True)
        if iomem is not None:
            (path / "proc/iomem").write_text(iomem)
        (path / "dev/mem").write_bytes(first_mib() if memory is None else memory)
        (path / "dev/mem").chmod(mode)
    return make


def legacy(name):
    """A file of GRUB Legacy, as Debian packages it."""
    return (cache.unpacked("payloads") / "usr/lib/grub/x86_64-pc" / name).read_bytes()


def stage2_code(partition=None, menu=None):
    """stage2 without its loader, as in asm.S: the partition is at 0Ah, the menu at 17h."""
    code = bytearray(legacy("stage2")[SECTOR:])
    if menu is not None:
        code[0x0A] = partition - 1
        code[0x17:0x70] = menu.ljust(0x70 - 0x17, b"\0")
    return bytes(code)


def isolinux_told():
    """isolinux.bin with the boot information table of the CD that iso makes."""
    data = bytearray(ISOLINUX.read_bytes())
    total = sum(struct.unpack(f"<{len(data) // 4 - 16}I", data[64:])) & 0xFFFFFFFF
    data[8:24] = struct.pack("<4I", 16, BOOT_LBA, len(data), total)
    return bytes(data)


def syslinux_sector():
    sector = bytearray(fat_sector())
    sector[3:11] = b"SYSLINUX"
    return bytes(sector)
def chain_disk(path, *names):
    """A disk with a FAT partition, and the name of that partition for mtools."""
    for name in names:
        (path.parent / f"{path.name}.{name}").touch()
    chain.disk(path, lambda *command: subprocess.run(map(str, command), check=True), names)
    return path.read_bytes()


FILES = {
    **{f"chain-{name}": lambda path, name=name: chain.lay_over(name, bytes(0x2200))
       for name in chain.CHAINS},
    "chain-disk": lambda path: chain_disk(path, "IO.SYS", "MSDOS.SYS"),
    "chain-disk-empty": lambda path: chain_disk(path),
    "chain-partition": lambda path: FILES["chain-disk"](path)[chain.PARTITION * SECTOR:],
    "chain-sector": lambda path: FILES["chain-partition"](path)[:SECTOR],
    "bootmgr-10": lambda path: chain.lay_over("bootmgr", bytes(0x2200)).ljust(413738, b"\0"),
    "g2ldr.img": lambda path: (GRUB / "g2ldr.img").read_bytes(),
    "program": lambda path: b"MZ\x90\0\3".ljust(100000, b"\0"),
    "empty": lambda path: b"",
    "zeros": lambda path: bytes(SECTOR),
    "short": lambda path: bytes(470),
    "blob": lambda path: bytes(range(256)) * 20,
    "mib": lambda path: bytes(range(256)) * 4096 + b"end",
    "boot.img": lambda path: boot_img(),
    "sector": lambda path: boot_sector(),
    "back.ini": lambda path: b"mbr = sector\nunreal\nreg = eax=1\n",
    "bare-sector": lambda path: boot_sector(table=False),
    "fat-sector": lambda path: fat_sector(),
    "fat-of-disk": lambda path: fat_sector(hidden=64),
    "fat-partition": lambda path: fat_sector().ljust(2 << 20, b"\0"),
    "dos-disk": lambda path: dos_disk(),
    "dos-inactive": lambda path: dos_disk(flag=0),
    "dos-unsigned": lambda path: dos_disk(boot_sector=False),
    "dos-cut": lambda path: dos_disk(size=64 * SECTOR, boot_sector=False),
    "dos-two-active": lambda path: dos_disk(other_flag=0x80),
    "dos-no-code": lambda path: dos_disk(code=b""),
    "dos-altmbr": lambda path: dos_disk(code=mbr_code("altmbr")),
    "dos-gptmbr": lambda path: dos_disk(code=mbr_code("gptmbr")),
    "dos-changed": lambda path: dos_disk(code=mbr_code()[:-1] + b"\x90"),
    "gpt-damaged": lambda path: dos_disk()[:0x1C2] + b"\xEE" + dos_disk()[0x1C3:],
    "grub-disk": lambda path: disk(path).ljust(4 << 20, b"\0"),
    "grub-renamed": lambda path: FILES["grub-disk"](path)[:0x180] + bytes(range(16)) +
                                 FILES["grub-disk"](path)[0x190:],
    "grub-drive": lambda path: FILES["grub-disk"](path)[:0x64] + b"\x81" +
                               FILES["grub-disk"](path)[0x65:],
    "grub-whole": grub_whole,
    "grub-cut": lambda path: FILES["disk-cut"](path),
    "floppy": lambda path: fat_sector().ljust(1440 * 1024, b"\0"),
    "floppy.gz": lambda path: gzip.compress(FILES["floppy"](path), mtime=0),
    "floppy-cut.gz": lambda path: FILES["floppy.gz"](path)[:-9],
    "floppy-damaged.gz": lambda path: FILES["floppy.gz"](path)[:-8] + bytes(8),
    "floppy-behind.gz": lambda path: FILES["floppy.gz"](path) + b"behind",
    "floppy-bare": lambda path: boot_sector().ljust(1440 * 1024, b"\0"),
    "floppy-unsigned": lambda path: bytes(720 * 1024),
    "superfloppy": lambda path: floppy_disk(144, 4, 32),
    "floppy-cut": lambda path: floppy_disk(80, 2, 18)[:600064],
    "floppy-filled": lambda path: FILES["floppy-cut"](path).ljust(1440 * 1024, b"\0"),
    "floppy-more": lambda path: floppy_disk(80, 2, 18) + b"x",
    "small": lambda path: boot_sector(table=False).ljust(10 * SECTOR, b"\x90"),
    "partition": lambda path: fat_sector(hidden=2048, total=4096, heads=16,
                                         sectors=63).ljust(2 << 20, b"\0"),
    "disk-short": lambda path: partitioned(16, 63, 8 * 1008 * SECTOR)[:1 << 20],
    "dos-elsewhere": lambda path: dos_disk()[:64 * SECTOR] + fat_sector() + dos_disk()[65 * SECTOR:],
    "gpt-4096": lambda path: (boot_sector().ljust(4096, b"\0") + b"EFI PART").ljust(1 << 20, b"\0"),
    "floppy-odd": lambda path: fat_sector().ljust(800 * 1024, b"\0"),
    "partitioned": lambda path: partitioned(240, 63, 4 * 240 * 63 * SECTOR),
    "noise": lambda path: noise_disk(40 * SECTOR),
    "noise-odd": lambda path: noise_disk(40 * SECTOR + 1),
    "noise-padded": lambda path: noise_disk(40 * SECTOR + 1).ljust(41 * SECTOR, b"\0"),
    "iso": lambda path: iso(noise(3000)),
    "iso-boot": lambda path: noise(3000)[:2048],
    "iso-floppy": lambda path: iso(FILES["floppy"](path), media=2, sectors=1),
    "iso-harddisk": lambda path: iso(partitioned(16, 63, 1008 * SECTOR), media=4, sectors=1),
    "iso-segment": lambda path: iso(segment=0x1000, sectors=1),
    "iso-empty": lambda path: iso(boot_record=False),
    "iso-efi": lambda path: iso(platform=0xEF),
    "iso-hybrid": lambda path: with_mbr(iso(), 0),
    "iso-left-over": lambda path: with_mbr(iso(), 128),
    "iso-mbr": lambda path: with_mbr(iso(boot_record=False), 0),
    "iso-cut-volume": lambda path: cut_volume(),
    "iso-damaged": lambda path: iso(checksum=1),
    "iso-cut": lambda path: iso(FILES["floppy"](path), media=2)[:1 << 20],
    "qcow2": lambda path: b"QFI\xFB".ljust(SECTOR, b"\0"),
    "qcow2.gz": lambda path: gzip.compress(FILES["qcow2"](path), mtime=0),
    "xz": lambda path: b"\xFD7zXZ\0".ljust(SECTOR, b"\0"),
    "harddisk": lambda path: boot_sector().ljust(1 << 20, b"\0"),
    "code": lambda path: mbr_code(),
    "core.img": core,
    "core-cut": lambda path: core(path)[:-1],
    "core-large": lambda path: core(path).ljust(0x78001, b"\0"),
    "core-bare": lambda path: core(path)[SECTOR:],
    "core-bare-cut": lambda path: core(path)[SECTOR:-1],
    "core-eltorito-cut": lambda path: FILES["core-eltorito"](path)[:-1],
    "core-of-eltorito": lambda path: FILES["core-eltorito"](path)[2048:],
    "cdboot.img": lambda path: (GRUB / "cdboot.img").read_bytes(),
    "stage1": lambda path: legacy("stage1"),
    "stage2": lambda path: legacy("stage2"),
    "stage2-cut": lambda path: legacy("stage2")[:-1],
    "stage2-code": lambda path: stage2_code(),
    "stage2-patched": lambda path: stage2_code(3, b"(hd1)/menu"),
    "stage2_eltorito": lambda path: legacy("stage2_eltorito"),
    "e2fs_stage1_5": lambda path: legacy("e2fs_stage1_5"),
    "ipxe.kpxe": lambda path: loaders.kpxe(),
    "ipxe-damaged.kpxe": lambda path: loaders.kpxe()[:-9] + bytes(9),
    "undionly.kpxe": lambda path: loaders.ipxe("undionly.kpxe"),
    "isolinux.bin": lambda path: ISOLINUX.read_bytes(),
    "isolinux-told": lambda path: isolinux_told(),
    "isolinux-told-cut": lambda path: isolinux_told()[:-1],
    "iso-isolinux": lambda path: iso(isolinux_told()),
    "syslinux-sector": lambda path: syslinux_sector(),
    "core-pxe": lambda path: mkimage(path, "biosdisk", platform="i386-pc-pxe"),
    "core-eltorito": lambda path: mkimage(path, "biosdisk", platform="i386-pc-eltorito"),
    "core-efi": lambda path: b"MZ".ljust(0x3C, b"\0") + b"\x40\0\0\0PE\0\0".ljust(4096, b"\0"),
    "core-elf": lambda path: b"\x7FELF".ljust(4096, b"\0"),
    "lnxboot": lnxboot,
    "disk": disk,
    "disk-cut": lambda path: disk(path)[:20 * SECTOR],
    "multiboot": multiboot,
    "vectors": lambda path: first_mib()[:VECTORS_AND_BDA],
    "ebda": lambda path: first_mib()[EBDA:EBDA + EBDA_SIZE],
    "reserved": lambda path: first_mib()[0x9E000:0x9F000],
    "old": lambda path: b"what was here before\n",
    "kernel": lambda path: running.bzimage(),
}


def make_fifo(path):
    os.mkfifo(path)


def make_socket(path):
    socket.socket(socket.AF_UNIX).bind(str(path))


def make_unreadable(path):
    path.write_bytes(boot_sector())
    path.chmod(0)


SPECIAL = {
    **running.ROOTS,
    "fifo": make_fifo,
    "socket": make_socket,
    "directory": Path.mkdir,
    "unreadable": make_unreadable,
    "link-to-sector": lambda path: path.symlink_to("sector"),
    "hard-link-to-sector": lambda path: path.hardlink_to(path.parent / "sector"),
    "link-to-old": lambda path: path.symlink_to("old"),
    "machine": make_machine(),
    "machine-locked": make_machine(mode=0),
    "machine-uefi": make_machine(uefi=True),
    "machine-no-iomem": make_machine(iomem=None),
    "machine-hidden": make_machine(iomem="00000000-00000000 : System RAM\n" * 2),
    "machine-reserved": make_machine(iomem=IOMEM.replace("0009fbff", "00098fff")),
    "machine-ram": make_machine(iomem=IOMEM.replace("0009fbff", "0009ffff")),
    "machine-short": make_machine(memory=first_mib()[:0x1000]),
    "machine-lost": make_machine(memory=bytes(1 << 20)),
    "machine-vectors": make_machine(memory=first_mib(vector=0x00000010)),
    "machine-no-ebda": make_machine(memory=first_mib(ebda=0)),
    "machine-odd-ebda": make_machine(memory=first_mib(ebda_kib=0)),
    "machine-rom-ebda": make_machine(memory=first_mib(ebda=0xE0000)),
    "machine-large-ebda": make_machine(memory=first_mib(ebda_kib=200)),
    "machine-hooked": make_machine(memory=hooked(b"$INT13SF"), iomem=IOMEM.replace("0009fbff", "0009cfff")),
    "machine-drivemap": make_machine(memory=hooked(bytes(8)), iomem=IOMEM.replace("0009fbff", "0009cfff")),
    "machine-base": make_machine(memory=first_mib()[:0x413] + bytes(2) + first_mib()[0x415:]),
}


def make(name, directory):
    """Makes the file `name` in the directory."""
    path = directory / name
    if name in SPECIAL:
        SPECIAL[name](path)
    else:
        path.write_bytes(FILES[name](path))
