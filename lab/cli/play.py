"""`lab play`: a scenario from beginning to end."""

import math
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from lab.cli.running import Run
    from lab.engines.choose import Choice
    from lab.scenario.schema import Scenario
    from lab.sessions import Session


def _speed(context: click.Context, option: click.Parameter, value: str) -> float | None:
    """Lab seconds per second; None for as fast as possible."""
    if value == "max":
        return None
    try:
        speed = float(value)
    except ValueError:
        speed = math.nan
    if not (speed > 0 and math.isfinite(speed)):
        raise click.BadParameter(f"{value} is not a speed: a number greater than 0, such as 10, or max")
    return speed


@click.command(short_help="Play a scenario: fleets, steps, scorecard.")
@click.argument("file")
@click.option("--engine", type=click.Choice(["auto", "sim", "docker"]), default="auto", show_default=True)
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help="Where all chance comes from, instead of the scenario's."
)
@click.option(
    "--speed",
    callback=_speed,
    default="max",
    metavar="X|max",
    show_default=True,
    help="Lab seconds per second, for the simulator; Docker knows real time only.",
)
@click.option("--journal", metavar="FILE", help="Write the journal there, not to the state folder.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; progress goes to standard error.")
@click.option("--keep", is_flag=True, help="Leave the fleets running at the end; `lab down` removes them.")
def command(
    file: str, engine: str, seed: int | None, speed: float | None, journal: str | None, as_json: bool, keep: bool
) -> int:
    """Play the scenario FILE, which may be the name of one that comes with the lab.

    The fleets are started, the steps are carried out under traffic, and at the end stands the scorecard of all
    fleets, with a line for what was expected and what came. What was started is removed again, also after
    Ctrl-C.

    \b
    Examples:
      lab play pets-and-cattle                    real containers if Docker answers, else simulated
      lab play pets-and-cattle --engine sim       in a second, without Docker
      lab play my.yaml --engine sim --speed 10    slow enough to watch
      lab play my.yaml --json | jq .fleets        for programs
    """
    from dataclasses import replace
    from pathlib import Path

    from lab import sessions
    from lab.cli.files import scenario_file
    from lab.engines.choose import choose
    from lab.scenario.loader import load

    scenario = load(scenario_file(file))
    if seed is not None:
        scenario = replace(scenario, seed=seed)
    with sessions.begin() as session:
        choice = choose(engine, speed=speed, lock=session.lock)
        return _play(scenario, choice, session, Path(journal) if journal else session.journal, as_json, keep)


def _play(scenario: "Scenario", choice: "Choice", session: "Session", path: "Path", as_json: bool, keep: bool) -> int:
    import time

    from lab.cli.running import Run
    from lab.cli.screen import Screen
    from lab.journal import Journal

    screen = Screen(as_json)
    with Journal(path) as journal:
        run = Run(scenario, choice, session.name, (lambda event, state: journal.write(event), screen.show), keep)
        began = time.monotonic()
        with screen.live():
            run.run()
    where = f"session {session.name}, journal {path}"
    try:
        screen.finish(run.state, time.monotonic() - began, where)
    finally:
        code = exit_code(run, where)
    return code


def exit_code(run: "Run", where: str) -> int:
    """0 or 1 for a session that came to its end, 130 for an interrupted one; raises what else ended it."""
    from asyncio import CancelledError

    from lab.report.result import succeeded

    if run.error is None:
        return 0 if succeeded(run.state) else 1
    if isinstance(run.error, CancelledError):
        return 130
    run.error.add_note(where)
    raise run.error
