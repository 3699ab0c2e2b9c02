"""What the terminal UI costs, and how soon it answers, in a real terminal of 160×51 and a process of its own.

Two fleets of 1,000 servers on the simulator, drawn 10 times a second, with a release under way in both all the time;
requests are counted every second, as is usual, or ten times a second, which makes 20,000 counts. `UI` is the CPU time
of the process without the session's thread, over wall time: the main thread, and those that read the keyboard and
write to the terminal. The reference is a Textual app that does nothing but show
another number as often. A key press is timed from its bytes being written to the terminal until the program has
written the frame that shows what the key did: the cursor moved, or the menu of orders opened.

Then a day of two fleets of 6, with orders every half hour, as fast as it goes, drawn meanwhile: what memory it takes
after some hours, and how long it takes to read its journal, and to go to any moment in it.

    python -m benchmarks.tui [--json]
"""

import fcntl
import json
import os
import pty
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.report import Result, main
from benchmarks.tui_programs import RATE

SIZE = (160, 51)
SERVERS = 1_000
WINDOW = 20.0
"""Wall seconds over which CPU time is measured."""

MOVES, MENUS = 200, 40
PAUSE = (0.03, 0.13)
"""Between two key presses, in seconds."""

RIGHT, MENU, ESCAPE = b"\x1b[C", b"m", b"\x1b"
OVER_THE_LAB = 4
"""Screens on each other when one covers that of the lab: below are that, home, and Textual's own."""
FASTER, TO_THE_MOST = b"+", 8

INTERVALS = {"counted every second": "1s", "counted every 0.1 s": "100ms"}

LARGE = f"""\
title: Two thousand servers
service: {{versions: {{"1.0": {{}}, "1.1": {{from: "1.0", behaviour: {{errors: 1%}}}}}}}}
traffic: {{rate: 10000/s, interval: INTERVAL}}
fleets:
  pets: {{servers: {SERVERS}, version: "1.0", strategy: {{in-place: {{batch: 5}}}}}}
  cattle: {{servers: {SERVERS}, version: "1.0", strategy: {{rolling: {{max-surge: 10}}}}}}
steps:
"""

SMALL = """\
title: A day
service: {versions: {"1.0": {}, "1.1": {from: "1.0", behaviour: {errors: 0.1%}}}}
traffic: {rate: 50/s, interval: 5s}
fleets:
  pets: {servers: 6, version: "1.0", strategy: in-place}
  cattle: {servers: 6, version: "1.0", strategy: rolling}
steps:
"""


def large(interval: str) -> str:
    """Releases and roll-backs without end."""
    return LARGE.replace("INTERVAL", interval) + '  - release: "1.1"\n  - rollback:\n' * 500


def small() -> str:
    """Every hour a release, something done by hand, a scan, and a roll-back."""
    steps = (
        f'  - {{at: {hour * 60 + 5}m, release: "1.1"}}\n'
        f"  - {{at: {hour * 60 + 20}m, may-fail: true, ssh: {{server: 3, write: {{path: /etc/storefront/app.toml, "
        f"set: {{timeout: {hour + 1}}}}}}}}}\n"
        f"  - {{at: {hour * 60 + 25}m, scan: }}\n"
        f"  - {{at: {hour * 60 + 35}m, rollback: }}\n"
        for hour in range(24)
    )
    return SMALL + "".join(steps)


