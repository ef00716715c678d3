#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""completion.py RJPACK SHELL: checks what a shell completes with the script that rjpack prints."""

import functools
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# the command line, what is offered for its last word, what is not
ROWS = [
    ("", {"inspect", "extract", "grub.img"}, {"--initrd"}),
    ("--in", {"--initrd", "--int13"}, {"--output", "inspect"}),
    ("ins", {"inspect"}, {"extract"}),
    ("--mbr g", {"grub.img"}, {"disk.img"}),
    ("--config ", {"grub.img", "disk.img"}, {"inspect"}),
    ("--depfile d", {"disk.img"}, {"grub.img"}),
    ("--int13 ", {"nvme", "firmware"}, {"grub.img"}),
    ("--format ", {"elf-strict", "payload"}, {"grub.img"}),
    ("--boot int", {"int18", "int19"}, {"grub.img"}),
    ("verify g", {"grub.img"}, {"disk.img"}),
]
BASH = """. ./script; COMP_WORDS=(rjpack $1); [[ $1 = *' ' || -z $1 ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _rjpack; printf '%s\\n' "${COMPREPLY[@]}\""""
ZSH = """PS1='%% ' LISTMAX=1000; fpath=($PWD/functions $fpath); autoload -Uz compinit; compinit -D -u
zmodload zsh/complist; setopt auto_list no_list_ambiguous; unsetopt list_beep beep
told() { print -r "D""ONE"; }; zle -N told; bindkey '^T' told; bindkey '^I' expand-or-complete
told
"""


def output(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def bash(line):
    return set(output("bash", "--norc", "-c", BASH, "-", line).splitlines())


def fish(line):
    told = output("fish", "--no-config", "-c", "source script; complete -C $argv[1]",
                  "rjpack " + line)
    return {found.split("\t")[0] for found in told.splitlines()}


def read_until(terminal, word, seconds=30):
    text, end = "", time.monotonic() + seconds
    while word not in text:
        if not select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            sys.exit(f"no {word!r} in {seconds} seconds after:\n{text}")
        text += os.read(terminal, 4096).decode(errors="replace")
    return text


@functools.cache
def zsh_terminal():
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(TERM="xterm", COLUMNS="200", ZDOTDIR=os.getcwd())
        os.execlp("zsh", "zsh", "-f", "-i")
    os.write(terminal, ZSH.encode())
    read_until(terminal, "\nDONE")
    return terminal


def zsh(line):
    """Types at the prompt, since the completion works nowhere else: Tab, then a word that
    marks the end, then deletes the line."""
    os.write(zsh_terminal(), f"rjpack {line}\t\x14".encode())
    text = read_until(zsh_terminal(), "DONE")
    os.write(zsh_terminal(), b"\x15")
    return set(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\x07\x08\r]", " ", text).split())


def main(rjpack, shell):
    rjpack, failed = os.path.abspath(rjpack), False
    with tempfile.TemporaryDirectory(prefix="rjpack-completion-") as directory:
        os.chdir(directory)
        script = output(rjpack, "completion", shell)
        Path("functions").mkdir()
        for name in ("script", "functions/_rjpack", "grub.img", "disk.img"):
            Path(name).write_text(script if "." not in name else "")
        for line, there, absent in ROWS:
            found = globals()[shell](line)
            if there - found or absent & found:
                failed = True
                print(f"rjpack {line}: {sorted(found)}\n  missing: {sorted(there - found)}, "
                      f"wrong: {sorted(absent & found)}")
    print(f"{shell}: {len(ROWS)} command lines")
    return failed


sys.exit(main(*sys.argv[1:]))
