#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ci.py SOURCE: runs the CI jobs of man/rjpack-recipes.7 as a runner would, for a project
that has rjpack's SOURCE as a submodule. apt-get only simulates.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

import manpage

PROJECT = Path(__file__).parent.parent / "recipes"
MAKEFILE = "boot.bin: boot.asm\n\tnasm -f bin -o $@ $<\n"
PROGRAMS = {
    "sudo": '#!/bin/sh\nexec "$@"\n',
    "apt-get": '#!/bin/sh\n[ "$1" = update ] || exec /usr/bin/apt-get --simulate "$@"\n',
}
ACTIONS = ("actions/checkout@", "actions/upload-artifact@")
SECTION = "Packing in CI"
GITHUB, GITLAB = ".github/workflows/image.yml", ".gitlab-ci.yml"


def run(script, folder, environment):
    print(script, flush=True)
    subprocess.run(["bash", "-e", "-c", script], cwd=folder, env=environment, check=True,
                   stdin=subprocess.DEVNULL)


def github(workflow, folder, environment):
    """Runs each step in a shell of its own, with the PATH that earlier steps have extended.
    Returns the files to keep."""
    added = folder / "github-path"
    added.touch()
    kept = []
    for step in workflow["jobs"]["image"]["steps"]:
        if "run" in step:
            path = os.pathsep.join([*added.read_text().split("\n")[-2::-1], environment["PATH"]])
            run(step["run"], folder, {**environment, "PATH": path, "GITHUB_PATH": str(added)})
        elif not step["uses"].startswith(ACTIONS):
            raise ValueError(f"{step['uses']} is not known")
        elif "path" in step["with"]:
            kept.append(step["with"]["path"])
    return kept


def gitlab(jobs, folder, environment):
    """Runs everything in one shell. Returns the files to keep."""
    job = jobs["image"]
    run("\n".join(job["before_script"] + job["script"]), folder, environment)
    return job["artifacts"]["paths"]


def not_source(folder, names):
    """Those of NAMES that a checkout does not have: git's own, and build directories."""
    return [name for name in names
            if name == ".git" or Path(folder, name, "meson-private").is_dir()]


def project(folder, submodule):
    folder.mkdir()
    shutil.copy(PROJECT / "boot.asm", folder)
    (folder / "Makefile").write_text(MAKEFILE)
    (folder / "rjpack").symlink_to(submodule)
    return folder


def main(source):
    source = Path(source)
    files = {block.file: block.text
             for block in manpage.blocks(source / "man/rjpack-recipes.7")
             if block.section == SECTION}
    with tempfile.TemporaryDirectory(prefix="rjpack-ci.") as scratch:
        scratch = Path(scratch)
        shutil.copytree(source, scratch / "rjpack", ignore=not_source)
        (scratch / "bin").mkdir()
        for name, text in PROGRAMS.items():
            (scratch / "bin" / name).write_text(text)
            (scratch / "bin" / name).chmod(0o755)
        environment = {**os.environ, "PATH": f"{scratch / 'bin'}:{os.environ['PATH']}"}
        for name, runner in ((GITHUB, github), (GITLAB, gitlab)):
            folder = project(scratch / runner.__name__, scratch / "rjpack")
            for kept in runner(yaml.safe_load(files[name]), folder, environment):
                print(f"{name}: {kept} has {(folder / kept).stat().st_size} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
