"""Lineage: which version derives from which, as a graph, as text, and what each of them changed."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lab.model.config import literal
from lab.model.recipe import Behaviour, Recipe

if TYPE_CHECKING:
    import networkx as nx


def lineage(recipes: Mapping[str, Recipe]) -> "nx.DiGraph[str]":
    """All versions, in their order, with an edge from each to those that were derived from it."""
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(recipes)
    graph.add_edges_from((recipe.parent, version) for version, recipe in recipes.items() if recipe.parent)
    return graph


def news(recipes: Mapping[str, Recipe], version: str) -> str:
    """What a version changed against the one that it derives from, in a few words; empty for one without a parent."""
    recipe = recipes[version]
    return ", ".join(_changed(recipes[recipe.parent], recipe)) if recipe.parent else ""


def as_text(recipes: Mapping[str, Recipe]) -> str:
    """The lineage as a tree, one version a line."""
    import networkx as nx

    graph = lineage(recipes)
    for version in graph:
        graph.nodes[version]["label"] = "  ".join(filter(None, (version, news(recipes, version))))
    return "\n".join(nx.generate_network_text(graph))


def as_dot(recipes: Mapping[str, Recipe]) -> str:
    """The lineage in Graphviz's language."""
    nodes = [f"  {_quoted(version)};" for version in recipes]
    edges = [
        f"  {_quoted(recipe.parent)} -> {_quoted(version)} [label={_quoted(news(recipes, version))}];"
        for version, recipe in recipes.items()
        if recipe.parent
    ]
    return "\n".join(["digraph lineage {", "  rankdir=LR;", *nodes, *edges, "}"])


def _changed(old: Recipe, new: Recipe) -> Iterator[str]:
    yield from _entries(old.packages, new.packages, str)
    yield from _entries(old.config, new.config, literal)
    yield from (path for path in sorted({*old.files, *new.files}) if old.files.get(path) != new.files.get(path))
    yield from behaviour_changes(old.behaviour, new.behaviour)


def behaviour_changes(old: Behaviour, new: Behaviour) -> Iterator[str]:
    """How two versions treat their requests differently, in words."""
    before, after = asdict(old), asdict(new)
    for name in before:
        if before[name] != after[name]:
            scale, unit = (1000, "ms") if name in _SECONDS else (100, "%")
            yield f"{name.replace('_', ' ')} {before[name] * scale:g} → {after[name] * scale:g} {unit}"


_SECONDS = ("latency", "startup")
"""The parts of a behaviour that are times; the others are shares."""


def _entries(old: Mapping[str, Any], new: Mapping[str, Any], written: Any) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            before, after = (written(side[name]) if name in side else "absent" for side in (old, new))
            yield f"{name} {before} → {after}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
