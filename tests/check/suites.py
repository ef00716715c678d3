#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""suites.py sanitize SOURCE BUILD part|all: the unit and cli suites with ASan and UBSan, in a
build of their own below BUILD that counts lines, too.
suites.py coverage SOURCE BUILD: the lines of cli/ and formats/ that they ran.
suites.py valgrind SOURCE BUILD part|all: the same suites of BUILD in valgrind's memcheck.

Exit status: 0 if all have passed, and if nine lines of ten ran.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

# What runs none of our own code, or has the sanitizers built in.
OTHERS = ("stub flags", "rjload alone", "fuzz ")
# What takes longest, and what of the rows in cli/ is left for the part.
SLOW = ("inflate", "snapshot", "image", "rjload", "disk", "detect-", "core-lengths",
        "foreign", "examples")
EVERY = {"sanitize": 4, "valgrind": 16}
ENOUGH = 90     # % of lines

INSTRUMENTED = ("-Dwerror=true", "-Dtests=enabled", "-Db_sanitize=address,undefined",
                "-Db_coverage=true")
SANITIZER = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    # rows that are run by another user, or may write little, cannot count
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
        if suite in suites and not test["name"].startswith(OTHERS):
            suites[suite].append(test["name"])
    if part == "part":
        suites = {suite: [name for name in names if not name.startswith(SLOW)]
                  for suite, names in suites.items()}
        suites["cli"] = suites["cli"][::EVERY[sort]]
    return suites


def run(build, names, *options, **environment):
    command = ["meson", "test", "-C", build, "--print-errorlogs", "-t", "10", *options, *names]
    return subprocess.run(command, env=os.environ | environment).returncode


def sanitize(source, build, part):
    own = Path(build) / "instrumented"
    if not (own / "build.ninja").exists():
        subprocess.run(["meson", "setup", own, source, *INSTRUMENTED], check=True)
    for counted in own.rglob("*.gcda"):
        counted.unlink()
    names = tests(own, "sanitize", part)
    return run(own, names["unit"] + names["cli"], **SANITIZER)


def valgrind(source, build, part):
    names = tests(build, "valgrind", part)
    options = ["--no-rebuild", "--logbase"]
    return (run(build, names["unit"], *options, "memcheck-unit", "--wrapper", MEMCHECK)
            or run(build, names["cli"], *options, "memcheck-cli", RJPACK_WRAPPER=MEMCHECK))


def coverage(source, build):
    own = Path(build) / "instrumented"
    status = 0
    for directory in ("cli", "formats"):
        status |= subprocess.run(["gcovr", "--root", source, "--object-directory", own, "--filter", f"{source}/{directory}/",
                                  "--fail-under-line", str(ENOUGH), own / directory]).returncode
    return status


if __name__ == "__main__":
    sys.exit({"sanitize": sanitize, "valgrind": valgrind,
              "coverage": coverage}[sys.argv[1]](*sys.argv[2:]))
