# SPDX-License-Identifier: MIT
"""The ways to start a row's image: each gives QEMU's arguments."""

import hashlib
import lzma
import shutil
import struct
import subprocess
from pathlib import Path

import cache
import disk
import esp
import hostile as hostile_system
import initramfs
from controllers import CONTROLLERS
from inputs import run

LOADER = Path(__file__).parent.parent / "boot" / "loader.asm"
OVMF = "/usr/share/ovmf/OVMF.fd"
SNAKEOIL = "/usr/share/ovmf/PkKek-1-snakeoil"
MEMDISK = "/usr/lib/syslinux/memdisk"
MEMDISKFIND = Path("/usr/bin/memdiskfind")
RAM_DISK = Path(__file__).parent / "ram-disk"
SETUP_SIZE = 1024               # of the image, which only loaders of Linux read
DRIVE = "file={},format=raw,if=ide,snapshot=on"
PACKED = {b"\xFD7zXZ": lzma.decompress,
          b"\x28\xB5\x2F\xFD": lambda data: subprocess.run(["zstd", "-dc"], input=data, check=True,
                                                           stdout=subprocess.PIPE).stdout}
GRUB_INITRD = {"linux": "initrd", "linux16": "initrd16", "multiboot": "module",
              "multiboot2": "module2"}

FLOPPY_SIZE = 1440 << 10
SYSLINUX = """SERIAL 0 115200
DEFAULT image
LABEL image
{}
"""
IPXE = """#!ipxe
dhcp
kernel tftp://${{next-server}}/image {} && {}boot ||
echo iPXE does not take it
"""

# A dot cannot be in a function's name.
PROGRAM = """{function}() {{ /test/ld-linux-x86-64.so.2 --library-path /test /test/{name} "$@"; }}
"""
KEXEC = """{check} || fail 'not as it should be: {check}'
echo "kexec {arguments}"
kexec {arguments} /test/{file} || fail "kexec {arguments} failed"
echo 'kexec -e'
kexec {go} -e
fail 'kexec -e came back'
"""


PANIC = """{check} || fail 'not as it should be: {check}'
echo "kexec {arguments}"
kexec {arguments} /test/{file} || fail "kexec {arguments} failed"
{busy}
echo "panic on CPU {cpu}"
echo 1 >/proc/sys/kernel/sysrq
{die}
sleep 30
fail 'Linux did not panic'
"""
DIE = "taskset -c {cpu} sh -c 'echo c >/proc/sysrq-trigger'"


def unpacked_kernel(bzimage):
    """The path of the ELF file in a bzImage: QEMU starts that without the seconds that unpacking
    takes under emulation. (Linux/x86 boot protocol: payload_offset.)"""
    def build(path, _scratch):
        data = bzimage.read_bytes()
        offset, length = struct.unpack_from("<II", data, 0x248)
        start = (data[0x1F1] + 1) * 512 + offset
        packed = data[start:start + length - 4]         # its size follows it
        unpack = next(unpack for magic, unpack in PACKED.items() if packed.startswith(magic))
        path.write_bytes(unpack(packed))

    return cache.cached("vmlinux", [str(bzimage)], build)


def kexec_files(inputs):
    """The image and the other files that the row's kexec loads, and the script that loads them."""
    names = {"image", inputs.row.get("kexec_file", "image")}
    arguments = inputs.row.get("kexec", "-l")
    if "append" in inputs.row:
        arguments += f" --append='{inputs.row['append']}'"
    if "initrd" in inputs.row:
        names.add("initrd")
        arguments += " --initrd=/test/initrd"
    cpu = inputs.row.get("panic")
    script = (PANIC if cpu else KEXEC).format(
        arguments=arguments, file=inputs.row.get("kexec_file", "image"),
        check=inputs.row.get("check", "true"), go=inputs.row.get("go", ""),
        busy=inputs.row.get("busy", ""), cpu=cpu,
        die=inputs.row.get("die", DIE).format(cpu=cpu))
    return {name: inputs[name].read_bytes() for name in sorted(names)}, script


