# SPDX-License-Identifier: MIT
"""Files that tests build once and share, under names made from their inputs."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

ROOT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rjpack"


def fetched(path):
    """PATH, which tests/setup must have made."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: run tests/setup with the suite's name")
    return path


def unpacked(name, debian=""):
    """The tree that tests/setup has unpacked as NAME, of the host's Debian or another one,
    without symlinks in its path."""
    return fetched(ROOT / (f"{name}-{debian}" if debian else name)).resolve()


def key_of(*inputs):
    """A name for a file made from INPUTS: bytes, text, or the contents of paths."""
    digest = hashlib.sha256()
    for item in inputs:
        data = item.read_bytes() if isinstance(item, Path) else item
        data = data.encode() if isinstance(data, str) else data
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()[:16]


def cached(name, inputs, build):
    """The file NAME made from INPUTS. build(path, scratch) writes it if it is new.

    The file gets its name only when it is complete, so tests may run at the same time.
    """
    stem, dot, suffix = name.partition(".")
    target = ROOT / f"{stem}-{key_of(*inputs)}{dot}{suffix}"
    if target.exists():
        return target
    ROOT.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="build.", dir=ROOT))
    try:
        build(scratch / name, scratch)
        os.replace(scratch / name, target)
    finally:
        shutil.rmtree(scratch)
    return target
