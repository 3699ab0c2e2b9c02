"""Which engine a lab runs on, and why."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.engines.base import Engine, EngineUnusableError, LabError

ENGINES = ("auto", "sim", "docker")


class WrongCallError(LabError):
    """The user asked for something that there is not."""

    exit_code = 2


@dataclass(frozen=True)
class Choice:
    """An engine, the reason for it in words, and the kind of event loop that its time runs in."""

    make: Callable[[], Engine]
    why: str
    loop_factory: Callable[[], asyncio.AbstractEventLoop]


def choose(name: str, *, speed: float | None = None, lock: Path | None = None) -> Choice:
    """The engine of that name; `auto` takes Docker if it can be used, and the simulator otherwise.

    `speed` is lab seconds per second for the simulator, None as fast as it goes. `lock` is the session's lock
    file, by which others see that its lab is alive. Raises `EngineUnusableError` if Docker is asked for by name
    and cannot be used, `WrongCallError` for a speed that Docker does not know or another name.
    """
    match name:
        case "sim":
            return _sim(speed, "it was asked for")
        case "docker":
            return _docker(speed, lock)
        case "auto":
            return _auto(speed, lock)
    raise WrongCallError(f"no engine {name!r}: the engines are {', '.join(ENGINES)}")


def _sim(speed: float | None, why: str) -> Choice:
    from lab.engines.sim.clock import VirtualLoop
    from lab.engines.sim.engine import SimEngine

    return Choice(SimEngine, why, lambda: VirtualLoop(speed))


def _docker(speed: float | None, lock: Path | None) -> Choice:
    from lab.engines.docker.probe import probe

    if speed is not None and speed != 1:
        raise WrongCallError(
            f"the docker engine runs in real time, not at {speed:g} times it: leave --speed out, or take --engine sim"
        )
    found = probe()
    if not found.ok:
        raise EngineUnusableError(f"the docker engine cannot be used: {found.detail}. {found.hint}")
    return _real(lock, f"it was asked for; {found.detail}")


def _auto(speed: float | None, lock: Path | None) -> Choice:
    from lab.engines.docker.probe import probe

    if speed is not None and speed != 1:
        return _sim(speed, f"only it can run at {speed:g} times real time")
    found = probe()
    if found.ok:
        return _real(lock, found.detail)
    return _sim(speed, f"Docker cannot be used here: {found.detail}")


def _real(lock: Path | None, why: str) -> Choice:
    from lab.engines.docker.engine import DockerEngine

    return Choice(lambda: DockerEngine(lock=lock), why, asyncio.new_event_loop)
