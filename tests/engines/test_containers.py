"""The `docker run` line that a learner is shown: as pure text."""

import shlex
from itertools import pairwise

import pytest

from lab.engines.containers import Creation, creation, run_line
from lab.model.fleet import Server


def line(*, writable: bool = True, **labels: str) -> list[str]:
    server = Server("pets-1", "pets", "main", 1, "1.0", writable)
    return shlex.split(run_line(creation(server, "sha256:abc", "demo", labels)))


def options(words: list[str], option: str) -> list[str]:
    return [value for name, value in pairwise(words) if name == option]


def test_the_line_names_the_container_its_network_and_its_image_last() -> None:
    words = line()
    assert words[:3] == ["docker", "run", "--detach"]
    assert words[-1] == "sha256:abc"
    assert options(words, "--name") == ["lab-demo-pets-1"]
    assert options(words, "--hostname") == ["pets-1"]
    assert options(words, "--network") == ["lab-demo-servers"]


def test_only_a_server_that_cannot_be_written_to_is_hardened() -> None:
    hardened = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    assert " ".join(hardened) in " ".join(line(writable=False))
    assert not set(hardened) & set(line(writable=True))


def test_limits_and_labels_are_in_the_line() -> None:
    words = line(**{"lab.session": "demo", "lab.lock": "/a folder/lock"})
    assert options(words, "--label") == ["lab.session=demo", "lab.lock=/a folder/lock"]
    assert options(words, "--memory") == ["256m"]
    assert options(words, "--pids-limit") == ["128"]
    assert options(words, "--tmpfs") == ["/run:size=16m,mode=755", "/tmp:size=64m,mode=1777"]
    assert options(words, "--log-opt") == ["max-size=1m", "max-file=2"]


def test_an_argument_that_the_line_would_not_show_cannot_be_used() -> None:
    with pytest.raises(KeyError, match="privileged"):
        run_line(Creation("i", "n", "h", {}, {"privileged": True}))
