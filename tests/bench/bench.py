#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py RJPACK [MEASURE...]: prints a table of what rjpack costs, next to similar programs, all
measured in this run. Guest instructions are exact; seconds are those of this machine. A row's fourth
item is the program whose number rjpack must not exceed, or {program: number}, what each may have
at most; the benchmark fails if one has more. A measure is a function of host.py or guest.py."""

import os
import sys
import tempfile

import guest
import host

ROWS = host.ROWS + guest.ROWS
WIDTHS = 44, 16, 12


def figure(value):
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def tell(what, unit, measured, limit=None):
    """One line: the measure, its unit, our figure, and each other's as a multiple of ours.
    Returns a sentence if a number is above its LIMIT."""
    (_, ours), *others = measured.items()
    beside = ", ".join(f"{name} {figure(value)} ({value / ours:.2f} x)" for name, value in others)
    most = limit if isinstance(limit, dict) else {"rjpack": measured[limit]} if limit else {}
    limits = ", ".join(f"{name} {figure(number)}" for name, number in most.items())
    print(f"{what:<{WIDTHS[0]}}{unit:<{WIDTHS[1]}}{figure(ours):>{WIDTHS[2]}}  {beside}"
          + (f"; at most {limits}" if limits else ""), flush=True)
    above = (f"{name} {figure(measured[name])} of {figure(number)}" for name, number in most.items()
             if measured[name] > number)
    return f"bench: {what}, {unit}: {exceeding}" if (exceeding := ", ".join(above)) else None


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
