"""The screen of one server: of a session that runs, and of one that was recorded; and a shell on it."""

import pytest
from textual.widgets import Input, Static, TabbedContent

from lab.model.orders import Kill, Release, Scan, Ssh
from lab.tui.screens.lab import LabScreen
from lab.tui.screens.prompt import PromptScreen
from lab.tui.screens.server import RECORDED, ServerScreen
from tests.tui.opened import grid, replayed, running, server, text_of, told
from tests.tui.piloting import piloted, until

TIMEOUT = {"path": "/etc/storefront/app.toml", "set": {"timeout": 30}}


def ssh(number, **what):
    return Ssh.model_validate({"server": number, "who": "mona", **what})


def text(app, name):
    return text_of(app.screen.query_one(f"#{name}", Static))


async def opened(app, pilot, *keys):
    """The screen of the server to which keys lead."""
    await pilot.press(*keys, "enter")
    await until(pilot, lambda: isinstance(app.screen, ServerScreen) and "server" in text(app, "facts"))


async def tab(pilot, key):
    await pilot.press(key)
    await pilot.pause()


async def reads(app, pilot, *texts):
    """Wait until the facts say all this: at first there is no more room for them than for one line."""
    await until(pilot, lambda: all(told in text(app, "facts") for told in texts))


def done_by_hand(app, **what):
    """Something is done on the first of the pets."""
    app.live.give(ssh(1, **what), ("pets",))


@piloted
async def test_enter_opens_the_server_under_the_cursor_and_escape_leads_back():
    async with replayed(at=28.0) as (app, pilot):
        await opened(app, pilot, "right", "right")
        await reads(app, pilot, "pets-3, number 3 of pets, pool main: healthy")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LabScreen))
        assert grid(app, "pets").selected == "pets-3"


@piloted
async def test_a_line_of_drift_opens_its_server():
    async with replayed(at=28.0) as (app, pilot):
        await opened(app, pilot, "4", "home")
        await reads(app, pilot, "pets-3")


@piloted
async def test_numbers_are_the_tabs():
    async with replayed(at=28.0) as (app, pilot):
        await opened(app, pilot)
        for key, name in (("2", "packages"), ("3", "logs"), ("4", "commands"), ("1", "changes")):
            await tab(pilot, key)
            assert app.screen.query_one(TabbedContent).active == name


@piloted
async def test_a_recorded_server_shows_what_was_recorded_and_says_what_was_not():
    async with replayed(at=28.0) as (app, pilot):
        await opened(app, pilot, "right", "right")
        await until(pilot, lambda: "app.toml#timeout: expected 10, got 30" in text(app, "text-changes"))
        for key, name in (("2", "packages"), ("3", "logs")):
            await tab(pilot, key)
            await until(pilot, lambda name=name: RECORDED in text(app, f"text-{name}"))
        await tab(pilot, "4")
        assert "ssh by mona" in text(app, "text-commands")
        assert "storefront-status --expect 1.2" in text(app, "text-commands")


@piloted
async def test_facts_are_what_the_record_says():
    async with replayed(at=28.0) as (app, pilot):
        await opened(app, pilot, "right", "right")
        state = app.screen._deck.picture.state.fleets["pets"].servers["pets-3"]
        drift = f"{len(state.drift)} differences from 1.2 (scanned at 00:26.0)"
        await reads(app, pilot, f"1.0  {state.digest}", "1.2, launched at 00:00.0, up 00:28.0", drift)


@piloted
async def test_a_drifted_file_is_held_against_what_is_declared_line_by_line(tmp_path):
    async with running(tmp_path, speed=5.0) as (app, pilot):
        done_by_hand(app, write=TIMEOUT)
        await until(pilot, lambda: app.live.picture.commands["pets-1"])
        await opened(app, pilot)
        await until(pilot, lambda: "+timeout = 30" in text(app, "text-changes"))
        assert "-timeout = 10" in text(app, "text-changes")
        assert "≠ config:/etc/storefront/app.toml#timeout: expected 10, got 30" in text(app, "text-changes")
        assert "docker run" in text(app, "text-changes")


