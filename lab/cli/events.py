"""`lab events`: what happened in a session, line by line."""

import click


@click.command(short_help="List what happened in a session, line by line.")
@click.argument("session", metavar="[SESSION|JOURNAL]", required=False)
@click.option("--follow", "-f", is_flag=True, help="Go on while the session runs, until it ends.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print every event as the journal has it, one JSON object a line."
)
def command(session: str | None, follow: bool, as_json: bool) -> int:
    """List what happened in SESSION, or in the one that runs, or else in the newest.

    A line for each event that a reader wants to hear of: lab time, fleet, what happened. With --json it is all of
    them.

    \b
    Examples:
      lab events --follow               what happens, as it happens
      lab events | grep drifted         what was found
      lab events --json | jq .kind      for programs
    """
    from lab.cli.recorded import find, folded
    from lab.journal import encode, read
    from lab.journal import follow as followed
    from lab.report.timeline import clock, line

    recorded = find(session)
    events = followed(recorded.path, recorded.wait) if follow else read(recorded.path)
    for event, state in folded(recorded.path, events):
        if as_json:
            click.echo(encode(event), nl=False)
        elif told := line(event, state):
            at = "" if told.at is None else clock(told.at)
            command = f"  $ {told.command}" if told.command else ""
            click.echo(f"{at:>9}  {told.fleet + ': ' if told.fleet else ''}{told.text}{command}".replace("\n", " "))
    return 0
