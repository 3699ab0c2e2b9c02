"""`lab images show`: what is on every server of a version."""

from typing import TYPE_CHECKING, Any

import click

from lab.cli.versions import DEMO, scenario_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.model.package import Catalogue
    from lab.model.recipe import Recipe


@click.command("show", short_help="Say what is on every server of a version.")
@click.argument("version")
@click.argument("file", default=DEMO)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(version: str, file: str, as_json: bool) -> int:
    """Say what the lab puts on every server of VERSION of scenario FILE: packages with their dependencies, files,
    configuration, behaviour; and the digests by which recipe and image are known.

    \b
    Examples:
      lab images show 1.1
      lab images show 1.5 find-the-bad-one --json
    """
    import json

    from lab.report.timeline import plain
    from lab.resources import storefront_program

    scenario = scenario_with(file, version)
    shown = _shown(scenario.recipes[version], scenario.catalogue(storefront_program()))
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return 0
    for line in _lines(shown):
        click.echo(plain(line))
    return 0


def _shown(recipe: "Recipe", catalogue: "Catalogue") -> dict[str, Any]:
    from dataclasses import asdict

    from lab.model.contents import contents

    made = contents(recipe, catalogue)
    return {
        "version": recipe.version,
        "from": recipe.parent,
        "recipe": f"sha256:{recipe.digest}",
        "image": _image(recipe, catalogue),
        "packages": {name: entry.digest for name, entry in made.of("package").items()},
        "config": dict(recipe.config),
        "behaviour": asdict(recipe.behaviour),
        "files": {
            path: {"sha256": entry.digest, "mode": f"{entry.mode:04o}", "owner": entry.owner, "bytes": entry.size}
            for path, entry in made.of("file").items()
        },
    }


def _image(recipe: "Recipe", catalogue: "Catalogue") -> str | None:
    """The digest of the image that Docker has of the recipe, if Docker answers and has one."""
    from lab.engines.docker.calls import connect
    from lab.engines.docker.errors import DOCKER_ERRORS
    from lab.engines.docker.images import find_recipe
    from lab.engines.docker.probe import probe

    if not probe(within=2).ok:
        return None
    try:
        return find_recipe(connect(), recipe, catalogue)
    except DOCKER_ERRORS:
        return None


def _lines(shown: dict[str, Any]) -> "Iterator[str]":
    yield f"version    {shown['version']}" + (f", derived from {shown['from']}" if shown["from"] else "")
    yield f"recipe     {shown['recipe']}"
    yield f"image      {shown['image'] or 'not built in Docker; `lab images build` does that'}"
    yield f"behaviour  {', '.join(f'{name} {figure:g}' for name, figure in shown['behaviour'].items())}"
    yield from ("", "packages, dependencies among them")
    yield from (f"  {name} {version}" for name, version in shown["packages"].items())
    yield from ("", "configuration")
    yield from (f"  {key} = {value}" for key, value in sorted(shown["config"].items()))
    yield from ("", "files")
    for path, file in shown["files"].items():
        yield f"  {file['sha256'][:12]}  {file['mode']}  {file['owner']}  {file['bytes']:>6} bytes  {path}"
