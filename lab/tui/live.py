"""A session that runs in a thread and an event loop of its own, and what the screens may ask of it.

Nothing here blocks whoever calls it: orders go in through the loop's door, events come out through a bounded queue.
"""

import asyncio
import gc
import math
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from lab import sessions
from lab.engines.base import EngineUnusableError, LabError
from lab.engines.choose import Choice, choose
from lab.engines.sim.clock import VirtualLoop
from lab.journal import Journal
from lab.model.events import Event, SessionClosed, TrafficCounted
from lab.model.orders import Order
from lab.model.state import LabState
from lab.scenario.player import Timeline, check, setup
from lab.scenario.schema import Scenario
from lab.session import Session
from lab.strategies.crew import together
from lab.tui.picture import Picture

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")

QUEUE = 20_000
"""Events that may wait to be drawn; beyond it the oldest are only in the journal, and in the state."""

UNHURRIED = 20
"""Servers whose launch one may watch at the lab's own speed; simulated ones beyond that are launched faster."""

TRAFFIC_QUEUE, TRAFFIC_ROWS = 2_000, 50_000
"""With so many events waiting, or so many rows if all were such counts, further counts of traffic are left out: at full
speed there are too many to see, and those of a large fleet are large."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run: a scenario, on the engine of that name, at `speed` (lab seconds per second; None: no limit).

    `source` is the scenario's file.
    """

    scenario: Scenario
    engine: str = "auto"
    speed: float | None = 1.0
    source: "Path | None" = None


