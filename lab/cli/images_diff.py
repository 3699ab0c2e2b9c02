"""`lab images diff`: what two versions differ in."""

from typing import TYPE_CHECKING

import click

from lab.cli.versions import DEMO, scenario_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.model.contents import Change, Differences


@click.command("diff", short_help="Say what two versions differ in.")
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.argument("file", default=DEMO)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(old: str, new: str, file: str, as_json: bool) -> int:
    """Say what leads from version A to version B of scenario FILE: packages with their dependencies, files line by
    line, configuration keys, behaviour. Docker is not needed: an image is what its recipe says.

    \b
    Examples:
      lab images diff 1.0 1.1
      lab images diff 1.4 1.5 find-the-bad-one
      lab images diff 1.0 1.1 --json | jq .packages
    """
    import json
    from dataclasses import asdict

    from lab.model.contents import differences
    from lab.report.timeline import plain
    from lab.resources import storefront_program

    scenario = scenario_with(file, old, new)
    recipes = scenario.recipes
    found = differences(recipes[old], recipes[new], scenario.catalogue(storefront_program()))
    if as_json:
        click.echo(json.dumps({"from": old, "to": new, **asdict(found)}, ensure_ascii=False))
        return 0
    for line in _lines(found):
        click.echo(plain(line))
    return 0


def _lines(found: "Differences") -> "Iterator[str]":
    for title, changes in (("packages", found.packages), ("configuration", found.config)):
        yield from _pairs(title, changes)
    yield from _pairs("behaviour", found.behaviour)
    if found.files:
        yield "files"
    for path, change in found.files.items():
        state = "new" if change.old is None else "gone" if change.new is None else "changed"
        yield f"  {path}: {state}"
        yield from (f"    {line}" for line in change.diff[2:])
    if not (found.packages or found.config or found.behaviour or found.files):
        yield "no difference"


def _pairs(title: str, changes: "Mapping[str, Change]") -> "Iterator[str]":
    if changes:
        yield title
    for name, change in changes.items():
        old, new = ("absent" if side is None else side for side in (change.old, change.new))
        yield f"  {name.rpartition('#')[2]}: {old} → {new}"
