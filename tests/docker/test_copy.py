"""`lab copy` on a session that another lab runs: the copy, what the server differs in from it, and that it goes."""

import sys

import docker
import pytest

from lab.cli.main import run
from lab.engines.docker.labels import SERVER, SESSION
from lab.model.operation import SetConfig
from tests.docker.conftest import Lab, Play

APP = "/etc/storefront/app.toml"


class Reader:
    """Somebody at the keyboard, who looks at what there is before pressing Enter, or Ctrl-C."""

    def __init__(self, session: str, leaves_by: type[BaseException] | None) -> None:
        self._session = session
        self._leaves_by = leaves_by
        self.seen: dict[str, str] = {}

    def readline(self) -> str:
        self.seen = copies(self._session)
        if self._leaves_by:
            raise self._leaves_by
        return "\n"


def copies(session: str) -> dict[str, str]:
    """The copies that run in a session: the name of each one's container, and its image."""
    listed = docker.from_env().api.containers(filters={"label": [f"{SESSION}={session}"]})
    return {c["Names"][0].strip("/"): c["ImageID"] for c in listed if "-copy-" in c["Labels"].get(SERVER, "")}


@pytest.mark.parametrize("leaves_by", [None, KeyboardInterrupt], ids=["Enter", "Ctrl-C"])
def test_a_copy_has_the_servers_image_and_is_gone_afterwards(
    play: Play,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    leaves_by: type[BaseException] | None,
) -> None:
    async def story(lab: Lab) -> None:
        server = await lab.launch("cattle")
        reader = Reader(lab.session, leaves_by)
        monkeypatch.setattr(sys, "stdin", reader)
        assert run(["copy", server.name, "--session", lab.session]) == 0
        said = capsys.readouterr().out
        assert f"{server.name} is identical to its image sha256:" in said
        assert list(reader.seen.values()) == [(await lab.image("1.0")).digest]
        assert f"docker exec -it {next(iter(reader.seen))} sh" in said
        assert copies(lab.session) == {}
        await lab.engine.stop(server)

    play(story)


def test_what_was_changed_on_a_server_is_shown_without_a_copy(play: Play, capsys: pytest.CaptureFixture[str]) -> None:
    async def story(lab: Lab) -> None:
        server = await lab.launch("pets")
        assert (await lab.do(server, SetConfig("timeout", 99))).ok
        assert run(["copy", server.name, "--session", lab.session, "--diff"]) == 0
        said = capsys.readouterr().out
        assert f"{server.name} differs from its image sha256:" in said
        assert f"config:{APP}#timeout: expected absent, got 99" in said and f"{APP}: expected" in said
        assert "docker exec" not in said
        await lab.engine.stop(server)

    play(story)


def test_a_server_that_does_not_run_is_told_with_those_that_do(play: Play, capsys: pytest.CaptureFixture[str]) -> None:
    async def story(lab: Lab) -> None:
        server = await lab.launch("pets")
        assert run(["copy", "pets-77", "--session", lab.session]) == 2
        said = capsys.readouterr().err
        assert f"no running server pets-77 in session {lab.session}" in said
        assert f"{server.name} ({lab.session})" in said
        await lab.engine.stop(server)

    play(story)
