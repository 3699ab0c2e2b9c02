"""Trends: one scale for all fleets, no error too small to be seen, and losses unlike errors."""

from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from textual.app import App
from textual.containers import Horizontal

from lab.tui.marks import COLOURS, WRONG
from lab.tui.picture import Picture, Point
from lab.tui.widgets.trends import BLOCKS, LOST, Frame, Trends, bar, error_scale, latency_scale, resampled, rounded_up
from tests.tui.pictures import picture_of
from tests.tui.piloting import piloted, until


@asynccontextmanager
async def trends_of(picture, *fleets, size=(80, 14)):
    class Side(App):
        def compose(self):
            with Horizontal():
                yield from map(Trends, fleets)

    app = Side()
    async with app.run_test(size=size) as pilot:
        for trends in app.query(Trends):
            trends.show(picture)
        await pilot.pause()
        yield (*app.query(Trends), pilot)


def text(trends):
    return "\n".join(trends.render_line(y).text for y in range(trends.size.height))


def colours(trends, chars):
    """The colours in which some characters are drawn."""
    strips = [trends.render_line(y) for y in range(trends.size.height)]
    return {s.style.color.name for strip in strips for s in strip if s.style and set(s.text) & set(chars)}


def point(at, start=None, sent=100, bad=0, lost=0, p95=0.02, version="1.0"):
    return Point(at - 1 if start is None else start, at, sent, bad, lost, p95, ((version, sent - lost),))


def with_points(*points, fleet="pets"):
    """A session in which a fleet had just this traffic."""
    picture = picture_of("pets-and-cattle", 0.0)
    picture.points[fleet].extend(points)
    return picture


@piloted
async def test_both_fleets_have_the_same_scales_and_say_them():
    async with trends_of(picture_of("stop-first"), "careful", "hasty", size=(120, 12)) as (careful, hasty, _):
        assert "p95 0–50 ms" in text(careful) and "p95 0–50 ms" in text(hasty)
        assert "errors 0–100 %" in text(careful) and "errors 0–100 %" in text(hasty)
        assert LOST in text(hasty) and LOST not in text(careful)


@piloted
async def test_the_newest_figures_are_said_in_words():
    picture = with_points(point(1.0), point(2.0, bad=4, p95=0.040))
    async with trends_of(picture, "pets") as (trends, _):
        assert "40 ms" in text(trends) and "4.0 %" in text(trends) and "SLO 250 ms" in text(trends)


@piloted
async def test_a_latency_over_the_slo_is_drawn_as_wrong_and_the_slo_as_a_line():
    picture = with_points(*(point(float(at)) for at in range(1, 9)), point(9.0, p95=0.4))
    async with trends_of(picture, "pets") as (trends, _):
        assert "┄" in text(trends) and "✗ 400 ms" in text(trends)
        assert WRONG in {colour.lower() for colour in colours(trends, "█")}


@piloted
async def test_bars_have_the_colour_of_the_version_that_answered():
    async with trends_of(picture_of("pets-and-cattle", 45), "pets") as (trends, _):
        assert {COLOURS[0], COLOURS[1]} <= colours(trends, "█▆▅")


@piloted
async def test_a_release_is_marked_at_its_time():
    async with trends_of(picture_of("stop-first"), "careful", size=(80, 12)) as (trends, _):
        axis = text(trends).splitlines()[-1]
        assert "▶ release" in axis and "wait-until" not in axis


@pytest.mark.parametrize("size", [(20, 3), (20, 4), (20, 6), (40, 5), (160, 50)])
@piloted
async def test_there_is_something_to_be_read_at_any_size(size):
    async with trends_of(picture_of("pets-and-cattle", 30), "pets", size=size) as (trends, _):
        lines = text(trends).splitlines()
        assert " ms" in text(trends) and "%" in text(trends)
        assert all(len(line) <= size[0] - 2 for line in lines)


@piloted
async def test_a_name_that_looks_like_markup_is_shown_as_it_is():
    async with trends_of(Picture(), "[red]x[/]") as (trends, _):
        assert trends._border_title.plain == "Trends · [red]x[/]"
        assert "no requests yet" in text(trends)


