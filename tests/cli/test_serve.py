"""`lab serve`: a running session in browsers that only watch, and nothing left when the serving ends."""

import asyncio
import json
import os
import re
import signal
import socket
import string
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.cli.conftest import LAB, Lab
from tests.cli.test_interruption import paced
from tests.serve.browser import Browser, browser, missing
from tests.serve.serving import watching
from tests.tui.piloting import piloted

REQUIRED = "LAB_REQUIRE_BROWSER"

WITHIN = 30.0

LONG = """\
title: A long evening
seed: 7
service:
  image: storefront
  versions:
    "1.0": {packages: {libpay: "1.0"}}
    "1.1": {from: "1.0", packages: {libpay: "1.1"}}
traffic: {rate: 20/s}
fleets:
  pets: {servers: 3, version: "1.0", strategy: in-place}
  cattle: {servers: 3, version: "1.0", strategy: rolling}
steps:
  - say: Both fleets run 1.0.
  - at: 600s
    release: "1.1"
"""


WAY = {"\r": "Commands", "\x1b": "pets-1"}
"""Keys that lead to a server's screen, and back to the lab's; and what is to be seen there."""


@pytest.fixture
def evening(tmp_path: Path) -> Path:
    """A scenario in which nothing happens for ten minutes."""
    path = tmp_path / "evening.yaml"
    path.write_text(LONG)
    return path


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Browser]:
    if why := missing():
        (pytest.fail if os.environ.get(REQUIRED) == "1" else pytest.skip)(f"no browser to test with: {why}")
    with browser(tmp_path) as found:
        yield found


@contextmanager
def serving(environment: dict[str, str], *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`lab serve` on a free port, and the address that it printed."""
    command = [LAB, "serve", "--port", "0", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True) as server:
        try:
            assert server.stdout and server.stderr
            for line in server.stdout:
                if found := re.search(r"http://\S+", line):
                    yield server, found[0]
                    return
            pytest.fail(server.stderr.read())
        finally:
            server.kill()


def viewers(server: "subprocess.Popen[str]") -> set[int]:
    """The processes that it has started."""
    found = Path(f"/proc/{server.pid}/task").glob("*/children")
    return {int(pid) for path in found for pid in path.read_text().split()}


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def status(url: str, host: str = "") -> int:
    request = urllib.request.Request(url, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=WITHIN) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def pixels(png: bytes) -> bytes:
    """The bytes of a picture's pixels, as differences: those of a blank one are nearly all the same."""
    packed, at = b"", 8
    while at < len(png):
        length, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        packed += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    return zlib.decompress(packed)


# What is served, and where


def test_the_newest_session_that_runs_is_served_and_said(evening: Path, environment: dict[str, str]) -> None:
    with paced(evening, environment), serving(environment) as (server, address):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
        with urllib.request.urlopen(address, timeout=WITHIN) as response:
            assert "A long evening" in response.read().decode()
        server.send_signal(signal.SIGINT)
        assert server.stdout and server.stderr
        out, err = server.stdout.read(), server.stderr.read()  # with what was read ahead, which communicate() misses
    assert "Ctrl-C ends the serving; the session goes on" in out
    assert err == ""


def test_an_earlier_session_and_a_journal_are_served_by_name(
    lab: Lab, scenario: Path, environment: dict[str, str], state: Path
) -> None:
    lab("play", scenario, "--engine", "sim")
    (journal,) = state.glob("*.jsonl")
    for name in (journal.stem, str(journal)):
        with serving(environment, name) as (_, address):
            assert status(address) == 200


def test_without_a_session_that_runs_it_says_how_to_get_one(lab: Lab, scenario: Path) -> None:
    lab("play", scenario, "--engine", "sim")
    done = lab("serve")
    assert done.returncode == 2
    assert "no session runs" in done.stderr and "lab play" in done.stderr and "lab sessions" in done.stderr


def test_what_is_no_session_or_journal_is_refused(lab: Lab, scenario: Path) -> None:
    for name in ("nobody-knows", scenario):
        done = lab("serve", name, "--port", "0")
        assert done.returncode == 2
        assert str(name) in done.stderr and "Traceback" not in done.stderr


def test_a_port_in_use_is_said_with_a_way_out(lab: Lab, scenario: Path, state: Path) -> None:
    lab("play", scenario, "--engine", "sim")
    (journal,) = state.glob("*.jsonl")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = lab("serve", journal, "--port", port)
    assert done.returncode == 2
    assert f"port {port}" in done.stderr and "in use" in done.stderr and "--port" in done.stderr


def test_an_address_of_another_machine_is_refused(lab: Lab, scenario: Path, state: Path) -> None:
    lab("play", scenario, "--engine", "sim")
    (journal,) = state.glob("*.jsonl")
    for host in ("192.0.2.1", "no.such.host.invalid", "a" * 300):
        done = lab("serve", journal, "--host", host, "--port", "0")
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
        assert host in done.stderr


def test_a_token_that_can_be_guessed_is_refused(lab: Lab) -> None:
    done = lab("serve", "--token", "lab")
    assert done.returncode == 2 and "8 characters" in done.stderr


def test_without_textual_serve_it_says_what_to_install(lab: Lab, environment: dict[str, str]) -> None:
    program = "import sys; sys.modules['textual_serve'] = None; from lab.cli.main import run; sys.exit(run(['serve']))"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "pip install 'immutable-lab[serve]'" in done.stderr


def test_the_verb_is_listed_and_its_help_teaches(lab: Lab) -> None:
    assert "serve" in lab("--help").stdout
    assert "lab serve --host 0.0.0.0" in lab("serve", "--help").stdout


# Who may look


def test_others_need_the_token_that_is_in_the_address(evening: Path, environment: dict[str, str]) -> None:
    with paced(evening, environment), serving(environment, "--host", "0.0.0.0") as (_, address):
        token = re.search(r"\?token=([\w-]{20,})$", address)
        assert token
        door = f"http://127.0.0.1:{re.findall(r':([0-9]+)/', address)[0]}/"
        assert status(door) == 401
        assert status(f"{door}?token={'x' * len(token[1])}") == 401
        assert status(f"{door}?token={token[1]}") == 200


@pytest.mark.parametrize("given", ["option", "environment"])
def test_a_token_of_ones_own_is_asked_for_on_the_loopback_too(
    evening: Path, environment: dict[str, str], given: str
) -> None:
    own = ["--token", "sesame & co"] if given == "option" else []
    environment = environment if own else {**environment, "LAB_TOKEN": "sesame & co"}
    with paced(evening, environment), serving(environment, *own) as (_, address):
        assert address.endswith("?token=sesame%20%26%20co")
        assert status(address.partition("?")[0]) == 401
        assert status(address) == 200


def test_the_loopback_answers_under_its_own_names_only(evening: Path, environment: dict[str, str]) -> None:
    with paced(evening, environment), serving(environment, "--host", "localhost") as (_, address):
        assert status(address) == 200
        assert status(address, "rebound.example") == 403


# The end


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)])
@piloted
async def test_no_viewer_outlives_the_serving_and_the_session_does(number, code, evening, environment):
    with paced(evening, environment) as session, serving(environment) as (server, address):
        async with aiohttp.ClientSession() as http, watching(http, address.rstrip("/")) as watcher:
            await watcher.until("cattle")
            started = viewers(server)
            assert len(started) == 1
            server.send_signal(number)
            await watcher.until_closed()
            assert await asyncio.to_thread(server.wait, WITHIN) == code
        assert all(gone(pid) for pid in started)
        assert session.poll() is None


