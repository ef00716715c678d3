#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads a rows.toml. rowfile.py ROWS: prints the names of the rows in the file ROWS."""

import itertools
import re
import sys
import tomllib
from pathlib import Path


def refusing(row):
    """The row for a loader that rejects the image: it prints its message, and nothing follows."""
    if "refused" not in row:
        return row
    end = "fail" if row["start"] == "kexec" else "halt"
    return {**row, "expect": [row["refused"]], "end": end, "forbid": "rjpack: .*|PROBE .*"}


def tables_of(path):
    return tomllib.loads(Path(path).read_text(encoding="utf-8"))


def whole(table, path):
    """A table of the file PATH, with what the one has that it is like: one of the same file, or of
    another suite's as SUITE/NAME."""
    suite, _, name = table.get("like", "").rpartition("/")
    if not name:
        return table
    path = Path(path).parents[1] / suite / "rows.toml" if suite else path
    return {**whole(tables_of(path)[name], path), "each": {}, **table}


def read(path):
    """The rows in PATH. One that is "like" another one has what it leaves out from that row, but
    for its "each". One with "each" means a row for each combination of the values listed there;
    the values are appended to its name."""
    rows = {}
    for name, table in tables_of(path).items():
        row = whole(table, path)
        row.pop("like", None)
        each = row.pop("each", {})
        for values in itertools.product(*each.values()):
            words = (re.sub(r"\W+", "-", value).strip("-") for value in values)
            rows["-".join((name, *words))] = refusing({**row, **dict(zip(each, values))})
    return rows


if __name__ == "__main__":
    print("\n".join(read(sys.argv[1])))
