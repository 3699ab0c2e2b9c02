"""Bisection: which version to try next on the way to the first bad one. Pure; trying is somebody else's business.

The rules are those of `git bisect`. Candidates are what the bad version descends from and what no good version
descends from. To try next is the candidate that leaves the fewest whichever way it turns out. What can't be tried is
skipped, and stays a candidate.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import networkx as nx

Verdict = Literal["good", "bad", "skipped"]


@dataclass(frozen=True)
class Search:
    """A bisection under way in a lineage, a graph with an edge from every version to each that derives from it.

    `bad` is the earliest version known to be bad, `good` are those known to be good. A line of n candidates, the bad
    version among them, takes at most ⌈log2 n⌉ tries.
    """

    lineage: "nx.DiGraph[str]"
    bad: str
    good: frozenset[str]
    skipped: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def candidates(self) -> tuple[str, ...]:
        """The versions of which one is the first bad one, in the lineage's order. One is left: that is it."""
        known_good = {version for good in self.good for version in _upto(self.lineage, good)}
        left = _upto(self.lineage, self.bad) - known_good
        return tuple(version for version in self.lineage if version in left)

    def following(self) -> str | None:
        """The version to try next; None if one candidate is left, or all others were skipped."""
        within = self.lineage.subgraph(self.candidates)
        total = len(within)

        def worst(version: str) -> int:
            older = len(_upto(within, version))
            return max(older, total - older)

        ranked = sorted((v for v in self.candidates if v != self.bad and v not in self.skipped), key=worst)
        if not ranked:
            return None
        # What can't be tried comes in clusters: with each one that was skipped the step away from it doubles.
        skips = len(self.skipped.intersection(self.candidates))
        return ranked[min((1 << skips) - 1 - skips, len(ranked) - 1)]

    def after(self, version: str, verdict: Verdict) -> "Search":
        """The bisection, once a version was tried."""
        match verdict:
            case "good":
                return replace(self, good=self.good | {version})
            case "bad":
                return replace(self, bad=version)
            case "skipped":
                return replace(self, skipped=self.skipped | {version})

    def bounds(self) -> Iterator[str]:
        """The good versions from which candidates derive directly: that these are good is what a result rests on."""
        before = {parent for version in self.candidates for parent in self.lineage.predecessors(version)}
        yield from (version for version in self.lineage if version in before.difference(self.candidates))


def start(lineage: "nx.DiGraph[str]", good: str, bad: str) -> Search:
    """A bisection between a version that is good and one that is bad.

    If `bad` does not derive from `good`, it is where their branches part that has to be good. Raises ValueError,
    with the reason, if there is nothing between the two.
    """
    if good in _upto(lineage, bad):
        search = Search(lineage, bad, frozenset({good}))
    elif bad in _upto(lineage, good):
        raise ValueError(f"{good} derives from {bad}: are good and bad the wrong way round?")
    else:
        shared = _upto(lineage, good) & _upto(lineage, bad)
        search = Search(lineage, bad, frozenset(shared))
        if not shared:
            raise ValueError(f"{good} and {bad} derive from no common version")
    if not search.candidates:
        raise ValueError(f"good and bad are both {good}")
    return search


def _upto(lineage: "nx.DiGraph[str]", version: str) -> set[str]:
    """A version and all that it derives from."""
    import networkx as nx

    return {version, *nx.ancestors(lineage, version)}