class Live:
    """One session from `start` to `close`.

    `picture` is what is known of it, brought up to date by `drain`. `error` is what ended it, if it did not end as
    asked; `name` and `journal` are known as soon as it has begun.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.picture = Picture()
        self.name = ""
        self.journal: Path | None = None
        self.error: BaseException | None = None
        self.speed = plan.speed
        self.held = False
        self._waiting: deque[tuple[Event, LabState]] = deque(maxlen=QUEUE)
        self._thread = threading.Thread(target=self._run, name="lab-session")
        self._begun = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._session: Session | None = None
        self._under_way: set[asyncio.Task[Any]] = set()
        self._keep = False
        self._closing = False

    def start(self) -> None:
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether it is over, and cleaned up."""
        return self._thread.ident is not None and not self._thread.is_alive()

    @property
    def kept(self) -> bool:
        """Whether what it made in Docker was left running."""
        return self.ended and self._keep and self.error is None

    @property
    def steerable(self) -> bool:
        """Whether its time can be held, and made to go faster: the simulator's can."""
        return isinstance(self._loop, VirtualLoop)

    def drain(self, within: float = math.inf) -> bool:
        """Take what has happened into the picture; whether anything has.

        After `within` seconds what remains is left for the next time, but the state is the newest in any case.
        """
        some, until = bool(self._waiting), time.monotonic() + within
        while self._waiting and time.monotonic() < until:
            event, state = self._waiting.popleft()
            self.picture.take(event, state)
        if self._waiting:
            self.picture.state = self._waiting[-1][1]
        return some

    def give(self, order: Order, fleets: tuple[str, ...] = ()) -> None:
        """Give an order, to the fleets named or to all. What comes of it are events."""
        self._spawn(lambda session: session.give(order, fleets))

    def ask(self, question: Callable[[Session], Coroutine[Any, Any, T]]) -> "Future[T]":
        """Let the session answer a question in its own loop. The future fails with `LabError` if it can't."""
        answer: Future[T] = Future()

        async def answered(session: Session) -> None:
            if not answer.set_running_or_notify_cancel():
                return  # nobody wants to know any more
            try:
                answer.set_result(await question(session))
            except asyncio.CancelledError:
                answer.set_exception(LabError("the session is over"))
                raise
            except Exception as error:
                answer.set_exception(error)

        def nobody() -> None:
            answer.set_exception(LabError("there is no session that could answer"))

        self._spawn(answered, nobody)
        return answer

    def pace(self, speed: float | None) -> None:
        """Let lab time go at this speed. Only where it is `steerable`."""
        self.speed = speed
        self._steer(lambda loop: loop.pace(speed))

    def hold(self) -> None:
        """Let lab time stand still."""
        self.held = True
        self._steer(lambda loop: loop.hold())

    def go(self) -> None:
        """Let lab time pass again."""
        self.held = False
        self._steer(lambda loop: loop.go())

    def step(self, seconds: float) -> None:
        """Let so much lab time pass, and then hold it."""
        self.held = True
        self._steer(lambda loop: loop.hold(seconds))

    def close(self, keep: bool = False) -> None:
        """End it, and remove what it made unless `keep`. Returns at once; `ended` and `wait` tell when it is done."""
        if self._closing:
            return
        self._keep, self._closing = keep, True
        self.go()
        self.pace(None)  # what is cleaned up is not watched
        self._enter(lambda: self._task.cancel() if self._task else None)

    def wait(self, within: float | None = None) -> bool:
        """Block until it has ended; whether it has. Not for the thread of a screen."""
        if self._thread.ident is not None:
            self._thread.join(within)
        return self.ended

    def _run(self) -> None:
        try:
            with sessions.begin() as files:
                choice = choose(self.plan.engine, speed=self.plan.speed, lock=files.lock)
                with Journal(files.journal) as journal:
                    self.name, self.journal = files.name, files.journal
                    self._in_loop(choice, journal)
        except Exception as error:
            self.error = self.error or error
        finally:
            gc.unfreeze()

    def _in_loop(self, choice: Choice, journal: Journal) -> None:
        def emit(event: Event, state: LabState) -> None:
            if not isinstance(event, TrafficCounted) or len(self._waiting) < traffic_room(event):
                self._waiting.append((event, state))
            journal.write(event)

        with asyncio.Runner(loop_factory=choice.loop_factory) as runner:
            self._loop = runner.get_loop()
            try:
                runner.run(self._conduct(choice, emit))
            except asyncio.CancelledError:
                pass
            finally:
                self._loop = None

    async def _conduct(self, choice: Choice, emit: Callable[[Event, LabState], None]) -> None:
        """The session's whole life: set up, steps if there are any, orders until it is closed, cleaning up."""
        self._task = asyncio.current_task()
        if self._closing:
            return
        self._session = lab = Session(self.name, setup(self.plan.scenario), choice.make(), emit)
        self._opened = asyncio.Event()
        reason, ok = "failed", False
        try:
            self._hasten(lab)
            await lab.open(choice.why)
            self.pace(self.speed)
            spare()
            self._opened.set()
            self._keep_track(self._play(lab))
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ok = self.error is None and not lab.state.failures and all(line.ok for line in lab.state.expectations)
            reason = str(self.error) if self.error else "kept" if self._keep else "closed"
            raise
        except LabError as error:
            reason = str(error)
            raise
        finally:
            self._session = None
            ended = lab.clock.now()
            lab.rest()
            for task in self._under_way:
                task.cancel()
            await lab.engine.close(keep=self._keep and self.error is None)
            if lab.state.session:
                lab.emit(SessionClosed(at=ended, ok=ok, reason=reason))

    def _hasten(self, lab: Session) -> None:
        """Set up many servers in the time of a few: lab time that nobody has asked for is not worth waiting for."""
        hurry = max(1.0, sum(spec.servers for spec in lab.setup.fleets) / UNHURRIED)
        if self.speed is not None:
            speed = self.speed * hurry
            self._steer(lambda loop: loop.pace(speed))

    async def _play(self, lab: Session) -> None:
        """The scenario's own steps; then its expectations are checked, and the lab goes on."""
        scenario = self.plan.scenario
        if not scenario.steps:
            return
        await Timeline(lab).run(scenario.steps)
        if scenario.expectations:
            await lab.engine.traffic(0)
            await together(lab.scan(fleet, "end") for fleet in lab.fleets.values())
            check(scenario, lab)
            await lab.engine.traffic(lab.state.rate)

    def _spawn(
        self, work: Callable[[Session], Coroutine[Any, Any, Any]], otherwise: Callable[[], object] = lambda: None
    ) -> None:
        """Begin some work in the session's loop as soon as it is open, or do `otherwise` if there is no session."""

        async def once_open(session: Session) -> None:
            await self._opened.wait()
            await work(session)

        def begin() -> None:
            if self._session:
                self._keep_track(once_open(self._session))
            else:
                otherwise()

        if not self._enter(begin):
            otherwise()

    def _keep_track(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        """An order's own failures are events; what else comes out of it ends the session."""
        self._under_way.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, LabError) and not isinstance(error, EngineUnusableError):
            return
        if error and self._task:
            self.error = self.error or error
            self._task.cancel()

    def _steer(self, how: Callable[[VirtualLoop], None]) -> None:
        loop = self._loop
        if isinstance(loop, VirtualLoop):
            self._enter(lambda: how(loop))

    def _enter(self, what: Callable[[], object]) -> bool:
        """Do something in the session's loop; whether there is one."""
        loop = self._loop
        try:
            if loop:
                loop.call_soon_threadsafe(what)
            return loop is not None
        except RuntimeError:  # it has just been closed
            return False


def spare() -> None:
    """Spare the garbage collector what will live as long as the session.

    With thousands of servers it would look through millions of objects about once a second, and keep the screens
    waiting for some tenths of one.
    """
    gc.collect()
    gc.freeze()


def traffic_room(event: TrafficCounted) -> int:
    """How many events may wait for this one to wait too."""
    return min(TRAFFIC_QUEUE, TRAFFIC_ROWS // max(1, len(event.rows)))
