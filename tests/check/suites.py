#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""suites.py instrumented SOURCE BUILD part|all: the unit and cli suites with ASan and UBSan, in
a separate build below BUILD that also counts lines; prints how many of cli/ and formats/ ran.
suites.py valgrind SOURCE BUILD part|all: the same suites of BUILD in valgrind's memcheck.

Exit status: 0 if all tests passed and nine lines of ten ran.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

# Tests that run no code of ours, or have the sanitizers built in.
OTHERS = ("stub flags", "left out", "rjload alone", "fuzz ")
# Valgrind needs a temporary directory itself.
NOT_IN = {"instrumented": (), "valgrind": ("no-temporary",)}
# The part leaves out the slowest tests, most of them of readers that the fuzz targets run with
# sanitizers anyway, and all rows in cli/ except one of so many.
SLOW = {"instrumented": ("inflate", "mover", "image", "survey", "snapshot", "detect-",
                         "reproducible", "progress"),
        "valgrind": ("inflate", "mover", "snapshot", "image", "rjload", "disk", "detect-",
                     "core-lengths", "foreign", "examples", "stub", "initrd", "progress",
                     "survey", "xhci")}
EVERY = {"instrumented": 1, "valgrind": 16}
ENOUGH = 90     # % of the lines of a directory

INSTRUMENTED = ("-Dwerror=true", "-Dtests=enabled", "-Db_sanitize=address,undefined",
                "-Db_coverage=true", "-Doptimization=1")
SANITIZER = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    # rows that run as another user, or with a limit on file size, cannot write counters
    "GCOV_ERROR_FILE": "/dev/null",
}
MEMCHECK = ("valgrind --quiet --error-exitcode=99 --leak-check=full "
            "--errors-for-leak-kinds=definite,indirect")


def tests(build, sort, part):
    """The names of the tests to run."""
    found = json.loads(subprocess.check_output(["meson", "introspect", "--tests", build]))
    suites = {"unit": [], "cli": []}
    for test in found:
        suite = test["suite"][0].split(":")[-1]
        if suite in suites and not test["name"].startswith(OTHERS + NOT_IN[sort]):
            suites[suite].append(test["name"])
    if part == "part":
        suites = {suite: [name for name in names if not name.startswith(SLOW[sort])]
                  for suite, names in suites.items()}
        suites["cli"] = suites["cli"][::EVERY[sort]]
    return suites


def run(build, names, *options, **environment):
    # other suites have rows with the same names
    command = ["meson", "test", "-C", build, "--suite", "unit", "--suite", "cli",
               "--print-errorlogs", "-t", "10", *options, *names]
    return subprocess.run(command, env=os.environ | environment, stdout=sys.stderr).returncode


def instrumented(source, build, part):
    own = Path(build) / "instrumented"
    if not (own / "build.ninja").exists():
        subprocess.run(["meson", "setup", own, source, *INSTRUMENTED], check=True,
                       stdout=sys.stderr)
    for counted in own.rglob("*.gcda"):
        counted.unlink()
    names = tests(own, "instrumented", part)
    failed = run(own, names["unit"] + names["cli"], **SANITIZER)
    return coverage(source, own) or failed


def valgrind(source, build, part):
    names = tests(build, "valgrind", part)
    options = ["--no-rebuild", "--logbase"]
    return (run(build, names["unit"], *options, "memcheck-unit", "--wrapper", MEMCHECK)
            or run(build, names["cli"], *options, "memcheck-cli", RJPACK_WRAPPER=MEMCHECK))


def coverage(source, build):
    """Prints the directories, and the files in them of which too few lines ran."""
    summary = json.loads(subprocess.check_output(
        ["gcovr", "--root", source, "--filter", "cli/", "--filter", "formats/", "--json-summary", "-",
         *(build / part for part in ("cli", "formats", "tests/unit"))], cwd=source))
    enough = True
    for directory in ("cli", "formats"):
        files = [file for file in summary["files"]
                 if file["filename"].startswith(f"{directory}/")]
        lines = sum(file["line_total"] for file in files)
        ran = sum(file["line_covered"] for file in files)
        print(f"{directory + '/':32}{ran:6} of{lines:6} lines ran,{100 * ran / lines:6.1f} %")
        for file in files:
            if file["line_percent"] < ENOUGH:
                print(f"  {file['filename']:30}{file['line_covered']:6} of"
                      f"{file['line_total']:6}           {file['line_percent']:6.1f} %")
        enough &= 100 * ran >= ENOUGH * lines
    return not enough


if __name__ == "__main__":
    sys.exit({"instrumented": instrumented, "valgrind": valgrind}[sys.argv[1]](*sys.argv[2:]))
