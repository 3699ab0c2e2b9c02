"""The seek bar: where one is in lab time, and a click or a drag that goes elsewhere."""

from contextlib import asynccontextmanager

import pytest
from textual.app import App

from lab.tui.widgets.seek_bar import SeekBar
from tests.tui.piloting import piloted

MARKS = (8.0, 42.0)


class One(App):
    def __init__(self):
        super().__init__()
        self.sought = []

    def compose(self):
        yield SeekBar()

    def on_seek_bar_sought(self, event):
        self.sought.append(event.at)


@asynccontextmanager
async def seek_bar(at=25.0, end=50.0, live=False, playing=True, speed="×4", marks=MARKS, width=100):
    app = One()
    async with app.run_test(size=(width, 3)) as pilot:
        bar = app.query_one(SeekBar)
        bar.show_position(at, end, live, playing, speed, marks)
        await pilot.pause()
        yield bar, pilot


def text(bar):
    return bar.render_line(0).text.rstrip()


@piloted
async def test_it_says_where_one_is_how_far_it_goes_and_how_fast():
    async with seek_bar() as (bar, _):
        assert text(bar).startswith("▶ 00:25.0 ━") and text(bar).endswith("00:50.0  ×4  ◀ past")


@piloted
async def test_live_past_playing_and_paused_can_be_told_apart_without_colours():
    async with seek_bar(at=50.0, live=True) as (bar, pilot):
        assert text(bar).startswith("▶") and text(bar).endswith("● live")
        bar.show_position(20.0, 50.0, False, False, "×1", MARKS)
        await pilot.pause()
        assert text(bar).startswith("‖") and text(bar).endswith("◀ past")


@piloted
async def test_orders_stand_at_their_time_before_and_after_the_position():
    async with seek_bar() as (bar, _):
        line = text(bar)
        assert line.index("━") < line.index("┿") < line.index("●") < line.index("┼") < line.rindex("─")


@piloted
async def test_a_click_goes_to_the_moment_under_it():
    async with seek_bar() as (bar, pilot):
        line = text(bar)
        first, last = line.index("━"), line.rindex("─")
        await pilot.click(bar, offset=(first + 1, 0))
        await pilot.click(bar, offset=(last + 1, 0))
        await pilot.click(bar, offset=((first + last) // 2 + 1, 0))
        assert pilot.app.sought == [0.0, 50.0, pytest.approx(25.0, abs=0.5)]


@piloted
async def test_a_drag_goes_along_and_ends_with_the_button():
    async with seek_bar() as (bar, pilot):
        await pilot.mouse_down(bar, offset=(20, 0))
        await pilot.hover(bar, offset=(30, 0))
        await pilot.hover(bar, offset=(40, 0))
        await pilot.mouse_up(bar, offset=(40, 0))
        await pilot.hover(bar, offset=(60, 0))
        sought = pilot.app.sought
        assert len(sought) == 3 and sought == sorted(sought) and len(set(sought)) == 3


@piloted
async def test_beside_the_track_are_its_ends():
    async with seek_bar() as (bar, pilot):
        await pilot.click(bar, offset=(2, 0))
        await pilot.click(bar, offset=(97, 0))
        assert pilot.app.sought == [0.0, 50.0]


@pytest.mark.parametrize("width", [3, 8, 20, 40, 160])
@piloted
async def test_it_is_one_line_at_any_width(width):
    async with seek_bar(width=width) as (bar, pilot):
        assert len(text(bar)) <= width and text(bar).startswith("▶")
        await pilot.click(bar, offset=(1, 0))


@piloted
async def test_before_anything_happened_it_stands_at_the_end():
    async with seek_bar(at=0.0, end=0.0, live=True, marks=()) as (bar, pilot):
        assert "━● 00:00.0" in text(bar)
        await pilot.click(bar, offset=(30, 0))
        assert pilot.app.sought == [0.0]


@piloted
async def test_it_is_not_drawn_again_while_nothing_is_to_be_seen_of_a_change():
    async with seek_bar() as (bar, _):
        drawn = []
        bar.refresh = lambda *args, **kwargs: drawn.append(1)
        bar.show_position(25.001, 50.0, False, True, "×4", MARKS)
        assert not drawn
        bar.show_position(26.0, 50.0, False, True, "×4", MARKS)
        assert drawn
