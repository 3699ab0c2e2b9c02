"""What starts quickly must not import what is heavy."""

import subprocess
import sys
from pathlib import Path

import pytest

from lab import resources

HEAVY = ("docker", "textual", "networkx", "numpy", "aiohttp", "rich")


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["play", "--help"], ["check", str(resources.scenarios() / "pets-and-cattle.yaml")]],
    ids=["lab --help", "lab play --help", "lab check"],
)
def test_help_and_check_import_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    program = (
        "import sys; from lab.cli.main import run\n"
        f"assert run({arguments!r}) == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.stderr.strip() == "[]"
