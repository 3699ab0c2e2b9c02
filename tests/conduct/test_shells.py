"""Shells on the simulator: what happens when the engine, the server or the person goes."""

import asyncio
from dataclasses import replace

import pytest

from lab.engines.base import EngineUnusableError, LabError
from lab.engines.sim.clock import VirtualLoop
from lab.engines.sim.engine import SimEngine
from lab.model.events import ServerStopped, ShellClosed, ShellOpened
from lab.model.fleet import STAGING
from lab.model.operation import WriteFile
from tests.support import Lab, on_sim, setup, strategy

NOTE = WriteFile("/srv/note", "hello\n")


def world():
    return setup(rate=50, servers=2, pets=strategy("in-place"), cattle=strategy("rolling"))


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
