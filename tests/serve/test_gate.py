"""Who may look: names, origins and tokens, over real HTTP."""

import re

import aiohttp
import pytest

from tests.serve.serving import served, watching
from tests.tui.piloting import piloted

TOKEN = "correct horse; battery"
DOORS = ("/", "/page.css", "/static/js/textual.js", "/download/x", "/ws", "/nothing")


async def status(session: aiohttp.ClientSession, url: str, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with session.get(url, headers=named) as response:
        return response.status


@piloted
async def test_without_the_token_no_door_opens():
    async with served(TOKEN) as address, aiohttp.ClientSession() as session:
        for door in DOORS:
            assert await status(session, address + door, Origin=address) == 401, door


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-1], TOKEN + "x", "é" * 9, "%FF", "%00"])
@piloted
async def test_a_wrong_token_opens_nothing_and_leaves_no_cookie(token):
    async with served(TOKEN) as address, aiohttp.ClientSession() as session:
        for door in DOORS:
            async with session.get(f"{address}{door}?token={token}", headers={"Origin": address}) as response:
                assert response.status == 401
                assert not response.cookies


@piloted
async def test_the_token_is_asked_for_once_and_leaves_the_address_bar():
    jar = aiohttp.CookieJar(unsafe=True)
    async with served(TOKEN, title="A title") as address, aiohttp.ClientSession(cookie_jar=jar) as session:
        async with session.get(address, params={"token": TOKEN, "fontsize": "24"}) as response:
            hop = await response.text()
            (cookie,) = response.cookies.values()
        onward = re.search(r"url=([^\"]*)", hop)
        assert onward and onward[1] == "/?fontsize=24"
        assert cookie["httponly"] and cookie["samesite"] == "Strict" and TOKEN not in cookie.value
        async with session.get(address + onward[1]) as response:
            assert "A title" in await response.text()
        assert await status(session, f"{address}/static/js/textual.js") == 200
        async with watching(session, address) as watcher:
            await watcher.until("nothing yet")


@piloted
async def test_two_labs_on_a_machine_do_not_take_each_others_viewers_away():
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        served(TOKEN) as one,
        served("another-token") as other,
        aiohttp.ClientSession(cookie_jar=jar) as session,
    ):
        assert await status(session, f"{one}?token={TOKEN}") == 200
        assert (await status(session, one), await status(session, other)) == (200, 401)
        assert await status(session, f"{other}?token=another-token") == 200
        assert (await status(session, one), await status(session, other)) == (200, 200)


@piloted
async def test_a_cookie_of_another_token_opens_nothing():
    async with served(TOKEN) as one, served("another-token") as other, aiohttp.ClientSession() as session:
        async with session.get(one, params={"token": TOKEN}) as response:
            (cookie,) = response.cookies.values()
        port = other.rpartition(":")[2]
        assert await status(session, other, Cookie=f"lab-{port}={cookie.value}") == 401


@piloted
async def test_the_token_in_the_query_opens_the_page_only():
    async with served(TOKEN) as address, aiohttp.ClientSession() as session:
        assert await status(session, f"{address}/page.css?token={TOKEN}") == 401
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with watching(session, address, query=f"?token={TOKEN}"):
                pass
        assert refused.value.status == 401


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1234", "LOCALHOST", "[::1]:8000", "127.8.8.8"])
@piloted
async def test_a_local_lab_answers_under_the_names_of_the_loopback(host):
    async with served() as address, aiohttp.ClientSession() as session:
        assert await status(session, address, Host=host) == 200


REBOUND = ["rebound.example", "127.0.0.1.rebound.example", "192.168.1.5:8000", "[", "", "x@y:1:2"]


@pytest.mark.parametrize("host", REBOUND)
@piloted
async def test_a_name_that_was_bent_to_lead_here_is_refused(host):
    async with served() as address, aiohttp.ClientSession() as session:
        for door in DOORS:
            assert await status(session, address + door, Host=host, Origin=f"http://{host}") in (400, 403), door


@piloted
async def test_a_lab_for_others_answers_under_every_name_that_leads_to_it():
    async with served(TOKEN, local=False) as address, aiohttp.ClientSession() as session:
        assert await status(session, address, Host="beamer.example:8000") == 401
        url = f"{address}/?token={TOKEN}"
        assert await status(session, url, Host="beamer.example:8000") == 200


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1", "http://[", ""])
@piloted
async def test_a_page_of_elsewhere_opens_no_websocket(origin):
    async with served() as address, aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with session.ws_connect(f"{address}/ws", origin=origin):
                pass
        assert refused.value.status == 403
        assert await status(session, address, Origin=origin) == 403


@piloted
async def test_a_websocket_names_its_origin():
    async with served() as address, aiohttp.ClientSession() as session:
        assert await status(session, f"{address}/ws") == 403


@piloted
async def test_the_page_is_framed_nowhere_kept_nowhere_and_loads_nothing_from_elsewhere():
    async with served() as address, aiohttp.ClientSession() as session, session.get(address) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy and "default-src 'self'" in policy
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
        page = await response.text()
        assert {*re.findall(r"//[\w.:]+", page)} == {address.removeprefix("http:")}