@piloted
async def test_no_viewer_outlives_a_server_that_was_killed(evening, environment):
    with paced(evening, environment), serving(environment) as (server, address):
        async with aiohttp.ClientSession() as http, watching(http, address.rstrip("/")) as watcher:
            await watcher.until("cattle")
            started = viewers(server)
            server.kill()
            await asyncio.to_thread(until, lambda: all(gone(pid) for pid in started), "the end of the viewer")


# What viewers see and can do


@piloted
async def test_two_viewers_of_a_session_see_the_same_as_it_grows(scenario, environment):
    with paced(scenario, environment), serving(environment) as (_, address):
        address = address.rstrip("/")
        async with (
            aiohttp.ClientSession() as http,
            watching(http, address, query="?width=170&height=50") as one,
            watching(http, address, query="?width=170&height=50") as other,
        ):
            for watcher in (one, other):
                for text in ("A small one", "pets", "cattle", "1.1"):  # the last is released after they have come
                    await watcher.until(text)


@piloted
async def test_no_key_of_a_viewer_reaches_the_session_or_this_machine(evening, environment, state, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    environment = {**environment, "HOME": str(home)}
    with paced(evening, environment) as session, serving(environment) as (_, address):
        (journal,) = state.glob("*.jsonl")
        async with aiohttp.ClientSession() as http, watching(http, address.rstrip("/")) as watcher:
            await watcher.until("pets-1")
            for way, place in WAY.items():
                watcher.drawn = ""
                await watcher.press(way)
                await watcher.until(place)
                for key in string.ascii_letters.replace("q", "") + string.digits:
                    await watcher.press(key)
            await watcher.press("\x11")  # ctrl+q: the last key is answered, so all were
            await watcher.until_closed()
        session.send_signal(signal.SIGINT)
        session.wait(WITHIN)
    events = [json.loads(line) for line in journal.read_text().splitlines()]
    assert {event["verb"] for event in events if event["kind"] == "order-given"} == {"say"}
    assert not [event for event in events if event["kind"].startswith("shell")]
    assert {path.name for path in state.iterdir()} == {journal.name}
    assert not [path for path in home.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


@pytest.mark.browser
def test_a_session_can_be_watched_in_a_real_browser(
    evening: Path, environment: dict[str, str], window: Browser
) -> None:
    with paced(evening, environment), serving(environment, "--token", "on the projector") as (_, address):
        window.open(address)
        for text in ("A long evening", "pets", "cattle"):
            window.until(lambda page, text=text: text in page.terminal(), text)  # type: ignore[misc]
        assert "token" not in window.url
        assert len({*pixels(window.picture())}) > 64
        before = window.terminal()
        window.press("?")
        window.until(lambda page: page.terminal() != before, "help")
        assert window.complaints() == []
    window.until(lambda page: "Look again" in str(page.run("return document.body.innerText")), "the end")
