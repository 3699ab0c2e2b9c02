"""Packages made in pure Python, held against the real dpkg-deb where there is one."""

import shutil
import subprocess
from pathlib import Path

import pytest

from lab.engines.docker.deb import deb, filename, index
from lab.model.package import library

LIBPAY = library("libpay", "1.1", [("libmoney", "2.0")])


def test_the_same_package_is_the_same_bytes() -> None:
    assert deb(LIBPAY) == deb(library("libpay", "1.1", [("libmoney", "2.0")]))
    assert deb(LIBPAY) != deb(library("libpay", "1.2", [("libmoney", "2.0")]))


def test_the_index_has_a_stanza_for_every_version() -> None:
    text = index([LIBPAY, library("libpay", "1.0")]).decode()
    assert [line for line in text.splitlines() if line.startswith("Version")] == ["Version: 1.1", "Version: 1.0"]
    assert f"Filename: ./{filename(LIBPAY)}" in text
    assert "Depends: libmoney (= 2.0)" in text


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not here")
def test_dpkg_reads_name_dependencies_and_files(tmp_path: Path) -> None:
    path = tmp_path / filename(LIBPAY)
    path.write_bytes(deb(LIBPAY))

    def asked(*arguments: str) -> str:
        return subprocess.run(["dpkg-deb", *arguments], check=True, capture_output=True, text=True).stdout

    assert asked("-f", str(path), "Package", "Version", "Depends").splitlines() == [
        "Package: libpay",
        "Version: 1.1",
        "Depends: libmoney (= 2.0)",
    ]
    listing = asked("-c", str(path)).splitlines()
    assert listing[0].startswith("drwxr-xr-x 0/0") and listing[0].endswith("./")
    assert listing[-1].startswith("-rw-r--r-- 0/0")
    assert listing[-1].endswith("./usr/lib/python3/dist-packages/libpay/__init__.py")
