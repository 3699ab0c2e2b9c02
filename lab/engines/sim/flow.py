"""The traffic of one fleet through the modelled proxy, counted rather than played request by request.

Between two changes of the picture (who is in rotation, in what condition, running what) every request has the
same chances. So the stretch between them costs the same however many requests it holds: they are shared out
evenly among the backends, as round robin does, and their outcomes and latencies are drawn at once.

A request that meets a dead backend is not lost: the proxy asks another one (`option redispatch`), and the
learner sees the delay. Where all backends refuse, it is held and tried again a few times. Lost are those that
were under way on a machine when it died.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from lab.engines.sim.durations import PROXY_OVERHEAD, REDISPATCH
from lab.model.events import RequestCount, RequestSample
from lab.model.histogram import bucket, middle, upper_bound
from lab.model.proxy import CONNECT_TIMEOUT, RETRIES, lost_by
from lab.model.recipe import SIGMA, Behaviour

if TYPE_CHECKING:
    from numpy.typing import NDArray

Condition = Literal["answering", "refusing", "gone"]
"""`refusing`: the machine runs, the service does not; `gone`: the machine is away, connections time out."""

DELAYS: dict[Condition, float] = {"refusing": REDISPATCH, "gone": CONNECT_TIMEOUT}
"""What meeting such a backend first adds to a request's latency, in seconds."""

HELD = RETRIES * CONNECT_TIMEOUT
"""How long a request that only meets refusals is tried again, once every connect timeout, in seconds."""

SAMPLES = 5
"""How many single requests an interval shows."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What backends that serve alike have in common."""

    pool: str
    version: str
    behaviour: Behaviour
    condition: Condition


Each = dict[float, float]
"""Requests that every member of a group was sent, by the delay that they came with."""


@dataclass
class _Group:
    """Backends of one kind, each with what `each` was when it joined."""

    members: dict[str, Each] = field(default_factory=dict)
    each: Each = field(default_factory=dict)


