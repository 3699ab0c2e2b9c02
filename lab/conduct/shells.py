"""Shells on servers: where a person gets to be in, and what is left of it when they leave."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from shlex import join
from typing import TYPE_CHECKING

from lab.conduct.looking import found_running
from lab.conduct.staging import staged
from lab.engines.base import LabError
from lab.model import events as e
from lab.model.drift import DriftItem
from lab.model.fleet import Server
from lab.model.operation import Operation, Outcome
from lab.model.shell import Mode, Shell
from lab.strategies.fleet import By, Fleet

if TYPE_CHECKING:
    from lab.session import Session


@asynccontextmanager
async def opened(lab: "Session", name: str, mode: Mode, who: str) -> AsyncIterator[Shell]:
    """A shell on a server, or in a copy of it that is gone at the end of the block. `LabError` if there can be none."""
    fleet, asked = found_running(lab, name)
    async with _place(fleet, asked, mode) as server:
        shell, began = Shell(asked, server, lab.engine.shell(server), who), fleet.now()
        names = {"server": asked.name, "where": server.name}
        fleet.tell(e.ShellOpened, **names, command=join(shell.argv), who=who)
        lost: tuple[DriftItem, ...] = ()
        why = "it could not be looked at in time"
        try:
            yield shell
        finally:
            try:
                lost, why = await _lost(fleet, server) if shell.throwaway else (), ""
            except LabError as error:
                why = str(error)
            finally:
                seconds = round(fleet.now() - began, 6)
                fleet.tell(e.ShellClosed, **names, seconds=seconds, lost=lost, detail=why)


async def apply_in(lab: "Session", shell: Shell, operation: Operation) -> Outcome:
    """Carry out an operation where a shell is. `LabError` if that is no longer."""
    fleet, server = found_running(lab, shell.server.name)
    return await fleet.apply(server, operation, By("hand", shell.who, "shell"))


def _place(fleet: Fleet, server: Server, mode: Mode) -> AbstractAsyncContextManager[Server]:
    """The server itself, or a writable copy of it that nobody has looked at, be it healthy or not."""
    if server.writable or mode == "read-only":
        return nullcontext(server)
    return staged(fleet, fleet.launched_from[server.name], healthy_within=0, writable=True)


async def _lost(fleet: Fleet, copy: Server) -> tuple[DriftItem, ...]:
    """What was changed in a copy since it was launched."""
    image, delta = fleet.launched_from[copy.name].manifest, await fleet.engine.changes(copy)
    return tuple(DriftItem(name, image.get(name), delta[name]) for name in sorted(delta))
