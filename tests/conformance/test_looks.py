"""A look at a server: the same on every engine."""

import shlex

import pytest

from lab.engines.base import LabError
from lab.engines.containers import MEMORY
from lab.model import orders as o
from lab.model.look import TEXT_LIMIT, ContentChange
from lab.model.operation import DeleteFile, InstallPackages, RestartService, WriteFile
from tests.support import setup, strategy

APP = "/etc/storefront/app.toml"
RELEASE = "/opt/storefront/release.json"
CONFIG = 'currency = "EUR"\ntimeout = 10\n'


@pytest.fixture(scope="module")
def looks(on_engine):
    """What was seen of servers, and what a look was refused with, by name."""
    found = {}

    async def story(lab):
        session, (pet, other) = lab.session, (lab.session.fleets["pets"].at(n)[0] for n in (1, 2))
        found["clean"] = await session.look("cattle-1")
        for operation in (
            WriteFile("/srv/note", "hello\n"),
            WriteFile("/srv/large", "x" * (TEXT_LIMIT + 1)),
            InstallPackages((("htop", "3.0"),)),
            DeleteFile("/etc/debian_version"),
            RestartService(),
        ):
            assert (await lab.engine.apply(pet, operation)).ok
        await session.give(o.Ssh(server=1, write={"path": APP, "set": {"timeout": 30}}), ["pets"])
        found["edited"] = await session.look("pets-1")
        found["version"] = (await lab.engine.read(session.images["1.0"], ["/etc/debian_version"]))[
            "/etc/debian_version"
        ]
        found["nothing"] = await lab.engine.read(pet, ["/etc/nonsuch", "/etc", "/etc/nonsuch/below"])
        await lab.engine.apply(other, WriteFile(RELEASE, "not what the service can read\n"))
        await lab.engine.apply(other, RestartService())
        found["broken logs"] = await session.logs("pets-2")
        found["usage"] = await session.usage("pets-2"), await session.usage("pets-2")
        await session.give(o.Kill(server=2), ["pets"])
        found["dead logs"] = await session.logs("pets-2", 1)
        for name in ("pets-2", "pets-9"):
            for method in (session.look, session.usage):
                with pytest.raises(LabError) as refused:
                    await method(name)
                found[name] = str(refused.value)
        await session.give(o.Release(version="1.1"), ["cattle"])
        with pytest.raises(LabError) as refused:
            await session.look("cattle-1")
        found["replaced"] = str(refused.value)
        found["session"] = session

    on_engine(setup(rate=20, servers=2, pets=strategy("in-place"), cattle=strategy("rolling")), story)
    return found


def test_an_untouched_server_is_what_its_image_makes(looks):
    look, session = looks["clean"], looks["session"]
    assert (look.fleet, look.server, look.image, look.declared) == ("cattle", "cattle-1", "1.0", "1.0")
    assert look.digest == session.images["1.0"].digest
    assert (look.drift, look.changes) == ((), ())
    assert look.packages["libpay"] == "1.0" and look.packages["storefront"] == "1.0"
    assert look.logs == ("storefront 1.0 listens on port 8080",)
    assert 0 < look.uptime < 120


def test_the_command_is_the_line_that_starts_such_a_server(looks):
    words = shlex.split(looks["clean"].command)
    assert words[:2] == ["docker", "run"]
    assert {"--read-only", f"lab-{looks['session'].name}-cattle-1"} <= set(words)
    assert words[-1] == looks["clean"].digest
    assert "--read-only" not in shlex.split(looks["edited"].command)


def test_what_was_changed_is_shown_as_text_against_the_declared_state(looks):
    changes = {change.name: change for change in looks["edited"].changes}
    assert changes[APP] == ContentChange(APP, CONFIG, CONFIG.replace("10", "30"))
    assert changes["/srv/note"] == ContentChange("/srv/note", None, "hello\n")
    assert changes["/etc/debian_version"] == ContentChange("/etc/debian_version", looks["version"].decode(), None)
    assert changes["/srv/large"].actual is None and "too long" in changes["/srv/large"].note
    names = {item.name for item in looks["edited"].drift}
    assert {"package:htop", f"config:{APP}#timeout", *changes} <= names


def test_packages_are_those_on_the_server_now(looks):
    assert "htop" not in looks["clean"].packages
    assert looks["edited"].packages["htop"] == "3.0"


def test_logs_hold_every_start_and_why_one_failed(looks):
    assert looks["edited"].logs == ("storefront 1.0 listens on port 8080",) * 2
    assert looks["broken logs"][0] == "storefront 1.0 listens on port 8080"
    assert looks["broken logs"][-1].startswith("storefront cannot start: ")


def test_a_dead_servers_logs_can_still_be_read(looks):
    assert len(looks["dead logs"]) == 1
    assert looks["dead logs"][0].startswith("storefront cannot start: ")


def test_use_of_processor_and_memory_is_told_within_its_limits(looks):
    used = looks["usage"][1]
    assert used.cpu is None or 0 <= used.cpu < 2
    assert 1 << 20 < used.memory < used.memory_limit == MEMORY << 20


def test_what_is_no_file_is_left_out_of_what_is_read(looks):
    assert looks["nothing"] == {}


def test_servers_that_cannot_be_looked_at_are_refused_with_the_reason(looks):
    assert looks["pets-2"].startswith("pets-2 is dead")
    assert looks["pets-9"] == "there is no server pets-9 in this session"
    assert looks["replaced"] == "cattle-1 is gone: it was stopped or replaced"
