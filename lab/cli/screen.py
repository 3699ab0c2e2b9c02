"""What a run or a replay looks like in the terminal, while it goes on and at its end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from lab.model.events import Event, Progress, SessionOpened
from lab.model.state import LabState
from lab.report.result import as_object
from lab.report.terminal import print_line, scorecard_table, status, verdict
from lab.report.timeline import line, plain


class Screen:
    """Lines for events, a status below them where it is a terminal, and the result.

    With `as_json` only the result goes to standard output, as one object; all else to standard error.
    """

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._console = _Console(stderr=as_json, highlight=False)
        self._state = LabState()
        self._doing = ""

    def show(self, event: Event, state: LabState) -> None:
        """Tell of an event, given the state after it."""
        self._state = state
        if isinstance(event, SessionOpened):
            self._console.print(_opening(event), soft_wrap=True)
        if isinstance(event, Progress):
            self._doing = event.text
        told = line(event, state)
        if told:
            print_line(self._console, told)

    @contextmanager
    def live(self) -> Iterator[None]:
        """Keep a status below the lines until the end of the block."""
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, get_renderable=self._status, refresh_per_second=8, transient=True):
            yield

    def finish(self, state: LabState, wall_seconds: float | None, where: str) -> None:
        """The result: scorecard, what was expected and what came, and `where` all of it can be found."""
        if state.session is None:
            return
        if self._as_json:
            click.echo(json.dumps(as_object(state, wall_seconds), ensure_ascii=False))
            return
        self._console.print(
            "", scorecard_table(state), verdict(state), sep="\n", soft_wrap=not self._console.is_terminal
        )
        self._console.print(Text(where, "dim"), soft_wrap=True)

    def _status(self) -> RenderableType:
        return status(self._state, self._doing)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Say so, as any other output would: whoever runs the lab cleans up before it ends."""
        raise BrokenPipeError


def _opening(event: SessionOpened) -> Text:
    return Text.assemble(("engine ", "dim"), (event.engine, "bold"), f": {plain(event.why)}\n", (event.title, "bold"))
