"""`rolling`: replace the servers one after the other. The simplest way of immutable fleets."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from lab.model.fleet import Server
from lab.model.image import Image
from lab.model.spec import Count, Duration, expected
from lab.strategies.base import Strategy
from lab.strategies.crew import work_off
from lab.strategies.fleet import Fleet, StrategyError

Place = tuple[int, list[Server]]
"""A place in the fleet by number, and who holds it now."""


class Rolling(Strategy):
    """Launch from the new image, wait until the proxy sees it healthy, shift, drain, stop."""

    name: ClassVar[str] = "rolling"
    mutable: ClassVar[bool] = False

    max_surge: Annotated[Count, Field(ge=0)] = Field(1, description="how many servers more than wanted there may be")
    max_unavailable: Annotated[Count, Field(ge=0)] = Field(
        0, description="how many servers fewer than wanted may serve"
    )
    stop_first: bool = Field(False, description="to see what it costs: stop the old server before the new one is there")
    health_check: Literal["on", "off"] = Field("on", description="to see what it costs: off sends traffic unasked")
    healthy_within: Duration = Field(30.0, description="how long a new server may take to become healthy")
    drain: Duration = Field(10.0, description="how long a leaving server may take to finish its requests")

    @model_validator(mode="after")
    def _can_move(self) -> "Rolling":
        if self.max_surge + self.max_unavailable == 0:
            raise expected("max-surge or max-unavailable of at least 1: with both 0 no server can be replaced")
        return self

    async def release(self, fleet: Fleet, image: Image) -> str:
        """Replace every server by one launched from `image`; never beyond the surge, never below the wanted number."""

        async def launch_then_retire(place: Place) -> None:
            await self._launch(fleet, place, image)
            await self._retire(fleet, place)

        async def retire_then_launch(place: Place) -> None:
            await self._retire(fleet, place)
            await self._launch(fleet, place, image)

        surging = retire_then_launch if self.stop_first else launch_then_retire
        workers = [surging] * self.max_surge + [retire_then_launch] * self.max_unavailable
        failures = await work_off(fleet.places().items(), workers)
        if failures:
            replaced = sum(server.version == image.version for server in fleet.pool(fleet.live))
            problems = "; ".join(map(str, failures))
            raise StrategyError(f"{replaced} of {fleet.spec.servers} servers replaced, then it stopped: {problems}")
        return ""

    async def rollback(self, fleet: Fleet, image: Image) -> str:
        """Replace every server once more, by one launched from the image before."""
        return await self.release(fleet, image)

    async def _launch(self, fleet: Fleet, place: Place, image: Image) -> None:
        checked = self.health_check == "on"
        server = await fleet.launch(place[0], image, self.healthy_within if checked else 0.0)
        await fleet.admit(server, checked)

    async def _retire(self, fleet: Fleet, place: Place) -> None:
        for server in place[1]:
            await fleet.retire(server, self.drain)
