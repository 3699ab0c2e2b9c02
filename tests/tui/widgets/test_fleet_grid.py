"""The fleet panel: what each server looks like, where it is, and that only what changes is drawn."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.app import App

from lab.model import events as e
from lab.tui.filter import Filter
from lab.tui.picture import Picture
from lab.tui.widgets.fleet_grid import FleetGrid
from lab.tui.widgets.fleet_rows import placed
from tests.tui.pictures import big_picture, picture_of
from tests.tui.piloting import piloted

ROLLING = 9.2
"""A moment at which one server of the cattle replaces another."""

DRIFTED = 20.0
"""A moment at which server 3 of the pets has drifted, and everything is 1.1."""


class OneFleet(App):
    """A fleet panel, and what it says."""

    CSS = "FleetGrid { width: 1fr; height: 1fr; }"

    def __init__(self, fleet):
        super().__init__()
        self.fleet = fleet
        self.said = []

    def compose(self):
        yield FleetGrid(self.fleet)

    def on_fleet_grid_selected(self, event):
        self.said.append(("selected", event.server))

    def on_fleet_grid_opened(self, event):
        self.said.append(("opened", event.server))


@asynccontextmanager
async def grid_of(picture, fleet="pets", size=(60, 14), no_color=False):
    app = OneFleet(fleet)
    app.no_color = no_color
    async with app.run_test(size=size) as pilot:
        grid = app.query_one(FleetGrid)
        grid.show(picture)
        grid.focus()
        await pilot.pause()
        yield grid, pilot


def text(grid):
    """What is to be seen inside the border."""
    return "\n".join(grid.render_line(y).text.rstrip() for y in range(grid.size.height)).rstrip()


def title(grid):
    return grid._border_title.plain


def legend(grid):
    return grid._border_subtitle.plain


def strips(grid):
    return [line.strip for line in grid._lines]


def redrawn(before, grid):
    return sum(now is not then for now, then in zip(strips(grid), before, strict=True))


def cursor(grid):
    """The text that is drawn as under the cursor."""
    return "".join(
        s.text for strip in strips(grid) for s in strip if s.style and (s.style.reverse or s.style.underline)
    )


@piloted
async def test_each_server_has_a_cell_with_its_name_state_and_version():
    async with grid_of(picture_of("pets-and-cattle", ROLLING)) as (grid, _):
        row = " ".join(text(grid).splitlines()[1].split())
        assert row == "● pets-1 b 1.1 ● pets-2 a 1.0 ● pets-3 a 1.0"


@piloted
async def test_a_drifted_server_has_its_own_glyph_and_the_title_counts_it():
    async with grid_of(picture_of("pets-and-cattle", DRIFTED)) as (grid, _):
        assert "≠ pets-3" in text(grid)
        assert title(grid) == "pets · in-place · 1.1 · 6/6 · 1 drifted · 2 states"


@piloted
async def test_a_pool_is_headed_by_its_share_its_servers_and_its_images():
    async with grid_of(picture_of("canary", 10), "canary") as (grid, _):
        heads = [line for line in text(grid).splitlines() if "of the traffic" in line]
        assert heads == [
            "blue 80% of the traffic, 4 servers, image a 1.0",
            "canary 10% of the traffic, 1 server, image c 1.2",
            "baseline 10% of the traffic, 1 server, image a 1.0",
        ]


@piloted
async def test_a_pool_that_is_kept_says_that_it_gets_no_traffic():
    async with grid_of(picture_of("canary", 40), "canary") as (grid, _):
        assert "blue no traffic, 4 servers" in text(grid)


@piloted
async def test_the_image_of_a_patched_server_is_still_the_one_that_it_was_launched_from():
    async with grid_of(picture_of("pets-and-cattle", DRIFTED)) as (grid, _):
        assert text(grid).splitlines()[0].endswith("image a 1.0")


@piloted
async def test_the_legend_explains_what_is_to_be_seen_and_nothing_else():
    async with grid_of(picture_of("pets-and-cattle", DRIFTED)) as (grid, _):
        assert legend(grid) == "b 1.1  ● healthy  ≠ drifted"


@piloted
async def test_a_server_that_replaces_another_moves_nobody():
    async with grid_of(picture_of("pets-and-cattle", ROLLING), "cattle") as (grid, _):
        rows = [line.split()[1::4] for line in text(grid).splitlines()[1:]]
        assert rows == [["cattle-1-2", "cattle-2", "cattle-3"], ["cattle-4", "cattle-5", "cattle-6"], ["cattle-2-2"]]
        assert "◐ cattle-2 " in text(grid)


def test_an_empty_place_stays_empty_and_absurd_numbers_get_none():
    servers = picture_of("pets-and-cattle", 5).state.fleets["pets"].servers
    absurd = replace(servers["pets-1"], number=10**9)
    two, three = servers["pets-2"], servers["pets-3"]
    assert placed([three, absurd, two]) == (None, two, three, absurd)


@pytest.mark.parametrize(
    ("size", "row"),
    [
        ((30, 14), "● pets-1   a 1.0"),
        ((30, 6), "● 1 a 1.0  ● 2 a 1.0"),
        ((30, 5), "● 1 a  ● 2 a  ● 3 a  ● 4 a"),
        ((20, 5), "●a ●a ●a ●a ●a ●a"),
    ],
)
@piloted
async def test_cells_are_as_wide_as_there_is_room(size, row):
    async with grid_of(picture_of("pets-and-cattle", 5), size=size) as (grid, _):
        assert text(grid).splitlines()[1] == row


@piloted
async def test_without_colours_even_the_smallest_cells_show_versions():
    async with grid_of(big_picture(500), size=(80, 12), no_color=True) as (grid, _):
        assert text(grid).splitlines()[1].startswith("●a●a≠a≠a✗a●a")


@piloted
async def test_a_tiny_box_shows_servers_and_still_answers_keys():
    async with grid_of(picture_of("pets-and-cattle", 5), size=(10, 3)) as (grid, pilot):
        assert text(grid) == "●●●●●●"
        await pilot.press("end", "pagedown", "down", "left")
        assert grid.selected == "pets-5"


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 3), (200, 60)])
@piloted
async def test_no_size_is_too_small_or_too_large(size):
    async with grid_of(picture_of("canary", 10), "canary", size=size) as (grid, pilot):
        await pilot.press("down", "end", "pageup")
        assert grid.selected


@piloted
async def test_before_there_is_any_state_the_panel_says_so():
    async with grid_of(Picture()) as (grid, pilot):
        assert text(grid) == "setting up …"
        await pilot.press("down", "enter", "end")
        assert grid.selected is None
        assert pilot.app.said == []


@piloted
async def test_a_fleet_that_does_not_exist_is_told_and_can_appear_later():
    async with grid_of(picture_of("canary", 5)) as (grid, pilot):
        assert text(grid) == "no such fleet"
        grid.show(picture_of("pets-and-cattle", 5))
        await pilot.pause()
        assert "pets-6" in text(grid)


# The cursor


@piloted
async def test_arrows_and_letters_move_the_cursor_over_heads_and_stay_in_the_grid():
    async with grid_of(picture_of("canary", 10), "canary") as (grid, pilot):
        way = []
        for key in ("right", "l", "h", "down", "j", "j", "j", "up", "k", "home", "left", "end", "right"):
            await pilot.press(key)
            way.append(grid.selected.removeprefix("canary-"))
        assert way == ["2", "3", "2", "4", "1-4", "1-5", "1-5", "1-4", "4", "1", "1", "1-5", "1-5"]
        assert "canary-1-5" in cursor(grid)


@piloted
async def test_each_move_is_told_once_and_enter_opens_the_server():
    async with grid_of(picture_of("pets-and-cattle", 5)) as (_, pilot):
        await pilot.press("right", "left", "left", "enter")
        assert pilot.app.said == [
            ("selected", "pets-1"),
            ("selected", "pets-2"),
            ("selected", "pets-1"),
            ("opened", "pets-1"),
        ]


@piloted
async def test_a_click_selects_and_a_double_click_opens():
    async with grid_of(picture_of("pets-and-cattle", 5)) as (grid, pilot):
        at = text(grid).splitlines()[2].index("pets-5")
        await pilot.click(grid, offset=(at + 1, 3))
        assert grid.selected == "pets-5"
        await pilot.double_click(grid, offset=(at + 1, 3))
        assert ("opened", "pets-5") in pilot.app.said


@piloted
async def test_a_click_beside_the_servers_changes_nothing():
    async with grid_of(picture_of("pets-and-cattle", 5)) as (grid, pilot):
        await pilot.click(grid, offset=(5, 1))
        await pilot.double_click(grid, offset=(20, 10))
        await pilot.click(grid, offset=(0, 0))
        assert grid.selected == "pets-1"


@piloted
async def test_the_cursor_can_be_seen_without_the_focus():
    async with grid_of(picture_of("pets-and-cattle", 5)) as (grid, pilot):
        pilot.app.set_focus(None)
        await pilot.pause()
        assert "pets-1" in cursor(grid)


@piloted
async def test_the_cursor_goes_from_a_replaced_server_to_the_one_in_its_place():
    picture = picture_of("pets-and-cattle", ROLLING)
    async with grid_of(picture, "cattle") as (grid, pilot):
        await pilot.press("right")
        assert grid.selected == "cattle-2"
        picture.take(e.ServerStopped(at=ROLLING, fleet="cattle", server="cattle-2"))
        grid.show(picture)
        assert grid.selected == "cattle-2-2"


@piloted
async def test_the_cursor_finds_a_server_when_time_leaps():
    async with grid_of(picture_of("pets-and-cattle", 5), "cattle") as (grid, pilot):
        await pilot.press("end")
        for at in (DRIFTED, 0.0, 50.0):
            grid.show(picture_of("pets-and-cattle", at))
            assert grid.selected in picture_of("pets-and-cattle", at).state.fleets["cattle"].servers
        grid.show(Picture())
        assert grid.selected is None


@piloted
async def test_the_cursor_goes_from_a_server_that_is_gone_to_the_next_one():
    picture = picture_of("pets-and-cattle", 5)
    async with grid_of(picture) as (grid, pilot):
        await pilot.press("right")
        for gone, heir in (("pets-2", "pets-3"), ("pets-1", "pets-3"), ("pets-3", "pets-4")):
            picture.take(e.ServerStopped(at=6.0, fleet="pets", server=gone))
            grid.show(picture)
            assert grid.selected == heir


@piloted
async def test_the_cursor_stays_on_its_server_when_that_gets_another_place():
    picture = picture_of("pets-and-cattle", ROLLING)
    async with grid_of(picture, "cattle") as (grid, pilot):
        await pilot.press("end")
        picture.take(e.ServerStopped(at=ROLLING, fleet="cattle", server="cattle-2"))
        grid.show(picture)
        assert grid.selected == "cattle-2-2"
        assert "cattle-2-2" in cursor(grid)


@piloted
async def test_the_cursor_is_brought_into_view():
    async with grid_of(big_picture(), size=(60, 14)) as (grid, pilot):
        await pilot.press("end")
        assert grid.scroll_offset.y > 0
        assert grid.selected == "pets-2000"
        await pilot.press("home")
        await pilot.pause()
        assert text(grid).startswith("main 100%")
        await pilot.press("pagedown")
        assert 500 < int(grid.selected.removeprefix("pets-")) < 800


# The filter


@piloted
async def test_what_does_not_match_is_a_dot_in_its_place_and_the_title_counts():
    async with grid_of(picture_of("pets-and-cattle", DRIFTED)) as (grid, _):
        before = text(grid).splitlines()[1].index("≠")
        grid.set_filter(Filter.parse("drifted"))
        rows = text(grid).splitlines()[1:]
        assert " ".join(rows[0].split()) == "· · ≠ pets-3 b 1.1"
        assert rows[1].split() == ["·"] * 3
        assert rows[0].index("≠") == before
        assert title(grid).startswith("pets · 1 of 6 match · in-place")


@piloted
async def test_without_the_filter_everything_is_there_again():
    async with grid_of(picture_of("pets-and-cattle", DRIFTED)) as (grid, _):
        before = text(grid)
        grid.set_filter(Filter.parse("1.0"))
        grid.set_filter(Filter.parse(""))
        assert text(grid) == before


@piloted
async def test_the_cursor_moves_among_the_servers_that_match():
    async with grid_of(big_picture()) as (grid, pilot):
        grid.set_filter(Filter.parse("!healthy"))
        await pilot.press("right")
        assert grid.selected == "pets-5"


# What is not trusted


@piloted
async def test_names_from_a_journal_are_neither_markup_nor_control_characters():
    picture = picture_of("pets-and-cattle", 5)
    name = "[red]\x1b[2Jpets\n9"
    launched = e.ServerLaunched(
        at=5.0, fleet="pets", server=name, number=9, pool="[b]\n\tpool", version="[/]\n1", digest="d"
    )
    picture.take(launched)
    async with grid_of(picture) as (grid, _):
        assert "[red]�[2Jpets 9" in text(grid)
        assert "[b]  pool no traffic" in text(grid)
        assert "\x1b" not in text(grid) + title(grid) + legend(grid)


# What is drawn again


@piloted
async def test_what_has_not_changed_is_not_drawn_again():
    picture = big_picture()
    async with grid_of(picture, size=(80, 51)) as (grid, _):
        before = strips(grid)
        grid.show(picture)
        grid.show(picture.copy())
        assert strips(grid) == before
        assert redrawn(before, grid) == 0


@piloted
async def test_of_two_thousand_servers_one_that_changes_costs_one_line():
    picture = big_picture()
    async with grid_of(picture, size=(80, 51)) as (grid, _):
        before = strips(grid)
        picture.take(e.HealthChanged(at=3.0, fleet="pets", server="pets-1000", healthy=False))
        grid.show(picture)
        assert len(before) > 20
        assert redrawn(before, grid) == 1
        assert "▲" in text(grid)


@piloted
async def test_traffic_alone_draws_nothing_again():
    picture = big_picture()
    async with grid_of(picture, size=(80, 51)) as (grid, _):
        before = strips(grid)
        picture.take(e.TrafficCounted(at=4.0, fleet="pets", start=3.0, rows=(), samples=()))
        grid.show(picture)
        assert redrawn(before, grid) == 0


@piloted
async def test_a_resize_gives_every_server_a_new_place():
    async with grid_of(picture_of("pets-and-cattle", 5)) as (grid, pilot):
        for size in ((100, 30), (12, 4), (60, 14)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert text(grid).splitlines()[1].split()[1::4] == ["pets-1", "pets-2", "pets-3"]


def test_every_key_can_be_given_another_by_its_name():
    names = [binding.id for binding in FleetGrid.BINDINGS]
    assert len(set(names)) == len(names)
    assert all(name.startswith("fleet.") for name in names)