def test_files(inputs):
    """The files in the guest's /test; "run" contains the row's commands, or kexec."""
    files, script = ((program_files(inputs), inputs.row["commands"]) if "commands" in inputs.row
                     else kexec_files(inputs))
    names = ["rjpack", *inputs.row.get("programs", [])]
    functions = [PROGRAM.format(function=name.replace(".", "_"), name=name) for name in names]
    prelude = "".join(functions) + "chmod -R +x /test\n"
    return {**files, "run": (prelude + script).encode(),
            "rounds": f"{inputs.row.get('rounds', 1)}\n".encode(), **target_files(inputs)}


def program_files(inputs):
    """The host's programs that the row's commands run, with their libraries, and the modules that
    these load."""
    files, modules = {}, initramfs.Modules(cache.unpacked("linux", inputs.debian))
    for name in inputs.row.get("programs", []):
        files.update(initramfs.host_program(shutil.which(name)))
    for name in inputs.row.get("late_modules", []):
        modules.add(name)
    return {**files, **{f"{name}.ko": data for name, data in modules.loaded.items()}}


def target_files(inputs):
    """The row's on_target, and rjpack with the libraries that it needs on the machine."""
    if "on_target" not in inputs.row:
        return {}
    files = initramfs.host_program(inputs.row["rjpack"])
    return {**files, **{inputs[name].name: inputs[name].read_bytes()
                        for name in inputs.row["on_target"]}}


def memory(inputs):
    return ["-m", inputs.row.get("memory", "256M")]


def others(row):
    """More disks of 40 MiB, which read as zeros: the row's device with each of its units."""
    if "others" not in row:
        return []
    device = f"{row['others']['device']},drive=others,share-rw=on"
    devices = [["-device", device.format(unit)]
               for first, last in row["others"]["units"] for unit in range(first, last + 1)]
    return ["-blockdev", "driver=null-co,node-name=others,size=41943040,read-zeroes=on",
            *sum(devices, [])]


def drive(inputs):
    """The row's disk: its contents, and its controller; and others."""
    row = inputs.row
    if "drive" not in row:
        return []
    if "controller" not in row:
        return ["-drive", DRIVE.format(inputs[row["drive"]])]
    arguments = CONTROLLERS[row["controller"]].arguments.format(row.get("disk_options", ""))
    kept = "off" if "disk_test" in row else "on"
    file = f"blkdebug:{inputs['errors']}:" if row.get("errors") else ""
    locked = ",readonly=on" if row.get("readonly") else ""
    path = inputs["grown" if "grown" in row else row["drive"]]
    return ["-drive", f"id=disk,file={file}{path},format=raw,if=none,snapshot={kept}{locked}",
            *arguments.split(), *others(row)]


def fw_cfg(inputs, files):
    """FILES, name to bytes, for /test. Linux reads them in time quadratic in their
    size, so they should be small."""
    path = inputs.work / "test.tar"
    path.write_bytes(disk.tar(files))
    return ["-fw_cfg", f"name=opt/rjpack/test,file={path}"]


def disk_kexec(inputs):
    """The BIOS starts GRUB, GRUB starts Linux, Linux kexecs the image.

    The disk is the same for all tests, so /test comes through fw_cfg."""
    disks = drive(inputs) or ["-drive", DRIVE.format(inputs["boot_disk"])]
    return [*memory(inputs), *disks, *fw_cfg(inputs, test_files(inputs))]


