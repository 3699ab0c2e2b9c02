"""Pictures for tests of what is drawn: sessions on the simulator, seen at one moment, and one that is very large."""

import asyncio
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from lab.engines.choose import choose
from lab.model import events as e
from lab.model.drift import DriftItem, ServerDrift
from lab.model.fleet import FleetSpec
from lab.model.manifest import Entry
from lab.scenario.loader import load, load_text
from lab.scenario.player import play
from lab.tui.picture import Picture

SCENARIOS = Path(__file__).parents[2] / "scenarios"

TIMEOUT = DriftItem("config:/etc/storefront/app.toml#timeout", Entry("config", "10"), Entry("config", "30"))


@cache
def events_of(scenario: str) -> tuple[e.Event, ...]:
    """All events of a scenario that ships, by its name, or of one that is given as YAML."""
    events: list[e.Event] = []
    choice = choose("sim")
    chosen = load_text(scenario, "test.yaml") if "\n" in scenario else load(SCENARIOS / f"{scenario}.yaml")

    async def run() -> None:
        await play(chosen, choice, session="test", emit=lambda event, state: events.append(event))

    def play_it() -> None:
        with asyncio.Runner(loop_factory=choice.loop_factory) as runner:
            runner.run(run())

    with ThreadPoolExecutor(1) as thread:  # a test may have a loop of its own that runs
        thread.submit(play_it).result()
    return tuple(events)


def picture_of(scenario: str, until: float = math.inf) -> Picture:
    """What there is to see of a scenario at `until`, in seconds of lab time. A copy: it may be taken further."""
    return _folded(scenario, until).copy()


def big_picture(servers: int = 2000) -> Picture:
    """Two fleets, `pets` and `cattle`, of so many servers each. Of the pets, 3 and 4 have drifted and 5 is dead."""
    return _big(servers).copy()


@cache
def _folded(scenario: str, until: float) -> Picture:
    return _picture(event for event in events_of(scenario) if event.at <= until)


@cache
def _big(servers: int) -> Picture:
    return _picture(_many(servers))


def _picture(events: Iterator[e.Event]) -> Picture:
    picture = Picture()
    for event in events:
        picture.take(event)
    return picture


def _many(servers: int) -> Iterator[e.Event]:
    """The events of a session that would take the simulator a while."""
    fleets = (
        FleetSpec("pets", servers, "1.0", "in-place", mutable=True),
        FleetSpec("cattle", servers, "1.0", "blue-green", mutable=False),
    )
    yield e.SessionOpened(
        lab="0", engine="sim", why="a test", title="Many servers", seed=7, slo=0.25, rate=500.0, fleets=fleets
    )
    for version, parent in (("1.0", None), ("1.1", "1.0")):
        yield e.ImageBuilt(at=0.0, version=version, digest=f"digest of {version}", parent=parent, packages={})
    for fleet, pool in zip(fleets, ("main", "blue"), strict=True):
        yield from _launched(fleet, pool)
    yield e.ClockStarted(at=0.0)
    yield e.ServerKilled(at=1.0, fleet="pets", server="pets-5")
    drifts = tuple(
        ServerDrift(f"pets-{number}", "b" if number in (3, 4) else "a", (TIMEOUT,) if number in (3, 4) else ())
        for number in range(1, servers + 1)
    )
    yield e.Scanned(at=2.0, fleet="pets", declared="1.0", after="order", servers=drifts)


def _launched(fleet: FleetSpec, pool: str) -> Iterator[e.Event]:
    at, name, version, digest = 0.0, fleet.name, fleet.version, f"digest of {fleet.version}"
    yield e.DeclaredChanged(at=at, fleet=name, version=version, digest=digest, reason="start")
    for number in range(1, fleet.servers + 1):
        server = f"{name}-{number}"
        yield e.ServerLaunched(
            at=at, fleet=name, server=server, number=number, pool=pool, version=version, digest=digest
        )
        yield e.ServerAdmitted(at=at, fleet=name, server=server, version=version)
    yield e.RoutingChanged(at=at, fleet=name, shares={pool: 1.0})
