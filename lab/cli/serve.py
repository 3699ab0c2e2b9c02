"""`lab serve`: the screens of a session in browsers, for a projector or for those who sit elsewhere."""

import asyncio
import importlib.util
import signal
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

    from lab.serve.server import Server
    from lab.sessions import Session

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

TOKEN_LENGTH = 8
"""Characters at least: a shorter one can be guessed."""


def _token(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is not None and len(value) < TOKEN_LENGTH:
        raise click.BadParameter(f"give at least {TOKEN_LENGTH} characters, or leave it out to have one made")
    return value


@click.command(short_help="Show a session in browsers.")
@click.argument("session", metavar="[SESSION|JOURNAL]", required=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all of them.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option(
    "--token",
    callback=_token,
    envvar="LAB_TOKEN",
    help="Let in only who has it; also from the environment's LAB_TOKEN. Made for you if others can reach --host.",
)
@click.option("--open", "open_", is_flag=True, help="Open it in a browser here.")
def command(session: str | None, host: str, port: int, token: str | None, open_: bool) -> int:
    """Show a session that runs, the newest or the one that is named, in any number of browsers at a time.

    Each of them follows the session's journal and only watches: nothing can be ordered from a browser, and the
    session does not notice. A journal of an earlier session is shown just so. Without --host nobody but this machine
    can reach it; with it, only those who have the token. Ctrl-C ends the serving, and not the session.

    \b
    Examples:
      lab serve                          the newest session that runs, on http://127.0.0.1:8000/
      lab serve --port 0 --open          on any free port, in a browser at once
      lab serve brisk-otter-4f2a         a session that `lab sessions` lists
      lab serve --host 0.0.0.0           for a room: prints an address with a token in it
    The address takes ?fontsize=24 for larger letters.
    """
    _require_textual_serve()
    from lab.serve.address import is_loopback, listen
    from lab.serve.gate import Gate
    from lab.serve.server import Server

    shown = _find(session)
    with listen(host, port) as listening:
        address, port = listening.getsockname()[:2]
        local = is_loopback(host) and is_loopback(address)
        gate = Gate(token if local else token or _new_token(), local, port)
        argv = [sys.executable, "-P", "-m", "lab", "replay", "--follow", str(shown.journal)]
        return _serve(Server(argv, shown.title, gate), listening, shown, host, open_)


def _require_textual_serve() -> None:
    from lab.serve.address import ServeError

    if importlib.util.find_spec("textual_serve") is None:
        raise ServeError("`lab serve` needs textual-serve: pip install 'immutable-lab[serve]'")


def _new_token() -> str:
    import secrets

    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class _Shown:
    """What is served: a journal, and what to call it."""

    journal: "Path"
    title: str


def _find(name: str | None) -> _Shown:
    """The session or journal of that name; without one, the newest session that runs."""
    from pathlib import Path

    from lab import sessions
    from lab.journal import read
    from lab.model.events import SessionOpened
    from lab.report.timeline import plain

    if name is None:
        journal = _newest().journal
    else:
        found = None if Path(name).exists() else sessions.find(name)
        journal = (found.journal if found else Path(name)).absolute()
    first = next(read(journal))
    title = plain(first.title) if isinstance(first, SessionOpened) else ""
    return _Shown(journal, f"{title} · {journal.stem}")


def _newest() -> "Session":
    from lab import sessions
    from lab.serve.address import ServeError

    running = next((listed.session for listed in sessions.listed() if listed.state == "running"), None)
    if running is None:
        raise ServeError(
            "no session runs. Start one with `lab` or `lab play`, or name an earlier one of `lab sessions`."
        )
    return running


def _serve(server: "Server", listening: "socket.socket", shown: _Shown, host: str, open_: bool) -> int:
    from lab.serve.address import reachable, url

    here = url(reachable(host), server.gate.port, server.gate.token)
    click.echo(f"{shown.title}\n  {here}")
    if not server.gate.local:
        click.echo("Who has this address can watch. Nothing is encrypted: use it in a network that you trust.")
    click.echo("Viewers only watch. Ctrl-C ends the serving; the session goes on.")
    sys.stdout.flush()
    if open_:
        click.launch(here)
    number = asyncio.run(_until_signal(server, listening))
    return 130 if number == signal.SIGINT else 0


async def _until_signal(server: "Server", listening: "socket.socket") -> int:
    """Serve until a signal comes; which one."""
    loop = asyncio.get_running_loop()
    heard: asyncio.Future[int] = loop.create_future()
    with _signals(loop, heard):
        await server.serve(listening, heard)
    return heard.result()


@contextmanager
def _signals(loop: asyncio.AbstractEventLoop, heard: "asyncio.Future[int]") -> "Iterator[None]":
    def take(number: int) -> None:
        if not heard.done():
            heard.set_result(number)

    def hear(number: int, frame: "FrameType | None") -> None:
        loop.call_soon_threadsafe(take, number)

    before = {number: signal.signal(number, hear) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
