"""What a person does in the lab's screens, key by key, in a real terminal."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab.engines.docker.labels import SESSION
from tests.tui.tmux import LAB, Terminal, terminal

SMALL = """\
title: Small
about: As little as there can be.
service: {versions: {"1.0": {config: {timeout: 10}}, "1.1": {from: "1.0"}}}
traffic: {rate: 20/s}
fleets:
  pets: {servers: 1, version: "1.0", strategy: in-place}
  cattle: {servers: 1, version: "1.0", strategy: blue-green}
steps:
  - say: It serves.
"""
"""A scenario that is open soon, also in containers."""


class Desk:
    """A folder of a person's own: their settings, their sessions, and the small scenario."""

    def __init__(self, folder: Path, engine: str, **environment: str) -> None:
        self.folder = folder
        self.state = folder / "state"
        settings = folder / "settings.yaml"
        settings.write_text(f"engine: {engine}\n")
        (folder / "small.yaml").write_text(SMALL)
        self.environment = {"LAB_STATE_DIR": str(self.state), "LAB_CONFIG": str(settings), **environment}

    @contextmanager
    def lab(
        self, *arguments: str, size: tuple[int, int] = (160, 50), environment: Mapping[str, str] | None = None
    ) -> Iterator[Terminal]:
        """The lab in a terminal, with these arguments."""
        around = {**self.environment, **(environment or {})}
        with terminal(LAB, *arguments, folder=self.folder, size=size, environment=around) as opened:
            yield opened

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A verb of the lab, without a terminal."""
        return subprocess.run(
            [LAB, *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    @property
    def journal(self) -> Path:
        """The journal of the newest session."""
        return max(self.state.glob("*.jsonl"), key=lambda path: path.stat().st_mtime)

    @property
    def begun(self) -> bool:
        """Whether there has been a session."""
        return any(self.state.glob("*.jsonl"))

    @property
    def session(self) -> str:
        return self.journal.stem


def open_small(person: Terminal) -> None:
    """From the home screen into a session of the small scenario."""
    choose_small(person)
    person.until("“ It serves.", "pets · in-place · 1.0 · 1/1", within=60)


def choose_small(person: Terminal) -> None:
    """Find the small scenario on the home screen, and play it."""
    person.until("Scenarios", "The same release")
    person.keys("End")
    person.until("Small")
    person.keys("Enter")


def give(person: Terminal, key: str, shown: str, destroys: bool = False) -> None:
    """Give an order as its form stands. `shown` is what the form says in other words."""
    person.keys(key)
    person.until("As a step of a scenario", shown)
    person.keys("C-s")
    if destroys:
        person.until("No (n)")
        person.keys("y")
    person.until_gone("As a step of a scenario")


def leave(person: Terminal, answer: str) -> None:
    """Leave the session, with that answer to what is to become of it, and come home."""
    person.keys("q")
    person.until("Stay (esc)")
    person.keys(answer)
    person.until("Scenarios", within=60)


def made(client: Any, session: str) -> list[str]:
    """What a session has in Docker: containers and networks."""
    mine = {"label": [f"{SESSION}={session}"]}
    containers, networks = client.api.containers(all=True, filters=mine), client.api.networks(filters=mine)
    return [found["Id"] for found in (*containers, *networks)]
