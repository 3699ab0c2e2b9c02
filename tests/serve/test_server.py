"""What is served: pages, viewers that live as long as their browsers, and limits to what browsers may say."""

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from lab.serve.server import VIEWERS
from tests.serve.serving import WITHIN, served, watching
from tests.tui.piloting import piloted

ENDLESS = (sys.executable, "-c", "import time; time.sleep(600)")


def children() -> set[int]:
    """Processes of ours that have not ended."""
    return {int(pid) for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()}


async def until(condition) -> None:
    async with asyncio.timeout(WITHIN):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@piloted
async def test_keys_go_to_the_viewer_and_what_it_draws_comes_back():
    async with served() as address, aiohttp.ClientSession() as session, watching(session, address) as watcher:
        await watcher.until("nothing yet")
        await watcher.press("q")
        await watcher.until("pressed-q")


@piloted
async def test_every_browser_has_a_viewer_of_its_own():
    async with (
        served() as address,
        aiohttp.ClientSession() as session,
        watching(session, address) as one,
        watching(session, address) as other,
    ):
        await one.press("q")
        await one.until("pressed-q")
        await other.press("z")
        await other.until("pressed-z")
        assert "pressed-q" not in other.drawn


@piloted
async def test_a_viewer_ends_with_its_browser():
    before = children()
    async with served() as address, aiohttp.ClientSession() as session:
        async with watching(session, address) as watcher:
            await watcher.until("nothing yet")
            assert children() - before
        await until(lambda: children() <= before)


@pytest.mark.parametrize("argv", [None, ENDLESS], ids=["drawing", "not drawing"])
@piloted
async def test_no_viewer_outlives_the_serving(argv):
    before = children()
    async with aiohttp.ClientSession() as session:
        async with served(**({"argv": argv} if argv else {})) as address:
            socket = await session.ws_connect(f"{address}/ws", origin=address)
            await until(lambda: children() - before)
        assert children() <= before
        await socket.close()


@piloted
async def test_a_browser_is_let_go_when_its_viewer_ends():
    async with served() as address, aiohttp.ClientSession() as session, watching(session, address) as watcher:
        await watcher.until("nothing yet")
        await watcher.press("e")
        await watcher.until_closed()


@piloted
async def test_a_viewer_that_cannot_start_lets_its_browser_go():
    broken = (sys.executable, "-c", "raise SystemExit('no')")
    async with (
        served(argv=broken) as address,
        aiohttp.ClientSession() as session,
        watching(session, address) as watcher,
    ):
        await watcher.until_closed()


@piloted
async def test_a_size_within_reason_is_taken_whatever_a_browser_says():
    async with (
        served() as address,
        aiohttp.ClientSession() as session,
        watching(session, address, query="?width=1000000000&height=nonsense") as watcher,
    ):
        await watcher.until("size-500x24")
        await watcher.socket.send_json(["resize", {"width": 60, "height": 20}])
        await watcher.until("size-60x20")
        await watcher.socket.send_json(["resize", {"width": -5, "height": 10**12}])
        await watcher.socket.send_json(["resize", {"width": "70", "height": 10**12}])
        await watcher.until("size-70x200")


NONSENSE = ["", "{", "5", "[]", '["launch"]', '["stdin"]', '["stdin", 5]', '["resize", 7]', '[["stdin"], "q"]', "null"]


@pytest.mark.parametrize("text", NONSENSE)
@piloted
async def test_a_browser_that_talks_nonsense_is_let_go_alone(text):
    async with (
        served() as address,
        aiohttp.ClientSession() as session,
        watching(session, address) as sane,
        watching(session, address) as mad,
    ):
        await mad.socket.send_str(text)
        await mad.until_closed()
        await sane.press("q")
        await sane.until("pressed-q")


@piloted
async def test_a_long_paste_is_not_taken():
    async with served() as address, aiohttp.ClientSession() as session, watching(session, address) as watcher:
        await watcher.socket.send_json(["stdin", "q" * 1_000_000])
        await watcher.until_closed()


@piloted
async def test_no_more_than_the_machine_can_bear_may_watch():
    async with served(argv=ENDLESS) as address, aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        for _ in range(VIEWERS):
            await stack.enter_async_context(watching(session, address))
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await stack.enter_async_context(watching(session, address))
        assert refused.value.status == 503


@piloted
async def test_a_picture_of_the_screen_goes_to_the_browser_and_not_to_this_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    async with served() as address, aiohttp.ClientSession() as session, watching(session, address) as watcher:
        await watcher.until("nothing yet")
        await watcher.press("s")
        async with asyncio.timeout(WITHIN):
            while not watcher.said:
                await watcher.read()
        (kind, key) = watcher.said[0]
        assert kind == "deliver_file_start"
        reading = asyncio.create_task(watcher.until_closed())
        async with session.get(f"{address}/download/{key}") as response:
            assert response.headers["Content-Disposition"].startswith("attachment")
            assert (await response.text()).startswith("<svg")
        async with session.get(f"{address}/download/{key}") as response:
            assert response.status == 404
        reading.cancel()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@piloted
async def test_nothing_that_is_shown_can_lead_a_browser_elsewhere():
    async with served() as address, aiohttp.ClientSession() as session, watching(session, address) as watcher:
        await watcher.until("nothing yet")
        await watcher.press("o")
        await watcher.until("asked-to-open")
        assert not watcher.said


@piloted
async def test_the_page_shows_its_title_as_text_and_letters_as_large_as_asked():
    async with served(title='<b title="x">&') as address, aiohttp.ClientSession() as session:
        for asked, taken in {"24": "24", "0": "6", "9999": "72", "<b>": "16"}.items():
            async with session.get(address, params={"fontsize": asked}) as response:
                page = await response.text()
            assert f'data-font-size="{taken}"' in page
            assert "<b" not in page.partition("<body>")[2].replace("<body", "")
