"""Which file a name on the command line means."""

from difflib import get_close_matches
from pathlib import Path

from lab.engines.base import LabError
from lab.resources import scenarios


class NoSuchFileError(LabError):
    """Neither a file nor the name of something that ships with the lab."""

    exit_code = 2


def scenario_file(name: str) -> Path:
    """The file at `name`, or the scenario of that name that comes with the lab. Raises `NoSuchFileError`."""
    if Path(name).exists():
        return Path(name)
    shipped = {path.stem: path for path in sorted(scenarios().glob("*.yaml"))}
    if name in shipped:
        return shipped[name]
    near = get_close_matches(Path(name).stem, shipped, n=1)
    meant = f"Did you mean {near[0]}? " if near else ""
    raise NoSuchFileError(f"there is no file {name}. {meant}With the lab come: {', '.join(shipped) or 'none'}.")
