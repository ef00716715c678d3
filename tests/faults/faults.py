#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""faults.py ROWS NAME RJPACK FAULTS EVERY: runs one row with the program RJPACK and the
preloaded library FAULTS (faults.c), once for every EVERYth call that can fail and every
way in which it can; 1 is all of them.

A run that fails must report it by its exit status and on standard error, with the reason that the
library returned; a run that succeeds must do everything that it does without faults. After both,
each file in out/ is unchanged or complete, and no other file is left. Exit status: 0 passed, 1 failed.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "cli"))
import inputs  # noqa: E402

FAILED = 3                      # the host, as man/rjpack.1 has it
NOT_OPENED = {False: 1, True: 2}        # the input is bad, or one of the images to compare
# Whether calls fail, or only behave in an unusual way.
WAYS = {"fail": True, "rest": True, "eintr": False, "short": False}
# The errors of faults.c, and libelf's own messages for them.
REASON = (r"out of memory|Input/output error|No space left on device|Cannot allocate memory|"
          r"libelf: cannot [\w ]+")
WORDS = re.compile(rf'^rjpack: .*?(cannot open: )?(?:{REASON})(?:;.*)?$', re.MULTILINE)
WORDS_JSON = re.compile(rf'"[^"\n]*?(cannot open: )?(?:{REASON})[^"\n]*"')
OLD = b"what was here before\n"
TIMEOUT = 60


class Failure(Exception):
    pass


@dataclass
class Result:
    status: int
    stdout: bytes
    stderr: bytes
    files: dict                 # name in out/ to its bytes
    struck: str                 # the function that failed, or ""


def contents(directory):
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


class Bench:
    """The directory in which the command of a row is run repeatedly."""

    def __init__(self, row, directory, program, library):
        self.row, self.directory = row, directory
        # inspect and verify print what they found, which may be less
        self.reports = row["run"].split()[1] in ("inspect", "verify")
        self.compares = row["run"].startswith("rjpack inspect image other")
        self.out, self.temporary = directory / "out", directory / "tmp"
        self.temporary.mkdir()
        self.command = [program, *shlex.split(row["run"])[1:]]
        self.environment = {**os.environ, "LC_ALL": "C", "TMPDIR": str(self.temporary)}
        self.preload = ":".join(filter(None, [os.environ.get("LD_PRELOAD"), library]))
        for name in row["files"]:
            inputs.make(name, directory)
        for command in row.get("prepare", []):
            subprocess.run([program, *shlex.split(command)[1:]], cwd=directory, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def clean(self, old):
        """Makes out/ empty, except for the files to be replaced."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir()
        for name in old:
            (self.out / name).write_bytes(OLD)

    def run(self, way="", call=0, old=()):
        self.clean(old)
        reader, writer = os.pipe()
        environment = {**self.environment, "LD_PRELOAD": self.preload, "FAULT_HOW": way,
                       "FAULT_CALL": str(call), "FAULT_REPORT": str(writer)}
        try:
            done = subprocess.run(self.command, cwd=self.directory, env=environment,
                                  stdin=subprocess.DEVNULL, capture_output=True,
                                  pass_fds=[writer], timeout=TIMEOUT)
        finally:
            os.close(writer)
            with open(reader, "rb") as file:
                struck = file.read().decode()
        return Result(done.returncode, done.stdout, done.stderr, contents(self.out), struck)

    def left_over(self):
        return contents(self.temporary) or [path.name for path in self.directory.iterdir()
                                            if path.name.startswith(".")]


def check_failure(good, found, way, bench):
    """What is wrong with how a run failed, or None."""
    told = list(WORDS.finditer(found.stderr.decode(errors="replace")))
    if bench.reports and not told:
        told = list(WORDS_JSON.finditer(found.stdout.decode()))
    if not WAYS[way]:
        return f"the exit status is {found.status}"
    if not told:
        return "it fails without a reason"
    statuses = {NOT_OPENED[bench.compares] if words[1] else FAILED for words in told}
    if found.status not in statuses:
        return f"the exit status is {found.status}, not {statuses}"
    if not good.stdout.startswith(found.stdout) and not bench.reports:
        return "it prints something else"
    return None


def check(good, found, way, old, bench):
    """What is wrong with a run during which a call failed, or None."""
    if found.status == 0:
        for what in ("stdout", "stderr", "files"):
            if getattr(found, what) != getattr(good, what):
                return f"it succeeds with another {what}"
    elif problem := check_failure(good, found, way, bench):
        return problem
    for name, data in found.files.items():
        if data != good.files.get(name) and not (name in old and data == OLD):
            return f"{name} is neither as it was nor complete"
    if set(old) - set(found.files):
        return "the file that was there is gone"
    left_over = bench.left_over()
    return f"left over: {left_over}" if left_over else None


def run(bench, every):
    """Returns the number of runs, and what was wrong with some of them."""
    good, runs, wrong = bench.run(), 0, []
    if good.status != 0:
        raise Failure(f"without faults: exit status {good.status}\n{good.stderr.decode()}")
    for way in WAYS:
        for call in range(1, sys.maxsize, every):
            old = list(good.files) if call // every % 2 and "extract" not in bench.row["run"] else []
            found = bench.run(way, call, old)
            if not found.struck:
                break
            runs += 1
            problem = check(good, found, way, old, bench)
            if problem:
                wrong.append(f"{way} {call} ({found.struck}): {problem}\n"
                             f"    {found.stderr.decode(errors='replace').strip()[:600]}")
    return runs, wrong


def run_named(row, program, library, every):
    with tempfile.TemporaryDirectory(prefix="rjpack-faults-") as directory:
        start = time.monotonic()
        runs, wrong = run(Bench(row, Path(directory), program, library), every)
    print("\n".join(wrong))
    print(f"{runs} runs in {time.monotonic() - start:.1f} s, {len(wrong)} of them wrong")
    return 1 if wrong or runs == 0 else 0


def main(rows, name, program, library, every="1"):
    rows = tomllib.loads(Path(rows).read_text())
    try:
        return run_named(rows[name], os.path.abspath(program), os.path.abspath(library), int(every))
    except Failure as failure:
        print(failure)
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
