"""What a user hears of a fault of the lab itself: a short message, and where the whole story is."""

import tempfile
import traceback
from pathlib import Path

from lab.engines.base import LabError


def report(error: Exception) -> str:
    """Write the traceback to a file in the state folder; the message that names it.

    The error's notes say which session it was in.
    """
    notes = "".join(f"\n{note}" for note in getattr(error, "__notes__", ()))
    return (
        f"A fault in the lab itself, not in what you did: {type(error).__name__}: {error}{notes}\n"
        f"The whole story is in {_write(''.join(traceback.format_exception(error)))}; please report it."
    )


def _write(story: str) -> Path:
    from lab.sessions import state_folder

    try:
        folder = state_folder()
    except LabError:
        folder = Path(tempfile.gettempdir())
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix="crash-", suffix=".txt", delete=False) as file:
        file.write(story)
    return Path(file.name)
