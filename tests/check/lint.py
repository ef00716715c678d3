#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""lint.py TOOL SOURCE BUILD [DIRECTORY]: runs one tool on the files of the repository that it
supports; clang-tidy and clang-analyzer on the files that are compiled from DIRECTORY. The exit
status is 1 if the tool finds anything."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

# Only GCC has these.
GCC_ONLY = ("-fno-tree-", "-malign-data=", "-mpreferred-stack-boundary=")
# unusedStructMember: structures have all members of the specification.
# variableScope: a function declares its variables together.
CPPCHECK_NOT = ("unusedStructMember", "variableScope")
CPPCHECK_OF = ("cli", "formats", "stub", "tests/unit", "tests/fuzz", "tests/os")

RUST_EDITION = "2021"
CLIPPY = ("pedantic", "undocumented_unsafe_blocks", "missing_safety_doc")


def compiled(source, build, directory):
    """The first compilation of each file, with the flags that clang knows."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
        if file.endswith(".c") and file.startswith(f"{source / directory}/"):
            arguments = [word for word in shlex.split(entry["command"])
                         if not word.startswith(GCC_ONLY)]
            found.setdefault(file, {"directory": entry["directory"], "file": file,
                                    "arguments": arguments})
    return {file: entry for file, entry in found.items() if not file.startswith(f"{build}/")}


def clang_tidy(source, build, directory, checks="-clang-analyzer-*"):
    commands = compiled(source, build, directory)
    with tempfile.TemporaryDirectory(prefix="rjpack-lint-") as work:
        Path(work, "compile_commands.json").write_text(json.dumps(list(commands.values())))
        tidy = ["clang-tidy", "--quiet", f"--checks={checks}", "--warnings-as-errors=*", "-p", work]
        # clang-tidy 14 mixes up the settings of different directories in one run
        places = sorted({os.path.dirname(file) for file in commands})
        return max(subprocess.run([*tidy, *(file for file in commands
                                            if os.path.dirname(file) == place)]).returncode
                   for place in places)


def clang_analyzer(source, build, directory):
    """Follows every path through every function; takes twenty times as long."""
    return clang_tidy(source, build, directory, checks="")


def cppcheck(source, build):
    return subprocess.run(
        ["cppcheck", "--quiet", "--enable=style", "--std=c11", "--error-exitcode=1", "--inline-suppr",
         "-j", str(os.cpu_count()), *(f"--suppress={name}" for name in CPPCHECK_NOT),
         *(f"-I{path}" for path in ("cli", "formats", "stub")),
         *CPPCHECK_OF], cwd=source).returncode


def sources(source, first_line, suffix=""):
    """The repository's files whose first line or name matches."""
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source).parts
        if inside[0].startswith((".git", "build")) or not path.is_file():
            continue
        with open(path, "rb") as file:
            line = file.readline(100).split()
        if (suffix and path.suffix == suffix) or line[:1] and first_line in line[0:2]:
            yield path


def shellcheck(source, build):
    return subprocess.run(["shellcheck", *sources(source, b"#!/bin/sh")]).returncode


def pyflakes(source, build):
    return subprocess.run(["pyflakes3", *sources(source, b"python3", ".py")]).returncode


def rustfmt(source, build):
    return subprocess.run(["rustfmt", "--check", "--edition", RUST_EDITION,
                           *sources(source, b"", ".rs")]).returncode


def clippy(source, build):
    """The crate for other kernels."""
    crate = source / "stub/rjload.rs"
    manifest = tomllib.loads((source / "stub/Cargo.toml").read_text())["package"]
    with tempfile.TemporaryDirectory(prefix="rjpack-lint-") as work:
        Path(work, "clippy.toml").write_text(f'msrv = "{manifest["rust-version"]}"\n')
        return subprocess.run(
            ["clippy-driver", "--edition", manifest["edition"], "--crate-type", "rlib", "--out-dir", work,
             "-Dwarnings", *(f"-Wclippy::{name}" for name in CLIPPY), crate],
            env={**os.environ, "CLIPPY_CONF_DIR": work}).returncode


TOOLS = {"clang-tidy": clang_tidy, "clang-analyzer": clang_analyzer, "clippy": clippy, "cppcheck": cppcheck,
         "pyflakes": pyflakes, "rustfmt": rustfmt, "shellcheck": shellcheck}

if __name__ == "__main__":
    sys.exit(TOOLS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:]))
