#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run.py TARGET SEEDS SORT seconds N: runs libFuzzer's TARGET, starting from the seeds SEEDS/SORT.
run.py TARGET SEEDS SORT runs N: runs the target that replay.c calls, with N changed seeds.

Exit status: the target's.
"""

import os
import subprocess
import sys
from pathlib import Path

# Inputs have at most 128 KiB, which gzip can expand a thousand times; files are in memory, too,
# but not in the memory of the process.
LIMITS = ["-max_len=131072", "-timeout=10", "-malloc_limit_mb=64", "-rss_limit_mb=768"]
CHECKS = {"ASAN_OPTIONS": "detect_stack_use_after_return=1:allocator_may_return_null=0",
          "UBSAN_OPTIONS": "print_stacktrace=1"}


def command(target, seeds, unit, number):
    if unit == "runs":
        return [target, number, *sorted(seeds.iterdir())]
    name = target.name.removeprefix("fuzz-")
    corpus = target.parent / f"corpus-{name}"
    corpus.mkdir(exist_ok=True)
    return [target, f"-max_total_time={number}", "-print_final_stats=1", *LIMITS,
            f"-artifact_prefix={target.parent / name}-", corpus, seeds]


def main(target, seeds, sort, unit, number):
    os.environ.update(CHECKS, TMPDIR="/dev/shm" if os.path.isdir("/dev/shm") else "/tmp")
    return subprocess.run(command(Path(target).resolve(), Path(seeds) / sort, unit, number)).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