def linux(inputs, archives):
    """QEMU starts Linux, with ARCHIVES appended to its initramfs."""
    kernel = initramfs.kernel(inputs.debian)
    if not inputs.row.get("packed_kernel"):
        kernel = unpacked_kernel(kernel)
    disks = ""
    if inputs.row.get("drive") in disk.DISKS:
        disks = f"disk={inputs.device()}"
    elif "controller" in inputs.row and "drivers" not in inputs.row:
        disks = f"device={inputs.device()}"
    ramdisk = inputs.work / "initramfs.cpio"
    base = initramfs.base(inputs.modules(), inputs.debian)
    ramdisk.write_bytes(base.read_bytes() + b"".join(archives))
    return [*memory(inputs), *drive(inputs), "-kernel", kernel, "-initrd", ramdisk,
            "-append", f"{disk.CONSOLE} boot=QEMU {disks} {inputs.row.get('linux', '')}"]


def kexec(inputs):
    """QEMU starts Linux, which kexecs the image."""
    return linux(inputs, [initramfs.test_archive(test_files(inputs))])


def kexec_rounds(inputs):
    """QEMU starts Linux, which kexecs the image; the Linux on the disk does, too."""
    return linux(inputs, []) + fw_cfg(inputs, test_files(inputs))


def os_qemu(inputs):
    """QEMU starts the test system, which starts the image."""
    return [*memory(inputs), *drive(inputs), "-kernel", inputs[inputs.row.get("os", "os")], "-initrd", inputs["image"],
            "-append", inputs.row.get("append", "")]


def qemu(inputs):
    """QEMU starts the image, as it starts a Linux kernel."""
    initrd = ["-initrd", inputs["initrd"]] if "initrd" in inputs.row else []
    return [*memory(inputs), *drive(inputs), "-kernel", inputs["image"], *initrd,
            "-append", inputs.row.get("append", "")]


def grub_disk(inputs, modules, commands, files):
    """The BIOS starts GRUB, which runs COMMANDS and has FILES, name to bytes, in (memdisk)."""
    work = inputs.work
    (work / "memdisk.tar").write_bytes(disk.tar(files))
    script = f"{disk.SERIAL}{commands}\nboot\n"
    modules = ["memdisk", "tar", "boot", "serial", "terminal", *modules]
    core = disk.core_image(work / "starter.img", modules, script, work / "memdisk.tar")
    path = work / "starter"
    path.write_bytes(bytes(510) + b"\x55\xAA" + bytes((1 << 20) - 512))
    disk.embed_grub(path, core)
    return [*memory(inputs), *started_by(inputs, path)]


def grub_efi(inputs):
    """UEFI starts GRUB from a USB stick, and GRUB the image with the row's command."""
    work, command = inputs.work, inputs.row.get("grub_command", "linux")
    script = f"{disk.SERIAL}{command} $cmdpath/image {inputs.row.get('append', '')}\nboot\n"
    modules = ["fat", "boot", "serial", "terminal", "efi_gop", command]
    disk.core_image(work / "starter.efi", modules, script, kind="x86_64-efi")
    disk.system_partition(work / "stick", {"BOOTX64.EFI": work / "starter.efi",
                                           "image": inputs["image"]})
    return ["-bios", OVMF, *memory(inputs), *drive(inputs),
            *fw_cfg(inputs, {"run": b"leave 20\n"}), "-drive",
            f"id=stick,file={work / 'stick'},format=raw,if=none,snapshot=on",
            "-device", "qemu-xhci", "-device", "usb-storage,drive=stick,bootindex=1"]


IPXE_EFI, SNPONLY = "boot/ipxe.efi", "usr/lib/ipxe/snponly.efi"
# snponly.efi uses the network card by which it was started; its driver tells the two iPXEs apart.
SNPONLY_FIRST = """iseq ${net0/chip} SNP && goto image ||
iseq ${net0/chip} NII && goto image ||
chain tftp://${next-server}/snponly.efi ||
exit
:image
echo started by snponly.efi
"""
ENTRY = """title image
{} /EFI/BOOT/image.efi
options {}
"""
SHELL = "fs0:\\EFI\\BOOT\\image.efi {}\necho back in the shell\n"
REFIND = """timeout 1
textonly true
scanfor {}
menuentry "image" {{
	loader /EFI/rjpack/image.efi
	options "{}"
}}
"""
NETWORK = "-netdev user,id=net,restrict=on,tftp={},bootfile=script -device virtio-net-pci,netdev=net"


