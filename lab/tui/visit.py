"""A shell that stays open in the session's own loop for as long as somebody is in it."""

import asyncio
from concurrent.futures import Future

from lab.engines.base import LabError
from lab.model.orders import Ssh
from lab.model.shell import Mode, Shell
from lab.session import Session
from lab.tui.live import Live

WHO = "you"
"""By whom the record says that things were done."""


class Visit:
    """One shell on one server. `opened` is the shell once it is there, or why there can be none; `over` ends last."""

    def __init__(self, live: Live, server: str, mode: Mode) -> None:
        self.opened: Future[Shell] = Future()
        self.opened.set_running_or_notify_cancel()  # whoever stops waiting for it does not take it away
        self._live = live
        self._server = server
        self._mode = mode
        self._leaving = False
        self._left: asyncio.Event | None = None
        self.over = live.ask(self._stay)

    def leave(self) -> None:
        """Close the shell; a copy goes with it."""
        self._leaving = True
        self._live.ask(self._go)

    def do(self, order: Ssh) -> "Future[str]":
        """Do something by hand where the shell is; what is to be said of it, nothing if it went well."""
        return self._live.ask(lambda session: self._do(session, order))

    async def _stay(self, session: Session) -> None:
        self._left = asyncio.Event()
        try:
            async with session.shell(self._server, self._mode, WHO) as shell:
                self.opened.set_result(shell)
                if not self._leaving:
                    await self._left.wait()
        except LabError as error:
            if not self.opened.done():
                self.opened.set_exception(error)
                return
            raise
        finally:
            if not self.opened.done():
                self.opened.set_exception(LabError("the session is over"))

    async def _go(self, session: Session) -> None:
        if self._left:
            self._left.set()

    async def _do(self, session: Session, order: Ssh) -> str:
        shell = self.opened.result()
        if shell.asked.writable:  # an order like any other, which a scenario can repeat
            before = len(session.state.failures)
            well = await session.give(order, (shell.asked.fleet,))
            return "" if well else "; ".join(end.detail for end in session.state.failures[before:])
        for operation in order.operations:
            outcome = await session.apply_in(shell, operation)
            if not outcome.ok:
                return outcome.detail or "refused"
        return ""
