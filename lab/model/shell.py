"""A shell on a server, as a value: where it is, and what opens it."""

from dataclasses import dataclass
from typing import Literal

from lab.model.fleet import Server

Mode = Literal["copy", "read-only"]
"""What a shell on an immutable server is: a writable copy that is thrown away, or the server itself, read-only."""


@dataclass(frozen=True)
class Shell:
    """An open shell on `asked`, which really is in `server`: the same one, or a `throwaway` copy of it.

    `argv` is what the host runs to be in it; empty on an engine without real machines, where operations are
    offered instead.
    """

    asked: Server
    server: Server
    argv: tuple[str, ...]
    who: str

    @property
    def throwaway(self) -> bool:
        return self.server != self.asked
