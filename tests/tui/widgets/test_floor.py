"""All panels together: which of them are drawn when."""

import math

from lab.tui.widgets.floor import Floor
from lab.tui.widgets.resting import Resting
from tests.tui.opened import replayed
from tests.tui.piloting import piloted


def due(app):
    """The panels of figures that can be seen; all of them are to be drawn now."""
    figures = [panel for panel in app.screen.query(Resting) if panel.is_on_screen]
    for panel in figures:
        panel.drawn_at, panel._seen = -math.inf, None
    return figures


def drawn(figures):
    return [panel for panel in figures if panel.drawn_at > -math.inf]


@piloted
async def test_while_all_goes_on_one_panel_of_figures_is_drawn_with_each_frame_until_all_are():
    async with replayed(at=28.0, size=(160, 45)) as (app, _):
        floor, figures = app.screen.query_one(Floor), due(app)
        assert len(figures) > 3
        for frames in range(1, len(figures) + 1):
            floor.show(app.screen.deck.picture, in_turn=True)
            assert len(drawn(figures)) == frames
        floor.show(app.screen.deck.picture, in_turn=True)
        assert len({panel.drawn_at for panel in figures}) == len(figures), "none was drawn twice"


@piloted
async def test_a_moment_that_was_sought_is_drawn_as_a_whole():
    async with replayed(at=28.0, size=(160, 45)) as (app, _):
        floor, figures = app.screen.query_one(Floor), due(app)
        floor.show(app.screen.deck.picture)
        assert drawn(figures) == figures and floor.settled
