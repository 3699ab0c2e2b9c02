"""The labels on everything that the lab makes in Docker. They are the only record of what is whose."""

from pathlib import Path
from typing import Literal

SESSION = "lab.session"
FLEET = "lab.fleet"
SERVER = "lab.server"
ROLE = "lab.role"
LOCK = "lab.lock"

Role = Literal["server", "proxy", "repository", "network", "image", "export"]


def labels(
    role: Role, session: str = "", lock: Path | None = None, fleet: str = "", server: str = ""
) -> dict[str, str]:
    """The labels of one thing; what is empty is left out. Images belong to no session."""
    given = {
        ROLE: role,
        SESSION: session,
        LOCK: str(lock.absolute()) if lock else "",
        FLEET: fleet,
        SERVER: server,
    }
    return {name: value for name, value in given.items() if value}
