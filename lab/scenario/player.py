"""Plays a scenario: its steps at their times, what was expected at the end, and always the cleaning up."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from lab.engines.base import LabError
from lab.engines.choose import Choice
from lab.model.events import Event, ExpectationChecked, SessionClosed
from lab.model.metric import METRICS
from lab.model.scorecard import scorecard
from lab.model.state import LabState
from lab.resources import storefront_program
from lab.scenario.schema import Scenario, Step
from lab.session import Session, Setup
from lab.strategies.crew import first_of


async def play(
    scenario: Scenario,
    choice: Choice,
    *,
    session: str,
    emit: Callable[[Event, LabState], None],
    keep: bool = False,
) -> LabState:
    """Play a scenario from beginning to end; the state after its last event.

    `emit` hears of every event with the state after it. Whatever happens, the engine is closed before the last
    event; with `keep` it leaves a session that came to its end running. Raises what ended the session before:
    `EngineUnusableError` and other errors, `CancelledError` if it was interrupted.
    """
    lab = Session(session, setup(scenario), choice.make(), emit)
    timeline = Timeline(lab)
    reason, kept = "failed", False
    try:
        await lab.open(choice.why)
        await timeline.run(scenario.steps)
        await lab.settle()
        check(scenario, lab)
        reason, kept = timeline.stopped_by or "finished", keep
    except asyncio.CancelledError:
        reason = "interrupted"
        raise
    except LabError as error:
        reason = str(error)
        raise
    finally:
        ended = lab.clock.now()
        lab.rest()
        await lab.engine.close(keep=kept)
        if lab.state.session:
            held = all(line.ok for line in lab.state.expectations)
            ok = reason == "finished" and held and not timeline.failed
            lab.emit(SessionClosed(at=ended, ok=ok, reason=reason))
    return lab.state


def setup(scenario: Scenario) -> Setup:
    """What a session needs of a scenario before its first step."""
    return Setup(
        title=scenario.title,
        seed=scenario.seed,
        rate=scenario.rate,
        slo=scenario.slo,
        interval=scenario.interval,
        fleets=scenario.fleets,
        strategies=scenario.strategies,
        recipes=scenario.recipes,
        catalogue=scenario.catalogue(storefront_program()),
    )


@dataclass
class Timeline:
    """The steps of a scenario under way. An order that fails, and may not, ends it: no further step is begun."""

    lab: Session
    failed: list[str] = field(default_factory=list)
    stopped_by: str = ""
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, steps: tuple[Step, ...]) -> None:
        """Give every step its time: its own `at`, or else the end of all that was ordered before."""
        try:
            async with asyncio.TaskGroup() as orders:
                for step in steps:
                    await self._time_of(step)
                    if self.failed:
                        self.stopped_by = f"stopped: {self.failed[0]} failed"
                        break
                    task = orders.create_task(self._give(step))
                    self._under_way.add(task)
                    task.add_done_callback(self._under_way.discard)
        except BaseExceptionGroup as failures:
            raise first_of(failures) from None

    async def _time_of(self, step: Step) -> None:
        if step.at is None:
            while self._under_way:
                await asyncio.wait(self._under_way)
        else:
            await asyncio.sleep(max(0.0, step.at - self.lab.clock.now()))

    async def _give(self, step: Step) -> None:
        well = await self.lab.give(step.order, step.fleets)
        if not well and not step.may_fail:
            self.failed.append(step.order.verb)


def check(scenario: Scenario, lab: Session) -> None:
    """Hold the scorecard against what the scenario expects."""
    scores = scorecard(lab.state)
    for expectation in scenario.expectations:
        got = METRICS[expectation.metric].of(scores[expectation.fleet])
        lab.emit(
            ExpectationChecked(
                at=lab.clock.now(),
                fleet=expectation.fleet,
                what=expectation.metric,
                expected=str(expectation.comparison),
                got=got,
                ok=expectation.comparison.holds(got),
            )
        )
