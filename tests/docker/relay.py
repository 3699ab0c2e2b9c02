"""A way to the real engine that can be cut, or stopped up, without harm to the engine."""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit


class Relay:
    """Passes connections on to the engine at `engine`, a local socket's address, until it is cut.

    While it is `stalled` connections stay open, and new ones are taken, but nothing comes through. With `quiet`,
    what the engine says arrives in one piece, once it has said nothing for so many seconds: so it is with a reader
    that does not get the processor.
    """

    def __init__(self, engine: str, quiet: float = 0.0) -> None:
        self._engine = urlsplit(engine)
        self._quiet = quiet
        self._open: list[socket.socket] = []
        self._flowing = threading.Event()
        self._flowing.set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.host = f"tcp://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        for each in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    @contextlib.contextmanager
    def stalled(self) -> Iterator[None]:
        self._flowing.clear()
        try:
            yield
        finally:
            self._flowing.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, far = self._listening.accept()[0], socket.socket(socket.AF_UNIX)
                far.connect(self._engine.path)
                self._open += [near, far]
                for source, target, quiet in ((near, far, 0.0), (far, near, self._quiet)):
                    threading.Thread(target=self._pass, args=(source, target, quiet), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, quiet: float) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                while quiet and select.select([source], [], [], quiet)[0] and (more := source.recv(65536)):
                    data += more
                self._flowing.wait()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
