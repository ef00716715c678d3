# SPDX-License-Identifier: MIT
"""Kernels with only what rjpack reads, and roots of machines where such a kernel runs, as
distributions keep kernel, initrd and boot loader entries."""

import struct
from pathlib import Path

RELEASE = "6.1.0-56-amd64"
LINE = "root=/dev/sda1 ro quiet"
SECTOR = 512
MODULES = f"usr/lib/modules/{RELEASE}"


def bzimage(release=RELEASE, size=4096):
    """Linux/x86 boot protocol 2.15, in two sectors of setup code; the version string is after
    them."""
    setup = bytearray(3 * SECTOR)
    setup[0x1F1] = 2
    struct.pack_into("<I", setup, 0x1F4, (size - len(setup)) // 16)
    struct.pack_into("<HHIHIHHBB", setup, 0x1FE, 0xAA55, 0x6AEB, 0x53726448, 0x20F, 0, 0, 0x200, 0, 1)
    struct.pack_into("<IIBBHI", setup, 0x22C, 0x7FFFFFFF, 0x200000, 1, 21, 0, 2047)
    struct.pack_into("<QI", setup, 0x258, 0x1000000, 0x100000)
    version = f"{release} (someone@somewhere) #1 SMP".encode()
    setup[0x400:0x400 + len(version)] = version
    return bytes(setup).ljust(size, b"\x90")


def unified(release=RELEASE):
    """A unified kernel image: a PE file with the kernel in its second section."""
    head = bytearray(1024)
    head[:2], head[0x3C] = b"MZ", 0x40
    struct.pack_into("<4s2xH12xH", head, 0x40, b"PE\0\0", 2, 16)
    for at, name in ((0x68, b".osrel"), (0x90, b".linux")):
        struct.pack_into("<8s12xI", head, at, name, len(head))
    return bytes(head) + bzimage(release)


def initrd(name):
    """Not a multiple of 4 bytes, so that what follows must be aligned."""
    return name.encode() * 101


def entry(**keys):
    """A boot loader entry with these keys; a list is a key that is repeated."""
    rows = ((key, value) for key, values in keys.items()
            for value in (values if isinstance(values, list) else [values]))
    return "# made by a test\n" + "".join(f"{key:10} {value}\n" for key, value in rows)


def boot_params(ramdisk):
    """As in /sys, with the ramdisk_size."""
    return bytes(0x21C) + struct.pack("<I", ramdisk) + bytes(0xDE0)


class Unreadable(bytes):
    """The contents of a file that only root can read."""


def machine(files, line=LINE, release=RELEASE):
    """Makes a root from FILES, path to contents; a Path is the target of a link."""
    def make(root):
        for name, data in {"proc/sys/kernel/osrelease": f"{release}\n", "proc/cmdline": f"{line}\n",
                           **files}.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(data, Path):
                file.symlink_to(data)
                continue
            file.write_bytes(data.encode() if isinstance(data, str) else data)
            file.chmod(0 if isinstance(data, Unreadable) else 0o644)
    return make


DEBIAN = {f"boot/vmlinuz-{RELEASE}": bzimage(), f"boot/initrd.img-{RELEASE}": initrd("debian")}
# An upgrade has put another kernel in the place of the one that runs.
ARCH = {"boot/vmlinuz-linux-lts": bzimage(), "boot/initramfs-linux-lts.img": initrd("arch"),
        "boot/vmlinuz-linux": bzimage("6.9.1-arch1-1"), "boot/initramfs-linux.img": initrd("other")}
SYSTEMD_BOOT = {
    "efi/vmlinuz-linux": bzimage(), "efi/intel-ucode.img": initrd("microcode"),
    "efi/initramfs-linux.img": initrd("arch"), "efi/initramfs-linux-fallback.img": initrd("fallback"),
    "efi/loader/entries/arch.conf": entry(
        title="Arch", linux="/vmlinuz-linux", initrd=["/intel-ucode.img", "/initramfs-linux.img"],
        options=["root=/dev/sda1 ro", "quiet"]),
    "efi/loader/entries/arch-0fallback.conf": entry(
        title="Arch", linux="/vmlinuz-linux", initrd="/initramfs-linux-fallback.img",
        options="root=/dev/sda1 ro")}
FEDORA = {
    f"boot/vmlinuz-{RELEASE}": bzimage(), f"boot/initramfs-{RELEASE}.img": initrd("fedora"),
    "boot/vmlinuz-0-rescue": bzimage("5.14.0"), "boot/overlay.img": initrd("overlay"),
    f"boot/loader/entries/machine-{RELEASE}.conf": entry(
        title="Fedora", version=RELEASE, linux=f"/vmlinuz-{RELEASE}",
        initrd=f"/initramfs-{RELEASE}.img $tuned_initrd /overlay.img", options="$kernelopts"),
    "boot/loader/entries/machine-0-rescue.conf": entry(
        version="0-rescue", linux="/vmlinuz-0-rescue", initrd="/initramfs-0-rescue.img")}
# /boot has the initrd of another kernel.
BUILT_IN = {f"boot/vmlinuz-{RELEASE}": bzimage(), "boot/initrd-plain": initrd("other"),
            "sys/kernel/boot_params/data": boot_params(0)}

# To load into: memory, of which some is set aside for a panic, and systemd.
LOADING = {"proc/iomem": "00001000-0009fbff : System RAM\n00100000-1fffffff : System RAM\n"
                         "  10000000-17ffffff : Crash kernel\n",
           "sys/kernel/kexec_crash_size": "134217728\n", "sys/kernel/kexec_loaded": "0\n",
           "run/systemd/system/units": ""}

ROOTS = {
    "loading": machine({**DEBIAN, **LOADING}),
    "loading-no-crash": machine({**LOADING, "proc/iomem": "00100000-1fffffff : System RAM\n",
                                 "sys/kernel/kexec_crash_size": "0\n"}),
    "loading-user": machine({**LOADING, "proc/iomem": "00000000-00000000 : System RAM\n"}),
    "loading-full": machine({**LOADING, "proc/meminfo": "MemTotal: 2000 kB\nMemAvailable: 100 kB\n"}),
    "loading-uefi": machine({**LOADING, "sys/firmware/efi/fw_platform_size": "64\n"}),
    "loading-openrc": machine({"proc/iomem": LOADING["proc/iomem"], "proc/1/comm": "openrc-init\n"}),
    "loading-alone": machine({"proc/iomem": LOADING["proc/iomem"], "proc/1/comm": "sh\n"}),
    # GRUB's path starts at its partition, which is /boot, or /, or a subvolume of /.
    "running-debian": machine(DEBIAN, f"BOOT_IMAGE=/vmlinuz-{RELEASE} {LINE}"),
    "running-fedora": machine(FEDORA, f"BOOT_IMAGE=(hd0,gpt2)/vmlinuz-{RELEASE} {LINE}"),
    "running-arch": machine(ARCH, f"BOOT_IMAGE=/@/boot/vmlinuz-linux-lts {LINE}"),
    "running-arch-package": machine({**ARCH, f"{MODULES}/pkgbase": "linux-lts\n"}),
    "running-systemd-boot": machine(SYSTEMD_BOOT),
    # The first entry has the same kernel in another file, but is not in use.
    "running-rescue": machine({
        "boot/a": bzimage(size=8192), "boot/a.img": initrd("rescue"), "boot/b": bzimage(),
        "boot/b.img": initrd("used"),
        "boot/loader/entries/a.conf": entry(linux="/a", initrd="/a.img", options="rescue"),
        "boot/loader/entries/b.conf": entry(linux="/b", initrd="/b.img", options=LINE)}),
    # The kernel's own EFI stub adds no entry, only what it has loaded.
    "running-efi-stub": machine(
        {f"boot/efi/EFI/x/{name.rpartition('/')[2]}": data for name, data in SYSTEMD_BOOT.items()
         if "conf" not in name} | {"boot/vmlinuz-linux": Path("efi/EFI/x/vmlinuz-linux")},
        fr"{LINE} initrd=\EFI\x\intel-ucode.img initrd=\EFI\x\initramfs-linux.img"),
    "running-syslinux": machine(
        {"boot/vmlinuz": bzimage(), "boot/one.gz": initrd("one"), "boot/two.gz": initrd("two")},
        f"BOOT_IMAGE=vmlinuz {LINE} initrd=one.gz,two.gz"),
    # The name that the boot loader used leads to another release's initrd by now.
    "running-link": machine(
        {**DEBIAN, "initrd.img": Path("boot/initrd.img-6.1.0-57-amd64"),
         "vmlinuz": Path(f"boot/vmlinuz-{RELEASE}"), "boot/initrd.img-6.1.0-57-amd64": initrd("new")},
        f"BOOT_IMAGE=/vmlinuz {LINE} initrd=/initrd.img"),
    "running-opensuse": machine(
        {f"{MODULES}/vmlinuz": bzimage(), f"boot/vmlinuz-{RELEASE}": Path(f"../{MODULES}/vmlinuz"),
         f"boot/initrd-{RELEASE}": initrd("opensuse")},
        f"BOOT_IMAGE=/boot/vmlinuz-{RELEASE} {LINE}"),
    "running-modules": machine({f"{MODULES}/vmlinuz": bzimage(),
                                f"{MODULES}/initramfs.img": initrd("dracut")}),
    "running-lib-modules": machine({f"lib/modules/{RELEASE}/vmlinuz": bzimage(),
                                    f"boot/initrd-{RELEASE}": initrd("dracut")}),
    "running-machine-id": machine({f"efi/0123456789abcdef/{RELEASE}/linux": bzimage(),
                                   f"efi/0123456789abcdef/{RELEASE}/initrd": initrd("installed")}),
    "running-nixos": machine({
        "nix/store/1-linux/bzImage": bzimage(), "nix/store/2-initrd/initrd": initrd("nixos"),
        "run/booted-system/kernel": Path("/nix/store/1-linux/bzImage"),
        "run/booted-system/initrd": Path("/nix/store/2-initrd/initrd")}),
    "running-renamed": machine({"boot/vmlinuz.old": bzimage(), "boot/initrd.img": initrd("new"),
                                "boot/initrd.img.old": initrd("old")}),
    "running-quotes": machine(
        DEBIAN, 'root=/dev/sda1\tx="a initrd=b  c" dyndbg="file drivers/nvme/* +p"   y=z$HOME '
        'elfcorehdr=0x1000 crashkernel=256M acpi_rsdp=0x7fe014 kexec_jump_back_entry=0x2000 memmap=1M$2G'),
    "running-init": machine({**BUILT_IN, "proc/cmdline": "BOOT_IMAGE=/v root=/dev/sda1 -- initrd=init  quiet"}),
    "running-no-line": machine({**BUILT_IN, "proc/cmdline": "\n"}),
    "running-long": machine(DEBIAN, "root=/dev/sda1 " + "x" * 2033),
    "running-built-in": machine(BUILT_IN),
    "running-entry-alone": machine({
        "boot/mine": bzimage(), "boot/loader/entries/mine.conf": entry(linux="/mine", options=LINE)}),
    "running-no-initrd": machine({"boot/mine": bzimage(), "boot/loader/entries/mine.conf": entry(linux="/mine"),
                                  "sys/kernel/boot_params/data": boot_params(5000)}),
    "running-nothing": machine({"boot/vmlinuz-empty": "", "boot/vmlinuz-text": "not a kernel"}),
    "running-replaced": machine({"boot/vmlinuz-linux": bzimage("6.9.1-arch1-1"),
                                 f"boot/vmlinuz-{RELEASE}": bzimage("6.1.0"),
                                 "boot/initramfs-linux.img": initrd("arch")},
                                f"BOOT_IMAGE=/boot/vmlinuz-linux {LINE}"),
    "running-unreadable": machine({f"boot/vmlinuz-{RELEASE}": Unreadable(bzimage()),
                                   f"boot/initrd.img-{RELEASE}": initrd("ubuntu")}),
    "running-unreadable-initrd": machine({f"boot/vmlinuz-{RELEASE}": bzimage(),
                                          f"boot/initramfs-{RELEASE}.img": Unreadable(b"fedora")}),
    # No boot loader leaves its partition; this entry asks it to.
    "running-traversal": machine({
        "etc/kernel": bzimage(), "etc/secret": initrd("secret"), "boot/x": bzimage(),
        "boot/loader/entries/a.conf": entry(linux="/../etc/kernel", initrd="/../etc/secret"),
        "boot/loader/entries/b.conf": entry(linux="/x", initrd="/../etc/secret")}),
    "running-outside": machine({f"boot/vmlinuz-{RELEASE}": Path("../../kernel")}),
    "running-unified": machine({"efi/EFI/Linux/a.efi": unified("6.9.1"), "efi/EFI/Linux/b.efi": unified(),
                                f"{MODULES}/vmlinuz": bzimage(), "efi/EFI/Linux/c.efi": "MZ"}),
    "running-no-proc": machine({}, release=""),
}
