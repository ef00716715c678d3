#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py RJPACK [MEASURE...]: prints a table of what rjpack costs, next to similar programs, all
measured in this run. Guest instructions are exact; seconds are those of this machine. Fails if a
row has a limit and rjpack exceeds it: a program's figure, or so many times that. A measure is a
function of host.py or guest.py."""

import os
import sys
import tempfile

import guest
import host

ROWS = host.ROWS + guest.ROWS
WIDTHS = 44, 16, 12


def figure(value):
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def tell(what, unit, measured, limit=None, times=1):
    """One line: the measure, its unit, our figure, and each other's as a multiple of ours.
    Returns a sentence if ours is more than TIMES that of the program LIMIT."""
    (_, ours), *others = measured.items()
    beside = ", ".join(f"{name} {figure(value)} ({value / ours:.2f} x)" for name, value in others)
    print(f"{what:<{WIDTHS[0]}}{unit:<{WIDTHS[1]}}{figure(ours):>{WIDTHS[2]}}  {beside}", flush=True)
    if limit and ours > times * measured[limit]:
        return (f"bench: {what}: {figure(ours)} {unit}; "
                f"the limit is {times} times {limit}, {figure(measured[limit])}")
    return None


def main(rjpack, *names):
    rjpack = os.path.abspath(rjpack)
    print(f"{'':<{sum(WIDTHS[:2])}}{'rjpack':>{WIDTHS[2]}}  others (as multiples of it)")
    with tempfile.TemporaryDirectory(prefix="rjpack-bench-") as directory:
        os.chdir(directory)
        exceeded = [tell(*row) for measure in ROWS if not names or measure.__name__ in names
                    for row in measure(rjpack)]
    sys.exit("\n".join(filter(None, exceeded)) or 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
