"""The result of a session as one object, for programs: what `--json` prints."""

from typing import Any

from lab.model.scorecard import scorecard
from lab.model.state import LabState


def succeeded(state: LabState) -> bool:
    """Whether the session came to its end, and all orders and expectations held."""
    return state.closed is not None and state.closed.ok


def as_object(state: LabState, wall_seconds: float | None) -> dict[str, Any]:
    """Everything that was measured. `wall_seconds` is how long the run took outside; None if nobody measured it."""
    session = state.session
    return {
        "scenario": session.title if session else "",
        "engine": session.engine if session else "",
        "seed": session.seed if session else None,
        "lab_seconds": round(state.at, 3),
        "wall_seconds": None if wall_seconds is None else round(wall_seconds, 3),
        "ok": succeeded(state),
        "fleets": {name: score.as_dict() for name, score in scorecard(state).items()},
        "expectations": [
            {"fleet": line.fleet, "what": line.what, "expected": line.expected, "got": line.got, "ok": line.ok}
            for line in state.expectations
        ],
    }
