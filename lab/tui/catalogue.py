"""The scenarios that can be chosen from: those that come with the lab, and those in the folder where it was called."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab import resources
from lab.model.events import OrderGiven
from lab.model.state import LabState
from lab.report.timeline import line, plain, seconds
from lab.scenario.loader import MAX_BYTES, load
from lab.scenario.mistakes import ScenarioError
from lab.scenario.schema import Document, Scenario, Step

SANDBOX = "sandbox"
"""The name of the scenario that a session without a plan begins with."""

DEMO = "pets-and-cattle"
"""The scenario that shows what the lab is about; it comes first."""

FILES = 200
"""As many files of a folder are looked into."""

_KEYS = [re.compile(rf"^{field.alias or name}[ \t]*:", re.MULTILINE) for name, field in Document.model_fields.items()]


@dataclass(frozen=True)
class Entry:
    """A scenario, or a file with mistakes that was meant to be one. `shipped` is whether it comes with the lab."""

    path: Path
    shipped: bool
    scenario: Scenario | None
    mistakes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return self.path.stem if self.shipped else self.path.name

    @property
    def title(self) -> str:
        return plain(self.scenario.title) if self.scenario else self.name

    @property
    def summary(self) -> str:
        """What it is about, in a sentence or so."""
        if self.scenario is None:
            return f"{len(self.mistakes)} mistake{'s' if len(self.mistakes) > 1 else ''}"
        return sentence(self.scenario.about or next((words(step) for step in self.scenario.steps), ""))

    def matches(self, text: str) -> bool:
        """Whether every word of `text` is somewhere in it."""
        about = self.scenario.about if self.scenario else ""
        own = f"{self.name} {self.title} {about}".lower()
        return all(word in own for word in text.lower().split())


def sandbox() -> Path:
    """The scenario of the default fleets."""
    return resources.scenarios() / f"{SANDBOX}.yaml"


def catalogue(folder: Path) -> tuple[Entry, ...]:
    """Everything that there is to choose from: what ships, then what is in `folder`. Reads every file."""
    shipped = sorted(resources.scenarios().glob("*.yaml"), key=lambda path: (path.stem != DEMO, path.stem))
    known = {path.resolve() for path in shipped}
    own = [path for path in _scenario_files(folder) if path.resolve() not in known]
    return (*(_entry(path, True) for path in shipped), *(_entry(path, False) for path in own))


def described(scenario: Scenario) -> Iterator[tuple[str, Sequence[str]]]:
    """A scenario in words: headings, each with its lines."""
    yield (
        "Fleets",
        [
            f"{fleet.name}: {fleet.servers} servers of {fleet.version}, {fleet.strategy} "
            f"({'patched where they stand' if fleet.mutable else 'replaced'})"
            for fleet in scenario.fleets
        ],
    )
    yield "Versions", [", ".join(scenario.recipes)]
    yield "Traffic", [f"{scenario.rate:g} requests a second for each fleet"]
    yield "Steps", [words(step) for step in scenario.steps]
    if scenario.expectations:
        yield "Expected at the end", [*_expected(scenario)]


def words(step: Step) -> str:
    """A step as a person would say it; of what is told at length, the first sentence."""
    given = OrderGiven(at=0.0, order=0, verb=step.order.verb, arguments=step.order.arguments, fleets=step.fleets)
    told = line(given, LabState())
    at = f"at {seconds(step.at)}: " if step.at is not None else ""
    whose = f" ({', '.join(step.fleets)})" if step.fleets else ""
    text = told.text if told else f"“{sentence(str(step.order.arguments.get('text', '')))}”"
    return plain(f"{at}{text}{whose}")


def sentence(text: str) -> str:
    """The first sentence of a text, on one line."""
    return re.split(r"(?<=[.?!])\s", " ".join(plain(text).split()), maxsplit=1)[0]


def _expected(scenario: Scenario) -> Iterator[str]:
    """A line for each fleet."""
    for fleet in dict.fromkeys(expectation.fleet for expectation in scenario.expectations):
        own = [expectation for expectation in scenario.expectations if expectation.fleet == fleet]
        yield f"{fleet}: {', '.join(f'{one.metric} {one.comparison}' for one in own)}"


def _entry(path: Path, shipped: bool) -> Entry:
    try:
        return Entry(path, shipped, load(path))
    except ScenarioError as error:
        return Entry(path, shipped, None, tuple(plain(str(mistake)) for mistake in error.mistakes))


def _scenario_files(folder: Path) -> list[Path]:
    """The YAML files of a folder that say two things or more of what a scenario says at its top level."""
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))
    except OSError:
        return []
    return [path for path in files[:FILES] if _looks_like_a_scenario(path)]


def _looks_like_a_scenario(path: Path) -> bool:
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return False
        text = path.read_text(errors="replace")
    except OSError:
        return False
    return sum(bool(key.search(text)) for key in _KEYS) >= 2
