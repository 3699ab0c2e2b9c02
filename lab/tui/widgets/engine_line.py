"""Which engine sessions will run on, and why; a click on another one takes that."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from lab.report.timeline import plain

if TYPE_CHECKING:
    from lab.engines.docker.probe import Probe

ENGINES = ("auto", "sim", "docker")


class EngineLine(Static):
    """Two lines: the engines with the chosen one marked, and what will be used."""

    DEFAULT_CSS = """
    EngineLine { height: 2; padding: 0 1; background: $panel; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def show(self, chosen: str, found: "Probe | None") -> None:
        """`found` is what was found of Docker; None while it is being looked for."""
        choices = "  ".join(
            f"[@click=screen.engine('{name}')]{'●' if name == chosen else '○'} {name}[/]" for name in ENGINES
        )
        self.update(Content.assemble(Content.from_markup(f"[b]Engine[/b]  {choices}"), "\n", reason(chosen, found)))


def reason(chosen: str, found: "Probe | None") -> Content:
    """The engine that will be used, and why."""
    engine, why = used(chosen, found)
    return Content.assemble((f"{engine}: " if engine else "", "bold"), plain(why))


def used(chosen: str, found: "Probe | None") -> tuple[str, str]:
    """The engine that will be used, empty if that isn't known yet, and the reason in words."""
    if chosen == "sim":
        return "sim", "simulated, in virtual time; you chose it"
    if found is None:
        return "", "looking for Docker …"
    if found.ok:
        return "docker", f"real containers; {found.detail}"
    if chosen == "auto":
        return "sim", f"Docker cannot be used here: {found.detail}"
    return "docker", f"you chose it, but it cannot be used: {found.detail}"
