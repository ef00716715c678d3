#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py RJPACK: prints a table of what rjpack costs, next to similar programs, all
measured in this run. Guest instructions are exact; seconds are those of this machine."""

import os
import sys
import tempfile

import guest
import host

ROWS = host.ROWS + guest.ROWS
WIDTHS = 44, 16, 12


def figure(value):
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def tell(what, unit, measured):
    """One line: the measure, its unit, our figure, and each other's as a multiple of ours."""
    (_, ours), *others = measured.items()
    beside = ", ".join(f"{name} {figure(value)} ({value / ours:.2f} x)" for name, value in others)
    print(f"{what:<{WIDTHS[0]}}{unit:<{WIDTHS[1]}}{figure(ours):>{WIDTHS[2]}}  {beside}", flush=True)


def main(rjpack):
    rjpack = os.path.abspath(rjpack)
    print(f"{'':<{sum(WIDTHS[:2])}}{'rjpack':>{WIDTHS[2]}}  others (as multiples of it)")
    with tempfile.TemporaryDirectory(prefix="rjpack-bench-") as directory:
        os.chdir(directory)
        for measure in ROWS:
            for row in measure(rjpack):
                tell(*row)


if __name__ == "__main__":
    main(*sys.argv[1:])
