"""Unknown keys: found by walking the tree along the schema, before anything else looks at it.

A misspelt key is put right in the tree, so that what stands below it is checked too, and nobody complains that
the right key is missing.
"""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from lab.model.spec import Spec
from lab.scenario.mistakes import LOOKED_UP, Mistake, Path, suggestion, written_path
from lab.scenario.yaml_tree import Item, Node


def correct_keys(root: Node, spec: type[Spec], file: str) -> list[Mistake]:
    """Every unknown key. In the tree, those that are near misses are replaced and the others are taken out."""
    mistakes: list[Mistake] = []
    for node, items, kind, path in _mappings(root, spec, ()):
        valid = keys_of(kind)
        known = {key: item for key, item in items.items() if key in valid}
        for key, item in items.items():
            if key in valid:
                continue
            near = suggestion(key, valid) if len(mistakes) < LOOKED_UP else None
            where, choices = written_path((*path, key)), ", ".join(valid)
            mistakes.append(Mistake(file, item.line, item.column, where, "an unknown key", f"one of {choices}", near))
            if near:
                known.setdefault(near, item)
        node.value = known
    return mistakes


def keys_of(spec: type[Spec]) -> list[str]:
    """The keys that a mapping of this kind can have."""
    return [field.alias or name for name, field in spec.model_fields.items()]


def _mappings(node: Node, annotation: Any, path: Path) -> Iterator[tuple[Node, dict[str, Item], type[Spec], Path]]:
    """Every mapping with fixed keys in the tree, parents first: its node and items, and what it should be."""
    kind = _kind(annotation)
    if isinstance(kind, type) and issubclass(kind, Spec) and isinstance(node.value, dict):
        yield node, node.value, kind, path
        kinds = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        for key, item in node.value.items():
            yield from _mappings(item.node, kinds[key], (*path, item.key))
    elif get_origin(kind) is dict and isinstance(node.value, dict):
        for key, item in node.value.items():
            yield from _mappings(item.node, get_args(kind)[1], (*path, key))
    elif get_origin(kind) is list and isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from _mappings(child, get_args(kind)[0], (*path, index))


def _kind(annotation: Any) -> Any:
    """The type under an annotation: without what is said about it, and without None."""
    if hasattr(annotation, "__metadata__"):
        return _kind(annotation.__origin__)
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    is_optional = get_origin(annotation) not in (dict, list) and len(kinds) == 1
    return _kind(kinds[0]) if is_optional else annotation
