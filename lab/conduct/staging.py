"""Orders that launch servers where no user can reach them: to find the first bad version, to look at a copy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from lab.conduct.dispatch import carry_out
from lab.engines.base import EngineUnusableError, LabError
from lab.model import bisect
from lab.model import events as e
from lab.model import orders as o
from lab.model.drift import DriftItem
from lab.model.fleet import STAGING, Server
from lab.model.image import Image
from lab.model.lineage import lineage, news
from lab.model.manifest import Manifest, apply, difference
from lab.strategies.crew import together
from lab.strategies.fleet import Fleet

if TYPE_CHECKING:
    from lab.session import Session

HEALTHY_WITHIN = 30.0
"""How many seconds a copy may take to become healthy."""

NAMED = 5
"""As many differences are named in an order's detail; the event holds them all."""


@asynccontextmanager
async def staged(
    fleet: Fleet, image: Image, healthy_within: float = HEALTHY_WITHIN, writable: bool | None = None
) -> AsyncIterator[Server]:
    """A healthy server of an image, in a pool that gets no traffic; gone at the end of the block, however that ends.

    With `healthy_within` 0 nobody looks whether it is healthy. It is `writable` if the fleet's servers are, unless
    that says otherwise.
    """
    # A launch that is given up half-way would leave a machine behind: it ends, and then the machine goes.
    launching = asyncio.ensure_future(fleet.launch(0, image, 0, STAGING, writable))
    try:
        server = await asyncio.shield(launching)
        if healthy_within:
            await fleet.engine.healthy(server, healthy_within)
        yield server
    finally:
        await asyncio.shield(_removed(fleet, launching))


async def _removed(fleet: Fleet, launching: asyncio.Future[Server]) -> None:
    """Remove a server once its launch has ended; if that failed, its failure has been told."""
    await asyncio.wait([launching])
    if not launching.cancelled() and not launching.exception():
        await fleet.stop(launching.result())


@carry_out.register(o.Bisect)
async def _(order: o.Bisect, lab: "Session", fleet: Fleet) -> str:
    try:
        search = bisect.start(lineage(lab.setup.recipes), order.good, order.bad)
    except ValueError as error:
        raise LabError(f"bisect: {error}") from None
    trial = _Trial(lab, fleet, order)
    while version := search.following():
        search = search.after(version, await trial.verdict(version))
    found = len(trial.verdicts)
    await trial.expect(search.bad, "bad")
    for version in search.bounds():
        await trial.expect(version, "good")
    tries = f"{found} to find it, {len(trial.verdicts) - found} to check"
    if len(search.candidates) > 1:
        left = ", ".join(search.candidates)
        raise LabError(f"the first bad version is one of {left}: all but the last could not be probed ({tries})")
    changed = news(lab.setup.recipes, search.bad)
    return f"{search.bad} is the first bad version ({tries})" + (f"; it changed {changed}" if changed else "")


class _Trial:
    """Tries versions of one fleet and remembers what came of each."""

    def __init__(self, lab: "Session", fleet: Fleet, order: o.Bisect) -> None:
        self._lab = lab
        self._fleet = fleet
        self._order = order
        self.verdicts: dict[str, bisect.Verdict] = {}
        self._details: dict[str, str] = {}

    async def verdict(self, version: str) -> bisect.Verdict:
        """Launch a version, probe it, stop it. What can't be built, launched or probed is skipped."""
        try:
            image = await self._lab.image(version)
            async with staged(self._fleet, image, self._order.healthy_within) as server:
                probed = await self._fleet.engine.probe(server, self._order.probe.requests)
        except EngineUnusableError:
            raise
        except LabError as error:
            return self._tell(version, "skipped", str(error))
        faults = self._order.probe.faults(probed)
        share = f"{probed.errors} of {probed.sent} requests failed, 95 % took at most {(probed.p95 or 0) * 1000:.0f} ms"
        counts = {"requests": probed.sent, "errors": probed.errors, "p95": probed.p95}
        return self._tell(version, "bad" if faults else "good", faults or share, **counts)

    async def expect(self, version: str, verdict: bisect.Verdict) -> None:
        """Make sure of what the result rests on: `LabError` if a version turns out otherwise."""
        got = self.verdicts.get(version) or await self.verdict(version)
        if got != verdict:
            wanted = {"good": "to pass the probe", "bad": "to fail the probe"}[verdict]
            came = {"good": "it passed", "bad": "it failed", "skipped": "it could not be probed"}[got]
            raise LabError(f"{verdict}: expected {version} {wanted}, but {came}: {self._details[version]}")

    def _tell(self, version: str, verdict: bisect.Verdict, detail: str, **counts: float | None) -> bisect.Verdict:
        self.verdicts[version], self._details[version] = verdict, detail
        self._fleet.tell(e.VersionProbed, version=version, verdict=verdict, detail=detail, **counts)
        return verdict


@carry_out.register(o.Copy)
async def _(order: o.Copy, lab: "Session", fleet: Fleet) -> str:
    return "; ".join(await together(_copy(lab, fleet, server) for server in _alive(order, fleet)))


async def _copy(lab: "Session", fleet: Fleet, server: Server) -> str:
    """Launch what a server runs once more, and compare the two."""
    running = lab.state.fleets[fleet.spec.name].servers[server.name].version
    image = await lab.image(running)
    async with staged(fleet, image) as copy:
        theirs, mine = await together((_manifest(fleet, server), _manifest(fleet, copy)))
    items = tuple(DriftItem(name, mine.get(name), theirs.get(name)) for name in sorted(difference(mine, theirs)))
    fleet.tell(e.CopyCompared, server=server.name, copy=copy.name, version=running, digest=image.digest, items=items)
    if not items:
        return f"{server.name} is identical to a copy of its image {running}"
    more = f"; and {len(items) - NAMED} more" if len(items) > NAMED else ""
    shown = "; ".join(map(str, items[:NAMED]))
    return f"{server.name} is not what its image {running} makes: {len(items)} differences: {shown}{more}"


async def _manifest(fleet: Fleet, server: Server) -> Manifest:
    return apply(fleet.launched_from[server.name].manifest, await fleet.engine.changes(server))


def _alive(order: o.Copy, fleet: Fleet) -> list[Server]:
    """The running servers that the order names; `LabError` for a place that nobody alive holds."""
    held = {number: [s for s in fleet.at(number) if s.name not in fleet.dead] for number in order.numbers}
    missing = [str(number) for number, servers in held.items() if not servers]
    if missing:
        raise LabError(f"{fleet.spec.name} has no running server {', '.join(missing)}")
    return [server for servers in held.values() for server in servers]