def efi_image(inputs):
    """The image, cut short or signed if the row says so."""
    path = inputs.work / "image.efi"
    path.write_bytes(inputs["image"].read_bytes()[:inputs.row.get("cut")])
    if "signed" in inputs.row:
        run("openssl", "rsa", "-in", f"{SNAKEOIL}.key", "-passin", "pass:snakeoil", "-out",
            inputs.work / "key")
        run("sbsign", "--key", inputs.work / "key", "--cert", f"{SNAKEOIL}.pem", "--output", path,
            path)
    return path


def flash(code, variables):
    """The firmware CODE, with a copy of VARIABLES that lasts as long as the guest."""
    return [word for name, mode in ((code, "readonly"), (variables, "snapshot")) for word in
            ("-drive", f"file=/usr/share/OVMF/{name},format=raw,if=pflash,{mode}=on")]


def firmware(inputs):
    """OVMF; if the row asks for Secure Boot, with Debian's test key enrolled, and with SMRAM in base
    memory; or a flash for what the guest adds to its boot menu."""
    smm = ["-M", "q35,smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on"]
    if "ia32" in inputs.row:
        return [*smm, *flash("OVMF32_CODE_4M.secboot.fd", "OVMF32_VARS_4M.fd")]
    if "secure" in inputs.row:
        return [*smm, *flash("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.snakeoil.fd")]
    return (flash("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd") if "programs" in inputs.row
            else ["-bios", OVMF])


def boot_manager(inputs, by):
    """The files, beside the image, of what starts it on the stick."""
    append, work = inputs.row.get("append", ""), inputs.work
    refind = cache.unpacked("refind") / "usr/share/refind/refind/refind_x64.efi"
    if by == "shell":
        lines = [*inputs.row.get("before", []), append]
        (work / "startup.nsh").write_text("".join(map(SHELL.format, lines)))
        return {"/startup.nsh": work / "startup.nsh"}
    if by == "refind":
        scan = "manual" if append else "external"
        (work / "refind.conf").write_text(REFIND.format(scan, append))
        return {"BOOTX64.EFI": refind, "refind.conf": work / "refind.conf",
                "/EFI/rjpack/image.efi": inputs["image"]}
    if by == "ipxe.efi":
        return {"BOOTX64.EFI": cache.unpacked("payloads") / IPXE_EFI}
    if by == "systemd-boot":
        entry = ENTRY.format("linux" if "offered" in inputs.row else "efi", append)
        (work / "image.conf").write_text(entry + inputs.row.get("offered", ""))
        return {"BOOTX64.EFI": esp.SYSTEMD_BOOT, "/loader/entries/image.conf": work / "image.conf"}
    script = f"{disk.SERIAL}set root=hd0\n{by} /EFI/BOOT/image.efi {append}\nboot\n"
    modules = ["fat", "boot", "serial", "terminal", "efi_gop", {"chainloader": "chain"}.get(by, by)]
    disk.core_image(work / "starter.efi", modules, script, kind="x86_64-efi")
    return {"BOOTX64.EFI": work / "starter.efi"}


def network(inputs, image):
    """The network card by which iPXE starts the image, from its ROM if the firmware has no other."""
    tree = inputs.work / "tftp"
    tree.mkdir()
    (tree / "image.efi").write_bytes(image.read_bytes())
    first = ""
    if inputs.row["by"] == "snponly.efi":
        (tree / "snponly.efi").write_bytes((cache.unpacked("payloads") / SNPONLY).read_bytes())
        first = SNPONLY_FIRST
    (tree / "script").write_text(f"#!ipxe\n{first}kernel tftp://${{next-server}}/image.efi "
                                 f"{inputs.row.get('append', '')}\nboot\n")
    return NETWORK.format(tree).split()


