"""`lab down`: remove what the lab made."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from docker import DockerClient

    from lab.engines.docker.cleanup import Made


@click.command(short_help="Remove what the lab made in Docker.")
@click.option("--all", "everything", is_flag=True, help="Also what live sessions use, and the lab's images.")
def command(everything: bool) -> int:
    """Remove the containers and networks of all sessions whose lab no longer runs.

    They are found by the labels that the lab gave them, so neither a scenario nor a journal is needed, and
    nothing else is touched. Sessions whose lab is running are left alone.

    \b
    Examples:
      lab down          after a crash, or after `lab play --keep`
      lab down --all    leave nothing of the lab in Docker
    """
    from lab.engines.docker import cleanup
    from lab.engines.docker.calls import connect
    from lab.engines.docker.errors import DOCKER_ERRORS, explained

    client = connect()
    try:
        removed, resisted = _remove(client, everything)
        left = cleanup.find(client)
        if everything:
            resisted += cleanup.remove(client, [], images=True)
    except DOCKER_ERRORS as error:
        raise explained(error, "removing what the lab made") from error
    _tell(removed, [name for name, made in left.items() if _may_live(made)], everything)
    for reason in resisted:
        click.echo(f"could not be removed: {reason}", err=True)
    return 1 if resisted else 0


def _remove(client: "DockerClient", everything: bool) -> "tuple[list[Made], list[str]]":
    """Remove what may go; what that was, and what resisted.

    Looks again afterwards: what a killed lab had asked for may have been made only now.
    """
    from lab.engines.docker import cleanup

    removed: list[Made] = []
    while True:
        found = [made for made in cleanup.find(client).values() if everything or not _may_live(made)]
        if not found:
            return removed, []
        resisted = cleanup.remove(client, [made.session for made in found])
        removed += found
        if resisted:
            return removed, resisted


def _may_live(made: "Made") -> bool:
    """Whether a lab holds the lock, or nothing says which lock it would hold."""
    from lab.sessions import is_alive

    return made.lock is None or is_alive(made.lock)


def _tell(removed: "list[Made]", live: list[str], everything: bool) -> None:
    from lab.report.timeline import count

    for made in removed:
        what = f"{count(len(made.containers), 'container')} and {count(len(made.networks), 'network')}"
        click.echo(f"removed session {made.session}: {what}")
    for name in live:
        click.echo(f"left alone: session {name}, whose lab may be running; `lab down --all` removes it too")
    if everything:
        click.echo("removed the images that the lab built")
    elif not removed:
        click.echo("nothing to remove")
