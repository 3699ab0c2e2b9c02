"""Bisection, and the same search done by the real `git bisect` in a repository that is thrown away."""

import math
import os
import random
import subprocess

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.model.bisect import Search, start


def line(length):
    """Versions 0 to `length`: 0 is good, `length` is bad, and there are `length` candidates."""
    return nx.path_graph([str(number) for number in range(length + 1)], create_using=nx.DiGraph)


def bisect(search: Search, is_bad, broken=()):
    """Search to the end: what is left, and what was tried for it."""
    tried = []
    while version := search.following():
        tried.append(version)
        search = search.after(version, "skipped" if version in broken else "bad" if is_bad(version) else "good")
    return search.candidates, tried


@pytest.mark.parametrize("length", [1, 2, 3, 4, 7, 8, 9, 33, 64, 100])
def test_a_line_of_n_candidates_takes_at_most_log2_n_tries_whichever_is_the_first_bad_one(length):
    for first in range(1, length + 1):
        found, tried = bisect(start(line(length), "0", str(length)), lambda version, first=first: int(version) >= first)
        assert found == (str(first),)
        assert len(tried) <= math.ceil(math.log2(length))


def grown(seed, size, merges):
    """A lineage from version 0 on, in which versions branch and, with `merges`, some have two parents."""
    chance = random.Random(seed)
    graph = nx.DiGraph()
    graph.add_node("0")
    for number in range(1, size):
        recent = [str(n) for n in range(max(0, number - 6), number)]
        for parent in chance.sample(recent, 2 if merges and len(recent) > 1 and chance.random() < 0.4 else 1):
            graph.add_edge(parent, str(number))
    return graph


def descends(graph, first):
    bad = {first, *nx.descendants(graph, first)}
    return lambda version: version in bad


@given(st.integers(0, 2**32), st.integers(2, 30), st.booleans(), st.data())
def test_the_first_bad_version_is_found_in_every_lineage(seed, size, merges, data):
    graph = grown(seed, size, merges)
    bad = data.draw(st.sampled_from([version for version in graph if version != "0"]))
    first = data.draw(st.sampled_from(sorted(start(graph, "0", bad).candidates)))
    assert bisect(start(graph, "0", bad), descends(graph, first))[0] == (first,)


@given(st.integers(2, 40), st.data())
def test_with_skipped_versions_what_is_left_holds_the_first_bad_one_and_else_only_skipped_ones(length, data):
    first = data.draw(st.integers(1, length))
    broken = data.draw(st.sets(st.integers(1, length - 1).map(str)))
    found, tried = bisect(start(line(length), "0", str(length)), lambda version: int(version) >= first, broken)
    assert str(first) in found
    assert set(found[:-1]) <= broken
    assert len(found) == 1 or set(found[:-1]) <= set(tried)


def test_a_cluster_of_versions_that_cannot_be_tried_is_left_with_ever_longer_steps():
    broken = {str(number) for number in range(35, 66)}
    found, tried = bisect(start(line(100), "0", "100"), lambda version: int(version) >= 90, broken)
    assert found == ("90",)
    assert len(tried) <= math.ceil(math.log2(100)) + math.ceil(math.log2(len(broken))) + 1


def test_where_good_is_on_another_branch_the_search_begins_where_the_branches_part():
    graph = nx.DiGraph([("1.0", "1.1"), ("1.1", "1.2"), ("1.1", "2.0"), ("2.0", "2.1")])
    search = start(graph, "1.2", "2.1")
    assert search.candidates == ("2.0", "2.1")
    assert list(search.bounds()) == ["1.1"]


@pytest.mark.parametrize(
    ("good", "bad", "why"),
    [("1.1", "1.0", "the wrong way round"), ("1.0", "1.0", "both 1.0"), ("0.9", "1.1", "no common version")],
)
def test_where_there_is_nothing_to_search_the_reason_is_said(good, bad, why):
    graph = nx.DiGraph([("1.0", "1.1"), ("0.8", "0.9")])
    with pytest.raises(ValueError, match=why):
        start(graph, good, bad)


class Git:
    """A repository with a commit and a tag for every version of a lineage."""

    def __init__(self, folder, graph):
        self.folder = folder
        self("init", "--quiet")
        tree = self("hash-object", "-w", "-t", "tree", "/dev/null").strip()
        for clock, version in enumerate(nx.topological_sort(graph)):
            parents = [word for parent in graph.predecessors(version) for word in ("-p", f"v{parent}")]
            commit = self("commit-tree", tree, *parents, "-m", version, clock=clock).strip()
            self("tag", f"v{version}", commit)
            self("update-ref", "HEAD", commit)

    def __call__(self, *arguments, clock=0):
        date = f"{1_700_000_000 + clock} +0000"
        who = {f"GIT_{role}_{what}": "lab" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environment = {**os.environ, **who, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date, "LC_ALL": "C"}
        command = ["git", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=environment, check=True, capture_output=True, text=True
        ).stdout

    def bisect(self, good, bad, is_bad, broken=()):
        """What `git bisect` finds, and the versions that it asks for on the way."""
        said = self("bisect", "start", "--no-checkout", f"v{bad}", f"v{good}")
        tried = []
        while "first bad commit" not in said and "only 'skip'ped commits left" not in said:
            version = self("log", "-1", "--format=%s", "BISECT_HEAD").strip()
            tried.append(version)
            verdict = "skip" if version in broken else "bad" if is_bad(version) else "good"
            try:
                said = self("bisect", verdict)
            except subprocess.CalledProcessError as ended:
                said = ended.stdout
        first = self("log", "-1", "--format=%s", "refs/bisect/bad").strip()
        self("bisect", "reset")
        return first, tried


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("merges", [False, True], ids=["a tree", "with merges"])
def test_where_the_lineage_branches_no_more_tries_are_needed_than_git_bisect_needs(tmp_path, seed, merges):
    graph = grown(seed, 20, merges)
    bad = max(graph, key=lambda version: len(nx.ancestors(graph, version)))
    git, ours, theirs = Git(tmp_path, graph), [], []
    for first in start(graph, "0", bad).candidates:
        is_bad = descends(graph, first)
        found, tried = bisect(start(graph, "0", bad), is_bad)
        by_git, asked = git.bisect("0", bad, is_bad)
        assert found == (first,) == (by_git,)
        ours.append(len(tried))
        theirs.append(len(asked))
    assert max(ours) <= max(theirs)
    assert sum(ours) <= sum(theirs)


def test_versions_that_cannot_be_tried_cost_no_more_than_with_git_bisect(tmp_path):
    graph = line(24)
    git, ours, theirs = Git(tmp_path, graph), 0, 0
    for first, broken in [(5, range(10, 16)), (20, range(10, 16)), (12, [12]), (3, [12, 6]), (24, range(1, 24, 2))]:
        skipped = {str(number) for number in broken}
        found, tried = bisect(start(graph, "0", "24"), descends(graph, str(first)), skipped)
        _, asked = git.bisect("0", "24", descends(graph, str(first)), skipped)
        assert str(first) in found
        ours, theirs = ours + len(tried), theirs + len(asked)
    assert ours <= theirs
