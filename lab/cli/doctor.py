"""`lab doctor`: what works here, what does not, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import click

SPACE = 2 << 30
"""Bytes of free disk below which images and journals may not fit."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `hint` says what to do, where something is amiss."""

    level: Literal["works", "limited", "broken"]
    what: str
    detail: str
    hint: str = ""


@click.command(short_help="Say what works here, and what to do.")
def command() -> int:
    """Say what works on this machine, what does not, and what to do about it.

    Exit code 0 if `lab play` can work at all: the simulator needs no more than Python and a folder to write to.
    """
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (_python, _simulator, _state, _docker)
    findings = []
    for check in checks:
        for finding in check():
            findings.append(finding)
            click.echo(_shown(finding))
    broken = any(finding.level == "broken" for finding in findings)
    limited = any(finding.level == "limited" for finding in findings)
    if broken:
        click.echo("\n`lab play` cannot work here yet.")
    elif limited:
        click.echo("\n`lab play` works here, with the limits above.")
    else:
        click.echo("\nEverything works.")
    return 1 if broken else 0


def _shown(finding: Finding) -> str:
    sign = {"works": "✓", "limited": "!", "broken": "✗"}[finding.level]
    hint = f"\n    → {finding.hint}" if finding.hint else ""
    return f"{sign} {finding.what}: {finding.detail}{hint}"


def _python() -> Iterator[Finding]:
    import platform

    yield Finding("works", "Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _simulator() -> Iterator[Finding]:
    try:
        import lab.engines.sim.engine  # noqa: F401
    except ImportError as error:
        yield Finding("broken", "simulator", f"cannot be loaded: {error}", "Install the lab again")
    else:
        yield Finding("works", "simulator", "ready; it needs nothing else")


def _state() -> Iterator[Finding]:
    import shutil
    import tempfile

    from lab.engines.base import LabError
    from lab.sessions import state_folder

    try:
        folder = state_folder()
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (LabError, OSError) as error:
        hint = "Set LAB_STATE_DIR to a folder that can be written"
        yield Finding("broken", "state folder", str(error), hint)
        return
    yield Finding("works", "state folder", f"{folder} can be written")
    free = shutil.disk_usage(folder).free
    detail = f"{free / 2**30:.1f} GiB free"
    if free >= SPACE:
        yield Finding("works", "disk", detail)
    else:
        yield Finding("limited", "disk", detail, "Make room for images and journals")


def _docker() -> Iterator[Finding]:
    from lab.engines.docker.probe import probe

    found = probe()
    if not found.ok:
        yield Finding("limited", "Docker engine", found.detail, found.hint)
        return
    yield Finding("works", "Docker engine", found.detail)
    yield from _left_behind()


def _left_behind() -> Iterator[Finding]:
    """What earlier sessions left behind."""
    from lab.engines.docker import cleanup
    from lab.engines.docker.calls import connect
    from lab.report.timeline import count
    from lab.sessions import is_alive

    left = [made for made in cleanup.find(connect()).values() if made.lock and not is_alive(made.lock)]
    if left:
        names = ", ".join(made.session for made in left)
        yield Finding("limited", "left behind", f"{count(len(left), 'session')}: {names}", "Run `lab down`")
    else:
        yield Finding("works", "left behind", "nothing")
