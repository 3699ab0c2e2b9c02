"""A person at a terminal, for tests of the real program: what they type, what they see, and how it ended.

The terminal is tmux's, on a server of its own, so that nothing of whoever runs the tests is seen or touched.
"""

import os
import shlex
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

REQUIRED = "LAB_REQUIRE_TMUX"
LAB = str(Path(sys.executable).with_name("lab"))
LOOK = 0.05
"""Seconds between two looks at the screen."""

STRANGE = ("TMUX", "TEXTUAL", "NO_COLOR")
"""Beginnings of variables that would change what is seen."""

SETTINGS = """\
set -g escape-time 0
set -g default-terminal screen-256color
set -g history-limit 5000
set -g status off
"""

AROUND = """\
sh -c 'echo $$ >"$0/pid"; exec "$@"' "$0" "$@"
echo $? >"$0/code.new"; mv "$0/code.new" "$0/code"
exec cat
"""
"""What runs the program: it says which process that is and how it ended, and holds the terminal open.

It is not left to tmux to say: 3.3 sometimes overlooks that a process has ended.
"""


def need_tmux() -> None:
    """Skip, visibly, where there is no tmux; unless that is a failure."""
    if shutil.which("tmux"):
        return
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, but there is no tmux", pytrace=False)
    pytest.skip("no tmux to drive the program in")


class Terminal:
    """One terminal with one command in it."""

    def __init__(
        self,
        *command: str,
        folder: Path,
        size: tuple[int, int] = (120, 40),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._socket = f"lab-{uuid.uuid4().hex[:8]}"
        self._notes = folder / self._socket
        self._notes.mkdir()
        settings = self._notes / "tmux.conf"
        settings.write_text(SETTINGS)
        own = {
            name: value for name, value in os.environ.items() if not name.startswith(("TMUX", "TEXTUAL", "NO_COLOR"))
        }
        self._environment = {**own, "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh", **(environment or {})}
        width, height = size
        place = ["-x", str(width), "-y", str(height), "-c", str(folder)]
        line = shlex.join(["exec", "sh", "-c", AROUND, str(self._notes), *command])
        self._tmux("-f", str(settings), "new-session", "-d", *place, line)

    # What the person does

    def keys(self, *names: str) -> None:
        """Press keys, by tmux's names of them: `n`, `Enter`, `C-c`."""
        self._tmux("send-keys", *names)

    def type(self, text: str) -> None:
        """Type this text, character by character."""
        self._tmux("send-keys", "-l", "--", text)

    def paste(self, text: bytes) -> None:
        """Paste this, as a terminal does: in brackets, if the program asked for them."""
        self._tmux("load-buffer", "-", stdin=text)
        self._tmux("paste-buffer", "-p", "-r")

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def hang_up(self) -> None:
        """Close the terminal over the program's head."""
        self._tmux("kill-pane")

    # What the person sees

    @property
    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    @property
    def everything(self) -> str:
        """What is seen and what has scrolled away, without the breaks of lines that were too long."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-")

    def until(self, *texts: str, within: float = 20.0) -> str:
        """Wait until all of these are on the screen; what is there then."""
        return self.until_so(lambda seen: all(text in seen for text in texts), " and ".join(map(repr, texts)), within)

    def until_gone(self, text: str, within: float = 20.0) -> str:
        return self.until_so(lambda seen: text not in seen, f"{text!r} is gone", within)

    def until_so(self, so: Callable[[str], Any], what: str, within: float = 20.0) -> str:
        deadline = time.monotonic() + within
        while not so(seen := self.screen):
            if time.monotonic() > deadline:
                pytest.fail(f"not within {within:g} s: {what}. On the screen was:\n{seen}", pytrace=False)
            time.sleep(LOOK)
        return seen

    # The program

    @property
    def pid(self) -> int:
        return int((self._notes / "pid").read_text())

    def gone(self, within: float = 30.0) -> None:
        """Wait until there is no such process any more, also where nobody is left to tell of its end."""
        process, deadline = Path(f"/proc/{self.pid}"), time.monotonic() + within
        while process.exists():
            assert time.monotonic() < deadline, f"it has not ended within {within:g} s"
            time.sleep(LOOK)

    def ended(self, within: float = 30.0) -> int:
        """Wait until the program has ended; its exit code, or as a shell has it 128 and the signal."""
        code = self._notes / "code"
        self.until_so(lambda seen: code.exists(), "an end", within)
        return int(code.read_text())

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], capture_output=True, check=False)

    def _tmux(self, *arguments: str, stdin: bytes = b"") -> str:
        done = subprocess.run(
            ["tmux", "-u", "-L", self._socket, *arguments],
            input=stdin,
            capture_output=True,
            env=self._environment,
            timeout=20,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


@contextmanager
def terminal(*command: str, folder: Path, **how: Any) -> Iterator[Terminal]:
    """A terminal with this command in it, `lab` by default; closed at the end."""
    need_tmux()
    opened = Terminal(*(command or (LAB,)), folder=folder, **how)
    try:
        yield opened
    finally:
        opened.close()
