"""The small prompt of a simulated server."""

import contextlib

from textual.widgets import Input, RichLog

from lab.tui.screens.lab import LabScreen
from lab.tui.screens.prompt import PromptScreen
from tests.tui.opened import running, text_of
from tests.tui.piloting import piloted, until


@contextlib.asynccontextmanager
async def prompted(folder, *keys):
    """A prompt on the server that keys lead to."""
    async with running(folder, speed=5.0) as (app, pilot):
        await pilot.press(*keys, "e")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        yield app, pilot


async def typed(app, pilot, line):
    app.screen.query_one(Input).value = line
    await pilot.press("enter")


def said(app):
    return text_of(app.screen.query_one(RichLog))


@piloted
async def test_it_says_where_one_is_and_what_can_be_done(tmp_path):
    async with prompted(tmp_path) as (app, _):
        assert "pets-1: itself" in text_of(app.screen)
        assert "set KEY VALUE" in said(app)


@piloted
async def test_on_an_immutable_server_it_says_that_it_is_a_copy(tmp_path):
    async with prompted(tmp_path, "1") as (app, _):
        assert "a copy of cattle-1, thrown away when you leave" in text_of(app.screen)


@piloted
async def test_what_works_is_done_and_what_does_not_says_why(tmp_path):
    async with prompted(tmp_path) as (app, pilot):
        await typed(app, pilot, "set timeout 30")
        await until(pilot, lambda: "done" in said(app))
        await typed(app, pilot, "install nothing-like-it 9.9")
        await until(pilot, lambda: "nothing-like-it" in said(app).split("# install", 1)[-1].split("\n", 1)[-1])


@piloted
async def test_a_line_that_says_nothing_gets_an_answer_that_helps(tmp_path):
    async with prompted(tmp_path) as (app, pilot):
        await typed(app, pilot, "[red]make\x1b coffee")
        await until(pilot, lambda: "There are install, remove, set" in said(app))
        assert "[red]make� coffee" in said(app)
        assert app.screen.query_one(Input).value == ""


@piloted
async def test_an_empty_line_says_nothing(tmp_path):
    async with prompted(tmp_path) as (app, pilot):
        before = said(app)
        await typed(app, pilot, "   ")
        assert said(app) == before


@piloted
async def test_exit_and_escape_and_ctrl_d_leave(tmp_path):
    async with running(tmp_path) as (app, pilot):
        for leave in (("e", "x", "i", "t", "enter"), ("escape",), ("ctrl+d",)):
            await pilot.press("e")
            await until(pilot, lambda: isinstance(app.screen, PromptScreen))
            await pilot.press(*leave)
            await until(pilot, lambda: isinstance(app.screen, LabScreen))


@piloted
async def test_a_session_that_ends_takes_the_prompt_along(tmp_path):
    async with prompted(tmp_path) as (app, pilot):
        live = app.live
        live.close()
        await until(pilot, lambda: live.ended and not isinstance(app.screen, PromptScreen))
