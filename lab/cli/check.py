"""`lab check`: are these scenarios right?"""

import click

from lab.engines.base import LabError


@click.command(short_help="Validate scenarios; start nothing.")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def command(files: tuple[str, ...]) -> int:
    """Validate scenarios without starting anything.

    Every mistake is reported at once, with file, line, column, what was found and what was expected.

    \b
    Examples:
      lab check my-scenario.yaml
      lab check scenarios/*.yaml
    """
    from lab.cli.files import scenario_file
    from lab.scenario.loader import load

    code = 0
    for name in files:
        try:
            scenario = load(scenario_file(name))
        except LabError as error:
            click.echo(str(error), err=True)
            code = error.exit_code
        else:
            click.echo(f"{name}: {scenario.title}: {_summary(len(scenario.fleets), len(scenario.steps))}")
    return code


def _summary(fleets: int, steps: int) -> str:
    from lab.report.timeline import count

    return f"right, {count(fleets, 'fleet')}, {count(steps, 'step')}"