class Flow:
    """One fleet's requests, evenly spaced.

    `join` and `leave` change the picture at a time `now` that never runs backwards; `count` gives what happened
    since the last count. The sum of all counts is the number of requests that were due, less those that are held.
    Once the rate is 0, none are.
    """

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._groups: dict[Kind, _Group] = {}
        self._kinds: dict[str, Kind] = {}
        self._rate = 0.0
        self._rate_since = 0.0
        self._settled = 0
        self._settled_at = 0.0
        self._held: dict[str, list[float]] = {}
        self._pools: dict[str, float] = {}
        self._numbers: dict[Kind, int] = {}
        self._shares: dict[tuple[str, int, float], float] = {}
        self._sent = 0
        self._refused: Counter[str] = Counter()
        self._to_lose: Counter[tuple[str, str]] = Counter()
        self._dropped: Counter[tuple[str, str]] = Counter()

    def set_rate(self, now: float, rate: float) -> None:
        """Send `rate` requests a second from `now` on; what is held when they stop is refused."""
        self._settle(now)
        if not rate:
            for pool in list(self._held):
                self._give_up(pool, before=math.inf)
        self._rate_since, self._settled, self._rate = now, 0, rate

    def set_shares(self, now: float, shares: Mapping[str, float]) -> None:
        """Divide what comes from `now` on among pools: pool → share, together 1."""
        self._settle(now)
        self._pools = dict(shares)

    def join(self, now: float, server: str, kind: Kind) -> None:
        """Put a backend into rotation, or change what it is like."""
        if self._kinds.get(server) == kind:
            return
        self.leave(now, server)
        group = self._groups.setdefault(kind, _Group())
        group.members[server] = dict(group.each)
        self._kinds[server] = kind

    def leave(self, now: float, server: str) -> None:
        """Take a backend out of rotation."""
        self._settle(now)
        kind = self._kinds.pop(server, None)
        if kind is None:
            return
        group = self._groups[kind]
        self._credit(server, self._number(kind), group.each, group.members.pop(server))
        if not group.members:
            del self._groups[kind]

    def rate(self, server: str) -> float:
        """Requests a second that a server answers now."""
        kind = self._kinds.get(server)
        if kind is None or kind.condition != "answering":
            return 0.0
        return self._rate * self._pools.get(kind.pool, 0.0) / self._backends(kind.pool)

    def under_way(self, server: str) -> list[float]:
        """How long each request that is under way on a server now will still take, in seconds: a draw, ascending."""
        kind = self._kinds.get(server)
        if kind is None or kind.condition != "answering" or not self._rate:
            return []
        median = kind.behaviour.latency
        expected = self.rate(server) * median * math.exp(SIGMA**2 / 2)
        number = int(self._random.poisson(expected))
        whole = self._random.lognormal(math.log(median), SIGMA, number)
        return sorted(float(left) for left in whole * self._random.random(number))

    def lose(self, server: str, version: str, number: int) -> None:
        """Let the next `number` requests be such as were under way on a machine when it went."""
        self._to_lose[server, version] += number

    def count(self, now: float) -> tuple[RequestCount, ...]:
        """What happened since the last count."""
        self._settle(now)
        for kind, group in self._groups.items():
            number = self._number(kind)
            for server, since in group.members.items():
                self._credit(server, number, group.each, since)
            group.members = {server: dict(group.each) for server in group.members}
        rows = [*self._answered(), *self._unanswered()]
        self._shares, self._sent = {}, 0
        self._refused.clear()
        self._dropped.clear()
        return tuple(row for row in rows if row.count)

    def samples(self, rows: tuple[RequestCount, ...], start: float, end: float) -> tuple[RequestSample, ...]:
        """A few single requests of the interval, such as they may have been."""
        total = sum(row.count for row in rows)
        if not total:
            return ()
        chosen = self._random.choice(len(rows), size=min(SAMPLES, total), p=[row.count / total for row in rows])
        times = np.sort(self._random.uniform(start, end, len(chosen)))
        return tuple(self._sample(rows[i], float(at)) for i, at in zip(chosen, times, strict=True))

    def _sample(self, row: RequestCount, at: float) -> RequestSample:
        latency = 0.0
        if row.latency:
            weights = np.fromiter(row.latency.values(), float)
            latency = middle(int(self._random.choice(list(row.latency), p=weights / weights.sum())))
        status = {"served": 200, "error": 500, "refused": 503, "dropped": 502}[row.outcome]
        why = lost_by(status, row.server) if row.outcome in ("refused", "dropped") else ""
        return RequestSample(round(at, 6), row.server, row.version, row.outcome, status, round(latency, 6), why)

    def _settle(self, now: float) -> None:
        """Give the requests that became due since the last change to the picture as it was until now."""
        due = math.floor((now - self._rate_since) * self._rate + 1e-6)
        number = due - self._settled
        began, self._settled_at, self._settled = self._settled_at, now, due
        number -= self._lose_some(number)
        for pool, part in self._split(number).items():
            self._give(pool, part, began, now)

    def _split(self, number: int) -> dict[str, int]:
        """Which pool gets how many: drawn, as the proxy draws for each request."""
        if len(self._pools) < 2:
            return dict.fromkeys(self._pools or {"": 1.0}, number)
        drawn = self._random.multinomial(number, list(self._pools.values()))
        return dict(zip(self._pools, drawn.tolist(), strict=True))

    def _give(self, pool: str, number: int, began: float, now: float) -> None:
        answering = [g for kind, g in self._groups.items() if kind.pool == pool and kind.condition == "answering"]
        if answering:
            self._give_up(pool, before=began - HELD)
            self._release(pool, began, answering)
            direct = {0.0: number / self._backends(pool)}
            self._share_out(number, answering, direct | self._handed_on(pool, number, answering))
        elif any(kind.pool == pool and kind.condition == "refusing" for kind in self._groups):
            self._hold(pool, number, began, now)
        else:
            self._refused[pool] += number
        self._give_up(pool, before=now - HELD)

    def _backends(self, pool: str) -> int:
        return sum(len(group.members) for kind, group in self._groups.items() if kind.pool == pool)

    def _handed_on(self, pool: str, number: int, answering: list[_Group]) -> dict[float, float]:
        """What those that do not answer hand on, late, to each backend that does: its share by delay."""
        well = sum(len(group.members) for group in answering)
        return {
            DELAYS[kind.condition]: number * len(group.members) / self._backends(pool) / well
            for kind, group in self._groups.items()
            if kind.pool == pool and kind.condition != "answering"
        }

    def _share_out(self, number: int, answering: list[_Group], each: Each) -> None:
        self._sent += number
        for group in answering:
            for delay, share in each.items():
                group.each[delay] = group.each.get(delay, 0.0) + share

    def _hold(self, pool: str, number: int, began: float, now: float) -> None:
        """Keep requests that came evenly between two times, each by the time at which it came."""
        came = [began + (now - began) * (place + 0.5) / number for place in range(number)]
        self._held.setdefault(pool, []).extend(came)

    def _release(self, pool: str, now: float, answering: list[_Group]) -> None:
        """Someone answers since `now`: what is held gets through at its next attempt."""
        held = self._held.pop(pool, [])
        delays = Counter(math.ceil((now - came) / CONNECT_TIMEOUT) * CONNECT_TIMEOUT for came in held)
        well = sum(len(group.members) for group in answering)
        for delay, number in delays.items():
            self._share_out(number, answering, {delay: number / well})

    def _give_up(self, pool: str, before: float) -> None:
        """Refuse what came before a time and was held ever since."""
        held = self._held.pop(pool, [])
        kept = [came for came in held if came >= before]
        self._refused[pool] += len(held) - len(kept)
        if kept:
            self._held[pool] = kept

    def _lose_some(self, number: int) -> int:
        lost = 0
        for key in list(self._to_lose):
            taken = min(self._to_lose[key], number - lost)
            self._to_lose[key] -= taken
            self._dropped[key] += taken
            lost += taken
        self._to_lose += Counter()  # forget what is paid off
        return lost

    def _number(self, kind: Kind) -> int:
        """What a kind is counted under: thousands of counts a second would hash it too often."""
        return self._numbers.setdefault(kind, len(self._numbers))

    def _credit(self, server: str, kind: int, each: Each, since: Each) -> None:
        for delay, total in each.items():
            share = total - since.get(delay, 0.0)
            if share > 0:
                key = (server, kind, delay)
                self._shares[key] = self._shares.get(key, 0.0) + share

    def _answered(self) -> Iterator[RequestCount]:
        """The requests that met a server: shares made whole so that none is lost, then outcomes and latencies."""
        alike: dict[tuple[int, float], list[tuple[str, int]]] = {}
        kinds = list(self._numbers)
        exact, whole = 0.0, 0
        for number, ((server, place, delay), share) in enumerate(self._shares.items(), 1):
            exact += share
            upto = self._sent if number == len(self._shares) else round(exact)
            alike.setdefault((place, delay), []).append((server, upto - whole))
            whole = upto
        for (place, delay), parts in alike.items():
            kind = kinds[place]
            counts = np.array([count for _, count in parts])
            errors = self._random.binomial(counts, kind.behaviour.errors)
            for outcome, some in (("served", counts - errors), ("error", errors)):
                if some.any():
                    yield from self._rows(outcome, kind, delay, [server for server, _ in parts], some)

    def _rows(
        self, outcome: str, kind: Kind, delay: float, servers: list[str], counts: "NDArray[np.int64]"
    ) -> Iterator[RequestCount]:
        first, chances = _latency_chances(kind.behaviour.latency, delay)
        drawn = self._random.multinomial(counts, chances)
        share = kind.behaviour.lost_orders if outcome == "served" else 0.0
        lost = self._random.binomial(counts, share).tolist() if share else [0] * len(servers)
        latencies: list[dict[int, int]] = [{} for _ in servers]
        places, buckets = np.nonzero(drawn)
        found = zip(places.tolist(), (buckets + first).tolist(), drawn[places, buckets].tolist(), strict=True)
        for place, bucket_number, some in found:
            latencies[place][bucket_number] = some
        for server, count, latency, without in zip(servers, counts.tolist(), latencies, lost, strict=True):
            yield RequestCount(server, kind.version, outcome, count, latency, without, kind.pool)

    def _unanswered(self) -> Iterator[RequestCount]:
        for pool, number in self._refused.items():
            yield RequestCount("", "", "refused", number, pool=pool)
        for (server, version), number in self._dropped.items():
            yield RequestCount(server, version, "dropped", number)


@lru_cache(maxsize=256)
def _latency_chances(median: float, delay: float) -> "tuple[int, NDArray[np.float64]]":
    """The number of the first bucket, and the chance of each from there on, of a latency with this median."""
    added = PROXY_OVERHEAD + delay
    first = bucket(added + median * math.exp(-4 * SIGMA))
    last = bucket(added + median * math.exp(4 * SIGMA))
    ends = [upper_bound(number) - added for number in range(first, last)]
    below = [0.5 * (1 + math.erf(math.log(end / median) / SIGMA / math.sqrt(2))) if end > 0 else 0.0 for end in ends]
    chances = np.diff(np.array([0.0, *below, 1.0]))
    return first, chances / chances.sum()
