"""`lab images diff`, `show` and `graph`: what is said of images, without Docker."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Lab

NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
APP = "/etc/storefront/app.toml"


def test_diff_tells_packages_keys_and_lines_of_files(lab: Lab) -> None:
    done = lab("images", "diff", "1.0", "1.1", env=NO_ENGINE)
    assert done.returncode == 0
    for line in ("  libfx: absent → 2.0", "  cache-seconds: 60 → 5", "  errors: 0.0 → 0.04", f"  {APP}: changed"):
        assert line in done.stdout.splitlines()
    assert "    -cache-seconds = 60\n    +cache-seconds = 5\n" in done.stdout


def test_diff_as_json_has_the_same_for_programs(lab: Lab) -> None:
    found = json.loads(lab("images", "diff", "1.4", "1.5", "find-the-bad-one", "--json", env=NO_ENGINE).stdout)
    assert found["packages"]["libround"] == {"old": None, "new": "0.9", "diff": []}
    assert found["behaviour"]["errors"] == {"old": 0.0, "new": 0.08, "diff": []}
    assert found["config"] == {} and (found["from"], found["to"]) == ("1.4", "1.5")


def test_a_version_does_not_differ_from_itself(lab: Lab) -> None:
    assert lab("images", "diff", "1.1", "1.1", env=NO_ENGINE).stdout == "no difference\n"


def test_show_tells_all_that_is_on_a_server_and_that_docker_has_no_image_of_it(lab: Lab) -> None:
    shown = lab("images", "show", "1.1", env=NO_ENGINE)
    assert shown.returncode == 0
    assert "not built in Docker" in shown.stdout
    for text in (
        "version    1.1, derived from 1.0",
        "  libfx 2.0",
        "  cache-seconds = 5",
        f"0644  0:0      48 bytes  {APP}",
    ):
        assert text in shown.stdout
    found = json.loads(lab("images", "show", "1.1", "--json", env=NO_ENGINE).stdout)
    assert found["image"] is None and found["recipe"].startswith("sha256:")
    assert found["packages"] == {"libfx": "2.0", "libpay": "1.1", "storefront": "1.1"}
    assert found["files"][APP]["mode"] == "0644"


def test_graph_shows_the_lineage_as_a_tree_or_for_graphviz(lab: Lab) -> None:
    tree = lab("images", "graph", "find-the-bad-one").stdout.splitlines()
    assert [line.lstrip("╙└─╼ ").split()[0] for line in tree] == [f"1.{number}" for number in range(8)]
    assert "libtax 1.9 → 2.1, errors 0 → 8 %" in tree[5]
    assert '"1.4" -> "1.5" [label="libtax' in lab("images", "graph", "find-the-bad-one", "--dot").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["diff", "1.0", "1.2"], "there is no version 1.2 in pets-and-cattle, expected one of 1.0, 1.1"),
        (["show", "7"], "there is no version 7"),
        (["diff", "1.0", "1.1", "find-the-bad-won"], "Did you mean find-the-bad-one?"),
        (["graph", "none.yaml"], "there is no file none.yaml"),
    ],
)
def test_what_there_is_not_is_told_with_what_there_is(lab: Lab, arguments: list[str], told: str) -> None:
    done = lab("images", *arguments)
    assert done.returncode == 2
    assert told in done.stderr and "Traceback" not in done.stderr


def test_a_file_that_is_wrong_is_told_with_the_place(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("titel: A\n")
    done = lab("images", "show", "1.0", "bad.yaml")
    assert done.returncode == 2 and "bad.yaml:1:1" in done.stderr
