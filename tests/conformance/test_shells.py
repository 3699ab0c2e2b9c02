"""Shells: where a person gets to be in on each kind of server, and what is left of it; the same on every engine."""

import asyncio

import pytest

from lab.engines.base import LabError
from lab.model import orders as o
from lab.model.events import OperationDone, ServerAdmitted, ServerLaunched, ServerStopped, ShellClosed, ShellOpened
from lab.model.fleet import STAGING
from lab.model.operation import RestartService, SetConfig, WriteFile
from tests.support import setup, strategy

APP = "/etc/storefront/app.toml"
NOTE = WriteFile("/srv/note", "hello\n")


@pytest.fixture(scope="module")
def told(on_engine):
    """The lab after the story, with what was `seen` in it."""
    seen = {}

    async def story(lab):
        session = lab.session
        async with session.shell("pets-1", who="ada") as shell:
            seen["pet"] = shell
            assert (await session.apply_in(shell, SetConfig("timeout", 30))).ok
        async with session.shell("cattle-1", who="ada") as shell:
            seen["copy"] = shell
            seen["done"] = [await session.apply_in(shell, do) for do in (NOTE, SetConfig("timeout", 30))]
            await session.apply_in(shell, RestartService())
            seen["original"] = dict(await lab.engine.changes(shell.asked))
        with pytest.raises(LabError) as refused:
            await session.apply_in(shell, NOTE)
        seen["closed"] = str(refused.value)
        async with session.shell("cattle-2", "read-only") as shell:
            seen["read-only"] = shell
            seen["refused"] = await session.apply_in(shell, NOTE)
        async with session.shell("cattle-2"):
            pass
        seen["cancelled"] = await cancelled(lab)
        await session.give(o.Kill(server=2), ["pets"])
        with pytest.raises(LabError) as refused:
            async with session.shell("pets-2"):
                pass
        seen["dead"] = str(refused.value)
        seen["servers"] = sorted(name for fleet in session.fleets.values() for name in fleet.servers)

    async def cancelled(lab):
        """Open a shell and be interrupted, once before it is there and once in the midst of it."""
        ended = []

        async def stay():
            async with lab.session.shell("cattle-1"):
                inside.set()
                await asyncio.sleep(3600)

        for early in (True, False):
            inside = asyncio.Event()
            staying = asyncio.create_task(stay())
            await (asyncio.sleep(0) if early else inside.wait())
            staying.cancel()
            ended.append((await asyncio.gather(staying, return_exceptions=True))[0])
        return ended

    lab = on_engine(setup(rate=20, servers=2, pets=strategy("in-place"), cattle=strategy("rolling")), story)
    lab.seen = seen
    return lab


def closed(lab, server):
    return [event for event in lab.of(ShellClosed) if event.server == server]


def test_on_a_mutable_server_the_shell_is_in_the_server_itself_and_what_is_done_stays(told):
    shell = told.seen["pet"]
    assert (shell.server.name, shell.throwaway) == ("pets-1", False)
    assert closed(told, "pets-1")[0].lost == ()
    drift = told.session.state.fleets["pets"].servers["pets-1"].drift
    assert [item.name for item in drift] == [APP, f"config:{APP}#timeout"]


def test_on_an_immutable_server_it_is_in_a_writable_copy_and_what_was_lost_is_told(told):
    shell = told.seen["copy"]
    assert shell.throwaway and shell.server.pool == STAGING and shell.server.writable
    assert [outcome.ok for outcome in told.seen["done"]] == [True, True]
    assert told.seen["original"] == {}
    lost = {item.name: (item.expected, item.actual) for item in closed(told, "cattle-1")[0].lost}
    assert list(lost) == [APP, "/srv/note", f"config:{APP}#timeout"]
    assert lost["/srv/note"][0] is None
    assert all(not server.drift for server in told.session.state.fleets["cattle"].servers.values())


def test_read_only_it_is_in_the_server_itself_which_refuses_every_change(told):
    shell = told.seen["read-only"]
    assert (shell.server.name, shell.throwaway) == ("cattle-2", False)
    assert "Read-only file system" in told.seen["refused"].detail


def test_a_copy_in_which_nothing_was_done_loses_nothing(told):
    assert [event.lost for event in closed(told, "cattle-2")] == [(), ()]


def test_every_copy_is_gone_even_if_the_shell_was_interrupted(told):
    assert [type(end) for end in told.seen["cancelled"]] == [asyncio.CancelledError] * 2
    copies = [event.server for event in told.of(ServerLaunched) if event.pool == STAGING]
    assert len(copies) >= 3
    assert {event.server for event in told.of(ServerStopped)} >= set(copies)
    assert told.seen["servers"] == ["cattle-1", "cattle-2", "pets-1", "pets-2"]


def test_no_copy_ever_gets_traffic(told):
    copies = {event.server for event in told.of(ServerLaunched) if event.pool == STAGING}
    assert copies.isdisjoint(event.server for event in told.of(ServerAdmitted))


def test_each_shell_is_told_with_who_and_where_and_as_often_closed_as_opened(told):
    opened = told.of(ShellOpened)
    assert [(event.server, event.who) for event in opened[:2]] == [("pets-1", "ada"), ("cattle-1", "ada")]
    assert opened[1].where == told.seen["copy"].server.name
    assert [event.where for event in opened] == [event.where for event in told.of(ShellClosed)]
    assert all(event.detail == "" for event in told.of(ShellClosed))


def test_the_command_hands_the_terminal_to_the_machine_if_there_is_a_real_one(told):
    shell, real = told.seen["copy"], told.engine.name == "docker"
    name = f"lab-{told.session.name}-{shell.server.name}"
    assert shell.argv == (("docker", "exec", "-it", name, "bash") if real else ())
    assert told.of(ShellOpened)[1].command == (f"docker exec -it {name} bash" if real else "")


def test_what_was_done_in_a_copy_counts_as_no_change_of_the_fleet(told):
    by_hand = [event for event in told.of(OperationDone) if event.by == "hand" and event.ok]
    assert {event.who for event in by_hand} == {"ada"}
    assert (told.scores["pets"].manual_changes, told.scores["cattle"].manual_changes) == (1, 0)


def test_where_there_is_no_machine_any_more_there_is_no_shell(told):
    assert told.seen["closed"].endswith("is gone: it was stopped or replaced")
    assert told.seen["dead"].startswith("pets-2 is dead")
