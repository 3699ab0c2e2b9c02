"""`lab images`: the images that servers are launched from: built ahead of time, listed, looked into, compared."""

from typing import TYPE_CHECKING

import click

from lab.cli import images_diff, images_graph, images_show

if TYPE_CHECKING:
    from docker import DockerClient

    from lab.scenario.schema import Scenario
    from lab.sessions import Session


@click.group(short_help="Build the lab's images, list them, look into them, compare them.")
def command() -> None:
    """Build the lab's images ahead of time, list them, look into them, compare them.

    `lab play` builds what is missing by itself; built before, it starts at once and without a network.
    """


for part in (images_diff, images_show, images_graph):
    command.add_command(part.command)


@command.command()
@click.argument("file", required=False)
def build(file: str | None) -> int:
    """Build the images of scenario FILE, or of all scenarios that come with the lab.

    \b
    Examples:
      lab images build
      lab images build my-scenario.yaml
    """
    from lab import sessions
    from lab.cli.files import scenario_file
    from lab.engines.docker import cleanup
    from lab.engines.docker.calls import connect
    from lab.engines.docker.errors import DOCKER_ERRORS, explained
    from lab.resources import scenarios
    from lab.scenario.loader import load

    files = [scenario_file(file)] if file else sorted(scenarios().glob("*.yaml"))
    chosen = [load(path) for path in files]
    client = connect()
    with sessions.begin() as session:
        try:
            _build(client, chosen, session)
        except DOCKER_ERRORS as error:
            raise explained(error, "building the images") from error
        finally:
            cleanup.remove(client, [session.name])
    return 0


def _build(client: "DockerClient", scenarios: "list[Scenario]", session: "Session") -> None:
    from platformdirs import user_cache_path

    from lab.engines.docker.images import ensure_foundations, ensure_recipe
    from lab.engines.docker.labels import labels
    from lab.resources import storefront_program

    cache = user_cache_path("immutable-lab")
    marks = labels("export", session.name, session.lock)
    base = ensure_foundations(client, click.echo).base
    for scenario in scenarios:
        catalogue = scenario.catalogue(storefront_program())
        for version, recipe in scenario.recipes.items():
            image = ensure_recipe(client, recipe, catalogue, base, cache, marks, click.echo)
            click.echo(f"{scenario.title}: {recipe.service} {version}: {image.digest[:19]}")


@command.command("list")
def list_images() -> int:
    """List the images that the lab has built, the newest first."""
    from lab.engines.docker.calls import connect
    from lab.engines.docker.errors import DOCKER_ERRORS, explained
    from lab.engines.docker.labels import ROLE

    try:
        images = connect().api.images(filters={"label": [f"{ROLE}=image"]})
    except DOCKER_ERRORS as error:
        raise explained(error, "listing the images") from error
    for image in sorted(images, key=lambda image: int(image["Created"]), reverse=True):
        for tag in image["RepoTags"] or ["(no tag)"]:
            click.echo(f"{tag:<44} {image['Id'][7:19]}  {image['Size'] / 1e6:,.0f} MB")
    if not images:
        click.echo("No images yet; `lab images build` makes them.")
    return 0
