"""One server's life in real containers, as the proxy and the traffic see it."""

import asyncio
from collections import Counter

import pytest

from lab.engines.base import ServerError
from lab.model.events import HealthChanged, TrafficCounted
from lab.model.fleet import Server
from lab.model.operation import DeleteFile, InstallPackages, RestartService, SetConfig, VerifyVersion, WriteFile
from tests.docker.conftest import Lab, Play, until


def counted(lab: Lab, fleet: str, since: int = 0) -> Counter[tuple[str, str]]:
    """How many requests of a fleet ended how, by server, in the events from `since` on."""
    total: Counter[tuple[str, str]] = Counter()
    for event in lab.events[since:]:
        if isinstance(event, TrafficCounted) and event.fleet == fleet:
            for row in event.rows:
                assert sum(row.latency.values()) == row.count
                total[row.server, row.outcome] += row.count
    return total


def health(lab: Lab, server: Server) -> list[bool]:
    return [e.healthy for e in lab.events if isinstance(e, HealthChanged) and e.server == server.name]


def test_a_server_gets_traffic_when_it_is_admitted_and_loses_none_when_it_drains(play: Play) -> None:
    async def story(lab: Lab) -> None:
        first, second = await asyncio.gather(lab.launch("cattle"), lab.launch("cattle"))
        waiting = Server("cattle-waiting", "cattle", "main", 9, "1.0", False)
        await lab.engine.launch(waiting, await lab.image("1.0"))
        await lab.engine.healthy(waiting, 20)
        since = len(lab.events)

        await lab.engine.traffic(60)
        await until(lambda: counted(lab, "cattle", since)[second.name, "served"] >= 20)
        assert await lab.engine.drain(first, 5) == 0
        await lab.engine.stop(first)
        await until(lambda: counted(lab, "cattle", since)[second.name, "served"] >= 60)
        await lab.engine.traffic(0)

        total = counted(lab, "cattle", since)
        assert {outcome for _, outcome in total} == {"served"}
        assert total[first.name, "served"] >= 15, "two servers share the traffic"
        assert total["cattle-waiting", "served"] == 0, "a server that was not admitted gets nothing"
        without_servers = counted(lab, "pets", since)
        assert set(without_servers) == {("", "refused")}
        assert abs(sum(without_servers.values()) - sum(total.values())) <= 1, "every fleet gets the same traffic"
        for server in (second, waiting):
            await lab.engine.stop(server)

    play(story)


def test_a_read_only_server_refuses_every_change_and_stays_as_its_image(play: Play) -> None:
    async def story(lab: Lab) -> None:
        server = await lab.launch("cattle")
        for operation in (
            WriteFile("/etc/motd", "hello"),
            DeleteFile("/etc/banner"),
            SetConfig("timeout", 5),
            InstallPackages((("libpay", "1.1"),)),
        ):
            outcome = await lab.engine.apply(server, operation)
            assert not outcome.ok
            assert "Read-only file system" in outcome.detail
        assert await lab.engine.changes(server) == {}
        await lab.engine.stop(server)

    play(story)


def test_a_killed_server_is_noticed_by_the_proxy_and_a_reboot_brings_it_back(play: Play) -> None:
    async def story(lab: Lab) -> None:
        killed, other = await lab.launch("cattle"), await lab.launch("cattle")
        await lab.engine.kill(killed)
        await until(lambda: health(lab, killed) == [False])
        with pytest.raises(ServerError):
            await lab.engine.observe(killed)
        await lab.engine.reboot(killed)
        await until(lambda: health(lab, killed) == [False, True])
        assert (await lab.engine.observe(killed)).version == "1.0"
        assert health(lab, other) == []
        for server in (killed, other):
            await lab.engine.stop(server)

    play(story)


def test_a_new_server_with_a_dead_ones_address_is_not_taken_for_it(play: Play) -> None:
    async def story(lab: Lab) -> None:
        dead = await lab.launch("cattle")
        await lab.engine.kill(dead)
        await until(lambda: health(lab, dead) == [False])
        new = await lab.launch("cattle")
        with pytest.raises(ServerError, match="did not become healthy"):
            await lab.engine.healthy(dead, 0.6)
        assert health(lab, dead) == [False]
        for server in (dead, new):
            await lab.engine.stop(server)

    play(story)


def test_what_is_under_way_on_a_server_stopped_without_draining_is_dropped(play: Play) -> None:
    async def story(lab: Lab) -> None:
        slow = await lab.image("1.9")
        server = Server("cattle-slow", "cattle", "main", 1, "1.9", False)
        await lab.engine.launch(server, slow)
        await lab.engine.healthy(server, 20)
        await lab.engine.admit(server)
        since = len(lab.events)
        await lab.engine.traffic(40)
        await until(lambda: counted(lab, "cattle", since)["cattle-slow", "served"] > 0)
        await lab.engine.stop(server)
        await lab.engine.traffic(0)
        total = counted(lab, "cattle", since)
        assert total["", "dropped"] > 0
        assert sum(total.values()) == pytest.approx(sum(counted(lab, "pets", since).values()), abs=1)

    play(story)


def test_a_restart_of_the_service_is_not_one_of_the_machine(play: Play) -> None:
    async def story(lab: Lab) -> None:
        server = await lab.launch("pets")
        await lab.do(server, WriteFile("/run/mark", "still here"))
        await lab.do(server, SetConfig("currency", "USD"))
        assert (await lab.do(server, RestartService())).ok
        assert (await lab.do(server, VerifyVersion("1.0"))).ok
        refused = await lab.do(server, VerifyVersion("2.0"))
        assert not refused.ok and "runs version 1.0, not 2.0" in refused.detail
        code, output, _ = lab.engine._machines.run(server, ["cat", "/run/mark"])
        assert (code, output) == (0, b"still here")
        await lab.engine.reboot(server)
        assert lab.engine._machines.run(server, ["cat", "/run/mark"])[0] == 1
        await lab.engine.stop(server)

    play(story)
