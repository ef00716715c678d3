#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""matrix.py ROWS RJPACK WORK: prints which loader started which container.

A row that was run has left WORK/NAME.status. A cell of the table is the result of its row, and must
agree with "rjpack verify --for"; a cell without a row is missing. Exit status: 0; 1 if a row
failed or the two disagree; 77 if a row was not run because it was not asked for.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import cache
import rowfile

SKIPPED = 77
CONTAINERS = ("elf", "elf-strict", "elf32", "bzimage", "efi")
PASSED = 0                      # the results of rows
WORKS, REFUSED, MISSING, NOTHING = "works", "refused", "missing", ""
NOT_RUN, FAILED, DIFFERS = "not run", "FAILED", "NOT BY --for"


def record(work):
    return work.with_name(f"{work.name}.status")


def key(row, rjpack):
    """What a row's status depends on, so that an older status is not used."""
    row = {name: value for name, value in row.items() if name != "rjpack"}
    return cache.key_of(Path(rjpack), json.dumps(row, sort_keys=True))


def forget(work):
    record(work).unlink(missing_ok=True)


def keep(status, row, work):
    record(work).write_text(f"{status} {key(row, row['rjpack'])}")


def status_of(name, row, rjpack, work):
    """The result of the row; None if it was not run, or not with this program."""
    try:
        status, kept = record(Path(work) / name).read_text().split()
    except FileNotFoundError:
        return None
    return int(status) if kept == key(row, rjpack) else None


def loaders(rjpack):
    """The names of all loaders, which rjpack lists if one is unknown."""
    told = subprocess.run([rjpack, "verify", "--for", "?", "/dev/null"], capture_output=True,
                          text=True, check=False).stderr
    return re.search(r"the loaders are (.*)", told)[1].split(", ")


def columns_of(rows):
    """The containers that the rows try."""
    tried = {row["container"] for row in rows.values()}
    return [container for container in CONTAINERS if container in tried]


def takers(rjpack, container, names, scratch):
    """Those of the loaders NAMES that accept such an image, according to rjpack."""
    code, image = Path(scratch) / "code", Path(scratch) / container
    code.write_bytes(b"\xEB\xFE")
    subprocess.run([rjpack, "--raw", f"{code}@0x7C00", "--entry", "0:0x7C00", "--format",
                    container, "-o", image], capture_output=True, check=True)
    told = subprocess.run([rjpack, "verify", "--for", ",".join(names), image],
                          capture_output=True, text=True, check=False).stdout
    return {line.split(":")[0] for line in told.splitlines()} & set(names)


def cell(row, status, rules):
    """The result of the row, or what is wrong with it."""
    if status is None:
        return NOT_RUN
    if status != PASSED:
        return FAILED
    by_rule = any(name in rules[row["container"]] for name in row["rule"].split())
    as_rule = by_rule != ("refused" in row)
    if as_rule == ("unlike_rule" in row):
        return DIFFERS
    return REFUSED if "refused" in row else WORKS


def table(rows, rules, statuses):
    """Line to container to cell, in the order of the rows; then what no row tries."""
    lines, notes = {}, []
    for name, row in rows.items():
        line = lines.setdefault(row["matrix"], {})
        line[row["container"]] = cell(row, statuses[name], rules)
        if "unlike_rule" in row:
            notes += [row["unlike_rule"]] if row["unlike_rule"] not in notes else []
            line[row["container"]] += f" [{notes.index(row['unlike_rule']) + 1}]"
    tried = {(rule, row["container"]) for row in rows.values() for rule in row["rule"].split()}
    taken = {row["container"] for row in rows.values() if "refused" not in row}
    for container, names in rules.items():
        for name in sorted(names):
            if container in taken and (name, container) not in tried:
                lines.setdefault(f"--for {name}", {})[container] = MISSING
    return lines, notes


def show(lines, notes, columns):
    width = max(map(len, lines))
    for label, line in {"": dict(zip(columns, columns)), **lines}.items():
        cells = "".join(f"  {line.get(column, NOTHING):11}" for column in columns)
        print(f"{label:{width}}{cells}".rstrip())
    for number, note in enumerate(notes, 1):
        print(f"[{number}] {note}")


def exit_status(cells):
    """That of the program which has shown the table with these cells."""
    if cells & {FAILED, DIFFERS}:
        return 1
    return SKIPPED if NOT_RUN in cells else 0


def main(path, rjpack, work):
    rows = {name: row for name, row in rowfile.read(path).items() if "matrix" in row}
    columns, names = columns_of(rows), loaders(rjpack)
    with tempfile.TemporaryDirectory() as scratch:
        rules = {container: takers(rjpack, container, names, scratch) for container in columns}
    statuses = {name: status_of(name, row, rjpack, work) for name, row in rows.items()}
    lines, notes = table(rows, rules, statuses)
    show(lines, notes, columns)
    return exit_status({cell.split(" [")[0] for line in lines.values() for cell in line.values()})


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
