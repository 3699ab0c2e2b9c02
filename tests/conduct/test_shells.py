"""Shells and looks on the simulator: what they cost, and what happens when the engine or the server goes."""

import asyncio
from dataclasses import replace

import pytest

from lab.engines.base import EngineUnusableError, LabError
from lab.engines.sim.clock import VirtualLoop
from lab.engines.sim.engine import SimEngine
from lab.journal import encode
from lab.model import orders as o
from lab.model.events import ServerStopped, ShellClosed, ShellOpened
from lab.model.fleet import STAGING
from lab.model.operation import WriteFile
from tests.support import Lab, on_sim, setup, strategy

NOTE = WriteFile("/srv/note", "hello\n")


def world():
    return setup(rate=50, servers=2, pets=strategy("in-place"), cattle=strategy("rolling"))


def journal(look):
    async def story(lab):
        await lab.session.give(o.Ssh(server=1, write={"path": "/etc/motd", "content": "hi\n"}), ["pets"])
        await look(lab)
        await lab.session.give(o.Release(version="1.1"))

    return b"".join(encode(event) for event in on_sim(world(), story).events)


def test_whoever_looks_changes_nothing_and_costs_no_time():
    async def look(lab):
        began = lab.session.clock.now()
        for server in ("pets-1", "cattle-2"):
            await lab.session.look(server)
            await lab.session.usage(server)
            await lab.session.logs(server)
        assert lab.session.clock.now() == began

    async def no_look(lab):
        pass

    assert journal(look) == journal(no_look)


def test_a_look_is_answered_while_time_is_held():
    async def story(lab):
        asyncio.get_running_loop().hold()
        try:
            assert (await lab.session.look("pets-1")).server == "pets-1"
        finally:
            asyncio.get_running_loop().go()

    on_sim(world(), story)


def test_use_of_the_processor_follows_the_requests_that_a_server_gets():
    async def story(lab):
        busy = (await lab.session.usage("pets-1")).cpu
        await lab.session.give(o.Traffic(rate=200.0))
        busier = (await lab.session.usage("pets-1")).cpu
        await lab.session.give(o.Traffic(rate=0.0))
        idle = (await lab.session.usage("pets-1")).cpu
        assert 0 < idle < busy < busier
        assert busier - idle == pytest.approx(4 * (busy - idle))

    on_sim(world(), story)


def test_how_long_a_server_is_up_begins_anew_when_it_is_rebooted():
    async def story(lab):
        await asyncio.sleep(100)
        assert (await lab.session.look("pets-1")).uptime > 100
        await lab.session.give(o.Reboot(server=1), ["pets"])
        assert (await lab.session.look("pets-1")).uptime < 5
        assert (await lab.session.logs("pets-1"))[-2:] == ("storefront 1.0 listens on port 8080",) * 2

    on_sim(world(), story)


def test_a_shell_on_a_copy_of_an_image_that_does_not_start_opens_all_the_same():
    async def story(lab):
        broken = replace(lab.session.setup.recipes["1.0"], files={"/opt/storefront/release.json": "nonsense"})
        fleet = lab.session.fleets["cattle"]
        fleet.launched_from["cattle-1"] = await lab.engine.build(broken)
        async with lab.session.shell("cattle-1") as shell:
            assert (await lab.session.apply_in(shell, NOTE)).ok

    lab = on_sim(world(), story)
    assert [item.name for item in lab.of(ShellClosed)[0].lost] == ["/srv/note"]


def test_a_copy_that_dies_under_its_shell_is_said_to_have_lost_what_nobody_knows():
    async def story(lab):
        async with lab.session.shell("cattle-1") as shell:
            lab.engine._machines[shell.server.name].on = False
            assert not (await lab.session.apply_in(shell, NOTE)).ok

    lab = on_sim(world(), story)
    (shut,) = lab.of(ShellClosed)
    assert (shut.lost, shut.detail) == ((), f"{shut.where} does not answer: the machine is down")
    assert shut.where in {event.server for event in lab.of(ServerStopped)}


def test_what_goes_wrong_in_the_face_closes_the_shell_and_is_not_hidden():
    async def story(lab):
        with pytest.raises(ZeroDivisionError):
            async with lab.session.shell("cattle-1") as shell:
                await lab.session.apply_in(shell, NOTE)
                raise ZeroDivisionError

    lab = on_sim(world(), story)
    assert [item.name for item in lab.of(ShellClosed)[0].lost] == ["/srv/note"]
    assert lab.of(ServerStopped)[-1].server == lab.of(ShellOpened)[0].where


class DyingEngine(SimEngine):
    """A simulator that can be told to give up: stands for an engine that dies half-way."""

    dead = False

    async def launch(self, server, image):
        self._alive()
        await super().launch(server, image)

    async def changes(self, server):
        self._alive()
        return await super().changes(server)

    async def stop(self, server):
        self._alive()
        await super().stop(server)

    def _alive(self):
        if self.dead:
            raise EngineUnusableError("the engine is gone")


def with_dying_engine(story):
    async def run():
        lab = Lab(world(), DyingEngine())
        await lab.session.open("a test")
        await story(lab)
        return lab

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(run())


def test_an_engine_that_dies_under_a_shell_is_a_clear_error_and_the_shell_is_closed():
    async def story(lab):
        with pytest.raises(LabError, match="the engine is gone"):
            async with lab.session.shell("cattle-1"):
                lab.engine.dead = True

    lab = with_dying_engine(story)
    assert [event.detail for event in lab.of(ShellClosed)] == ["the engine is gone"]


def test_a_shell_that_cannot_be_opened_is_an_error_and_was_never_open():
    async def story(lab):
        lab.engine.dead = True
        with pytest.raises(LabError, match="the engine is gone"):
            async with lab.session.shell("cattle-1"):
                raise AssertionError("there is no shell")

    assert with_dying_engine(story).of(ShellOpened) == []


@pytest.mark.parametrize("moment", [0.0, 0.1, 0.2, 0.3, 1.0])
def test_a_shell_that_is_given_up_at_any_moment_leaves_no_copy(moment):
    async def story(lab):
        async def stay():
            async with lab.session.shell("cattle-1"):
                await asyncio.sleep(3600)

        staying = asyncio.create_task(stay())
        await asyncio.sleep(moment)
        staying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await staying
        assert not lab.session.fleets["cattle"].pool(STAGING)

    lab = on_sim(world(), story)
    assert len(lab.of(ShellOpened)) == len(lab.of(ShellClosed))
