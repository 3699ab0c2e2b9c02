"""`in-place`: patch the running servers, a few at a time. The way of mutable fleets."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lab.model.fleet import Server
from lab.model.image import Image
from lab.model.operation import patch
from lab.model.spec import Count, Duration
from lab.strategies.base import Strategy
from lab.strategies.crew import work_off
from lab.strategies.fleet import Fleet, StrategyError

HEALTHY_WITHIN = 30.0
"""How many seconds a patched server may take until the proxy sees it healthy again."""


class InPlace(Strategy):
    """Patch running servers: fetch, install, restart, verify, on `batch` of them at a time."""

    name: ClassVar[str] = "in-place"
    mutable: ClassVar[bool] = True

    batch: Annotated[Count, Field(ge=1)] = Field(1, description="how many servers are patched at once")
    on_failure: Literal["stop", "continue"] = Field("stop", description="what to do when a step fails on a server")
    drain: Duration = Field(0.0, description="take a server out of traffic first, and wait this long at most")

    async def release(self, fleet: Fleet, image: Image) -> str:
        """Patch every server from what was declared before to `image`."""
        return await self._patch_all(fleet, image)

    async def rollback(self, fleet: Fleet, image: Image) -> str:
        """Patch back: the same steps the other way round. What they don't know of stays behind."""
        return await self._patch_all(fleet, image)

    async def _patch_all(self, fleet: Fleet, image: Image) -> str:
        steps = patch(fleet.before.recipe, image.recipe)

        async def patch_one(server: Server) -> None:
            if self.drain:
                await fleet.drain(server, self.drain)
            await fleet.patch(server, steps)
            if self.drain:
                await fleet.engine.healthy(server, HEALTHY_WITHIN)
                await fleet.admit(server)

        servers = sorted(fleet.pool(fleet.live), key=lambda server: server.number)
        failures = await work_off(servers, [patch_one] * self.batch, go_on=self.on_failure == "continue")
        if not failures:
            return ""
        report = f"{len(failures)} of {len(servers)} servers not patched: " + "; ".join(map(str, failures))
        if self.on_failure == "stop":
            raise StrategyError(report)
        return report
