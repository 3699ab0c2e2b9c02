"""What each operation leaves behind on a server, and what it says when it cannot: the same on every engine."""

import asyncio
from dataclasses import dataclass, field

import pytest

from lab.model.fleet import Server
from lab.model.manifest import Entry, file_entry
from lab.model.operation import (
    DeleteFile,
    FetchPackages,
    InstallPackages,
    Operation,
    RemovePackages,
    RestartService,
    SetConfig,
    VerifyVersion,
    WriteFile,
)
from tests.support import catalogue, setup, strategy

APP = "/etc/storefront/app.toml"
LIBFX = "/usr/lib/python3/dist-packages/libfx"
LIBPAY = "/usr/lib/python3/dist-packages/libpay"
HTOP = "/usr/lib/python3/dist-packages/htop"


def text(content: str, mode: int = 0o644) -> Entry:
    return file_entry(content.encode(), mode)


def packaged(name: str, version: str, path: str) -> Entry:
    return file_entry(catalogue().package(name, version).files[path])


def value(literal: str) -> Entry:
    return Entry("config", literal)


DIRECTORY = Entry("dir", mode=0o755, owner="0:0")


@dataclass(frozen=True)
class Case:
    """Operations done one after the other on a server of version 1.0, and what differs from its image then."""

    does: str
    operations: tuple[Operation, ...]
    changed: dict[str, Entry | None] = field(default_factory=dict)
    refused: str = ""


CASES = [
    Case("fetching changes nothing that counts", (FetchPackages((("libpay", "1.1"), ("storefront", "1.1"))),)),
    Case(
        "an installed library brings its dependency along",
        (FetchPackages((("libpay", "1.1"),)), InstallPackages((("libpay", "1.1"),))),
        {
            "package:libpay": Entry("package", "1.1"),
            "package:libfx": Entry("package", "2.0"),
            LIBFX: DIRECTORY,
            f"{LIBFX}/__init__.py": packaged("libfx", "2.0", f"{LIBFX}/__init__.py"),
            f"{LIBPAY}/__init__.py": packaged("libpay", "1.1", f"{LIBPAY}/__init__.py"),
        },
    ),
    Case(
        "going back to the older library leaves the dependency",
        (InstallPackages((("libpay", "1.1"),)), InstallPackages((("libpay", "1.0"),))),
        {
            "package:libfx": Entry("package", "2.0"),
            LIBFX: DIRECTORY,
            f"{LIBFX}/__init__.py": packaged("libfx", "2.0", f"{LIBFX}/__init__.py"),
        },
    ),
    Case(
        "a package installed by hand stays, used or not",
        (InstallPackages((("htop", "3.0"),)), RestartService(), VerifyVersion("1.0")),
        {
            "package:htop": Entry("package", "3.0"),
            HTOP: DIRECTORY,
            f"{HTOP}/__init__.py": packaged("htop", "3.0", f"{HTOP}/__init__.py"),
        },
    ),
    Case(
        "a package installed and removed again leaves nothing",
        (InstallPackages((("htop", "3.0"),)), RemovePackages(("htop",))),
    ),
    Case(
        "removing a library that the service has loaded removes its files too",
        (RestartService(), RemovePackages(("libpay",))),
        {"package:libpay": None, LIBPAY: None, f"{LIBPAY}/__init__.py": None},
    ),
    Case(
        "an unknown package is refused",
        (InstallPackages((("nonsuch", "9"),)),),
        refused="Unable to locate package nonsuch",
    ),
    Case(
        "a file in a new place brings its directories",
        (WriteFile("/srv/notes/a_b", "it's $HOME\n", 0o600),),
        {
            "/srv/notes": DIRECTORY,
            "/srv/notes/a_b": text("it's $HOME\n", 0o600),
        },
    ),
    Case(
        "a file of the image can be written over",
        (WriteFile("/opt/storefront/release.json", "{}"),),
        {"/opt/storefront/release.json": text("{}")},
    ),
    Case("writing what is there already changes nothing", (WriteFile(APP, 'currency = "EUR"\ntimeout = 10\n'),)),
    Case("a deleted file is gone", (DeleteFile("/etc/debian_version"),), {"/etc/debian_version": None}),
    Case("deleting what is not there changes nothing", (DeleteFile("/srv/nonsuch"),)),
    Case(
        "a config key is changed",
        (SetConfig("timeout", 30),),
        {
            APP: text('currency = "EUR"\ntimeout = 30\n'),
            f"config:{APP}#timeout": value("30"),
        },
    ),
    Case(
        "config keys come and go",
        (SetConfig("banner", 'say "hi" & 50% \\ done'), SetConfig("currency", None)),
        {
            APP: text('banner = "say \\"hi\\" & 50% \\\\ done"\ntimeout = 10\n'),
            f"config:{APP}#banner": value('"say \\"hi\\" & 50% \\\\ done"'),
            f"config:{APP}#currency": None,
        },
    ),
    Case("a config key set and set back changes nothing", (SetConfig("timeout", 30), SetConfig("timeout", 10))),
    Case(
        "a deleted config file takes its keys along",
        (DeleteFile(APP),),
        {
            APP: None,
            f"config:{APP}#currency": None,
            f"config:{APP}#timeout": None,
        },
    ),
    Case("volatile paths never count", (WriteFile("/var/log/note", "x"), WriteFile("/tmp/note", "x"))),
    Case("restarting the service changes nothing on disk", (RestartService(), VerifyVersion("1.0"))),
    Case("another version than expected is refused", (VerifyVersion("1.1"),), refused="1.1"),
]


@pytest.fixture(scope="module")
def results(on_engine):
    """Case by name → how its last operation ended, and the delta of its server."""
    found = {}

    async def story(lab):
        fleet = lab.session.fleets["pets"]

        async def run(case: Case, server: Server) -> None:
            for operation in case.operations:
                outcome = await lab.engine.apply(server, operation)
            found[case.does] = (outcome, dict(await lab.engine.changes(server)))

        await asyncio.gather(*(run(case, fleet.at(number)[0]) for number, case in enumerate(CASES, 1)))

    on_engine(setup(rate=1, servers=len(CASES), pets=strategy("in-place")), story)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.does)
def test_after_an_operation_the_same_paths_are_changed_in_the_same_way(results, case):
    outcome, delta = results[case.does]
    assert delta == case.changed
    assert outcome.ok == (not case.refused), outcome.detail
    assert case.refused in outcome.detail


READ_ONLY = [
    WriteFile("/etc/motd", "hello"),
    WriteFile("/var/log/note", "x"),
    SetConfig("timeout", 30),
    DeleteFile("/etc/debian_version"),
    InstallPackages((("htop", "3.0"),)),
    RemovePackages(("libpay",)),
]


def test_a_read_only_server_refuses_every_change(on_engine):
    said = []

    async def story(lab):
        server = lab.session.fleets["cattle"].at(1)[0]
        for operation in READ_ONLY:
            outcome = await lab.engine.apply(server, operation)
            said.append((outcome.ok, "Read-only file system" in outcome.detail))
        assert dict(await lab.engine.changes(server)) == {}

    on_engine(setup(rate=1, servers=1, cattle=strategy("rolling")), story)
    assert said == [(False, True)] * len(READ_ONLY)
