"""The settings file: what may stand in it, and what is said about what may not."""

import pytest

from lab.engines.base import LabError
from lab.tui.settings import MAX_BYTES, Settings, SettingsError, load, settings_path
from lab.tui.themes import THEMES


def written(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    return path


def complaint(path):
    with pytest.raises(SettingsError) as caught:
        load(path)
    return str(caught.value).replace(str(path), "FILE")


def test_without_a_file_everything_is_as_usual(tmp_path):
    assert load(tmp_path / "none.yaml") == Settings(theme="lab-dark", engine="auto", shell="copy", rate=8, keys={})


@pytest.mark.parametrize("text", ["", "\n", "# theme: lab-light\n"], ids=["empty", "blank", "all comments"])
def test_an_empty_file_is_no_mistake(tmp_path, text):
    assert load(written(tmp_path, text)) == Settings()


def test_every_setting_can_be_given(tmp_path):
    text = (
        "theme: lab-light\nengine: sim\nshell: read-only\nrate: 4\nkeys: {order.kill: 'ctrl+k', lab.zoom: 'z, f11'}\n"
    )
    assert load(written(tmp_path, text)) == Settings(
        theme="lab-light",
        engine="sim",
        shell="read-only",
        rate=4,
        keys={"order.kill": "ctrl+k", "lab.zoom": "z, f11"},
    )


def test_the_example_of_the_documentation_holds(tmp_path):
    import lab.tui.settings as module

    example = [line for line in module.__doc__.splitlines() if line.startswith("    ")]
    assert load(written(tmp_path, "\n".join(line[4:] for line in example))).keys["lab.zoom"] == "z,f11"


def test_every_mistake_is_reported_at_once_with_its_place(tmp_path):
    text = "thme: lab-lihgt\nrate: 60\nengine: podman\nkeys: {lab.zoom: ''}\nshell: true\n"
    assert complaint(written(tmp_path, text)).split("\n\n") == [
        "FILE:1:1  thme: found an unknown key, expected one of theme, engine, shell, rate, keys; did you mean theme?",
        'FILE:1:7  thme: found "lab-lihgt", expected one of lab-dark, lab-light, lab-contrast',
        "FILE:2:7  rate: found 60, expected at most 10",
        'FILE:3:9  engine: found "podman", expected one of auto, sim, docker',
        'FILE:4:18  keys."lab.zoom": found "", expected a key such as f5 or ctrl+k, or several with commas between',
        "FILE:5:8  shell: found true, expected one of copy, read-only",
    ]


def test_a_mistake_is_what_the_command_line_tells_and_exits_with_2(tmp_path):
    with pytest.raises(LabError) as caught:
        load(written(tmp_path, "rate: 1"))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- theme", "found a list, expected a mapping with any of theme"),
        ("theme: [", "found YAML that breaks off here"),
        ("theme: \x1b[2J", "U+001B"),
        ("x" * (MAX_BYTES + 1), "expected settings of at most"),
    ],
    ids=["a list", "broken YAML", "control characters", "too large"],
)
def test_what_is_no_settings_file_is_refused_in_words(tmp_path, text, said):
    assert said in complaint(written(tmp_path, text))


def test_a_folder_and_bytes_are_refused_in_words(tmp_path):
    assert "found nothing that can be read" in complaint(tmp_path)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    assert "found bytes that are not UTF-8 text" in complaint(tmp_path / "bytes")


def test_the_environment_names_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_CONFIG", str(written(tmp_path, "theme: lab-contrast")))
    assert settings_path() == tmp_path / "config.yaml"
    assert load().theme == "lab-contrast"


def test_without_the_environment_it_is_in_the_users_folder(monkeypatch):
    monkeypatch.delenv("LAB_CONFIG", raising=False)
    assert settings_path().parts[-2:] == ("immutable-lab", "config.yaml")


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_theme_can_be_chosen(theme):
    assert Settings.model_validate({"theme": theme.name}).theme == theme.name
