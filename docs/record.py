"""Records the demo on the simulator into docs/demo.svg: `make screenshot`.

The single deeds on single servers are left out, so that it fits on a page.
"""

import asyncio
import io
from pathlib import Path

from rich.console import Console

from lab import resources
from lab.engines.choose import choose
from lab.model.events import Event
from lab.model.state import LabState
from lab.report.terminal import print_line, scorecard_table, verdict
from lab.report.timeline import line
from lab.scenario.loader import load
from lab.scenario.player import play

PLACE = Path(__file__).with_name("demo.svg")


def main() -> None:
    console = Console(record=True, file=io.StringIO(), width=118, force_terminal=True, highlight=False)

    def show(event: Event, state: LabState) -> None:
        told = line(event, state)
        if told and told.tone not in ("quiet", "plain") and "the proxy sees" not in told.text:
            print_line(console, told)

    console.print("$ lab play pets-and-cattle --engine sim")
    scenario = load(resources.scenarios() / "pets-and-cattle.yaml")
    choice = choose("sim")
    with asyncio.Runner(loop_factory=choice.loop_factory) as runner:
        state = runner.run(play(scenario, choice, session="demo", emit=show))
    console.print("", scorecard_table(state), verdict(state), sep="\n")
    PLACE.write_text(console.export_svg(title="lab play", unique_id="demo"))


if __name__ == "__main__":
    main()