def efi(inputs):
    """UEFI starts the image from a USB stick; or what the row names does so: systemd-boot, rEFInd,
    UEFI's shell, iPXE over the network, or GRUB with its command chainloader or linux."""
    image, by = efi_image(inputs), inputs.row.get("by") or None
    if by in ("ipxe", "snponly.efi"):
        return ["-bios", OVMF, *memory(inputs), *drive(inputs), "-boot", "n", *network(inputs, image)]
    name = "BOOTIA32.EFI" if "ia32" in inputs.row else "BOOTX64.EFI"
    files = {name: image} if by is None else {"image.efi": image, **boot_manager(inputs, by)}
    for name, size in inputs.row.get("large", {}).items():
        files[name] = inputs.work / "large"
        with files[name].open("wb") as file:
            file.truncate(size << 20)
    if "beside" in inputs.row:
        files[inputs.row["beside"]] = inputs["initrd"]
    disk.system_partition(inputs.work / "stick", files)
    return [*firmware(inputs), *memory(inputs), *drive(inputs),
            *fw_cfg(inputs, {"run": b"leave 20\n"}), "-drive",
            f"id=stick,file={inputs.work / 'stick'},format=raw,if=none,snapshot=on",
            "-device", "qemu-xhci", "-device", "usb-storage,drive=stick,bootindex=1",
            *(network(inputs, image) if by == "ipxe.efi" else [])]


def efi_disk(inputs):
    """UEFI starts the row's image from its disk, or Linux there: esp.py."""
    starts_linux = "by" in inputs.row
    esp.extend(inputs, initramfs.test_archive(test_files(inputs)) if starts_linux else b"")
    test = [] if starts_linux else fw_cfg(inputs, {"run": b"leave 20\n"})
    return [*firmware(inputs), *memory(inputs), *drive(inputs), *test]


def started_by(inputs, path):
    """The BIOS starts the disk PATH, or what the row names starts it as a RAM disk."""
    if "started_by" not in inputs.row:
        return ["-drive", DRIVE.format(path)]
    if inputs.row["started_by"] == "memdisk":
        return [*drive(inputs), "-kernel", MEMDISK, "-initrd", path, "-append", "harddisk"]
    outer = inputs.work / "outer"
    run(inputs.row["rjpack"], "--disk", path, "-o", outer)
    return [*drive(inputs), "-kernel", outer]


def grub(inputs):
    """GRUB starts the image with the row's command."""
    command, append = inputs.row["grub_command"], inputs.row.get("append", "")
    script, files = f"{command} (memdisk)/image {append}", {"image": inputs["image"].read_bytes()}
    if "initrd" in inputs.row:
        script += f"\n{GRUB_INITRD[command]} (memdisk)/initrd"
        files["initrd"] = inputs["initrd"].read_bytes()
    return grub_disk(inputs, [command], script, files)


def os_grub(inputs):
    """GRUB starts a test system, which starts the image."""
    append, system = inputs.row.get("append", ""), inputs.row.get("os", "os")
    return grub_disk(inputs, ["multiboot2"],
                     f"multiboot2 (memdisk)/os {append}\nmodule2 (memdisk)/image",
                     {"os": inputs[system].read_bytes(), "image": inputs["image"].read_bytes()})


def file_names(inputs):
    """The files that the loader reads: the image, and a payload to supply if the row has one."""
    return ["image", "initrd"] if "initrd" in inputs.row else ["image"]


def syslinux(inputs):
    """The BIOS starts SYSLINUX from a floppy, which runs the row's command."""
    config, path = inputs.work / "syslinux.cfg", inputs.work / "floppy"
    config.write_text(SYSLINUX.format(inputs.row["syslinux"]))
    path.write_bytes(bytes(FLOPPY_SIZE))
    files = {name: inputs[name] for name in file_names(inputs)}
    disk.fat(path, {**disk.modules("mboot.c32", "libcom32.c32"), config.name: config, **files})
    return [*memory(inputs), "-drive", f"file={path},format=raw,if=floppy,snapshot=on"]


