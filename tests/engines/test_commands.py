"""Operations and obstacles as commands, to the exact text; and the configuration line against the model's own."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.engines.commands import clearance, command, gist, obstacle, probe, probed, shown
from lab.model.config import Value, render_config, with_key
from lab.model.operation import (
    PATCH_STEPS,
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

APT = "DEBIAN_FRONTEND=noninteractive apt-get -qq -y"
PAIRS = (("storefront", "1.1"), ("libpay", "1.1"))


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (
            FetchPackages(PAIRS),
            f"{APT} update --error-on=any && {APT} install --allow-downgrades --download-only"
            " storefront=1.1 libpay=1.1",
        ),
        (
            InstallPackages(PAIRS),
            f"{{ ls /var/lib/apt/lists/*_Packages >/dev/null 2>&1 || {APT} update --error-on=any; }}"
            f" && {APT} install --allow-downgrades storefront=1.1 libpay=1.1",
        ),
        (RemovePackages(("libpay", "libfx")), f"{APT} remove libpay libfx"),
        (
            WriteFile("/etc/a b", "it's\n", 0o600),
            "mkdir -p /etc && printf %s 'it'\"'\"'s\n' > '/etc/a b' && chmod 600 '/etc/a b'",
        ),
        (DeleteFile("/etc/motd"), "rm -f /etc/motd"),
        (
            SetConfig("timeout", 30),
            "mkdir -p /etc/storefront && touch /etc/storefront/app.toml"
            " && { grep -v '^timeout = ' /etc/storefront/app.toml; printf '%s\\n' 'timeout = 30'; }"
            " | LC_ALL=C sort -o /etc/storefront/app.toml",
        ),
        (
            SetConfig("timeout", None, "/etc/x"),
            "mkdir -p /etc && touch /etc/x && { grep -v '^timeout = ' /etc/x; } | LC_ALL=C sort -o /etc/x",
        ),
        (RestartService(), "sv -w 15 restart storefront && storefront-status --wait 10 >/dev/null"),
        (VerifyVersion("1.1"), "storefront-status --expect 1.1"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_operation_is_this_command(operation: Operation, expected: str) -> None:
    assert shown(command(operation)) == expected


@pytest.mark.parametrize("step", PATCH_STEPS)
def test_every_step_of_a_patch_has_an_obstacle_and_its_clearance(step: str) -> None:
    assert obstacle(step) != clearance(step)


def test_another_step_has_none() -> None:
    with pytest.raises(ValueError, match="not a step"):
        obstacle("deploy")
    with pytest.raises(ValueError, match="not a step"):
        clearance("deploy")


def test_the_gist_of_an_output_is_apts_first_error_or_else_the_last_line() -> None:
    said = b"W: old\nE: Failed to fetch http://packages:8000/./Packages\nE: Some index files failed to download.\n"
    assert gist(b"Reading\n", said) == "E: Failed to fetch http://packages:8000/./Packages"
    assert gist(b"one\ntwo\n", b"") == "two"
    assert gist(b"one\n", b"first\nlast \n") == "last"
    assert gist(b"", b" \n") == ""


KEYS = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,6}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
VALUES: st.SearchStrategy[Value] = st.one_of(TEXTS, st.integers(), st.booleans())


@pytest.mark.skipif(not shutil.which("sort"), reason="sort is not here")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.dictionaries(KEYS, VALUES, max_size=4), key=KEYS, value=st.none() | VALUES)
def test_setting_a_key_gives_the_bytes_that_the_model_says(
    tmp_path: Path, before: dict[str, Value], key: str, value: Value | None
) -> None:
    path = tmp_path / "app.toml"
    path.write_bytes(render_config(before))
    for name in (key, *before):
        expected = with_key(path.read_bytes(), name, value)
        subprocess.run(command(SetConfig(name, value, str(path))), check=True)
        assert path.read_bytes() == expected


def test_a_probes_replies_are_counted_and_what_got_no_answer_is_an_error() -> None:
    found = probed(b"[[200, 0.01], [503, 0.01], [0, 15.0], [404, 0.02]]\n")
    assert (found.sent, found.errors, sum(found.latency.values())) == (4, 2, 4)
    assert found.p95 == pytest.approx(15.0, rel=0.05)


def test_a_probe_of_a_server_where_nothing_listens_is_all_errors() -> None:
    argv = [part.replace("8080", "9") for part in probe(7)]
    done = subprocess.run(argv, capture_output=True, check=True, timeout=30)
    assert (probed(done.stdout).sent, probed(done.stdout).errors) == (7, 7)