@piloted
async def test_f5_looks_again_and_finds_what_was_done_since(tmp_path):
    async with running(tmp_path) as (app, pilot):
        await opened(app, pilot)
        await until(pilot, lambda: "Exactly what image 1.0 declares." in text(app, "text-changes"))
        done_by_hand(app, write=TIMEOUT)
        await until(pilot, lambda: app.live.picture.commands["pets-1"])
        await pilot.press("f5")
        await until(pilot, lambda: "+timeout = 30" in text(app, "text-changes"), 4)


@piloted
async def test_packages_are_marked_where_they_are_not_what_is_declared(tmp_path):
    async with running(tmp_path, speed=5.0) as (app, pilot):
        done_by_hand(app, install={"storefront": "1.1"})
        await until(pilot, lambda: app.live.picture.commands["pets-1"])
        await opened(app, pilot)
        await tab(pilot, "2")
        await until(pilot, lambda: "≠  storefront  1.1" in text(app, "text-packages"))


@piloted
async def test_logs_follow(tmp_path):
    async with running(tmp_path, speed=5.0) as (app, pilot):
        await opened(app, pilot)
        await tab(pilot, "3")
        await until(pilot, lambda: "looking" not in text(app, "text-logs"))
        before = text(app, "text-logs")
        done_by_hand(app, restart=True)
        await until(pilot, lambda: text(app, "text-logs") != before)


@piloted
async def test_commands_are_exactly_those_that_were_run(tmp_path):
    async with running(tmp_path, speed=5.0) as (app, pilot):
        done_by_hand(app, restart=True)
        await until(pilot, lambda: app.live.picture.commands["pets-1"])
        await opened(app, pilot)
        await tab(pilot, "4")
        done = app.live.picture.commands["pets-1"][0]
        await until(pilot, lambda: done.command in text(app, "text-commands"))


@pytest.mark.parametrize(("order", "fleet"), [(Kill(server=1), "pets"), (Release(version="1.1"), "cattle")])
@piloted
async def test_a_server_that_goes_while_it_is_looked_at_is_said_to_have_gone(tmp_path, order, fleet):
    async with running(tmp_path, speed=30.0) as (app, pilot):
        if fleet == "cattle":
            await pilot.press("1")
        await opened(app, pilot)
        app.live.give(order, (fleet,))
        await until(pilot, lambda: "dead" in text(app, "facts") or "is gone" in text(app, "facts"))
        await pilot.press("f5", "escape")
        await until(pilot, lambda: isinstance(app.screen, LabScreen))


@piloted
async def test_what_a_server_says_is_not_taken_for_markup_or_for_the_terminals(tmp_path):
    async with running(tmp_path, speed=5.0) as (app, pilot):
        done_by_hand(app, write={"path": "/etc/motd", "content": "[red]no\x1b[2Jthing[/red]\n"})
        await until(pilot, lambda: app.live.picture.commands["pets-1"])
        await opened(app, pilot)
        await until(pilot, lambda: "+[red]no�[2Jthing[/red]" in text(app, "text-changes"))


# Shells


async def typed(pilot, line):
    prompt = pilot.app.screen.query_one(Input)
    await pilot.press(*("space" if char == " " else char for char in line), "enter")
    await until(pilot, lambda: prompt.value == "")


@piloted
async def test_what_is_done_in_a_shell_is_drift_soon_after_it_is_left(tmp_path):
    async with running(tmp_path, speed=5.0) as (app, pilot):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await typed(pilot, "set timeout 30")
        await until(pilot, lambda: app.live.picture.commands["pets-1"])
        await typed(pilot, "exit")
        await until(pilot, lambda: server(app, "pets-1").drift)
        assert isinstance(app.screen, LabScreen)


@piloted
async def test_a_shell_can_be_had_from_the_servers_own_screen(tmp_path):
    async with running(tmp_path, speed=5.0) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ServerScreen))


@piloted
async def test_on_an_immutable_server_it_is_in_a_copy_and_what_was_lost_with_that_is_told(tmp_path):
    async with running(tmp_path, speed=5.0) as (app, pilot):
        await pilot.press("1", "e")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await typed(pilot, "set timeout 30")
        await typed(pilot, "exit")
        await until(pilot, lambda: "The copy is gone" in told(app))
        assert "app.toml" in told(app)
        app.live.give(Scan(), ("cattle",))
        await until(pilot, lambda: app.live.picture.state.fleets["cattle"].scanned_at)
        cattle = app.live.picture.state.fleets["cattle"]
        assert len(cattle.servers) == 2
        assert not any(one.drift for one in cattle.servers.values())
