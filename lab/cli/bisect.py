"""`lab bisect`: which version was the first bad one?"""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from lab.cli.running import Run
    from lab.model.events import Event, VersionProbed
    from lab.model.orders import Bisect
    from lab.model.state import LabState
    from lab.scenario.schema import Scenario


@click.command(short_help="Find the first bad version.")
@click.argument("file")
@click.option("--good", required=True, metavar="VERSION", help="A version that is all right.")
@click.option("--bad", required=True, metavar="VERSION", help="A later version that is not.")
@click.option("--requests", type=int, metavar="N", help="How many requests each version gets.  [default: 200]")
@click.option("--errors", metavar="COMPARISON", help='The share of them that may fail.  [default: "< 1%"]')
@click.option("--latency", metavar="COMPARISON", help='The 95th percentile of their latency.  [default: "< 250ms"]')
@click.option("--fleet", metavar="NAME", help="Launch the servers as this fleet's.  [default: the first immutable one]")
@click.option("--engine", type=click.Choice(["auto", "sim", "docker"]), default="auto", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; progress goes to standard error.")
def command(
    file: str, good: str, bad: str, fleet: str | None, engine: str, as_json: bool, **probe: int | str | None
) -> int:
    """Find the first bad version of scenario FILE between one that is good and one that is bad.

    Of each version that is tried one server is launched, sent requests and removed again. Each try halves what is
    left, so n versions take log2 n tries. What can't be built or launched is skipped, as `git bisect skip` does.

    \b
    Examples:
      lab bisect find-the-bad-one --good 1.0 --bad 1.7
      lab bisect my.yaml --good 1.0 --bad 1.7 --errors 0 --requests 500
      lab bisect my.yaml --good 1.0 --bad 1.7 --json | jq -r .first_bad
    """
    from lab import sessions
    from lab.cli.files import scenario_file
    from lab.cli.play import exit_code
    from lab.cli.running import Run
    from lab.cli.screen import Screen
    from lab.engines.choose import choose
    from lab.journal import Journal
    from lab.scenario.loader import load

    scenario = load(scenario_file(file))
    order = _order(scenario, good, bad, {name: value for name, value in probe.items() if value is not None})
    screen = Screen(as_json)
    tries: list[VersionProbed] = []
    with sessions.begin() as session, Journal(session.journal) as journal:
        choice = choose(engine, lock=session.lock)

        def heard(event: "Event", state: "LabState") -> None:
            journal.write(event)
            if event.kind == "version-probed":
                tries.append(event)
            if event.kind in ("session-opened", "progress", "image-built", "version-probed", "order-ended"):
                screen.show(event, state)

        run = Run(_search(scenario, order, fleet), choice, session.name, (heard,))
        with screen.live():
            run.run()
    if as_json:
        _print_json(run, scenario, order, tries)
    return exit_code(run, f"session {session.name}, journal {session.journal}")


def _order(scenario: "Scenario", good: str, bad: str, probe: dict[str, Any]) -> "Bisect":
    """The order that the options make. Raises `WrongCallError` with the option that is to blame."""
    from pydantic import ValidationError

    from lab.engines.choose import WrongCallError
    from lab.model import bisect
    from lab.model.lineage import lineage
    from lab.model.orders import Bisect
    from lab.scenario.wording import expectation

    given = {"good": good, "bad": bad, "probe": probe}
    try:
        order = Bisect.model_validate(given, context={"versions": [*scenario.recipes]})
        bisect.start(lineage(scenario.recipes), good, bad)
    except ValidationError as errors:
        wrong = [f"--{e['loc'][-1]}: found {e['input']!r}, expected {expectation(e)}" for e in errors.errors()]
        raise WrongCallError("\n".join(wrong)) from None
    except ValueError as error:
        raise WrongCallError(f"--good and --bad: {error}") from None
    return order


def _search(scenario: "Scenario", order: "Bisect", fleet: str | None) -> "Scenario":
    """The scenario with nothing in it but the search: no server but those that are tried, and no users."""
    from dataclasses import replace

    from lab.engines.choose import WrongCallError
    from lab.scenario.schema import Step

    specs = {spec.name: spec for spec in sorted(scenario.fleets, key=lambda spec: spec.mutable)}
    if fleet is not None and fleet not in specs:
        known = ", ".join(spec.name for spec in scenario.fleets)
        raise WrongCallError(f"--fleet: found {fleet!r}, expected one of {known}")
    spec = replace(specs[fleet or next(iter(specs))], servers=0, version=order.good)
    return replace(scenario, fleets=(spec,), rate=0.0, steps=(Step(None, (), False, order),), expectations=())


def _print_json(run: "Run", scenario: "Scenario", order: "Bisect", tries: "list[VersionProbed]") -> None:
    import json

    from lab.model import bisect
    from lab.model.lineage import lineage
    from lab.report.result import succeeded

    search = bisect.start(lineage(scenario.recipes), order.good, order.bad)
    for tried in tries:
        search = search.after(tried.version, tried.verdict)
    found = succeeded(run.state)
    shown = {
        "first_bad": search.bad if found else None,
        "candidates": list(search.candidates),
        "reason": next((failure.detail for failure in run.state.failures), None),
        "tries": [
            {"version": t.version, "verdict": t.verdict, "requests": t.requests, "errors": t.errors, "p95": t.p95}
            | {"detail": t.detail}
            for t in tries
        ],
    }
    click.echo(json.dumps(shown, ensure_ascii=False))
