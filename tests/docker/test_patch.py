"""Patches in place with real packages: what they leave, what makes them fail, and that obstacles leave nothing."""

import pytest

from lab.engines.base import ServerError
from lab.model.drift import Scanner
from lab.model.fleet import Server
from lab.model.operation import PATCH_STEPS, InstallPackages, RemovePackages, WriteFile
from tests.docker.conftest import Lab, Play

SAID = {
    "fetch": "Failed to fetch http://packages:8000",
    "install": "Could not get lock /var/lib/dpkg/lock-frontend",
    "restart": "unable to open supervise/ok",
    "verify": "says that it is unhealthy",
}


async def drift(lab: Lab, server: Server, declared: str) -> list[str]:
    """The names in which a server launched from 1.0 differs from this version."""
    delta = await lab.engine.changes(server)
    found = Scanner().scan(server.name, await lab.image("1.0"), delta, await lab.image(declared))
    return [str(item) for item in found.items]


def test_a_patch_that_went_well_leaves_no_drift_and_one_back_leaves_the_dependency(play: Play) -> None:
    async def story(lab: Lab) -> None:
        server = await lab.launch("pets")
        assert await drift(lab, server, "1.0") == []

        outcomes = await lab.patch(server, "1.0", "1.1")
        assert all(outcome.ok for outcome in outcomes.values()), outcomes
        assert set(outcomes) == set(PATCH_STEPS)
        assert await drift(lab, server, "1.1") == []
        seen = await lab.engine.observe(server)
        assert (seen.version, seen.healthy, dict(seen.libraries)) == ("1.1", True, {"libpay": "1.1"})

        outcomes = await lab.patch(server, "1.1", "1.0")
        assert all(outcome.ok for outcome in outcomes.values()), outcomes
        names = {name.partition(":")[0] for name in await drift(lab, server, "1.0")}
        folder = "/usr/lib/python3/dist-packages/libmoney"
        assert names == {"package", folder, f"{folder}/__init__.py", "/srv/new"}
        await lab.engine.stop(server)

    play(story)


def test_modes_and_empty_folders_and_deleted_trees_are_drift(play: Play) -> None:
    async def story(lab: Lab) -> None:
        server = await lab.launch("pets")
        run = lab.engine._machines.run
        for line in ("chmod 700 /etc/storefront", "mkdir -m 750 /srv/empty", "rm -r /etc/default", "ln -s b /srv/a"):
            assert run(server, ["sh", "-c", line])[0] == 0
        delta = await lab.engine.changes(server)
        below = {name for name in delta if name.startswith("/etc/default/")}
        assert set(delta) - below == {"/etc/storefront", "/srv/empty", "/etc/default", "/srv/a"}
        assert below and all(delta[name] is None for name in below)
        assert str(delta["/etc/storefront"]) == "directory 0700 0:0"
        assert str(delta["/srv/a"]) == "link to b"
        await lab.engine.stop(server)

    play(story)


@pytest.mark.parametrize("step", PATCH_STEPS)
def test_an_obstacle_fails_its_step_and_leaves_nothing_when_it_is_gone(play: Play, step: str) -> None:
    async def story(lab: Lab) -> None:
        server = await lab.launch("pets")
        outcomes = await lab.patch(server, "1.0", "1.1", obstructed=step)
        assert list(outcomes)[-1] == step
        assert [name for name, outcome in outcomes.items() if not outcome.ok] == [step]
        assert SAID[step] in outcomes[step].detail
        await lab.engine.clear(server, step)
        outcomes = await lab.patch(server, "1.0", "1.1")
        assert all(outcome.ok for outcome in outcomes.values()), outcomes
        assert await drift(lab, server, "1.1") == []
        await lab.engine.stop(server)

    play(story)


def test_without_the_repository_nothing_can_be_fetched(play: Play) -> None:
    async def story(lab: Lab) -> None:
        server = await lab.launch("pets")
        await lab.engine.repository(False)
        outcomes = await lab.patch(server, "1.0", "1.1")
        assert list(outcomes) == ["fetch"] and not outcomes["fetch"].ok
        assert "Failed to fetch http://packages:8000" in outcomes["fetch"].detail
        await lab.engine.repository(True)
        assert (await lab.patch(server, "1.0", "1.1"))["verify"].ok
        await lab.engine.stop(server)

    play(story)


def test_packages_are_changed_by_hand_without_fetching_first(play: Play) -> None:
    async def story(lab: Lab) -> None:
        server = await lab.launch("pets")
        assert (await lab.do(server, InstallPackages((("libmoney", "2.0"),)))).ok
        unknown = await lab.do(server, InstallPackages((("nonsuch", "1"),)))
        assert not unknown.ok and "Unable to locate package nonsuch" in unknown.detail
        delta = await lab.engine.changes(server)
        assert str(delta["package:libmoney"]) == "2.0"
        assert (await lab.do(server, RemovePackages(("libmoney",)))).ok
        assert await lab.engine.changes(server) == {}
        assert not (await lab.do(server, WriteFile("/etc/motd/below-a-file", "x"))).ok
        await lab.engine.stop(server)
        with pytest.raises(ServerError):
            await lab.engine.changes(server)

    play(story)
