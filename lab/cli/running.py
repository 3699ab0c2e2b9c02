"""A scenario under way in the foreground: events go to those who want them, and signals end it cleanly."""

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

import click

from lab.engines.choose import Choice
from lab.model.events import Event
from lab.model.state import LabState
from lab.scenario.player import play
from lab.scenario.schema import Scenario

Sink = Callable[[Event, LabState], None]

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@dataclass
class Run:
    """One run. `state` is the last that was heard of; `error` is what ended it early, if anything did.

    After an interruption `error` is a `CancelledError`.
    """

    scenario: Scenario
    choice: Choice
    session: str
    sinks: Sequence[Sink]
    keep: bool = False
    state: LabState = field(default_factory=LabState)
    error: BaseException | None = None
    _stopping: bool = False
    _task: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Play the scenario to its end, whichever it is. Raises nothing; `error` tells."""
        with asyncio.Runner(loop_factory=self.choice.loop_factory) as runner, self._signals(runner.get_loop()):
            runner.run(self._play())

    async def _play(self) -> None:
        self._task = asyncio.current_task()
        try:
            if self._stopping:
                raise asyncio.CancelledError  # a signal came before there was anything to cancel
            await play(self.scenario, self.choice, session=self.session, emit=self._emit, keep=self.keep)
        except (Exception, asyncio.CancelledError) as error:
            self.error = self.error or error

    def _emit(self, event: Event, state: LabState) -> None:
        self.state = state
        for sink in self.sinks:
            try:
                sink(event, state)
            except Exception as error:  # whatever a sink can't do, the lab is cleaned up first
                self.error = self.error or error
                self._stop()

    def _stop(self) -> None:
        """Cancel the run, once: what comes after that would only disturb the cleaning up."""
        if self._task and not self._stopping:
            self._task.cancel()
        self._stopping = True

    @contextmanager
    def _signals(self, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
        def heard(number: int, frame: FrameType | None) -> None:
            if self._stopping:
                click.echo("already cleaning up; if it hangs, `lab down` can finish it", err=True)
                return
            click.echo(f"{signal.Signals(number).name}: cleaning up …", err=True)
            loop.call_soon_threadsafe(self._stop)

        before = {number: signal.signal(number, heard) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
