"""A real browser for tests: headless Chromium, driven over the WebDriver protocol by its own driver."""

import base64
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DRIVER, CHROMIUM = "chromedriver", "chromium"

WITHIN = 60.0
"""Seconds after which what was waited for does not come."""

FLAGS = [
    "--headless",
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--window-size=1600,1000",
]

READ_TERMINAL = """
const terminal = document.querySelector(".xterm"), screen = document.querySelector(".xterm-screen");
if (!screen) return "";
const place = screen.getBoundingClientRect();
const mouse = (kind, target, x, y) => target.dispatchEvent(new MouseEvent(kind, {
  bubbles: true, cancelable: true, view: window, detail: 1, button: 0, buttons: kind == "mouseup" ? 0 : 1,
  shiftKey: true, clientX: x, clientY: y}));
mouse("mousedown", screen, place.left + 1, place.top + 1);
mouse("mousemove", document, place.right - 1, place.bottom - 1);
mouse("mouseup", document, place.right - 1, place.bottom - 1);
const held = new DataTransfer();
terminal.dispatchEvent(new ClipboardEvent("copy", {bubbles: true, cancelable: true, clipboardData: held}));
mouse("mousedown", screen, place.left + 1, place.top + 1);
mouse("mouseup", document, place.left + 1, place.top + 1);
return held.getData("text/plain");
"""
"""Selects the whole terminal as with the mouse, Shift held down, and copies: the text that is on the screen.

A click lets the selection go again."""


def missing() -> str:
    """Why there is no browser to test with; empty if there is one."""
    names = [name for name in (CHROMIUM, DRIVER) if shutil.which(name) is None]
    return f"{' and '.join(names)} not installed (Debian: apt install chromium chromium-driver)" if names else ""


class Browser:
    """One window."""

    def __init__(self, driver: str, session: str) -> None:
        self._session = f"{driver}/session/{session}"

    def open(self, url: str) -> None:
        _ask("POST", f"{self._session}/url", {"url": url})

    @property
    def url(self) -> str:
        return str(_ask("GET", f"{self._session}/url"))

    def run(self, script: str) -> Any:
        return _ask("POST", f"{self._session}/execute/sync", {"script": script, "args": []})

    def terminal(self) -> str:
        """What the terminal in the page shows, as text."""
        return str(self.run(READ_TERMINAL))

    def press(self, keys: str) -> None:
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        _ask("POST", f"{self._session}/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def picture(self) -> bytes:
        """The page as PNG."""
        return base64.b64decode(_ask("GET", f"{self._session}/screenshot"))

    def complaints(self) -> list[str]:
        """What the browser had to say about the page: errors, and what the page's policy forbade."""
        entries = _ask("POST", f"{self._session}/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def until(self, condition: Callable[["Browser"], bool], what: str) -> None:
        """Wait until the condition holds; says what the terminal showed if it never does."""
        deadline = time.monotonic() + WITHIN
        while not condition(self):
            assert time.monotonic() < deadline, f"{what} did not come; the page shows:\n{self.terminal()}"
            time.sleep(0.1)


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser with a profile of its own, in `folder`."""
    log = folder / "chromedriver.log"
    with subprocess.Popen([DRIVER, "--port=0", f"--log-path={log}"], stdout=subprocess.PIPE, text=True) as driver:
        session = ""
        try:
            address = f"http://127.0.0.1:{_port(driver)}"
            options = {"args": [*FLAGS, f"--user-data-dir={folder / 'profile'}"], "binary": shutil.which(CHROMIUM)}
            wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            session = _ask("POST", f"{address}/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
            yield Browser(address, session)
        finally:
            if session:
                _ask("DELETE", f"{address}/session/{session}")
            driver.terminate()


def _port(driver: "subprocess.Popen[str]") -> int:
    assert driver.stdout
    for line in driver.stdout:
        if "started successfully on port" in line:
            return int(line.rstrip().rstrip(".").rpartition(" ")[2])
    raise AssertionError("chromedriver did not start")


def _ask(method: str, url: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=WITHIN) as response:
            return json.load(response)["value"]
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} {url}: {error.read().decode(errors='replace')[:2000]}") from None
