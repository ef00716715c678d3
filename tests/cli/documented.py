#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""documented.py RJPACK PAGE: checks that the manual page has an item for each option of --help, and
no others."""

import re
import subprocess
import sys
from pathlib import Path


def main(rjpack, page):
    text = subprocess.run([rjpack, "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    helped = set(re.findall(r"^ {2,6}(?:-\w, )?--([a-z0-9-]+)", text, re.MULTILINE))
    items = re.findall(r"^\.It Fl (.*)", Path(page).read_text(), re.MULTILINE)
    described = {name for item in items for name in re.findall(r"\\-([a-z0-9-]+)", item)}
    print(f"{len(helped)} options")
    for name in sorted(helped ^ described):
        print(f"--{name}: not in {page if name in helped else '--help'}")
    return not helped or helped != described


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
