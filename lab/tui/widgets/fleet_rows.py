"""Where each server of a fleet is drawn: a head for each pool, and below it rows of cells in the order of numbers.

A server's cell is the place of its number. Where a second one holds the same place, as while one replaces the other,
it stands behind all others until the first has gone. So nobody else moves.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from lab.model.fleet import POOLS, STAGING
from lab.model.state import FleetState, ServerState

ORDER = {pool: place for place, pool in enumerate((*POOLS, STAGING))}

EMPTY_PLACES = 16
"""Numbers may go so far beyond twice the number of servers; what a journal claims beyond that gets no place."""

Servers = Mapping[str, ServerState]
Places = tuple[ServerState | None, ...]
Place = tuple[int, int]
"""Row and column of a cell."""

_in_order = attrgetter("number", "launched_at", "name")


@dataclass(frozen=True, slots=True)
class Note:
    """Words in place of servers."""

    text: str


@dataclass(frozen=True, slots=True)
class Head:
    """What is said of a pool; `images` are those that its servers were launched from."""

    pool: str
    share: float
    servers: int
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """Servers beside each other; None is an empty place."""

    servers: Places


Row = Note | Head | Cells


@dataclass(frozen=True, slots=True)
class Pool:
    """The servers of one pool, in their places."""

    head: Head
    places: Places

    def rows(self, columns: int, headed: bool) -> Iterator[Row]:
        if headed:
            yield self.head
        for start in range(0, len(self.places), columns):
            yield Cells(self.places[start : start + columns])

    def height(self, columns: int, headed: bool) -> int:
        """How many rows that makes."""
        return headed - (-len(self.places) // columns)


def pools(fleet: FleetState) -> tuple[Pool, ...]:
    """The fleet's pools: those that have servers or a share of the traffic."""
    servers: defaultdict[str, list[ServerState]] = defaultdict(list)
    for server in fleet.servers.values():
        servers[server.pool].append(server)
    routed = {pool for pool, share in fleet.shares.items() if share > 0}
    names = sorted({*servers, *routed}, key=lambda pool: (ORDER.get(pool, len(ORDER)), pool))
    return tuple(_pool(name, fleet.shares.get(name, 0.0), servers[name]) for name in names)


def _pool(name: str, share: float, servers: list[ServerState]) -> Pool:
    images = tuple(sorted({server.image for server in servers}))
    return Pool(Head(name, share, len(servers), images), placed(servers))


def placed(servers: Sequence[ServerState]) -> Places:
    """Servers in the places of their numbers, from 1 on; those that find theirs taken are behind all others."""
    most = 2 * len(servers) + EMPTY_PLACES
    holders: dict[int, ServerState] = {}
    beside: list[ServerState] = []
    for server in servers:
        number = server.number
        if not 1 <= number <= most:
            beside.append(server)
        elif number not in holders:
            holders[number] = server
        else:
            holders[number], later = sorted((server, holders[number]), key=_in_order)
            beside.append(later)
    beside.sort(key=_in_order)
    return (*map(holders.get, range(1, max(holders, default=0) + 1)), *beside)


def places(rows: Sequence[Row]) -> dict[str, Place]:
    """The place of every server by name, in the order in which they are read."""
    return {
        server.name: (y, x)
        for y, row in enumerate(rows)
        if isinstance(row, Cells)
        for x, server in enumerate(row.servers)
        if server
    }


def beside(known: Mapping[str, Place], name: str, by: int) -> str:
    """The server so many cells further, or the last on the way there."""
    names = list(known)
    return names[min(max(0, names.index(name) + by), len(names) - 1)]


def below(known: Mapping[str, Place], name: str, by: int) -> str:
    """The server about so many rows further down, in the column nearest to where it was."""
    y, x = known[name]
    ahead = [place for place in known.values() if (place[0] - y) * by > 0]
    if not ahead:
        return name
    row, column = min(ahead, key=lambda place: (abs(place[0] - y - by), abs(place[1] - x)))
    return next(other for other, place in known.items() if place == (row, column))


def successor(gone: str, order: Sequence[str], before: Servers, now: Servers) -> str | None:
    """Who is looked at after a server that has gone: who holds its place now, or else the next one in the order."""
    old = before[gone]
    heirs = [server for server in now.values() if (server.pool, server.number) == (old.pool, old.number)]
    if heirs:
        return min(heirs, key=_in_order).name
    place = order.index(gone)
    return next((name for name in (*order[place:], *reversed(order[:place])) if name in now), None)
