"""`canary`: a small share of the users first, compared with as many users of the old version at the same time."""

import asyncio
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from lab.model import events as e
from lab.model.fleet import TRIALS
from lab.model.histogram import middle
from lab.model.image import Image
from lab.model.routing import Routing, only
from lab.model.spec import Count, Duration, Share, Spec, expected
from lab.strategies.analysis import Sequential
from lab.strategies.base import Strategy
from lab.strategies.blue_green import OTHER
from lab.strategies.crew import together
from lab.strategies.evidence import Evidence, Rule, Tally, Verdict
from lab.strategies.fleet import AbortedError, Fleet, StrategyError
from lab.strategies.threshold import Threshold


class Step(Spec):
    """A stage of the canary: which share of all requests it gets, and for how long."""

    weight: Annotated[Share, Field(gt=0)] = Field(description="the canary's share, and the baseline's; at most 50%")
    lasting: Duration = Field(alias="for", description="how long this stage lasts")


STEPS = (Step(weight=0.05, lasting=30.0), Step(weight=0.10, lasting=30.0), Step(weight=0.25, lasting=30.0))


class Canary(Strategy):
    """A few servers of the new image beside as many fresh ones of the old: like is compared with like, then judged."""

    name: ClassVar[str] = "canary"
    mutable: ClassVar[bool] = False
    first_pool: ClassVar[str] = "blue"

    steps: list[Step] = Field(list(STEPS), min_length=1, description="the stages: weights that rise, and durations")
    servers: Annotated[Count, Field(ge=1)] = Field(1, description="servers in the canary, and in the baseline")
    sticky: bool = Field(False, description="a user stays on one side, by cookie")
    rule: Literal["sequential", "threshold"] = Field("sequential", description="who judges")
    alpha: Annotated[Share, Field(gt=0, lt=1)] = Field(0.05, description="how often a good canary may be blamed")
    margin: Annotated[Share, Field(gt=0, lt=1)] = Field(0.01, description="the harm that does not matter")
    interval: Duration = Field(10.0, description="rule threshold: how often it looks")
    success: Share = Field(0.99, description="rule threshold: the share of good requests that it wants to see")
    limit: Annotated[Count, Field(ge=0)] = Field(1, description="rule threshold: how often it may see less")
    patience: Duration = Field(300.0, description="how long to go on at the last stage while it is undecided")
    promote: Literal["auto", "manual"] = Field(
        "auto", description="promote when healthy, or wait for the order promote"
    )
    keep_old: Duration = Field(60.0, description="how long the old pool stays, ready to be switched back to")
    healthy_within: Duration = Field(30.0, description="how long a new server may take to become healthy")
    drain: Duration = Field(10.0, description="how long a leaving server may take to finish its requests")

    @model_validator(mode="after")
    def _weights_rise(self) -> "Canary":
        weights = [step.weight for step in self.steps]
        if any(a >= b for a, b in pairwise(weights)) or weights[-1] > 0.5:
            shown = ", ".join(f"{weight:.0%}" for weight in weights)
            raise expected(f"weights that rise and end at 50% or less, as the baseline gets the same; not {shown}")
        return self

    async def release(self, fleet: Fleet, image: Image) -> str:
        """Show the new image to a few, judge it against the old one, and go on or back."""
        old, new = fleet.live, OTHER[fleet.live]
        await fleet.drop_kept(self.drain)
        try:
            await together(
                [
                    fleet.fill("canary", image, self.servers, self.healthy_within),
                    fleet.fill("baseline", fleet.before, self.servers, self.healthy_within),
                ]
            )
            fleet.identify("canary", image)
            by_hand = await fleet.unless_decided(self._watch(fleet))
            if self.promote == "manual" and not by_hand:
                await fleet.unless_decided(asyncio.Event().wait())
            await fleet.fill(new, image, fleet.spec.servers, self.healthy_within)
            fleet.identify(new, image)
        except StrategyError as error:
            await fleet.route(only(old))
            await together(fleet.empty(pool, self.drain) for pool in (*TRIALS, new))
            raise AbortedError(f"not promoted: {error}") from None
        await fleet.route(only(new))
        fleet.live = new
        await together(fleet.empty(pool, self.drain) for pool in TRIALS)
        fleet.keep(old, self.keep_old, self.drain)
        return "promoted by hand" if by_hand else ""

    async def rollback(self, fleet: Fleet, image: Image) -> str:
        """Switch back to the old pool if it is still there; otherwise launch its image anew, without a trial."""
        kept, old, new = fleet.kept, fleet.live, OTHER[fleet.live]
        if kept is None or kept.image.version != image.version:
            await fleet.drop_kept(self.drain)
            await fleet.fill(new, image, fleet.spec.servers, self.healthy_within)
        await fleet.route(only(new))
        fleet.live = new
        fleet.keep(old, self.keep_old, self.drain)
        return "switched back to the pool that was kept" if kept else ""

    async def _watch(self, fleet: Fleet) -> None:
        """Go through the stages under the judge's eyes. `StrategyError` when it says no, or never says yes."""
        rule, loop = self._judge(), asyncio.get_running_loop()
        state = rule.start()
        with fleet.watching() as counted:
            for number, step in enumerate(self.steps, 1):
                last = number == len(self.steps)
                await fleet.route(split(fleet.live, step.weight, self.sticky))
                stage_ends = loop.time() + step.lasting
                until = stage_ends + (self.patience if last else 0)
                while (left := until - loop.time()) > 0:
                    try:
                        event = await asyncio.wait_for(counted.get(), left)
                    except TimeoutError:
                        break
                    state = rule.update(state, evidence(fleet, event))
                    said = rule.verdict(state)
                    if said.result == "worse":
                        self._tell(fleet, said)
                        raise StrategyError(f"the canary is worse: {said.reason}")
                    if loop.time() >= stage_ends and (not last or said.result == "healthy"):
                        break
                self._tell(fleet, rule.verdict(state))
        if (said := rule.verdict(state)).result != "healthy":
            raise StrategyError(f"still {said.result} after {self.patience:g} s more at the last stage: {said.reason}")

    def _judge(self) -> Rule:  # type: ignore[type-arg]  # each rule has a state of its own, which it alone reads
        if self.rule == "sequential":
            return Sequential(self.alpha, self.margin)
        checks = max(1, int(sum(step.lasting for step in self.steps) / self.interval))
        return Threshold(self.interval, self.success, self.limit, checks)

    def _tell(self, fleet: Fleet, said: Verdict) -> None:
        fleet.tell(
            e.VerdictGiven,
            rule=said.rule,
            result=said.result,
            e_value=said.e_value,
            requests=said.requests_used,
            reason=said.reason,
        )


def split(live: str, weight: float, sticky: bool) -> Routing:
    """A share for the canary, as much for the baseline, and the rest for the pool that is live."""
    return Routing({live: 1 - 2 * weight, "canary": weight, "baseline": weight}, sticky)


def evidence(fleet: Fleet, counted: e.TrafficCounted) -> Evidence:
    """What an interval of traffic says about canary, baseline and the old pool.

    Bad is what was not served, was slower than the SLO, or served without the order in it being completed.
    """
    tallies: dict[str, Tally] = {}
    for row in counted.rows:
        slow = sum(count for bucket, count in row.latency.items() if middle(bucket) > fleet.slo)
        bad = row.count if row.outcome != "served" else min(row.count, slow + row.lost)
        pool = row.pool or fleet.pool_of(row.server)
        tallies[pool] = tallies.get(pool, Tally()) + Tally(row.count - bad, bad)
    nothing = Tally()
    return Evidence(
        canary=tallies.get("canary", nothing),
        baseline=tallies.get("baseline", nothing),
        old=tallies.get(fleet.live, nothing),
        seconds=counted.at - counted.start,
    )
