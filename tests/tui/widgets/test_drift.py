"""The drift panel: what differs, who touched it, and what is known of fleets where nothing does."""

from contextlib import asynccontextmanager

import pytest
from textual.app import App

from lab.model import events as e
from lab.model.drift import DriftItem, ServerDrift
from lab.model.manifest import Entry
from lab.tui.picture import Picture
from lab.tui.widgets.drift import UNKNOWN, Drift, cause, difference
from tests.tui.pictures import TIMEOUT, big_picture, picture_of
from tests.tui.piloting import piloted


class One(App):
    def __init__(self):
        super().__init__()
        self.said = []

    def compose(self):
        yield Drift()

    def on_drift_opened(self, event):
        self.said.append(event.server)


@asynccontextmanager
async def drift_of(picture, size=(120, 26)):
    app = One()
    async with app.run_test(size=size) as pilot:
        drift = app.query_one(Drift)
        drift.show(picture)
        drift.focus()
        await pilot.pause()
        yield drift, pilot


def rows(drift):
    return [" ".join(drift.render_line(y).text.split()) for y in range(drift.size.height)]


def done(command, by="patch", who="lab", at=1.0, step="install"):
    return e.OperationDone(
        at=at, fleet="pets", server="pets-1", by=by, who=who, step=step, command=command, ok=True, seconds=0.1
    )


def drifted(picture, *items, server="pets-1", at=99.0):
    """The same, after a scan that found this on one server."""
    servers = (ServerDrift(server, "a", items),)
    picture.take(e.Scanned(at=at, fleet="pets", declared="1.0", after="order", servers=servers))
    return picture


@piloted
async def test_a_line_has_server_kind_name_both_sides_and_who_did_it():
    async with drift_of(picture_of("pets-and-cattle", 20)) as (drift, _):
        assert "pets-3 config /etc/storefront/app.toml#timeout 10 ≠ 30 on-call by hand, 00:15.1" in rows(drift)


@piloted
async def test_the_head_of_a_fleet_counts_its_drifted_servers_and_says_when_that_was_seen():
    async with drift_of(picture_of("pets-and-cattle")) as (drift, _):
        assert rows(drift)[0] == "pets ≠ 6 of 6 servers drifted scanned at 00:50.1"
        assert "cattle ✓ nothing drifted scanned at 00:51.1" in rows(drift)


@piloted
async def test_where_no_scan_was_made_the_key_for_one_is_named():
    async with drift_of(picture_of("pets-and-cattle", 5)) as (drift, _):
        assert rows(drift)[:2] == ["pets ? no scan yet, d makes one", "cattle ? no scan yet, d makes one"]


@piloted
async def test_the_cursor_moves_over_lines_only_and_enter_opens_their_server():
    async with drift_of(big_picture(50)) as (drift, pilot):
        await pilot.press("enter", "down", "enter", "down", "enter", "home", "enter")
        assert drift.app.said == ["pets-3", "pets-4", "pets-4", "pets-3"]


@piloted
async def test_the_cursor_stays_with_its_line_when_others_come():
    picture = picture_of("pets-and-cattle", 20)
    async with drift_of(picture) as (drift, pilot):
        await pilot.press("down")
        drift.show(drifted(picture, TIMEOUT))
        await pilot.press("enter")
        assert drift.app.said == ["pets-3"]


@piloted
async def test_a_server_that_is_gone_takes_its_lines_along():
    picture = picture_of("pets-and-cattle", 20)
    async with drift_of(picture) as (drift, pilot):
        picture.take(e.ServerStopped(at=21.0, fleet="pets", server="pets-3"))
        drift.show(picture)
        await pilot.press("enter")
        assert rows(drift)[0].startswith("pets ✓ nothing drifted") and not drift.app.said


@pytest.mark.parametrize("size", [(20, 3), (20, 6), (40, 5), (56, 12), (160, 50)])
@piloted
async def test_what_has_drifted_is_to_be_seen_at_any_size(size):
    async with drift_of(picture_of("pets-and-cattle"), size=size) as (drift, pilot):
        await pilot.press("down", "up")
        assert any("≠" in row or "pets-1" in row for row in rows(drift))
        assert all(len(row) <= size[0] - 2 for row in rows(drift))


@piloted
async def test_names_that_do_not_fit_keep_their_ends():
    async with drift_of(picture_of("pets-and-cattle", 20), size=(56, 12)) as (drift, _):
        assert any("…efront/app.toml" in row for row in rows(drift))
        assert any("app.toml#timeout 10 ≠ 30 on-call" in row for row in rows(drift))


