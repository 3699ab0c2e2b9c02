"""A live session is written to a scenario file."""

from itertools import count
from pathlib import Path

from lab.engines.base import LabError
from lab.journal import read
from lab.scenario.saving import saved
from lab.tui.live import Live


def save(live: Live) -> Path:
    """Write what was ordered to a new file in the current folder, named after the session; its path. Blocks.

    Raises `LabError` if there is nothing to go by, `OSError` if it cannot be written.
    """
    if live.journal is None or live.plan.source is None:
        raise LabError("the session has not begun yet, so there is nothing to save")
    text = saved(live.plan.source.read_text(encoding="utf-8"), read(live.journal), live.name)
    for number in count(1):
        path = Path(f"{live.name}.yaml" if number == 1 else f"{live.name}-{number}.yaml")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        return path
    raise AssertionError("there is always a next number")
