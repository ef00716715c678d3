#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""doctor.py run NAME RJPACK: runs rjpack doctor on the row's machine, and compares with golden/.
doctor.py update RJPACK: writes golden/ again, to be read before it is committed.
doctor.py colour RJPACK: checks that only terminals with colour get it.
doctor.py damaged RJPACK: checks that damaged files of a machine do not crash or hang the program.

A row has
  machine  the file in machines/, as tests/doctor/record writes it. "@ PATH disk NAME" there is
           what cli/inputs.py makes as NAME, "@ PATH unreadable" a file that only root can read
  more     files to add to those of the machine, or to replace them, in the same form
  pack     what to pack as the IMAGE to check, from files; by default there is none
  before   a command of rjpack to run before that
  exit     the exit status, by default 0
  user     true: not as root
"""

import json
import os
import pty
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import jsonschema

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "cli"))
import inputs  # noqa: E402
import run as cli  # noqa: E402
import running  # noqa: E402

ROWS = tomllib.loads((HERE / "rows.toml").read_text())
SCHEMA = json.loads((HERE / "../../man/rjpack-doctor.schema.json").read_text())
DAMAGES = 2                     # of each row's machine


def recorded(machine):
    return (HERE / "machines" / f"{machine}.txt").read_text()


def files(text):
    """Yields path, how and the bytes of each file; how is "", "->" and its target, "/" or a word."""
    for entry in re.split(r"^@ ", text, flags=re.MULTILINE)[1:]:
        head, _, body = entry.partition("\n")
        path, _, how = head.partition(" ")
        body = re.sub(r"^(\t|#.*\n)", "", body, flags=re.MULTILINE)
        yield path, how, bytes.fromhex(body) if how == "hex" else body.encode()


def same(data):
    return data


def unpack(machine, root, damage=same, more=""):
    """Makes the machine's files below ROOT, each changed by DAMAGE, and MORE."""
    links = {}
    for path, how, data in files(recorded(machine) + more):
        target = root / path[1:]
        directory = target if path.endswith("/") else target.parent
        directory.mkdir(parents=True, exist_ok=True)
        if how.startswith("-> "):
            links[target] = how[3:]
        elif how.startswith("disk "):
            inputs.make(how[5:], target.parent)
            os.replace(target.parent / how[5:], target)
        elif directory != target:
            word, *values = how.split() or [""]
            target.write_bytes(damage(running.bzimage(values[0]) if word == "linux" else data))
            if word in ("size", "linux"):
                os.truncate(target, int(values[-1]))
            target.chmod({"program": 0o755, "unreadable": 0}.get(how, 0o644))
    for link, target in links.items():
        os.symlink(os.fsdecode(damage(target.encode())[:200] or b"."), link)
    for link, target in links.items():  # the targets of links in /sys need not have been recorded
        place = os.path.normpath(f"{root}{target}" if target[0] == "/" else link.parent / target)
        if place.startswith(f"{root}/sys/") and not os.path.lexists(place):
            os.makedirs(place)


def doctor(rjpack, *arguments, **options):
    return subprocess.run([rjpack, "doctor", *arguments], stdin=subprocess.DEVNULL, timeout=20,
                          capture_output=True, encoding="utf-8", errors="surrogateescape", **options)


def check_json(done):
    """Checks the output against its schema in man/, and against the exit status."""
    found = json.loads(done.stdout)
    jsonschema.validate(found, SCHEMA)
    if found["works"] != (done.returncode == 0):
        raise cli.Failure("JSON and exit status disagree")


def results(row, rjpack, work):
    """Returns the text, the JSON and the exit statuses of a row."""
    work.chmod(0o777)           # another user may not be able to reach the build directory
    rjpack = shutil.copy(rjpack, work)
    unpack(row["machine"], work / "root", more=row.get("more", ""))
    arguments = ["--root", "root"]
    if "pack" in row:
        for name in row.get("files", []):
            inputs.make(name, work)
        for command in filter(None, [row.get("before"), f"{row['pack']} -o image"]):
            subprocess.run([rjpack, *shlex.split(command)], cwd=work, check=True,
                           capture_output=True)
        arguments.append("image")
    done = [doctor(rjpack, *arguments, *more, cwd=work, env=cli.environment(row, work),
                   preexec_fn=lambda: cli.restrict(row))
            for more in ([], ["--json"])]
    for each in done:
        if each.stderr:
            raise cli.Failure(each.stderr)
    check_json(done[1])
    return [each.stdout for each in done], [each.returncode for each in done]


