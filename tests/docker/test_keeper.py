"""A server that is given up need not be dead: what it has begun is finished before it goes."""

import asyncio

import pytest

from lab.model.events import ServerReplaced, ServerStopped
from tests.support import on_docker, setup, strategy

pytestmark = pytest.mark.docker


def test_a_server_that_is_given_up_but_still_answers_finishes_what_it_has_begun() -> None:
    async def story(lab):
        (unwell,) = [server for server in lab.session.fleets["cattle"].servers.values() if server.number == 2]
        await lab.engine.obstruct(unwell, "verify")
        async with asyncio.timeout(30):
            while not lab.of(ServerReplaced):
                await lab.session.changed()

    lab = on_docker(setup(rate=20, servers=2, start="1.6", cattle=strategy("rolling")), story)
    assert [event.server for event in lab.of(ServerReplaced)] == ["cattle-2"]
    assert [event.cut for event in lab.of(ServerStopped)] == [0]
    assert lab.lost("cattle") == []
