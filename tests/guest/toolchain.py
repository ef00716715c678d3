# SPDX-License-Identifier: MIT
"""rjpack built and unit-tested with the compiler of another Debian release. tests/setup has
installed that release into an archive; it runs as root of a user namespace."""

import os
import subprocess
import tarfile
from pathlib import Path

import cache
import ci

SOURCE = Path(__file__).parents[2]
MACHINE = ("mmdebstrap", "--unshare-helper", "sh", "-eu", "-c")
# Standard input is the Debian release, descriptor 3 the sources; the program and its libraries
# go to standard output.
SCRIPT = """
mount --make-rprivate /
root=$(mktemp -d "${TMPDIR:-/tmp}/rjpack-debian.XXXXXX")
trap 'umount -l "$root/proc" "$root/dev" || :; rm -rf --one-file-system "$root"' EXIT
tar -x --zstd --exclude="./dev/*" -C "$root"
mkdir "$root/src"
tar -x -C "$root/src" <&3
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
/usr/sbin/chroot "$root" env -i LC_ALL=C.UTF-8 PATH=/usr/bin:/bin CC="$1" \\
	sh -eu /src/build-and-test >&2
tar -c -C "$root/out" .
"""
BUILD = """
cd /src
meson setup --fatal-meson-warnings -Dwerror=true build
ninja -C build
meson test -C build --no-rebuild --suite unit --print-errorlogs -t 5
mkdir /out
cp build/cli/rjpack $(ldd build/cli/rjpack | sed -n 's,^[^/]*\\(/[^ ]*\\).*,\\1,p') /out
"""
# A script of the program's name that runs it there.
PROGRAM = """#!/bin/sh
exec {0}/ld-linux-x86-64.so.2 --library-path {0} {0}/rjpack "$@"
"""


def sources():
    """The files of the repository."""
    for folder, folders, names in os.walk(SOURCE):
        ignored = ci.not_source(folder, folders + names)
        folders[:] = sorted(set(folders) - set(ignored))
        yield from (Path(folder, name) for name in sorted(set(names) - set(ignored)))


def archive_sources(path):
    with tarfile.open(path, "w") as archive:
        for file in sources():
            archive.add(file, file.relative_to(SOURCE))
        script = path.with_suffix(".sh")
        script.write_text(BUILD)
        archive.add(script, "build-and-test")


def built(debian, compiler, log):
    """The path of an archive with the program as COMPILER of DEBIAN builds it. The output of
    building and testing goes to the file LOG."""
    machine = cache.fetched(cache.ROOT / f"debian-{debian}.tar.zst")
    inputs = [SCRIPT, BUILD, f"{compiler} {machine.stat().st_mtime_ns}", *sources()]

    def build(path, scratch):
        archive_sources(scratch / "sources.tar")
        with open(machine, "rb") as stdin, open(scratch / "sources.tar", "rb") as files, \
                open(path, "wb") as stdout, open(log, "wb") as stderr:
            done = subprocess.run(
                [*MACHINE, f"exec 3<&{files.fileno()}\n{SCRIPT}", "sh", compiler], stdin=stdin,
                stdout=stdout, stderr=stderr, pass_fds=[files.fileno()])
        if done.returncode:
            raise RuntimeError(log.read_text(errors="replace")[-4000:])

    return cache.cached(f"rjpack-{debian}-{compiler}.tar", inputs, build)


def rjpack(row, work):
    """The path of the program that the row's compiler builds."""
    folder = work / "toolchain"
    folder.mkdir()
    with tarfile.open(built(row["built_in"], row["compiler"], work / "build.log")) as archive:
        archive.extractall(folder)
    program = work / "rjpack"
    program.write_text(PROGRAM.format(folder))
    program.chmod(0o755)
    return program
