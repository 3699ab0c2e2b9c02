"""The programs that `benchmarks/tui.py` runs in a terminal; each tells what happens in it, a line of JSON at a time."""

import gc
import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.app import App, ComposeResult
from textual.widgets import Static

from lab.tui.app import LabApp
from lab.tui.deck import Deck
from lab.tui.live import Live
from lab.tui.run import TURN
from lab.tui.screens.home import HomeScreen
from lab.tui.settings import Settings
from lab.tui.widgets.fleet_grid import FleetGrid

RATE = 10
HOUR = 3600.0
MARKS = (1, 6, 12, 24)
"""Hours of lab time after which memory is looked at."""

Tell = Callable[..., None]


def teller(number: int) -> Tell:
    """Says what happens to whoever holds the other end of a file descriptor."""

    def tell(kind: str, **values: Any) -> None:
        os.write(number, json.dumps({"kind": kind, "at": time.monotonic(), **values}).encode() + b"\n")

    return tell


class Empty(App[None]):
    """Nothing but a number that changes: what Textual itself costs at that rate."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell = tell
        self._count = 0

    def compose(self) -> ComposeResult:
        yield Static()

    def on_mount(self) -> None:
        self.set_interval(1 / RATE, self._tick)
        self.set_interval(0.5, lambda: self._tell("cpu", main=time.thread_time(), all=time.process_time(), session=0.0))
        self._tell("ready")

    def _tick(self) -> None:
        self._count += 1
        self.query_one(Static).update(str(self._count))


class Measured(LabApp):
    """The lab, with a scenario opened at once."""

    def __init__(self, tell: Tell, scenario: Path) -> None:
        super().__init__(Settings(rate=RATE))
        self._tell = tell
        self._scenario = scenario
        self._begun = False

    def on_mount(self) -> None:
        self.post_message(HomeScreen.Play(self._scenario, "sim"))
        self.set_interval(0.5, self._look)

    def _look(self) -> None:
        live = self.live
        if live is None or not live.picture.state.started:
            return
        if not self._begun:
            self._begun = True
            self._tell("ready")
        clock = time.pthread_getcpuclockid(live._thread.ident or 0)
        session = time.clock_gettime(clock) if not live.ended else 0.0
        lab, main = live.picture.state.at, time.thread_time()
        self._tell("cpu", main=main, all=time.process_time(), session=session, lab=lab, waiting=len(live._waiting))


class Pressed(Measured):
    """Tells with every frame what keys have done so far, as far as it has been written to the terminal."""

    moves = 0

    def post_display_hook(self) -> None:
        self._tell("frame", moves=self.moves, screens=len(self.screen_stack))


class Day(Measured):
    """Goes through a day as fast as it can, and looks at its memory on the way."""

    def on_mount(self) -> None:
        self._marks = [*MARKS]
        self._session: Live | None = None
        self.set_interval(1 / RATE, self._mark)

    def _mark(self) -> None:
        live = self._session = self._session or self.live
        if live is None or not live.picture.state.started:
            return
        if live.speed is not None:
            live.pace(None)
        if self._marks and live.picture.state.at >= self._marks[0] * HOUR:
            self._tell("mark", hours=self._marks.pop(0), journal=str(live.journal), **memory(live))
        if not self._marks:
            live.close()
        if live.ended:
            failures = [failure.detail for failure in live.picture.state.failures]
            self._tell("over", error=str(live.error or ""), failures=failures)
            self.exit()


def memory(live: Live) -> dict[str, Any]:
    """Resident MiB, and how much of what could grow there is."""
    gc.collect()
    picture = live.picture
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return {
        "mib": round(resident, 1),
        "objects": len(gc.get_objects()),
        "orders": len(picture.state.orders),
        "failures": len(picture.state.failures),
        "points": sum(map(len, picture.points.values())),
        "samples": sum(map(len, picture.samples.values())),
        "lines": len(picture.lines),
        "commands": sum(map(len, picture.commands.values())),
    }


def seeks(journal: Path, tell: Tell) -> None:
    """Wall seconds to read a journal through the viewer's deck, and to go to moments in it, one after the other."""
    deck = Deck(path=journal)
    began = time.monotonic()
    deck.pause()
    while deck._wanted or deck._reading:
        deck.tick()
        time.sleep(0.001)
    tell("read", seconds=time.monotonic() - began, end=deck.end, first_after=0)
    draw = random.Random(7)
    taken = []
    for _ in range(40):
        began = time.monotonic()
        deck.seek(draw.uniform(0, deck.end))
        while deck._wanted or deck._reading:
            deck.tick()
            time.sleep(0.0005)
        taken.append(time.monotonic() - began)
    tell("seeks", seconds=taken)
    deck.close()


def run(app: LabApp) -> None:
    """Run the app to its end. Raises what ended it, if it was a fault."""
    sys.setswitchinterval(TURN)
    app.run()
    if app.fault:
        raise app.fault


def main(program: str, number: int, *rest: str) -> None:
    tell = teller(number)
    match program:
        case "empty":
            Empty(tell).run()
        case "lab":
            move = FleetGrid.action_beside

            def counted(self: FleetGrid, by: int) -> None:
                move(self, by)
                Pressed.moves += 1

            FleetGrid.action_beside = counted  # type: ignore[method-assign]
            run(Pressed(tell, Path(rest[0])))
        case "day":
            run(Day(tell, Path(rest[0])))
        case "seeks":
            seeks(Path(rest[0]), tell)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
