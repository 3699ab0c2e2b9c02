import pytest

from lab.engines.sim import base_image
from lab.engines.sim.machine import Machine
from lab.model.drift import Scanner
from lab.model.fleet import Server
from lab.model.image import Image
from lab.model.operation import (
    DeleteFile,
    FetchPackages,
    InstallPackages,
    RemovePackages,
    RestartService,
    SetConfig,
    VerifyVersion,
    WriteFile,
    patch,
)
from tests.support import catalogue, recipes


def image(version):
    recipe = recipes()[version]
    return Image(recipe, recipe.digest, base_image.build(recipe, catalogue()).manifest)


def machine(version="1.0", *, writable=True):
    files = base_image.build(recipes()[version], catalogue()).files
    made = Machine(Server("s", "f", "main", 1, version, writable), image(version), files, catalogue())
    made.start()
    return made


def do(made, *operations):
    for operation in operations:
        outcome = made.apply(operation)
        assert outcome.ok, outcome.detail


def patched(made, old, new):
    for operations in patch(recipes()[old], recipes()[new]).values():
        do(made, *operations)


def drift(made, declared):
    return [item.name for item in Scanner().scan("s", made.image, made.delta, image(declared)).items]


def test_a_patch_that_went_well_leaves_no_drift():
    made = machine("1.0")
    patched(made, "1.0", "1.1")
    assert drift(made, "1.1") == []


def test_rolling_a_patch_back_leaves_the_dependency_that_came_along():
    made = machine("1.0")
    patched(made, "1.0", "1.1")
    patched(made, "1.1", "1.0")
    assert drift(made, "1.0") == [
        "/usr/lib/python3/dist-packages/libfx",
        "/usr/lib/python3/dist-packages/libfx/__init__.py",
        "package:libfx",
    ]


def test_what_is_on_disk_counts_only_after_a_restart():
    made = machine("1.0")
    do(made, InstallPackages((("storefront", "1.1"), ("libpay", "1.1"))))
    assert made.loaded.observation.version == "1.0"
    assert not made.apply(VerifyVersion("1.1")).ok
    do(made, RestartService(), VerifyVersion("1.1"))
    assert dict(made.loaded.observation.libraries) == {"libpay": "1.1"}


def test_a_config_key_set_by_hand_drifts_by_key_and_by_file():
    made = machine("1.0")
    do(made, SetConfig("timeout", 30), SetConfig("debug", True))
    assert drift(made, "1.0") == [
        "/etc/storefront/app.toml",
        "config:/etc/storefront/app.toml#debug",
        "config:/etc/storefront/app.toml#timeout",
    ]
    do(made, SetConfig("timeout", 10), SetConfig("debug", None))
    assert drift(made, "1.0") == []


def test_removing_a_package_takes_its_files_and_its_dependents_along():
    made = machine("1.1")
    do(made, RemovePackages(("libfx",)))
    assert made.installed("libfx") is None
    assert made.installed("libpay") is None
    assert "/usr/lib/python3/dist-packages/libfx" in drift(made, "1.1")


def test_a_service_without_its_library_does_not_start():
    made = machine("1.0")
    do(made, RemovePackages(("libpay",)))
    outcome = made.apply(RestartService())
    assert not outcome.ok
    assert "No module named 'libpay'" in outcome.detail
    assert not made.healthy


def test_a_service_with_rubbish_for_a_config_does_not_start():
    made = machine("1.0")
    do(made, WriteFile("/etc/storefront/app.toml", "][ rubbish"))
    assert not made.apply(RestartService()).ok


@pytest.mark.parametrize(
    "operation",
    [
        WriteFile("/etc/motd", "hello"),
        SetConfig("timeout", 30),
        DeleteFile("/etc/motd"),
        InstallPackages((("htop", "3.0"),)),
        RemovePackages(("libpay",)),
        FetchPackages((("libpay", "1.1"),)),
    ],
)
def test_a_read_only_machine_refuses_and_stays_as_it_was(operation):
    made = machine(writable=False)
    assert made.apply(operation).detail == "Read-only file system"
    assert made.delta == {}


def test_a_read_only_machine_can_restart_its_service():
    do(machine(writable=False), RestartService(), VerifyVersion("1.0"))


def test_nothing_can_be_fetched_while_the_repository_is_away():
    made = machine()
    made.repository = False
    assert "Could not resolve" in made.apply(FetchPackages((("libpay", "1.1"),))).detail
    made.repository = True
    do(made, FetchPackages((("libpay", "1.1"), ("storefront", "1.1"))))
    made.repository = False
    do(made, InstallPackages((("libpay", "1.1"), ("storefront", "1.1"))))


@pytest.mark.parametrize(
    ("step", "operation"),
    [
        ("fetch", FetchPackages((("libpay", "1.1"),))),
        ("install", InstallPackages((("libpay", "1.1"),))),
        ("restart", RestartService()),
        ("verify", VerifyVersion("1.0")),
    ],
)
def test_an_obstacle_makes_its_step_fail_and_leaves_no_drift(step, operation):
    made = machine()
    made.obstacles.add(step)
    assert not made.apply(operation).ok
    made.obstacles.clear()
    assert drift(made, "1.0") == []
    do(made, operation)


def test_an_unknown_package_is_refused():
    assert "Unable to locate package nonsuch" in machine().apply(InstallPackages((("nonsuch", "1"),))).detail
    assert "Unable to locate package nonsuch" in machine().apply(RemovePackages(("nonsuch",))).detail


def test_a_file_written_to_a_new_place_brings_its_directories():
    made = machine()
    do(made, WriteFile("/srv/notes/today.txt", "remember"))
    assert drift(made, "1.0") == ["/srv/notes", "/srv/notes/today.txt"]
    do(made, DeleteFile("/srv/notes/today.txt"))
    assert drift(made, "1.0") == ["/srv/notes"]


def test_volatile_paths_are_never_drift():
    made = machine()
    do(made, WriteFile("/var/log/notes.log", "x"), WriteFile("/tmp/x", "y"))
    assert drift(made, "1.0") == []
