"""The timeline panel: follows what comes unless one goes back, and opens what is under its cursor."""

from contextlib import asynccontextmanager

import pytest
from textual.app import App

from lab.report.timeline import Line
from lab.tui.picture import LINES, Picture
from lab.tui.widgets.timeline import MOST_ROWS, Timeline
from tests.tui.pictures import picture_of
from tests.tui.piloting import piloted, until


class One(App):
    def __init__(self):
        super().__init__()
        self.said = []

    def compose(self):
        yield Timeline()

    def on_timeline_chosen(self, event):
        self.said.append(event.line)


@asynccontextmanager
async def timeline_of(picture, size=(100, 12)):
    app = One()
    async with app.run_test(size=size) as pilot:
        timeline = app.query_one(Timeline)
        timeline.show(picture)
        timeline.focus()
        await pilot.pause()
        yield timeline, pilot


def rows(timeline):
    return [timeline.render_line(y).text.rstrip() for y in range(timeline.size.height)]


def with_lines(number, text="line"):
    picture = Picture()
    picture.lines.extend(Line(float(at), "pets", f"{text} {at}") for at in range(number))
    return picture


@piloted
async def test_the_newest_line_is_at_the_bottom_with_its_time_and_fleet():
    async with timeline_of(picture_of("pets-and-cattle")) as (timeline, _):
        assert rows(timeline)[-1].split() == ["00:51.1", "✓", "the", "session", "is", "over:", "finished"]
        assert rows(timeline)[-2].split()[:3] == ["00:51.1", "cattle", "✓"]


@piloted
async def test_each_tone_has_a_sign_of_its_own():
    async with timeline_of(picture_of("pets-and-cattle"), size=(160, 150)) as (timeline, _):
        text = "\n".join(rows(timeline))
        assert "“ Every server says 1.0 again" in text
        assert "▶ rollback" in text and "✓ rollback done" in text and "✗ scan: 6 of 6" in text and "· pets-1" in text


@piloted
async def test_it_goes_with_what_comes():
    picture = with_lines(30)
    async with timeline_of(picture) as (timeline, pilot):
        picture.lines.append(Line(30.0, "", "something new"))
        timeline.show(picture)
        await pilot.pause()
        assert rows(timeline)[-1].endswith("something new")


@pytest.mark.parametrize("how", ["keys", "wheel"])
@piloted
async def test_whoever_has_gone_back_stays_there_until_the_end_key(how):
    picture = with_lines(60)
    async with timeline_of(picture) as (timeline, pilot):
        if how == "keys":
            await pilot.press("pageup", "pageup")
        else:
            timeline.scroll_to(y=20, animate=False)
        await until(pilot, lambda: not timeline.following)
        seen = rows(timeline)
        picture.lines.append(Line(60.0, "", "something new"))
        timeline.show(picture)
        await pilot.pause()
        assert rows(timeline) == seen
        assert timeline._border_subtitle.plain == "end follows"
        await pilot.press("end")
        await pilot.pause()
        assert rows(timeline)[-1].endswith("something new") and timeline.following
        assert not timeline._border_subtitle.plain


@piloted
async def test_what_is_looked_at_stays_in_sight_while_old_lines_are_forgotten():
    picture = with_lines(LINES)
    async with timeline_of(picture) as (timeline, pilot):
        await pilot.press("pageup", "up")
        seen = rows(timeline)
        picture.lines.extend(Line(2000.0 + at, "pets", f"new {at}") for at in range(50))
        timeline.show(picture)
        await pilot.pause()
        assert rows(timeline) == seen


@piloted
async def test_a_filter_shows_only_lines_with_that_text_in_capitals_or_not():
    async with timeline_of(picture_of("pets-and-cattle"), size=(120, 40)) as (timeline, pilot):
        timeline.set_filter("ROLLBACK")
        await pilot.pause()
        told = [row for row in rows(timeline) if row]
        assert len(told) == 3 and all("rollback" in row for row in told)
        timeline.set_filter("[red]")
        await pilot.pause()
        assert rows(timeline)[0] == "nothing that has this text"
        assert timeline._border_title.plain == "Timeline / [red]"
        timeline.set_filter("")
        await pilot.pause()
        assert len([row for row in rows(timeline) if row]) > 30


@piloted
async def test_enter_chooses_the_line_under_the_cursor_with_its_command_and_moment():
    async with timeline_of(picture_of("pets-and-cattle", 47.96)) as (timeline, pilot):
        await pilot.press("enter")
        assert timeline.app.said[0].text == "pets-6: verify"
        assert timeline.app.said[0].command == "storefront-status --expect 1.0"
        assert timeline.app.said[0].at == pytest.approx(47.95, abs=0.01)


@piloted
async def test_a_line_with_a_command_says_so():
    async with timeline_of(picture_of("pets-and-cattle", 47.96)) as (timeline, _):
        assert rows(timeline)[-1].endswith("pets-6: verify $")


@piloted
async def test_a_click_takes_the_cursor_and_a_double_click_opens():
    async with timeline_of(with_lines(30)) as (timeline, pilot):
        await pilot.click(timeline, offset=(5, 3))
        assert timeline._lines[timeline.cursor].text == "line 22" and not timeline.app.said
        await pilot.click(timeline, offset=(5, 3), times=2)
        assert [line.text for line in timeline.app.said] == ["line 22"]


@piloted
async def test_long_texts_wrap_and_very_long_ones_are_cut():
    async with timeline_of(with_lines(1, "word " * 200), size=(60, 20)) as (timeline, _):
        told = [row for row in rows(timeline) if row]
        assert len(told) == MOST_ROWS and told[-1].endswith("…")
        assert told[1].startswith(" " * 10)


@piloted
async def test_what_would_be_markup_is_text():
    async with timeline_of(with_lines(1, "[red]x[/red]")) as (timeline, _):
        assert "[red]x[/red] 0" in rows(timeline)[0]


@pytest.mark.parametrize("size", [(20, 3), (20, 4), (40, 6), (160, 50)])
@piloted
async def test_the_end_is_to_be_read_at_any_size(size):
    async with timeline_of(picture_of("pets-and-cattle"), size=size) as (timeline, _):
        assert rows(timeline)[-1].endswith("finished")


@piloted
async def test_after_a_resize_the_end_is_still_there():
    async with timeline_of(picture_of("pets-and-cattle")) as (timeline, pilot):
        for size in ((40, 10), (20, 5), (160, 40), (60, 12)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert rows(timeline)[-1].endswith("finished")


@piloted
async def test_with_nothing_to_tell_keys_do_nothing():
    async with timeline_of(Picture()) as (timeline, pilot):
        await pilot.press("up", "down", "pageup", "pagedown", "home", "end", "enter", "k", "j")
        assert rows(timeline)[0] == "nothing yet" and not timeline.app.said