@piloted
async def test_thousands_of_lines_are_scrolled_not_drawn():
    picture = picture_of("pets-and-cattle", 5)
    items = tuple(DriftItem(f"/etc/{n:05}", None, Entry("file", "d", size=n)) for n in range(5000))
    async with drift_of(drifted(picture, *items)) as (drift, pilot):
        drawn = []
        draw, drift.draw = drift.draw, lambda row, width: drawn.append(row) or draw(row, width)
        await pilot.press("end")
        await pilot.pause()
        assert "/etc/04999" in "".join(rows(drift))
        assert len(set(drawn)) < 100


@piloted
async def test_markup_and_control_characters_in_names_are_harmless():
    item = DriftItem("/etc/[red]\x1b[31m", None, Entry("link", "[b]\x07"))
    async with drift_of(drifted(picture_of("pets-and-cattle", 5), item)) as (drift, _):
        assert "/etc/[red]�[31m" in rows(drift)[1] and "link to [b]�" in rows(drift)[1]


@piloted
async def test_nothing_is_laid_out_again_while_no_scan_comes():
    picture = picture_of("pets-and-cattle", 20)
    async with drift_of(picture) as (drift, _):
        laid = []
        drift.lay_out = lambda: laid.append(1)
        picture.take(e.HealthChanged(at=21.0, fleet="pets", server="pets-1", healthy=False))
        drift.show(picture)
        assert not laid


@piloted
async def test_without_a_session_there_is_nothing_and_keys_do_nothing():
    async with drift_of(Picture()) as (drift, pilot):
        await pilot.press("up", "down", "pageup", "pagedown", "home", "end", "enter")
        assert rows(drift)[0] == "nothing to be seen yet"


PACKAGE = DriftItem("package:htop", None, Entry("package", "3.0"))
FILE = DriftItem("/etc/storefront/app.toml", Entry("file", "a", 0o644), Entry("file", "b", 0o644))


def test_the_cause_is_the_last_command_that_names_the_thing():
    commands = [done("apt-get install htop=3.0", "hand", "kim", 2.0), done("apt-get install htopless=1", at=3.0)]
    assert cause(PACKAGE, [PACKAGE], commands) == "kim by hand, 00:02.0"
    assert cause(PACKAGE, [PACKAGE], commands, width=10) == "kim"


def test_a_key_is_not_blamed_on_who_changed_another_key_and_neither_is_its_file():
    path = FILE.name
    commands = [done(f"set timeout = 30 in {path}", "hand", "kim", 2.0), done(f"set cache = 5 in {path}", at=3.0)]
    assert cause(TIMEOUT, [FILE, TIMEOUT], commands, width=12) == "kim by hand"
    assert cause(FILE, [FILE, TIMEOUT], commands, width=12) == "kim by hand"
    assert cause(FILE, [FILE], commands) == "patch: install, 00:03.0"


def test_what_nothing_names_is_left_to_all_that_touched_the_server():
    assert cause(PACKAGE, [PACKAGE], []) == UNKNOWN
    assert cause(PACKAGE, [PACKAGE], [done("true"), done("true", "hand", "kim")]) == "patch or kim"


@pytest.mark.parametrize(
    ("expected", "actual", "said"),
    [
        (None, Entry("package", "3.0"), "absent ≠ 3.0"),
        (Entry("file", "a", 0o644, "0:0", 9), None, "9 bytes ≠ absent"),
        (Entry("file", "aaaaaaa", size=9), Entry("file", "bbbbbbb", size=9), "aaaaaa ≠ bbbbbb"),
        (Entry("file", "a", size=9), Entry("file", "b", size=10), "9 bytes ≠ 10 bytes"),
        (Entry("file", "a", 0o644), Entry("file", "a", 0o755), "mode 0644 ≠ 0755"),
        (Entry("file", "a", 0o644, "0:0"), Entry("file", "a", 0o644, "5:5"), "owner 0:0 ≠ 5:5"),
        (Entry("dir"), Entry("link", "/tmp"), "dir ≠ link to /tmp"),
    ],
)
def test_both_sides_are_told_by_what_they_differ_in(expected, actual, said):
    assert difference(DriftItem("/x", expected, actual), 40).plain == said


@pytest.mark.parametrize("width", range(5, 40))
def test_both_sides_share_what_room_there_is(width):
    text = difference(DriftItem("config:/x#k", Entry("config", "e" * 30), Entry("config", "a" * 5)), width)
    assert text.cell_len <= width and " ≠ " in text.plain


@piloted
async def test_what_was_done_in_a_shell_is_put_down_to_who_was_in_it():
    picture = picture_of("pets-and-cattle", 5)
    opened = {"fleet": "pets", "server": "pets-1", "where": "pets-1", "command": "", "who": "kim"}
    picture.take(e.ShellOpened(at=6.0, **opened))
    async with drift_of(drifted(picture, FILE)) as (drift, _):
        assert any("kim in a shell" in row for row in rows(drift))
