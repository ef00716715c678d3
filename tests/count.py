#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""count.py TESTLOG: prints the tables that tests have made, and sums up Meson's testlog.json,
per suite and in all."""

import collections
import json
import sys

TABLES = ("rjpack:matrix / table", "rjpack:sanitize / instrumented",
          "rjpack:sanitize-full / instrumented-full")
NAMES = ("passed", "failed", "skipped")
RESULTS = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}


def summary(counts):
    return ", ".join(f"{counts[name]} {name}" for name in NAMES)


def main(path):
    suites = collections.defaultdict(collections.Counter)
    try:
        with open(path, encoding="utf-8") as log:
            for test in map(json.loads, log):
                suite = test["name"].split(" / ")[0].removeprefix("rjpack:")
                suites[suite][RESULTS.get(test["result"], "failed")] += 1
                if test["name"] in TABLES:
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
