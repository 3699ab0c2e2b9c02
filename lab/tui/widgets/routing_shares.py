"""Who gets which share of a fleet's traffic, and how that is drawn in one line."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.style import Style

from lab.model.state import FleetState
from lab.tui.marks import WRONG, mark
from lab.tui.widgets.fleet_cells import BOLD, DIM, NONE, Part, flat
from lab.tui.widgets.fleet_rows import ORDER

FULL = "█"
NOBODY = "░"
"""Traffic for a pool in which no server is well."""

Key = tuple[str, str]
"""A pool, and a version that serves there; the version is empty where nobody serves."""

Shares = Mapping[Key, float]
"""What each gets of the traffic."""


def shares(fleet: FleetState) -> Shares:
    """The share of each version in each pool: a pool divides its requests evenly among its healthy servers."""
    alike = Counter([(server.pool, server.version, server.status) for server in fleet.servers.values()])
    serving: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (pool, version, status), number in alike.items():
        if status == "healthy":
            serving[pool][version] += number
    return {
        (pool, version): share * count / max(1, serving[pool].total())
        for pool, share in fleet.shares.items()
        if share > 0
        for version, count in (serving[pool] or {"": 1}).items()
    }


def between(before: Shares, after: Shares, progress: float) -> Shares:
    """What is shown on the way from one division of the traffic to the next."""
    return {
        key: before.get(key, 0.0) * (1 - progress) + after.get(key, 0.0) * progress
        for key in {*before, *after}
        if progress < 1 or key in after
    }


def moved(before: Shares, after: Shares) -> float:
    """By how much the share changes that changes most."""
    return max((abs(before.get(key, 0.0) - after.get(key, 0.0)) for key in {*before, *after}), default=0.0)


def line(now: Shares, after: Shares, versions: Sequence[str], width: int, dark: bool = True) -> Iterator[Part]:
    """Each pool's name and what it is to get in all, and blocks of what its versions get now, on one scale.

    Every block begins with its version's letter. Where there is no room for blocks, there are none.
    """
    pools = [(pool, list(keys)) for pool, keys in groupby(sorted(now, key=_in_order), key=lambda key: key[0])]
    labels = {pool: flat(pool) + f" {sum(after.get(key, 0.0) for key in keys):.0%} " for pool, keys in pools}
    room = width - sum(map(cell_len, labels.values())) - len(pools) + 1
    lengths = _lengths([now[key] for _, keys in pools for key in keys], room)
    for number, (pool, keys) in enumerate(pools):
        yield " " if number else "", NONE
        yield labels[pool], BOLD if any(key in after for key in keys) else DIM
        for _, version in keys:
            yield from _block(version, versions, next(lengths), dark)


def _in_order(key: Key) -> tuple[int, Key]:
    return ORDER.get(key[0], len(ORDER)), key


def _lengths(parts: Sequence[float], room: int) -> Iterator[int]:
    """Parts of a whole in columns; none is too small to be seen, if there is room for all of them."""
    done, end = 0.0, 0
    for left, part in zip(reversed(range(len(parts))), parts, strict=True):
        done += part
        begin, end = end, min(max(round(done * room), end + 1), room - left)
        yield end - begin if room >= len(parts) else 0


def _block(version: str, versions: Sequence[str], length: int, dark: bool) -> Iterator[Part]:
    """The version in letters on its colour, and then blocks, which can be seen without colours too."""
    if not version:
        yield f"nobody {NOBODY * length}"[:length], Style(color=WRONG, bold=True)
        return
    found = mark(version, versions, dark)
    named = f" {found.letter} {flat(version)} "
    label = named if cell_len(named) < length else found.letter[:length]
    yield label, Style(color="black" if dark else "white", bgcolor=found.colour, bold=True)
    yield FULL * (length - cell_len(label)), found.style
