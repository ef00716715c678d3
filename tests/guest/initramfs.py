# SPDX-License-Identifier: MIT
"""Debian's kernel, and an initramfs with busybox, kexec and the modules a test needs. DEBIAN is
the release, if not the host's."""

import lzma
import re
import stat
import subprocess
from pathlib import Path

import cache

HERE = Path(__file__).parent
BUSYBOX = Path("/bin/busybox")
SYSTEMD = ("lib/systemd/systemd", "bin/systemctl", "lib/systemd/systemd-shutdown",
           "bin/umount")
# For every Linux under test. One of its cryptographic self-tests has hung at boot under emulation.
QUIET = "quiet cryptomgr.notests"
DIRECTORIES = "bin dev lib lib64 lib/x86_64-linux-gnu modules proc sys test".split()


def kernel(debian=""):
    """Debian's bzImage from its package; newer packages have it in the modules' directory."""
    tree = cache.unpacked("linux", debian)
    return next(path for place in ("boot/vmlinuz-*", "usr/lib/modules/*/vmlinuz")
                for path in tree.glob(place))


def record(name, mode, data=b"", device=(0, 0)):
    """One file as a cpio "newc" record. Written here and not by cpio(1), which needs
    root for device nodes and copies times and owners of the host's files."""
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields)
    head += name.encode() + b"\0"
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def archive(records):
    return b"".join([*records, record("TRAILER!!!", 0)])


def test_archive(files):
    """An archive to append to that of base(): FILES, name to bytes, in /test."""
    return archive(record(f"test/{name}", stat.S_IFREG | 0o644, data)
                   for name, data in files.items())


def module_data(path):
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


class Modules:
    """The kernel's modules, in an order in which insmod can load them."""

    def __init__(self, tree):
        files = [path for path in tree.glob("**/kernel/**/*.ko*") if path.is_file()]
        self.paths = {path.name.split(".")[0].replace("-", "_"): path for path in files}
        self.loaded = {}

    def add(self, name):
        name = name.replace("-", "_")
        # A name without a file is built into the kernel.
        if name in self.loaded or name not in self.paths:
            return
        data = module_data(self.paths[name])
        found = re.findall(rb"\0(?:depends=|softdep=pre: )([^\0]+)", data)
        for needed in re.split(rb"[ ,]+", b",".join(found)):
            self.add(needed.decode())
        self.loaded[name] = data


def loader_of(tree):
    """The front of a command that runs a program in an unpacked TREE, with its own libraries.
    Newer packages have everything below /usr."""
    folders = [f"{tree}{usr}/lib/x86_64-linux-gnu{folder}"
               for usr in ("", "/usr") for folder in ("", "/systemd")]
    return [next(tree.glob("**/x86_64-linux-gnu/ld-linux-x86-64.so.2")),
            "--library-path", ":".join(folders)]


def libraries(tree, programs):
    """The libraries that PROGRAMS in an unpacked TREE need, each under the name that the loader
    looks for."""
    loader = loader_of(tree)
    yield "lib64/ld-linux-x86-64.so.2", loader[0]
    for program in programs:
        listing = subprocess.run([*loader, "--list", program],
                                 check=True, capture_output=True, text=True).stdout
        for name, path in re.findall(r"([^\s/]+) => (\S+)", listing):
            yield f"lib/x86_64-linux-gnu/{name}", Path(path)


def kexec_files(debian):
    """kexec and the libraries that it needs."""
    tree = cache.unpacked("kexec", debian)
    program = next(tree.glob("**/sbin/kexec"))
    yield "bin/kexec", program
    yield from libraries(tree, [program])


def systemd_files():
    """systemd, its targets without the services that they want, and the libraries that it needs."""
    tree = cache.unpacked("systemd")
    programs = [next(tree.glob(f"**/{name}")) for name in SYSTEMD]
    units = programs[0].parent / "system"
    for path in [*programs, *units.glob("*.target"), units / "systemd-kexec.service"]:
        yield str(path.relative_to(tree)), path
    yield from libraries(tree, programs)


def systemd():
    """The path of an archive with systemd, to append to that of base()."""
    def build(path, _scratch):
        files = {name: record(name, stat.S_IFREG | 0o755, source.read_bytes())
                 for name, source in systemd_files()}
        folders = {str(folder) for name in files for folder in Path(name).parents} - {"."}
        path.write_bytes(archive([record(name, stat.S_IFDIR | 0o755) for name in sorted(folders)] +
                                 list(files.values())))

    return cache.cached("systemd.cpio", [Path(__file__), str(cache.unpacked("systemd"))], build)


def host_program(path):
    """The host's program PATH and the libraries that it needs, name to bytes, for /test."""
    listing = subprocess.run(["ldd", path], check=True, capture_output=True, text=True).stdout
    return {file.name: file.read_bytes()
            for file in map(Path, [path, *re.findall(r"(/\S+) \(0x", listing)])}


def base(modules, debian=""):
    """The path of an initramfs that loads MODULES and then does what /test says."""
    tree = cache.unpacked("linux", debian)
    inputs = [HERE / "init", Path(__file__), BUSYBOX, str(tree),
              str(cache.unpacked("kexec", debian)), " ".join(modules)]

    def build(path, _scratch):
        every = Modules(tree)
        for name in modules:
            every.add(name)
        path.write_bytes(archive(base_records(every.loaded, debian)))

    return cache.cached("initramfs.cpio", inputs, build)


def base_records(modules, debian):
    for name in DIRECTORIES:
        yield record(name, stat.S_IFDIR | 0o755)
    yield record("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    yield record("init", stat.S_IFREG | 0o755, (HERE / "init").read_bytes())
    yield record("bin/busybox", stat.S_IFREG | 0o755, BUSYBOX.read_bytes())
    yield record("bin/sh", stat.S_IFLNK | 0o777, b"busybox")
    for name, path in kexec_files(debian):
        yield record(name, stat.S_IFREG | 0o755, path.read_bytes())
    for number, (name, data) in enumerate(modules.items()):
        yield record(f"modules/{number:02}-{name}.ko", stat.S_IFREG | 0o644, data)
