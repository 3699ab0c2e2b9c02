"""The terminal as Textual drives it, made sturdy: it may send any bytes, and it may go away. Not for Windows."""

import codecs
from contextlib import suppress
from functools import partial
from typing import Any, TextIO

from textual.drivers import linux_driver

# Bytes that are no UTF-8 come in as `�`: the driver would fall over them, and the keyboard with it.
vars(linux_driver)["getincrementaldecoder"] = lambda name: partial(codecs.getincrementaldecoder(name), "replace")


class _Output:
    """A terminal's output that takes everything, also when there is no terminal any more.

    The thread that writes to it would end there otherwise, and whoever has something to write would wait for ever.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


class SturdyDriver(linux_driver.LinuxDriver):
    """Leaves it to the signal that says so to end the lab when its terminal is gone."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._file: Any = _Output(self._file)

    def run_input_thread(self) -> None:
        with suppress(OSError):
            super().run_input_thread()
