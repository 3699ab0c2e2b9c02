"""The reference of keys: every binding of the terminal UI, by its name.

python -m lab.tui.reference > docs/keys.md
"""

import importlib
import pkgutil

import lab.tui
from lab.tui.keymap import Bound, bindings

HEAD = """\
# Keys

Every key of the terminal UI can be another one. Its name and the key that you want go into the settings file, under
`keys`; several keys have commas between them. Names of keys are Textual's: `f5`, `ctrl+k`, `space`.

```yaml
keys:
  order.kill: ctrl+k
  lab.zoom: z,f11
```

Keys of a panel or a field count while it has the focus. This page is made by `python -m lab.tui.reference`.
"""

PLACES = {
    "app": "Everywhere",
    "lab": "On the lab screen",
    "time": "On the lab screen: time",
    "panel": "On the lab screen: panels",
    "order": "On the lab screen: orders",
}


def reference() -> str:
    """The page, in Markdown."""
    for module in pkgutil.walk_packages(lab.tui.__path__, "lab.tui."):
        if not module.name.endswith(".reference"):
            importlib.import_module(module.name)
    groups: dict[str, list[Bound]] = {}
    for bound in bindings():
        groups.setdefault(bound.name.partition(".")[0], []).append(bound)
    known = [group for group in PLACES if group in groups]
    sections = (_section(group, groups[group]) for group in (*known, *sorted(set(groups) - {*known})))
    return "\n".join([HEAD, *sections])


def _section(group: str, bounds: list[Bound]) -> str:
    title = PLACES.get(group, f"{group.replace('-', ' ').capitalize()}")
    rows = {f"| `{bound.name}` | {_keys(bound)} | {bound.does} |" for bound in bounds}
    return "\n".join([f"## {title}", "", "| name | key | what it does |", "| --- | --- | --- |", *sorted(rows), ""])


def _keys(bound: Bound) -> str:
    return ", ".join(f"`{key}`" for key in sorted(bound.keys))


if __name__ == "__main__":
    print(reference(), end="")