def ipxe(inputs):
    """QEMU starts iPXE, which loads the image over the network. QEMU is the TFTP server. The
    BIOS copies iPXE's messages to the serial line."""
    script, tree = inputs.work / "script.ipxe", inputs.work / "tftp"
    initrd = "initrd tftp://${next-server}/initrd && " if "initrd" in inputs.row else ""
    script.write_text(IPXE.format(inputs.row["append"], initrd))
    tree.mkdir()
    for name in file_names(inputs):
        (tree / name).write_bytes(inputs[name].read_bytes())
    says = ["-M", "pc,graphics=off"] if "refused" in inputs.row else []
    return [*memory(inputs), *drive(inputs), *says, "-initrd", script,
            "-kernel", cache.unpacked("payloads") / "boot" / "ipxe.lkrn",
            "-netdev", f"user,id=net,restrict=on,tftp={tree}", "-device", "e1000,netdev=net,romfile="]


def loader(inputs):
    """A boot sector plays an operating system's loader: QEMU puts the part of the image that
    loaders load to the row's address, and the sector enters it as the row says."""
    row = inputs.row
    modes = [f"MODE={row['mode']}"] if "mode" in row else []
    defines = [f"-D{define}" for define in [*modes, *row.get("loader", [])]]
    if "initrd" in row:
        defines += [f"-DINITRD={row['initrd_at']}",
                    f"-DINITRD_SIZE={inputs['initrd'].stat().st_size}"]
    if "initrd_from" in row:
        defines += [f"-DINITRD_FROM={row['initrd_from']}"]
    image, part = inputs.row["address"], inputs.work / "part"
    part.write_bytes(inputs["image"].read_bytes()[SETUP_SIZE:])
    run("nasm", "-f", "bin", "-Werror", f"-DIMAGE={image}", *defines, "-o",
        inputs.work / "loader", LOADER)
    with open(inputs.work / "loader", "ab") as disk_image:
        disk_image.truncate(1 << 20)
    initrd = []
    if "initrd" in inputs.row:
        at = row.get("initrd_from", row["initrd_at"])
        initrd = ["-device", f"loader,file={inputs['initrd']},addr={at:#x},force-raw=on"]
    return [*memory(inputs), "-drive", DRIVE.format(inputs.work / "loader"), *drive(inputs), *initrd,
            "-device", f"loader,file={part},addr={image:#x},force-raw=on"]


def hostile(inputs):
    """Like loader, after boot/hostile.asm has changed everything it can in the machine."""
    return hostile_system.start(inputs, memory(inputs), DRIVE)


def native(inputs):
    """The BIOS starts the row's drive."""
    return [*memory(inputs), *drive(inputs)]


def ram_disk_files(inputs):
    """The script that looks for the RAM disk in the Linux that was booted from it."""
    data = inputs["boot_disk"].read_bytes()
    return fw_cfg(inputs, {"run": RAM_DISK.read_bytes(), "memdiskfind": MEMDISKFIND.read_bytes(),
                           "sum": hashlib.sha256(data).hexdigest().encode() + b"\n"})


def ram_disk(inputs):
    """QEMU starts the image, and Linux boots from the RAM disk in it."""
    return [*memory(inputs), "-kernel", inputs["image"], *ram_disk_files(inputs)]


def memdisk(inputs):
    """QEMU starts SYSLINUX's memdisk with the row's disk."""
    if "disk_test" in inputs.row:
        return [*memory(inputs), "-kernel", MEMDISK, "-initrd", inputs["test_disk"]]
    return [*memory(inputs), "-kernel", MEMDISK, "-initrd", inputs["boot_disk"],
            *ram_disk_files(inputs)]


STARTS = {start.__name__.replace("_", "-"): start
          for start in (disk_kexec, kexec, kexec_rounds, qemu, grub, grub_efi, efi, efi_disk, os_qemu, os_grub, syslinux, ipxe, loader,
                        hostile, native, ram_disk, memdisk)}
