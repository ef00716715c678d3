#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run.py ROWS NAME RJPACK: runs the row NAME of the file ROWS with the program RJPACK, in a
directory of its own.

A row has
  files   made by inputs.py before anything runs
  run     a command, or a list of them
  exit    the exit status of the last command, by default 0; that of the others is 0
  stderr  the text of the last command's standard error, line by line; required, or one of the
          next two, if the exit status is not 0
  stdout  the same for its standard output; golden: a file in golden/ that contains it.
          In all of them <n> matches a number, <hex> a hexadecimal one,
          <any> anything in the line
  same    pairs of files that must be equal at the end
  absent  files that must not exist;  kept: files that must be unchanged
  limit   the size in bytes that no file may exceed
  user    true: not as root
  change  [file, offset, byte]: changes a file before the last command
RJPACK_WRAPPER in the environment, if set, runs the program: valgrind and its options.
The output of --json, also into a pipe, is checked against its schema in man/.
Exit status: 0 passed, 1 failed.
"""

import difflib
import json
import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import inputs

NOBODY = 65534
WORDS = ("stderr", "stdout", "golden")
RESULTS = (*WORDS, "same", "kept")
SCHEMAS = Path(__file__).resolve().parents[2] / "man"
JSON_COMMAND = re.compile(r"rjpack .*--json[^|>'&;]*")
PLACEHOLDERS = {"<n>": r"[0-9]+", "<hex>": r"[0-9A-F]+", "<any>": r".*"}


class Failure(Exception):
    pass


def matches(expected, found):
    pattern = re.escape(expected)
    for name, words in PLACEHOLDERS.items():
        pattern = pattern.replace(re.escape(name), words)
    return re.fullmatch(pattern, found)


def compare(what, expected, found):
    """Compares line by line; lines of the expected text may contain placeholders."""
    wanted, lines = expected.splitlines(), found.splitlines()
    if len(wanted) == len(lines) and all(map(matches, wanted, lines)):
        return
    shown = [line if matches(line, other) else other
             for line, other in zip(wanted, lines)] + lines[len(wanted):]
    raise Failure(f"{what} is not as expected\n" +
                  "\n".join(difflib.unified_diff(wanted, shown, "expected", "found",
                                                 lineterm="")))


def restrict(row):
    """In the child: sets the limits and the user that the row asks for."""
    if "limit" in row:
        resource.setrlimit(resource.RLIMIT_FSIZE, (row["limit"],) * 2)
    if row.get("user") and os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def environment(row, directory):
    if not row.get("user"):
        return None
    # this user cannot write where a program with --coverage writes its counters
    return os.environ | {"GCOV_PREFIX": f"{directory}/counts"}


def execute(command, row, directory):
    return subprocess.run(shlex.split(command), cwd=directory, env=environment(row, directory),
                          stdin=subprocess.DEVNULL,
                          text=True, capture_output=True, timeout=60,
                          preexec_fn=lambda: restrict(row))


def schema_of(command):
    words = command.split()
    if "inspect" in words:
        images = [word for word in words[words.index("inspect") + 1:] if word[0] != "-"]
        return "compare" if len(images) == 2 else "inspect"
    return words[1] if (SCHEMAS / f"rjpack-{words[1]}.schema.json").exists() else "inspect"


def check_json(command, output):
    """Checks JSON that the command prints against its schema in man/."""
    import jsonschema
    schema = json.loads((SCHEMAS / f"rjpack-{schema_of(command)}.schema.json").read_text())
    try:
        jsonschema.Draft202012Validator(schema).validate(json.loads(output))
    except (jsonschema.ValidationError, ValueError) as error:
        raise Failure(f"{command}: {error}") from error


def check_all_json(commands, row, directory, result):
    for command in commands:
        for found in JSON_COMMAND.findall(command):
            if " -o - " in found:       # standard output contains the image
                continue
            output = (result if found == commands[-1] else execute(found, row, directory)).stdout
            if output:
                check_json(found, output)


def change(directory, name, offset, byte):
    with open(directory / name, "r+b") as file:
        file.seek(offset, os.SEEK_END if offset < 0 else os.SEEK_SET)
        file.write(bytes([byte]))


def check_files(row, directory, before):
    for first, second in row.get("same", []):
        if (directory / first).read_bytes() != (directory / second).read_bytes():
            raise Failure(f"{first} and {second} differ")
    for name in row.get("absent", []):
        if os.path.lexists(directory / name):
            raise Failure(f"{name} is there")
    for name in row.get("kept", []):
        if (directory / name).read_bytes() != before[name]:
            raise Failure(f"{name} was changed")
    leftovers = [path.name for path in directory.iterdir() if path.name.startswith(".")]
    if leftovers:
        raise Failure(f"left over: {leftovers}")


def check_row(row):
    """An exit status alone could have any cause, so the row must expect output too."""
    checked = any(map(row.get, WORDS)) if row.get("exit") else any(name in row for name in RESULTS)
    if not checked:
        raise Failure("the row checks neither words nor a result")


def run(row, directory, golden):
    check_row(row)
    for name in row.get("files", []):
        inputs.make(name, directory)
    before = {name: (directory / name).read_bytes() for name in row.get("kept", [])}
    commands = [row["run"]] if isinstance(row["run"], str) else row["run"]
    for command in commands[:-1]:
        result = execute(command, row, directory)
        if result.returncode != 0:
            raise Failure(f"{command}: exit status {result.returncode}\n{result.stderr}")
    if "change" in row:
        change(directory, *row["change"])
    result = execute(commands[-1], row, directory)
    print(f"$ {commands[-1]}\n{result.stdout}{result.stderr}exit status {result.returncode}")
    if result.returncode != row.get("exit", 0):
        raise Failure(f"exit status {result.returncode} instead of {row.get('exit', 0)}")
    if "stderr" in row:
        compare("standard error", row["stderr"], result.stderr)
    if "golden" in row:
        compare("standard output", (golden / row["golden"]).read_text(), result.stdout)
    if "stdout" in row:
        compare("standard output", row["stdout"], result.stdout)
    check_files(row, directory, before)
    check_all_json(commands, row, directory, result)


def install(program, path):
    """The program, after the words of RJPACK_WRAPPER."""
    wrapper = os.environ.get("RJPACK_WRAPPER")
    if not wrapper:
        shutil.copy(program, path)
        return
    shutil.copy(program, path.with_suffix(".wrapped"))
    path.write_text(f'#!/bin/sh\nexec {wrapper} "$0.wrapped" "$@"\n')
    path.chmod(0o755)


def main(rows_file, name, program):
    rows = tomllib.loads(Path(rows_file).read_text())
    with tempfile.TemporaryDirectory(prefix="rjpack-cli-") as directory:
        # another user may not be able to reach the build directory
        directory = Path(directory)
        directory.chmod(0o755)
        bin_directory, work = directory / "bin", directory / "work"
        bin_directory.mkdir()
        work.mkdir()
        work.chmod(0o777)
        install(program, bin_directory / "rjpack")
        os.environ.update(LC_ALL="C", PATH=f"{bin_directory}:{os.environ['PATH']}")
        try:
            run(rows[name], work, Path(rows_file).resolve().parent / "golden")
        except Failure as failure:
            print(failure)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
