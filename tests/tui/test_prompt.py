"""Lines that a person types at the prompt of a simulated server."""

import pytest

from lab.tui.prompt import HELP, PromptError, parse


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("install libpay 1.1", {"install": {"libpay": "1.1"}}),
        ("remove libpay", {"remove": ["libpay"]}),
        ("set timeout 30", {"write": {"path": "/etc/storefront/app.toml", "set": {"timeout": 30}}}),
        ("set debug true", {"write": {"path": "/etc/storefront/app.toml", "set": {"debug": True}}}),
        ("set ratio 0.5 /etc/other.toml", {"write": {"path": "/etc/other.toml", "set": {"ratio": 0.5}}}),
        ("write /etc/motd 'back soon' friends", {"write": {"path": "/etc/motd", "content": "back soon friends\n"}}),
        ("delete /etc/motd", {"delete": "/etc/motd"}),
        ("restart", {"restart": True}),
    ],
)
def test_a_line_becomes_what_a_person_does_by_hand(line, expected):
    assert parse(line, 3, "you").arguments == {"server": 3, "who": "you", **expected}


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("reboot now", "install"),
        ("install libpay", "expected install PACKAGE VERSION"),
        ("set timeout", "expected set KEY VALUE [FILE]"),
        ("restart now", "expected restart"),
        ("write relative text", "absolute"),
        ("write '/etc/motd", "quote"),
        ("\x00\x1b[2J", "not known"),
    ],
)
def test_a_line_that_cannot_be_done_is_answered_with_what_can(line, part):
    with pytest.raises(PromptError, match=part.replace("[", r"\[")):
        parse(line, 3, "you")


def test_the_help_names_every_verb():
    from lab.tui.prompt import _VERBS

    assert {line.split()[0] for line in HELP.splitlines()} == {*_VERBS, "exit"}
