"""Manifests of images and changes of servers, read from tar streams and dpkg's database."""

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from lab.engines.base import ServerError
from lab.engines.commands import Argv
from lab.engines.docker.changes import AT_ONCE, changes
from lab.engines.docker.manifests import DPKG, _cached, _keep, manifest, packages
from lab.model.manifest import Entry, file_entry

APP = "/etc/storefront/app.toml"
STATUS = b"""\
Package: libpay
Status: install ok installed
Version: 1.0
Description: text
 Version: 9

Package: held
Status: hold ok installed
Version: 2

Package: broken
Status: install ok half-configured
Version: 3

Package: removed
Status: deinstall ok config-files
Version: 4
"""


def archive(*members: tuple[str, object]) -> bytes:
    """A tar: bytes make a file, None a folder, text a link, a pair a hard link to its first."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, what in members:
            info = tarfile.TarInfo(name)
            info.mode = 0o644
            content = what if isinstance(what, bytes) else b""
            if what is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
            elif isinstance(what, str):
                info.type, info.linkname = tarfile.SYMTYPE, what
            elif isinstance(what, tuple):
                info.type, info.linkname = tarfile.LNKTYPE, what[0]
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


IMAGE = {
    "/etc": Entry("dir", "", 0o755, "0:0"),
    "/etc/motd": file_entry(b"hello"),
    "/etc/old": Entry("dir", "", 0o755, "0:0"),
    "/etc/old/a": file_entry(b"a"),
    APP: file_entry(b"timeout = 10\n"),
    f"config:{APP}#timeout": Entry("config", "10"),
    "package:libpay": Entry("package", "0.9"),
    "package:gone": Entry("package", "1"),
}


def read(listed: dict[str, int], content: bytes = b"") -> tuple[dict[str, Entry | None], list[Argv]]:
    """The delta, and the commands that it took."""
    commands: list[Argv] = []

    def run(argv: Argv) -> tuple[int, bytes, bytes]:
        commands.append(argv)
        return 0, content, b""

    return dict(changes(IMAGE, [{"Path": path, "Kind": kind} for path, kind in listed.items()], run)), commands


def test_packages_are_those_that_dpkg_calls_installed_with_any_half_state_named() -> None:
    assert packages(STATUS) == {"libpay": "1.0", "held": "2", "broken": "3 (half-configured)"}


def test_a_manifest_has_files_folders_links_keys_and_packages_and_nothing_volatile() -> None:
    found = manifest(
        io.BytesIO(
            archive(
                ("./etc", None),
                ("etc/storefront/app.toml", b"timeout = 10\n"),
                ("etc/a", "b"),
                ("usr/bin/x", b"x"),
                ("usr/bin/y", ("usr/bin/x",)),
                ("var/lib/dpkg/status", STATUS),
                ("tmp/x", b"x"),
            )
        )
    )
    assert found["/etc"] == Entry("dir", "", 0o755, "0:0")
    assert found[APP].digest == hashlib.sha256(b"timeout = 10\n").hexdigest()
    assert found[f"config:{APP}#timeout"] == Entry("config", "10")
    assert found["/etc/a"].kind == "link" and found["/etc/a"].digest == "b"
    assert found["/usr/bin/y"] == found["/usr/bin/x"]
    assert found["package:libpay"] == Entry("package", "1.0")
    assert not {DPKG, "/tmp/x"} & set(found)


def test_folders_on_the_way_to_what_is_volatile_are_not_even_read() -> None:
    assert read({"/var": 0, "/var/log": 0, "/var/log/apt.log": 1, "/run/x": 1}) == ({}, [])


def test_one_command_reads_all_that_changed() -> None:
    content = archive(("/etc", None), ("/etc/motd", b"hi"), ("/etc/same", b""), ("/var/lib/dpkg/status", STATUS))
    delta, commands = read({"/etc": 0, "/etc/motd": 0, "/var/lib/dpkg": 0, DPKG: 0, "/tmp/x": 1}, content)
    assert commands == [["tar", "--create", "--no-recursion", "--absolute-names", "/etc", "/etc/motd", DPKG]]
    assert delta["/etc/motd"] == file_entry(b"hi")
    assert "/etc" not in delta
    assert (delta["package:libpay"], delta["package:gone"]) == (Entry("package", "1.0"), None)


def test_a_file_replaced_by_the_same_bytes_is_no_change() -> None:
    assert read({"/etc/motd": 0}, archive(("/etc/motd", b"hello")))[0] == {}


def test_what_is_deleted_takes_what_was_below_it_along() -> None:
    assert read({"/etc/old": 2})[0] == {"/etc/old": None, "/etc/old/a": None}
    assert read({APP: 2})[0] == {APP: None, f"config:{APP}#timeout": None}


def test_very_many_paths_are_read_in_several_commands() -> None:
    paths = {f"/srv/{number}": 1 for number in range(AT_ONCE + 1)}
    assert [len(argv) - 4 for argv in read(paths, archive(("/srv/0", b"")))[1]] == [AT_ONCE, 1]


def test_a_server_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(ServerError, match="no tar here"):
        changes(IMAGE, [{"Path": "/etc/motd", "Kind": 0}], lambda argv: (127, b"", b"no tar here"))


def test_a_cache_that_is_damaged_or_of_another_form_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "cache.json"
    assert _cached(file) is None
    _keep(file, IMAGE)
    assert _cached(file) == IMAGE
    for damaged in (b"", b"[]", b'{"form": 1}', b'{"form": 0, "entries": {}}', b'{"form": 1, "entries": {"/a": 3}}'):
        file.write_bytes(damaged)
        assert _cached(file) is None
