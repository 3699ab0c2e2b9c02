"""A look at a server on the simulator: what it shows, and what it costs."""

import asyncio

import pytest

from lab.journal import encode
from lab.model import orders as o
from tests.support import on_sim, setup, strategy


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
