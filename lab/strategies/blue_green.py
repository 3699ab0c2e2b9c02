"""`blue-green`: a whole second pool beside the first, looked at before it is live, one switch, and the way back."""

import asyncio
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from lab.model import events as e
from lab.model.image import Image
from lab.model.probed import Probed
from lab.model.routing import only
from lab.model.spec import Count, Duration, Share, Spec, expected
from lab.strategies.base import Strategy
from lab.strategies.fleet import AbortedError, Fleet, StrategyError

ROUND = 10
"""Requests that are sent in one go when a pool is looked at."""

OTHER = {"blue": "green", "green": "blue"}


class Verify(Spec):
    """A look at the new pool through the proxy: how long or how many requests, and what they may show."""

    requests: Annotated[Count, Field(ge=0)] = Field(50, description="send at least so many requests")
    lasting: Duration = Field(0.0, alias="for", description="go on for at least so long")
    errors: Share = Field(0.02, description="the largest share of them that may fail")
    latency: Duration = Field(0.25, description="the 95th percentile of their latency may be at most this")

    @model_validator(mode="before")
    @classmethod
    def _lasting(cls, value: object) -> object:
        return {"for": value, "requests": ROUND} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _probes(self) -> "Verify":
        if not self.requests and not self.lasting:
            raise expected("a verify that sends something: `requests` of at least 1, or `for: DURATION`")
        return self

    def faults(self, probed: Probed) -> str:
        """What speaks against the pool, or nothing."""
        if not probed.sent:
            return "no request was sent"
        share = probed.errors / probed.sent
        if share > self.errors:
            return f"{probed.errors} of {probed.sent} requests failed, at most {self.errors:.1%} may"
        if probed.p95 is not None and probed.p95 > self.latency:
            return f"the 95th percentile is {probed.p95 * 1000:.0f} ms, at most {self.latency * 1000:.0f} ms may be"
        return ""


class BlueGreen(Strategy):
    """Launch the new pool beside the old, look at it, switch all traffic at once, keep the old pool for a while."""

    name: ClassVar[str] = "blue-green"
    mutable: ClassVar[bool] = False
    first_pool: ClassVar[str] = "blue"

    verify: Verify = Field(Verify(), description="how the new pool is looked at before the switch")
    keep_old: Duration = Field(60.0, description="how long the old pool stays, ready to be switched back to")
    promote: Literal["auto", "manual"] = Field("auto", description="switch by itself, or wait for the order promote")
    healthy_within: Duration = Field(30.0, description="how long a new server may take to become healthy")
    drain: Duration = Field(10.0, description="how long a leaving server may take to finish its requests")

    async def release(self, fleet: Fleet, image: Image) -> str:
        """Build up the other pool, look at it, switch. Until the switch no user sees anything of it."""
        old, new = fleet.live, OTHER[fleet.live]
        await fleet.drop_kept(self.drain)
        try:
            await fleet.fill(new, image, fleet.spec.servers, self.healthy_within)
            await self._look_at(fleet, new, image)
            if self.promote == "manual":
                await fleet.unless_decided(asyncio.Event().wait())
        except StrategyError as error:
            await fleet.empty(new, 0.0)
            raise AbortedError(f"not switched: {error}") from None
        await self._switch(fleet, old, new)
        return ""

    async def rollback(self, fleet: Fleet, image: Image) -> str:
        """Switch back to the old pool if it is still there; otherwise launch its image anew."""
        kept = fleet.kept
        if kept is None or kept.image.version != image.version:
            return await self.release(fleet, image)
        await self._switch(fleet, fleet.live, kept.pool)
        return "switched back to the pool that was kept"

    async def _switch(self, fleet: Fleet, old: str, new: str) -> None:
        await fleet.route(only(new))
        fleet.live = new
        fleet.keep(old, self.keep_old, self.drain)

    async def _look_at(self, fleet: Fleet, pool: str, image: Image) -> None:
        """Send requests to a pool that is not live yet. `StrategyError` if they show what may not be."""
        fleet.identify(pool, image)
        probed, began = Probed(), asyncio.get_running_loop().time()
        while probed.sent < self.verify.requests or asyncio.get_running_loop().time() - began < self.verify.lasting:
            probed = probed.plus(await fleet.engine.preview(fleet.spec.name, pool, ROUND))
        faults = self.verify.faults(probed)
        fleet.tell(
            e.Verified,
            pool=pool,
            digest=image.digest,
            ok=not faults,
            requests=probed.sent,
            errors=probed.errors,
            p95=probed.p95,
        )
        if faults:
            raise StrategyError(faults)
