"""`lab sessions`: what ran here, and what runs."""

import click


@click.command(short_help="List what ran here, and what runs.")
def command() -> int:
    """List the sessions whose journals are kept, the newest first.

    A session is running, or it ended: ok; failed; interrupted; killed, if it could not say goodbye. The 50
    newest are kept.

    \b
    Examples:
      lab sessions
      lab replay NAME
    """
    from datetime import datetime

    from rich.console import Console
    from rich.table import Table

    from lab import sessions
    from lab.report.timeline import plain

    entries = sessions.listed()
    if not entries:
        click.echo("No sessions yet; `lab play pets-and-cattle` makes one.")
        return 0
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("session", "state", "engine", "when", "size", "title"):
        table.add_column(heading, no_wrap=heading != "title")
    for entry in entries:
        when = datetime.fromtimestamp(entry.modified).strftime("%Y-%m-%d %H:%M")
        size = f"{entry.size / 1024:,.0f} KiB"
        table.add_row(entry.session.name, entry.state, entry.engine, when, size, plain(entry.title))
    Console(highlight=False).print(table)
    return 0