def rested(trends, picture):
    """Show it a picture; whether it was taken in."""
    trends.show(picture)
    return trends.settled


@piloted
async def test_nothing_is_drawn_again_while_nothing_is_counted():
    picture = picture_of("pets-and-cattle", 30)
    async with trends_of(picture, "pets") as (trends, pilot):
        drawn = []
        trends.refresh = lambda *args, **kwargs: drawn.append(args)
        await until(pilot, lambda: rested(trends, picture))
        assert not drawn
        picture.points["cattle"].append(point(31.0, p95=0.9))  # the scale is theirs, too
        trends.show(picture)
        assert len(drawn) == 1
        picture.points["cattle"].append(point(32.0, p95=0.9))
        trends.show(picture)
        assert len(drawn) == 1 and not trends.settled, "it rests"
        await until(pilot, lambda: rested(trends, picture))
        assert len(drawn) == 2


@pytest.mark.parametrize(("value", "end"), [(0.011, 0.02), (0.02, 0.02), (0.021, 0.05), (0.9, 1.0), (1.1, 2.0)])
def test_a_scale_ends_at_the_next_1_2_or_5(value, end):
    assert rounded_up(value, 0.01) == end


def test_one_error_in_a_thousand_still_shows():
    assert bar(0.001, 1.0, 3) == [" ", " ", BLOCKS[1]]
    assert bar(0.0, 1.0, 3) == [" ", " ", " "]
    assert bar(2.0, 1.0, 2) == ["█", "█"]


@piloted
async def test_a_loss_stands_on_top_of_its_bar():
    picture = with_points(point(1.0, bad=100, p95=None), point(2.0, bad=10, lost=1))
    async with trends_of(picture, "pets", size=(30, 12)) as (trends, _):
        bars = text(trends).splitlines()[6:-1]  # the bar beside it is ten times as high
        assert len(bars) == 3 and bars[0].count("█") == 4
        assert [row.count(LOST) for row in bars] == [0, 0, 4]


def test_scales_are_of_all_fleets_and_errors_end_at_all():
    picture = with_points(point(1.0, bad=3))
    picture.points["cattle"].append(point(1.0, bad=100, lost=100, p95=None))
    assert error_scale(picture) == 1.0
    assert latency_scale(picture) == 0.02


def test_more_points_than_columns_keep_their_worst_and_all_their_errors():
    picture = with_points(*(point(float(at), bad=at == 7, p95=0.3 if at == 8 else 0.02) for at in range(1, 41)))
    columns = [c for c in resampled(picture.points["pets"], Frame.of(picture, 10)) if c]
    assert len(columns) == 10
    assert max(column.p95 for column in columns) == 0.3
    assert [column.errors > 0 for column in columns].count(True) == 1


def test_columns_keep_their_points_while_time_goes_on():
    points = [point(float(at), bad=at % 7) for at in range(1, 198)]
    early, late = with_points(*points[:190]), with_points(*points)
    first, then = (resampled(p.points["pets"], Frame.of(p, 50)) for p in (early, late))
    assert [c.errors for c in first[-30:-1]] == [c.errors for c in then[-32:-3]]


def test_intervals_that_are_not_quite_even_leave_no_holes():
    edges = [at * 1.003 + (0.02 if at % 3 else 0.0) for at in range(60)]
    picture = with_points(*(point(at, start) for start, at in pairwise(edges)))
    columns = resampled(picture.points["pets"], Frame.of(picture, 80))
    drawn = [place for place, column in enumerate(columns) if column]
    assert drawn == list(range(drawn[0], 80))


def test_a_time_without_requests_stays_empty():
    picture = with_points(point(1.0), point(2.0), point(8.0, sent=0, p95=None), point(9.0))
    assert [bool(c) for c in resampled(picture.points["pets"], Frame.of(picture, 9))] == [1, 1, 0, 0, 0, 0, 0, 0, 1]
