"""The screens while the Docker engine says nothing more, or is gone: they answer, and say what has happened."""

import os

import docker
import pytest

from lab.engines.docker import cleanup
from lab.engines.docker.labels import SESSION
from lab.model.orders import Release, Scan
from lab.model.scorecard import scorecard
from lab.tui.screens.leave import LeaveScreen
from lab.tui.screens.order_menu import OrderMenu
from lab.tui.settings import Settings
from lab.tui.widgets.fleet_grid import FleetGrid
from tests.docker.relay import Relay
from tests.tui.opened import QUIET, lab_screen, running, told
from tests.tui.piloting import piloted, until

pytestmark = pytest.mark.docker

SOON = 20.0
"""Seconds within which a key is answered, on a slow machine too: a screen that waits for the engine takes a minute."""


ENGINE = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")


@pytest.fixture
def relay(monkeypatch):
    if not ENGINE.startswith("unix://"):
        pytest.skip("the engine is not on a local socket")
    relay = Relay(ENGINE)
    monkeypatch.setenv("DOCKER_HOST", relay.host)
    yield relay
    relay.cut()


@pytest.fixture
def client():
    """The engine itself, past the relay."""
    client = docker.DockerClient(ENGINE)
    yield client
    client.close()


def made(client, session):
    found = client.containers.list(all=True, filters={"label": f"{SESSION}={session}"}, ignore_removed=True)
    return [container.name for container in found]


def running_versions(live):
    return {name: dict(score.versions) for name, score in scorecard(live.picture.state).items()}


async def answered(pilot, key, so):
    """Press a key, and wait a short time for what it does."""
    await pilot.press(key)
    await until(pilot, so, within=SOON)


@piloted
async def test_keys_are_answered_while_the_engine_says_nothing_and_then_all_goes_on(tmp_path, relay, client):
    async with running(tmp_path, QUIET, settings=Settings(engine="docker")) as (app, pilot):
        live, grid = app.live, app.screen.query_one(FleetGrid)
        await until(pilot, lambda: running_versions(live) == {"pets": {"1.0": 2}, "cattle": {"1.0": 2}})
        lab_screen(app).tick()
        with relay.stalled():
            live.give(Release(version="1.1"))
            await answered(pilot, "home", lambda: grid.selected == "pets-1")
            await answered(pilot, "right", lambda: grid.selected == "pets-2")
            await answered(pilot, "z", lambda: lab_screen(app).maximized is grid)
            await answered(pilot, "z", lambda: lab_screen(app).maximized is None)
            await answered(pilot, "m", lambda: isinstance(app.screen, OrderMenu))
            await pilot.press("escape")
            await answered(pilot, "q", lambda: isinstance(app.screen, LeaveScreen))
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is lab_screen(app))
            assert running_versions(live) == {"pets": {"1.0": 2}, "cattle": {"1.0": 2}}
        await until(pilot, lambda: running_versions(live) == {"pets": {"1.1": 2}, "cattle": {"1.1": 2}})
        assert live.error is None
        session = live.name
    assert made(client, session) == []


@piloted
async def test_a_dead_engine_is_told_once_an_order_meets_it_and_what_is_left_can_be_removed(tmp_path, relay, client):
    async with running(tmp_path, QUIET, settings=Settings(engine="docker")) as (app, pilot):
        live = app.live
        relay.cut()
        live.give(Scan())
        await until(pilot, lambda: "The session ended early" in told(app))
        assert "does not answer" in told(app) and "`lab down`" in told(app)
        assert live.ended and live.name in cleanup.find(client)
        await pilot.press("right", "q")
        await until(pilot, lambda: app.live is None)
        session = live.name
    assert cleanup.remove(client, [session]) == []
    assert made(client, session) == []