class Program:
    """One of the programs in a terminal of its own, and what it tells."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._terminal, inside = pty.openpty()
        width, height = SIZE
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        told, tells = os.pipe()
        program, *rest = arguments
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.tui_programs", program, str(tells), *rest],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            pass_fds=(tells,),
            start_new_session=True,
            env=environment(folder),
        )
        os.close(inside)
        os.close(tells)
        self.seen = b""
        threading.Thread(target=self._drain, daemon=True).start()
        self._told = os.fdopen(told)

    def press(self, keys: bytes) -> None:
        os.write(self._terminal, keys)

    def hear(self, kind: str, so: Callable[[Any], bool] = lambda told: True) -> Any:
        """The next of what it tells that is of this kind, and so."""
        for line in self._told:
            told = json.loads(line)
            if told["kind"] == kind and so(told):
                return told
        raise SystemExit(f"the program has ended:\n{self.seen.decode(errors='replace')}")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._told.close()

    def _drain(self) -> None:
        """Take what it writes, as a terminal does."""
        try:
            while some := os.read(self._terminal, 1 << 16):
                self.seen = (self.seen + some)[-4096:]
        except OSError:  # the program has ended
            pass
        os.close(self._terminal)


def environment(folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TEXTUAL", "NO_COLOR"))}
    return own | {"LAB_STATE_DIR": str(folder), "TERM": "xterm-256color", "COLORTERM": "truecolor"}


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Program]:
    program = Program(folder, *arguments)
    try:
        program.hear("ready")
        yield program
    finally:
        program.close()


def shares(program: Program, seconds: float = WINDOW) -> dict[str, float]:
    """Shares of one core, in per cent, from now on for so long."""
    began = program.hear("cpu", lambda told: told["at"] > time.monotonic() - 0.5)
    ended = program.hear("cpu", lambda told: told["at"] >= began["at"] + seconds)
    passed = ended["at"] - began["at"]
    spent = {name: 100 * (ended[name] - began[name]) / passed for name in ("all", "main", "session")}
    return {"ui": spent["all"] - spent["session"], "main_thread": spent["main"], "session": spent["session"]}


def presses(program: Program) -> dict[str, list[float]]:
    """Milliseconds until the frame that shows what a key did, for every press."""
    draw = random.Random(7)
    moved = program.hear("frame")["moves"]
    found: dict[str, list[float]] = {"the cursor": [], "the menu": []}

    def press(keys: bytes, shown: Callable[[Any], bool]) -> float:
        time.sleep(draw.uniform(*PAUSE))
        pressed = time.monotonic()
        program.press(keys)
        return 1000 * (program.hear("frame", shown)["at"] - pressed)

    for moves in range(moved + 1, moved + 1 + MOVES):
        found["the cursor"].append(press(RIGHT, lambda told, wanted=moves: told["moves"] >= wanted))
    for _ in range(MENUS):
        found["the menu"].append(press(MENU, lambda told: told["screens"] == OVER_THE_LAB))
        press(ESCAPE, lambda told: told["screens"] < OVER_THE_LAB)
    return found


def cost(folder: Path) -> Result:
    with running(folder, "empty") as program:
        spent = {"empty app": shares(program)}
    answers = {}
    for name, interval in INTERVALS.items():
        (folder / "large.yaml").write_text(large(interval))
        with running(folder, "lab", str(folder / "large.yaml")) as program:
            spent[name] = shares(program)
            answers[name] = presses(program)
            if interval == "1s":
                program.press(FASTER * TO_THE_MOST)
                spent["as fast as it goes"] = shares(program, WINDOW / 2)
    return {
        "percent_of_a_core": spent,
        "ratio_to_empty_app": {name: share["ui"] / spent["empty app"]["ui"] for name, share in spent.items()},
        "answered_ms": {
            name: {key: quantiles(times) for key, times in found.items()} for name, found in answers.items()
        },
    }


def quantiles(times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100)
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "worst": round(max(times), 1), "n": len(times)}


def day(folder: Path) -> Result:
    (folder / "small.yaml").write_text(small())
    marks = []
    began = time.monotonic()
    with running(folder, "day", str(folder / "small.yaml")) as program:
        while not marks or marks[-1]["hours"] < 24:
            mark = program.hear("mark")
            marks.append(mark | {"journal_mib": round(Path(mark["journal"]).stat().st_size / 2**20, 1)})
        seconds = time.monotonic() - began
        over = program.hear("over")
        assert not over["error"], over["error"]
    program = Program(folder, "seeks", marks[-1]["journal"])
    read, sought = program.hear("read"), program.hear("seeks")
    program.close()
    return {
        "seconds": round(seconds, 1),
        "marks": marks,
        "read_seconds": round(read["seconds"], 2),
        "seek_ms": quantiles([1000 * taken for taken in sought["seconds"]]),
    }


def measure() -> Result:
    with tempfile.TemporaryDirectory() as folder:
        return {"cost": cost(Path(folder)), "day": day(Path(folder))}


def table(result: Result) -> list[list[object]]:
    found, long = result["cost"], result["day"]
    grown = ("mib", "orders", "failures", "points", "samples", "lines", "commands", "objects", "journal_mib")
    return [
        [f"2 × {SERVERS:,} servers, {RATE} updates a second; % of a core", "UI", "ratio", "main thread", "session"],
        *(
            [
                name,
                round(share["ui"], 1),
                round(found["ratio_to_empty_app"][name], 1),
                *(round(share[part], 1) for part in ("main_thread", "session")),
            ]
            for name, share in found["percent_of_a_core"].items()
        ),
        ["a key press is answered, ms", "p50", "p95", "worst", "of"],
        *(
            [f"{key}, {name}", *times.values()]
            for name, answers in found["answered_ms"].items()
            for key, times in answers.items()
        ),
        [f"24 lab hours, 2 × 6 servers, in {long['seconds']} s", *(f"{mark['hours']} h" for mark in long["marks"])],
        *([name.replace("_mib", " MiB"), *(mark[name] for mark in long["marks"])] for name in grown),
        ["read the journal, s", long["read_seconds"]],
        ["go to a moment in it, ms", "p50", "p95", "worst", "of"],
        ["", *long["seek_ms"].values()],
    ]


if __name__ == "__main__":
    main(__doc__ or "", measure, table)