def run(name, rjpack, work):
    row = ROWS[name]
    texts, statuses = results(row, rjpack, work)
    if statuses != [row.get("exit", 0)] * 2:
        raise cli.Failure(f"exit statuses {statuses} instead of {row.get('exit', 0)}\n{texts[0]}")
    for text, suffix in zip(texts, ("txt", "json")):
        cli.compare(suffix, (HERE / "golden" / f"{name}.{suffix}").read_text(), text)


def update(rjpack):
    (HERE / "golden").mkdir(exist_ok=True)
    for name, row in ROWS.items():
        with tempfile.TemporaryDirectory(prefix="rjpack-doctor-") as work:
            texts, statuses = results(row, rjpack, Path(work))
        for text, suffix in zip(texts, ("txt", "json")):
            (HERE / "golden" / f"{name}.{suffix}").write_text(text)
        if statuses != [row.get("exit", 0)] * 2:
            print(f"{name}: exit statuses {statuses}")


def on_terminal(rjpack, root, **environment):
    """What doctor prints on a terminal."""
    ours, theirs = pty.openpty()
    with open(theirs, "wb") as terminal:
        process = subprocess.Popen([rjpack, "doctor", "--root", root], stdout=terminal,
                                   env={"PATH": os.environ["PATH"], **environment})
    text = b""
    while True:
        try:
            data = os.read(ours, 4096)
        except OSError:         # the other end is closed
            break
        if not data:
            break
        text += data
    os.close(ours)
    process.wait(timeout=20)
    return text


def colour(rjpack, work):
    unpack("ide", work / "root")
    for environment, coloured in (({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({}, False),
                                  ({"TERM": "xterm", "NO_COLOR": "1"}, False),
                                  ({"TERM": "xterm", "NO_COLOR": ""}, True)):
        text = on_terminal(rjpack, work / "root", **environment)
        if b"Firmware" not in text or (b"\x1b[32mok" in text) != coloured:
            raise cli.Failure(f"{environment}: {text}")
    if "\x1b" in doctor(rjpack, "--root", work / "root", env={"TERM": "xterm"}).stdout:
        raise cli.Failure("colour in a pipe")


def damaged(rjpack, work):
    """Changed, cut and giant contents, the same in every run."""
    chance = random.Random(1)

    def damage(data):
        kind = chance.randrange(12)
        if kind > 5 or not data:
            return data
        at = chance.randrange(len(data))
        return (data[:at], data[:at] + bytes([chance.randrange(1, 255)]) + data[at + 1:],
                data[:at] + b"9" * 40 + data[at:], data.replace(b"\n", b""),
                data[:at] + b"A" * 5000, data * 200)[kind].replace(b"\0", b"0")[:1 << 18]

    for machine, more in sorted({(row["machine"], row.get("more", "")) for row in ROWS.values()}):
        for number in range(DAMAGES):
            root = Path(tempfile.mkdtemp(prefix=f"{machine}-{number}-", dir=work))
            unpack(machine, root, damage, more)
            done = doctor(rjpack, "--root", root, "--json")
            if done.returncode not in (0, 1) or done.stderr:
                raise cli.Failure(f"{root}: exit status {done.returncode}: {done.stderr}")
            done.stdout.encode()        # JSON is UTF-8, whatever the files contain
            check_json(done)


def main(action, *arguments):
    rjpack = os.path.abspath(arguments[-1])
    os.environ["LC_ALL"] = "C"
    if action == "update":
        update(rjpack)
        return 0
    with tempfile.TemporaryDirectory(prefix="rjpack-doctor-") as work:
        try:
            if action == "run":
                run(arguments[0], rjpack, Path(work))
            else:
                {"colour": colour, "damaged": damaged}[action](rjpack, Path(work))
        except cli.Failure as failure:
            print(failure)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
