#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""count.py TESTLOG: prints the tables that tests wrote, and the totals of Meson's testlog.json,
for each suite and for all."""

import collections
import json
import re
import sys

TABLES = ("matrix table", "payloads payload-table", "sanitize instrumented", "sanitize-full instrumented-full")
# Meson after 1.7 writes the second form.
NAMES_OF_TESTS = (r"rjpack:(\S+) / (.*)", r"(\S+) - rjpack:(.*)")
NAMES = ("passed", "failed", "skipped")
RESULTS = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}


def summary(counts):
    return ", ".join(f"{counts[name]} {name}" for name in NAMES)


def split(name):
    """The suite and the name in Meson's name of a test."""
    return next(filter(None, (re.fullmatch(pattern, name) for pattern in NAMES_OF_TESTS))).groups()


def main(path):
    suites = collections.defaultdict(collections.Counter)
    try:
        with open(path, encoding="utf-8") as log:
            for test in map(json.loads, log):
                suite, name = split(test["name"])
                suites[suite][RESULTS.get(test["result"], "failed")] += 1
                if f"{suite} {name}" in TABLES:
                    print(test.get("stdout", ""))
    except FileNotFoundError:
        suites["no test was run"]["failed"] += 1
    for suite, counts in sorted(suites.items()):
        print(f"{suite}: {summary(counts)}")
    total = sum(suites.values(), collections.Counter())
    print(summary(total))
    return 0 if total["passed"] and total.keys() <= {"passed"} else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
