"""The scorecard panel: the report's figures, a mark for whoever is clearly better off, and no haste."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.app import App

from lab.model.scorecard import scorecard
from lab.report.terminal import RARE_ROWS, ROWS
from lab.tui.picture import Picture
from lab.tui.widgets.scorecard import BETTER, COSTS, Scorecard, better
from tests.tui.pictures import picture_of
from tests.tui.piloting import piloted, until


@asynccontextmanager
async def scorecard_of(picture, size=(80, 30)):
    class One(App):
        def compose(self):
            yield Scorecard()

    app = One()
    async with app.run_test(size=size) as pilot:
        card = app.query_one(Scorecard)
        card.show(picture)
        card.focus()
        await pilot.pause()
        yield card, pilot


def rows(card):
    return [" ".join(card.render_line(y).text.split()) for y in range(card.size.height)]


@piloted
async def test_all_fleets_stand_side_by_side_under_their_names_and_strategies():
    async with scorecard_of(picture_of("pets-and-cattle")) as (card, _):
        assert rows(card)[:2] == ["fleet pets cattle", "strategy in-place rolling"]
        assert "versions running 1.0 ×6 1.0 ×6" in rows(card)


@piloted
async def test_who_is_clearly_better_off_has_a_mark():
    async with scorecard_of(picture_of("pets-and-cattle")) as (card, _):
        assert f"drifted servers 6 0 {BETTER}" in rows(card)
        assert f"changes made by hand 2 0 {BETTER}" in rows(card)
        assert "… refused by the proxy 0 0" in rows(card)


@piloted
async def test_a_difference_that_may_be_chance_has_none():
    async with scorecard_of(picture_of("pets-and-cattle")) as (card, _):
        assert "… answered with an error 65 62" in rows(card)


@piloted
async def test_the_names_stay_in_sight_while_the_figures_scroll():
    async with scorecard_of(picture_of("pets-and-cattle"), size=(56, 10)) as (card, pilot):
        await pilot.press("end")
        await until(pilot, lambda: card.scroll_offset.y == card.max_scroll_y > 0)
        assert rows(card)[0] == "fleet pets cattle"
        assert "server-seconds beyond" in rows(card)[-2] or "server-seconds beyond" in rows(card)[-1]


@piloted
async def test_figures_change_twice_a_second_at_most_and_the_newest_are_not_lost():
    async with scorecard_of(picture_of("pets-and-cattle", 10)) as (card, pilot):
        drawn = []
        lay_out, card.draw = card.draw, lambda: drawn.append(1) or lay_out()
        pictures = [picture_of("pets-and-cattle", float(at)) for at in range(11, 31)]

        def shown():
            card.show(pictures[0] if len(pictures) == 1 else pictures.pop(0))
            return card.settled

        assert not shown()
        await until(pilot, lambda: shown() and len(pictures) == 1)
        sent = picture_of("pets-and-cattle", 30.0).state.fleets["pets"].ledger.sent
        assert any(f"requests sent {sent:,}" in row for row in rows(card))
        assert len(drawn) <= 2


@piloted
async def test_a_long_verdict_does_not_push_the_labels_out():
    async with scorecard_of(picture_of("canary"), size=(56, 40)) as (card, _):
        assert "servers running 4 8" in rows(card)
        assert all(line.cell_len <= card.scrollable_content_region.width for line in card._lines)
        verdict = next(row for row in rows(card) if row.startswith("verdict on the canary"))
        assert "healthy" in verdict or "worse" in verdict


@pytest.mark.parametrize("size", [(20, 3), (20, 6), (56, 12), (160, 50)])
@piloted
async def test_there_is_something_to_be_read_at_any_size(size):
    async with scorecard_of(picture_of("pets-and-cattle"), size=size) as (card, pilot):
        await pilot.press("right", "down", "left", "up")
        await pilot.pause()
        assert any(rows(card))


@piloted
async def test_without_fleets_there_are_no_figures_yet():
    async with scorecard_of(Picture()) as (card, _):
        assert rows(card)[0] == "no figures yet"


def test_every_row_with_a_cost_is_one_of_the_report():
    assert set(COSTS) <= {label for label, _ in (*ROWS, *RARE_ROWS)}


def test_before_a_scan_nobody_is_better_at_drift():
    scores = list(scorecard(picture_of("pets-and-cattle", 5).state).values())
    assert better("drifted servers", scores) == [False, False]


def test_of_three_fleets_all_that_pay_clearly_less_than_the_worst_are_better():
    score = next(iter(scorecard(picture_of("pets-and-cattle", 5).state).values()))
    paid = [replace(score, mixed_version_seconds=seconds) for seconds in (10.0, 10.5, 20.0)]
    assert better("two versions at once", paid) == [True, True, False]
    assert better("two versions at once", paid[:2]) == [False, False]
