"""What a browser says to its viewer: keys, sizes, focus. A browser is not trusted: what it says has limits."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import WSMsgType, web

from lab.serve.viewer import Viewer

LIMIT = 64 * 1024
"""Bytes in one message."""

LARGEST = (500, 200)
"""Columns and rows beyond which no screen is drawn, whatever a browser says that it has."""


async def pass_on(browser: web.WebSocketResponse, viewer: Viewer) -> None:
    """Tell the viewer what the browser says, until one of them ends or the browser talks nonsense."""
    async for message in browser:
        try:
            if message.type is not WSMsgType.TEXT:
                raise ValueError("not text")
            kind, *rest = message.json()
            await SAYINGS[kind](browser, viewer, *rest)
        except (ValueError, TypeError, LookupError, AttributeError):
            await browser.close(code=1003, message=b"not understood")
        except ConnectionError:
            return


async def _typed(browser: web.WebSocketResponse, viewer: Viewer, text: str) -> None:
    await viewer.send_bytes(text.encode(errors="replace"))


async def _resized(browser: web.WebSocketResponse, viewer: Viewer, said: Mapping[str, Any]) -> None:
    await viewer.set_terminal_size(*size(said))


async def _pinged(browser: web.WebSocketResponse, viewer: Viewer, what: str) -> None:
    await browser.send_json(["pong", what])


async def _focused(browser: web.WebSocketResponse, viewer: Viewer) -> None:
    await viewer.focus()


async def _blurred(browser: web.WebSocketResponse, viewer: Viewer) -> None:
    await viewer.blur()


SAYINGS: Mapping[str, Callable[..., Awaitable[None]]] = {
    "stdin": _typed,
    "resize": _resized,
    "ping": _pinged,
    "focus": _focused,
    "blur": _blurred,
}


def size(said: Mapping[str, Any]) -> tuple[int, int]:
    """Columns and rows, within reason."""
    width, height = number(said.get("width"), 80), number(said.get("height"), 24)
    return min(max(1, width), LARGEST[0]), min(max(1, height), LARGEST[1])


def number(said: Any, usual: int) -> int:
    """The number that is meant, or else the usual one."""
    try:
        return int(said)
    except (ValueError, TypeError, OverflowError):
        return usual
