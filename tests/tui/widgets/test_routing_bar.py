"""The routing bar: who gets which share, in colours and without, and how a change is drawn."""

from contextlib import asynccontextmanager

import pytest
from textual.app import App

from lab.model import events as e
from lab.tui.picture import Picture
from lab.tui.widgets.routing_bar import RoutingBar
from lab.tui.widgets.routing_shares import between, line, shares
from tests.tui.pictures import big_picture, picture_of
from tests.tui.piloting import piloted, until

MIXED = 9.2
"""A moment at which one of six pets is 1.1 already."""

CANARY = 10.0
"""A moment at which a canary and its baseline get 10% each."""


class OneBar(App):
    def __init__(self, fleet):
        super().__init__()
        self.fleet = fleet

    def compose(self):
        yield RoutingBar(self.fleet)


@asynccontextmanager
async def bar_of(picture, fleet="pets", width=60, animations="full"):
    app = OneBar(fleet)
    async with app.run_test(size=(width, 4)) as pilot:
        app.animation_level = animations
        bar = app.query_one(RoutingBar)
        bar.show(picture)
        await pilot.pause()
        yield bar, pilot


def text(bar):
    return bar.render_line(0).text


def switched(picture):
    """The same picture after all traffic of the cattle went over to the green pool."""
    later = picture.copy()
    for number in (1, 2):
        server = f"new-{number}"
        later.take(
            e.ServerLaunched(
                at=3.0, fleet="cattle", server=server, number=number, pool="green", version="1.1", digest="d"
            )
        )
        later.take(e.ServerAdmitted(at=3.0, fleet="cattle", server=server, version="1.1"))
    later.take(e.RoutingChanged(at=3.0, fleet="cattle", shares={"green": 1.0}))
    return later


def test_a_pool_divides_its_share_among_the_versions_that_serve_in_it():
    fleet = picture_of("pets-and-cattle", MIXED).state.fleets["pets"]
    assert shares(fleet) == pytest.approx({("main", "1.0"): 5 / 6, ("main", "1.1"): 1 / 6})


def test_traffic_for_a_pool_in_which_nobody_is_well_goes_to_nobody():
    picture = big_picture(5)
    for number in range(1, 6):
        picture.take(e.ServerKilled(at=3.0, fleet="pets", server=f"pets-{number}"))
    assert shares(picture.state.fleets["pets"]) == {("main", ""): 1.0}


def test_on_the_way_both_divisions_are_to_be_seen_and_at_its_end_one():
    before, after = {("blue", "1.0"): 1.0}, {("green", "1.1"): 1.0}
    assert between(before, after, 0.25) == {("blue", "1.0"): 0.75, ("green", "1.1"): 0.25}
    assert between(before, after, 1.0) == after


@pytest.mark.parametrize("width", [0, 1, 5, 13, 40, 200])
@pytest.mark.parametrize("parts", [{("main", "1.0"): 1.0}, {(f"p{n}", "1"): 1 / 30 for n in range(30)}])
def test_a_line_is_as_wide_as_there_is_room_if_names_leave_any(parts, width):
    drawn = "".join(part for part, _ in line(parts, parts, ["1.0"], width))
    names = "".join(part for part, _ in line(parts, parts, ["1.0"], 0))
    assert len(drawn) == max(width, len(names))


@piloted
async def test_names_shares_and_versions_can_be_read_without_any_colour():
    async with bar_of(picture_of("canary", CANARY), "canary", 70) as (bar, _):
        words = text(bar).replace("█", "").split()
        assert words == ["blue", "80%", "a", "1.0", "canary", "10%", "c", "baseline", "10%", "a"]


@piloted
async def test_blocks_are_as_long_as_their_shares():
    async with bar_of(picture_of("pets-and-cattle", MIXED), width=70) as (bar, _):
        first, second = text(bar).removeprefix("main 100% ").split(" b 1.1 ")
        assert 4.5 < len(first) / len(" b 1.1 " + second) < 5.5
        assert len(text(bar)) == 70


@piloted
async def test_each_version_has_its_own_colour():
    async with bar_of(picture_of("pets-and-cattle", MIXED)) as (bar, _):
        colours = {part.style.color.name for part in bar.render_line(0) if "█" in part.text}
        assert colours == {"#56b4e9", "#e69f00"}


@piloted
async def test_the_first_picture_is_there_at_once():
    async with bar_of(picture_of("pets-and-cattle", 5)) as (bar, _):
        assert bar.progress == 1.0
        assert text(bar).startswith("main 100%  a 1.0 █")


@piloted
async def test_a_switch_moves_from_one_pool_to_the_other_and_comes_to_rest():
    before = big_picture(4)
    async with bar_of(before, "cattle") as (bar, pilot):
        bar.show(switched(before))
        await until(pilot, lambda: 0 < bar.progress < 1)
        assert "blue 0%" in text(bar)
        assert "green 100%" in text(bar)
        await until(pilot, lambda: bar.progress == 1.0)
        assert "blue" not in text(bar)
        assert text(bar).startswith("green 100%  b 1.1 █")
        assert not pilot.app.animator.is_being_animated(bar, "progress")


@piloted
async def test_without_animations_a_switch_is_there_at_once():
    before = big_picture(4)
    async with bar_of(before, "cattle", animations="none") as (bar, pilot):
        bar.show(switched(before))
        await until(pilot, lambda: text(bar).startswith("green 100%"))
        assert not pilot.app.animator.is_being_animated(bar, "progress")


@piloted
async def test_traffic_alone_moves_nothing():
    picture = big_picture(4)
    async with bar_of(picture) as (bar, pilot):
        picture.take(e.TrafficCounted(at=4.0, fleet="pets", start=3.0, rows=(), samples=()))
        bar.show(picture)
        assert bar.progress == 1.0
        assert not pilot.app.animator.is_being_animated(bar, "progress")


@piloted
async def test_before_there_is_a_routing_the_bar_says_so():
    async with bar_of(Picture()) as (bar, _):
        assert text(bar).strip() == "no traffic yet"


@piloted
async def test_a_pool_without_a_healthy_server_says_that_nobody_serves():
    picture = big_picture(4)
    for number in range(1, 5):
        picture.take(e.ServerKilled(at=3.0, fleet="pets", server=f"pets-{number}"))
    async with bar_of(picture) as (bar, _):
        assert text(bar).startswith("main 100% nobody ░")


@piloted
async def test_names_from_a_journal_cannot_steer_the_terminal():
    picture = big_picture(4)
    picture.take(e.RoutingChanged(at=3.0, fleet="pets", shares={"[b]\x1b[2J\n": 1.0}))
    async with bar_of(picture) as (bar, _):
        assert text(bar).startswith("[b]�[2J  100%")


@piloted
async def test_a_very_narrow_bar_is_cut_and_nothing_else():
    async with bar_of(picture_of("canary", CANARY), "canary", 8) as (bar, _):
        assert text(bar) == "blue 80%"
