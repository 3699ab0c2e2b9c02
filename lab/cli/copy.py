"""`lab copy`: a look at a running server from close by, without disturbing it."""

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from docker import DockerClient

    from lab.engines.docker.copies import Found


@click.command(short_help="Launch a copy of a running server, to look into.")
@click.argument("server")
@click.option("--session", metavar="NAME", help="The session that the server is in, if several have one of this name.")
@click.option("--diff", is_flag=True, help="Only say what the server differs in from its image.")
def command(server: str, session: str | None, diff: bool) -> int:
    """Launch the image of SERVER once more, out of its users' sight, and say what the server differs in from it.

    SERVER runs in Docker: in a lab that is under way, or in one that was played with --keep. The copy is there
    until you press Enter.

    \b
    Examples:
      lab play the-reboot --engine docker --keep
      lab copy pets-3 --diff     what is on it that its image has not?
      lab copy cattle-3          and a shell in a copy of it
    """
    from platformdirs import user_cache_path

    from lab.engines.docker import copies
    from lab.engines.docker.calls import connect
    from lab.engines.docker.errors import DOCKER_ERRORS, explained

    client = connect()
    try:
        found = _the_one(copies.find(client), server, session)
        _tell(found, list(map(str, copies.differences(client, found, user_cache_path("immutable-lab")))))
        if not diff:
            _wait_in_copy(client, found)
    except DOCKER_ERRORS as error:
        raise explained(error, f"copying {server}", on_server=True) from error
    return 0


def _the_one(running: "list[Found]", server: str, session: str | None) -> "Found":
    from lab.engines.choose import WrongCallError

    named = [found for found in running if found.server.name == server and session in (None, found.session)]
    if len(named) == 1:
        return named[0]
    if named:
        sessions = ", ".join(found.session for found in named)
        raise WrongCallError(f"several sessions have a server {server}: name one with --session: {sessions}")
    where = f" in session {session}" if session else ""
    there = ", ".join(f"{found.server.name} ({found.session})" for found in running)
    hint = (
        f"running are {there}" if there else "none runs in Docker; `lab play FILE --engine docker --keep` leaves some"
    )
    raise WrongCallError(f"there is no running server {server}{where}: {hint}")


def _tell(found: "Found", items: list[str]) -> None:
    from lab.report.timeline import count, plain

    if not items:
        click.echo(f"{found.server.name} is identical to its image {found.image[:19]}")
        return
    click.echo(f"{found.server.name} differs from its image {found.image[:19]} in {count(len(items), 'thing')}:")
    for item in items:
        click.echo(f"  {plain(item)}")


def _wait_in_copy(client: "DockerClient", found: "Found") -> None:
    from lab.engines.docker import copies

    with copies.running_copy(client, found) as name:
        click.echo(f"A copy runs. To look into it:\n  docker exec -it {name} sh\nEnter removes it.")
        try:
            sys.stdin.readline()
        except KeyboardInterrupt:
            click.echo()
    click.echo("The copy is gone.")
