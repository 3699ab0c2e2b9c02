"""The real program in a real terminal, with real containers: opened, used and left as a person would."""

from collections.abc import Iterator

import docker
import pytest

from tests.tui.person import Desk, give, leave, made, open_small
from tests.tui.tmux import Terminal

pytestmark = pytest.mark.docker


@pytest.fixture
def client() -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture
def desk(tmp_path) -> Iterator[Desk]:
    desk = Desk(tmp_path, "docker")
    yield desk
    desk.run("down")


@pytest.fixture
def person(desk: Desk) -> Iterator[Terminal]:
    with desk.lab() as opened:
        yield opened


def test_a_session_from_its_beginning_to_its_end(desk: Desk, person: Terminal, client: docker.DockerClient) -> None:
    person.until("● docker", "A sandbox")
    person.keys("n")
    person.until("pets · in-place · 1.0 · 6/6", "cattle · blue-green · 1.0 · 6/6", "Both fleets run 1.0", within=90)

    give(person, "r", "- release: {version: '1.1'}")
    person.until("blue no traffic", "green 100% of the traffic, 6 servers, image b 1.1", within=60)
    person.until("pets release done", within=60)

    person.keys("e")
    person.until("itself", f"docker exec -it lab-{desk.session}-pets-", "root@")
    person.type("echo hello >/etc/motd; sed -i 's/timeout = 10/timeout = 30/' /etc/storefront/app.toml; exit")
    person.keys("Enter")
    person.until("pets ≠ 1 of 6 servers drifted", "/etc/motd", "timeout", "≠ 30")

    person.keys("1", "e")
    person.until("a copy of cattle-", "what you do here is gone when you leave", "root@cattle-staging")
    person.type("echo hello >/etc/motd")
    person.keys("Enter", "C-d")
    person.until("The copy is gone", "lost", "/etc/motd")

    give(person, "b", "- rollback: {}", destroys=True)
    person.until("blue 100% of the traffic, 6 servers, image a 1.0", "green no traffic", within=60)
    person.until("pets rollback done", within=60)

    session = desk.session
    assert made(client, session)
    leave(person, "r")
    assert not made(client, session)
    person.keys("q")
    assert person.ended() == 0
    assert "Traceback" not in person.everything
    assert not made(client, session)
    assert "rollback done" in desk.run("replay", session, "--text").stdout


def test_what_is_kept_stays_until_it_is_taken_down(desk: Desk, person: Terminal, client: docker.DockerClient) -> None:
    open_small(person)
    person.keys("C-q")
    person.until("Keep (k)", "2 servers")
    person.keys("k")
    assert person.ended() == 0
    assert f"session {desk.session} goes on running; `lab down` removes it." in person.everything
    assert made(client, desk.session)
    assert f"removed session {desk.session}" in desk.run("down").stdout
    assert not made(client, desk.session)


def test_who_leaves_while_it_is_being_set_up_leaves_nothing(
    desk: Desk, person: Terminal, client: docker.DockerClient
) -> None:
    person.until("● docker", "A sandbox")
    person.keys("n")
    person.until("Cancel (esc)")
    person.until_so(lambda seen: desk.begun and made(client, desk.session), "something is there")
    person.keys("C-q")
    assert person.ended() == 0
    assert "Traceback" not in person.everything
    assert not made(client, desk.session)
