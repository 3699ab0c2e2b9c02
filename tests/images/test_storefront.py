"""The sample service, run here as it is: only the places of its files and its port are others."""

import asyncio
import importlib.util
import json
import os
import signal
import socket
from contextlib import suppress
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "images" / "storefront" / "app.py"
RELEASE = {"version": "1.0", "libraries": [], "latency": 0.005, "errors": 0.0, "lost-orders": 0.0, "startup": 0.0}
REQUEST = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"


@pytest.fixture
def app(tmp_path: Path):
    """The program as a module, with a release of its own, and a port that was free a moment ago."""
    spec = importlib.util.spec_from_file_location("storefront_app", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.RELEASE, module.CONFIG = tmp_path / "release.json", tmp_path / "app.toml"
    module.RELEASE.write_text(json.dumps(RELEASE))
    module.CONFIG.write_text('currency = "EUR"\n')
    with socket.create_server(("127.0.0.1", 0)) as free:
        module.PORT = free.getsockname()[1]
    return module


async def listening(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            with suppress(ConnectionRefusedError):
                return (await asyncio.open_connection("127.0.0.1", port))[1].close()
            await asyncio.sleep(0.01)


def connected(port: int) -> socket.socket | None:
    """A client that was let in and has asked, or None if nobody is let in any more."""
    try:
        client = socket.create_connection(("127.0.0.1", port), 5)
    except ConnectionRefusedError:
        return None
    client.sendall(REQUEST)
    return client


async def answer(client: socket.socket) -> bytes:
    reader, writer = await asyncio.open_connection(sock=client)
    try:
        return (await reader.read())[:15]
    except ConnectionError as error:
        return str(error).encode()
    finally:
        writer.close()


def test_whoever_is_let_in_while_it_ends_gets_an_answer_and_then_nobody_is_let_in(app) -> None:
    async def story() -> None:
        serving = asyncio.create_task(app.Storefront().serve())
        await listening(app.PORT)
        os.kill(os.getpid(), signal.SIGTERM)
        clients = []
        while client := connected(app.PORT):  # one more in each round of the loop
            clients.append(client)
            await asyncio.sleep(0)
        answers = await asyncio.gather(*map(answer, clients))
        assert len(clients) >= 2
        assert set(answers) == {b"HTTP/1.1 200 OK"}
        await asyncio.wait_for(serving, 10)

    asyncio.run(story())


def test_a_connection_on_which_nothing_is_asked_does_not_hold_up_its_end(app) -> None:
    async def story() -> None:
        serving = asyncio.create_task(app.Storefront().serve())
        await listening(app.PORT)
        reader, writer = await asyncio.open_connection("127.0.0.1", app.PORT)
        writer.write(REQUEST.replace(b"close", b"keep-alive"))
        assert (await reader.readline()) == b"HTTP/1.1 200 OK\r\n"
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(serving, 10)
        assert (await reader.read()).endswith(b"storefront 1.0\n")
        writer.close()

    asyncio.run(story())
