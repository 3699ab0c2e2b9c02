"""Single requests: what became of each can be told without colours, and no loss is left out."""

from contextlib import asynccontextmanager

import pytest
from textual.app import App

from lab.model.events import RequestSample
from lab.tui.marks import COLOURS, LIGHT_COLOURS, WRONG
from lab.tui.picture import Picture, Point
from lab.tui.widgets.requests import ERROR, LOST, LOST_SHOWN, SERVED, SLOW, Requests, intervals
from tests.tui.pictures import picture_of
from tests.tui.piloting import piloted


@asynccontextmanager
async def requests_of(picture, fleet="pets", size=(80, 5), letters=False, no_color=False):
    class One(App):
        def compose(self):
            yield Requests(fleet, letters=letters)

    app = One()
    app.no_color = no_color
    async with app.run_test(size=size) as pilot:
        requests = app.query_one(Requests)
        requests.show(picture)
        await pilot.pause()
        yield requests, pilot


def rows(requests):
    return [requests.render_line(y).text for y in range(requests.size.height)]


def drawn(requests):
    """Each character that is drawn, and its colour."""
    strips = [requests.render_line(y) for y in range(requests.size.height - 1)]
    return {(char, s.style.color.name) for strip in strips for s in strip for char in s.text.strip()}


def sample(at, outcome="served", version="1.0", latency=0.02):
    return RequestSample(at, "pets-1", version, outcome, 200, latency)


def with_samples(*intervals, lost=()):
    """A session in which a fleet had these samples in each second, and lost so many requests."""
    picture = picture_of("pets-and-cattle", 1.0)
    picture.points["pets"].clear()
    picture.samples["pets"].clear()
    for number, samples in enumerate(intervals):
        gone = lost[number] if number < len(lost) else 0
        picture.points["pets"].append(Point(float(number), number + 1.0, 50, gone, gone, 0.02, ()))
        picture.samples["pets"].extend(samples)
    return picture


@piloted
async def test_each_fate_of_a_request_has_a_glyph_of_its_own():
    fates = (
        sample(0.1),
        sample(0.2, latency=0.3),
        sample(0.3, "error"),
        sample(0.4, "refused", ""),
        sample(0.5, "dropped"),
    )
    async with requests_of(with_samples(fates, lost=(2,)), size=(60, 4)) as (requests, _):
        assert rows(requests)[0].strip() == SERVED + SLOW + ERROR + LOST + LOST
        assert {colour for char, colour in drawn(requests) if char in SLOW + ERROR + LOST} == {WRONG}


@piloted
async def test_versions_have_their_colours_and_a_legend_says_which():
    async with requests_of(picture_of("pets-and-cattle", 45)) as (requests, _):
        assert {(SERVED, COLOURS[0]), (SERVED, COLOURS[1])} <= drawn(requests)
        assert "● 1.0" in rows(requests)[-1] and "● 1.1" in rows(requests)[-1]


@piloted
async def test_on_a_light_background_the_colours_are_the_dark_ones():
    async with requests_of(picture_of("pets-and-cattle", 45)) as (requests, pilot):
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert (SERVED, LIGHT_COLOURS[1]) in drawn(requests)


@pytest.mark.parametrize("how", ["letters", "no_color"])
@piloted
async def test_versions_are_letters_where_colours_cannot_tell_them_apart(how):
    async with requests_of(picture_of("pets-and-cattle", 45), **{how: True}) as (requests, _):
        assert SERVED not in "".join(rows(requests))
        assert "bbbb" in rows(requests)[0] and "a 1.0" in rows(requests)[-1]


@piloted
async def test_the_counter_has_every_request():
    async with requests_of(picture_of("stop-first"), "hasty") as (requests, _):
        ledger = requests.picture.state.fleets["hasty"].ledger
        assert f"{ledger.sent:,} sent" in rows(requests)[-1]
        assert f"{ledger.refused + ledger.dropped:,} lost" in rows(requests)[-1]


@pytest.mark.parametrize("size", [(20, 3), (20, 4), (30, 3), (160, 50)])
@piloted
async def test_losses_are_to_be_seen_at_any_size(size):
    async with requests_of(picture_of("stop-first"), "hasty", size=size) as (requests, _):
        assert LOST in "".join(rows(requests)) and "322" in rows(requests)[-1]
        assert all(len(row) <= size[0] - 2 for row in rows(requests))


@piloted
async def test_before_the_first_request_that_is_said():
    async with requests_of(Picture()) as (requests, _):
        assert rows(requests)[0].startswith("no requests yet")


def test_lost_requests_that_no_sample_has_are_shown_all_the_same():
    picture = with_samples([sample(0.5)], [sample(1.5)], lost=(0, 3))
    assert [[request.outcome for request in some] for some in intervals(picture, "pets")] == [
        ["served"],
        ["served", "dropped", "dropped", "dropped"],
    ]


def test_an_interval_of_which_everything_was_lost_shows_only_so_many():
    picture = with_samples([sample(0.5)], [], lost=(0, 5000))
    assert len(intervals(picture, "pets")[1]) == LOST_SHOWN


def test_a_loss_whose_sample_was_sent_an_interval_earlier_is_shown_once():
    picture = with_samples([sample(0.5)], [sample(0.9, "dropped"), sample(1.5)], lost=(0, 1))
    assert sum(request.outcome == "dropped" for some in intervals(picture, "pets") for request in some) == 1


def test_every_loss_of_a_real_run_is_shown_or_beyond_the_limit():
    picture = picture_of("stop-first")
    shown = sum(request.outcome in ("refused", "dropped") for some in intervals(picture, "hasty") for request in some)
    assert shown >= sum(min(LOST_SHOWN, point.lost) for point in picture.points["hasty"])


def test_when_old_samples_are_forgotten_so_are_their_intervals():
    picture = with_samples(*([sample(n + i / 10) for i in range(5)] for n in range(120)), lost=[1] * 120)
    shown = intervals(picture, "pets")
    assert len(shown) == 80
    assert all(sum(request.outcome == "dropped" for request in some) == 1 for some in shown)
