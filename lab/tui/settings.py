"""What a user likes: the settings file of the terminal UI, in YAML.

It is `config.yaml` in the user's folder for configuration (`~/.config/immutable-lab` on Linux), or the file that
the environment's LAB_CONFIG names. There need not be one. For example:

    theme: lab-light         # lab-dark, lab-light or lab-contrast
    engine: sim              # auto, sim or docker: what the home screen begins with
    shell: read-only         # copy or read-only: what a shell on an immutable server is
    rate: 5                  # how often a second the screen is drawn, 4 to 10
    keys:                    # other keys: the name of a binding, and a key or several
      order.kill: ctrl+k
      lab.zoom: z,f11

Every mistake in the file is reported at once, with line and column, as in scenarios.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from lab.model.spec import Spec
from lab.scenario.keys import correct_keys
from lab.scenario.mistakes import Mistake, ScenarioError
from lab.scenario.spot import spot
from lab.scenario.wording import expectation
from lab.scenario.yaml_tree import Node, parse

MAX_BYTES = 64 * 1024
"""Larger files are refused."""


class SettingsError(ScenarioError):
    """Settings that cannot be used, with every mistake in them."""


class Settings(Spec):
    """How the terminal UI looks and behaves. `keys` gives bindings, by their names, other keys, with commas between."""

    theme: Literal["lab-dark", "lab-light", "lab-contrast"] = "lab-dark"
    engine: Literal["auto", "sim", "docker"] = "auto"
    shell: Literal["copy", "read-only"] = "copy"
    rate: Annotated[float, Field(ge=4, le=10)] = 8.0
    keys: dict[str, Annotated[str, Field(pattern=r"^[^\s,]+(\s*,\s*[^\s,]+)*$")]] = Field({})


def settings_path() -> Path:
    """Where the settings file is, if there is one."""
    from platformdirs import user_config_path

    given = os.environ.get("LAB_CONFIG")
    return Path(given).absolute() if given else user_config_path("immutable-lab", appauthor=False) / "config.yaml"


def load(path: Path | None = None) -> Settings:
    """The settings in a file, by default the user's; without a file, what is usual. Raises `SettingsError`."""
    file = path or settings_path()
    text = _read(file)
    if all(line.strip() == "" or line.lstrip().startswith("#") for line in text.splitlines()):
        return Settings()
    try:
        root, mistakes = parse(text, str(file))
    except ScenarioError as error:
        raise SettingsError(error.mistakes) from None
    return _settings(root, mistakes, str(file))


def _read(file: Path) -> str:
    try:
        with file.open("rb") as source:
            content = source.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise _refused(file, "a large file", f"settings of at most {MAX_BYTES:,} bytes")
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise _refused(file, "bytes that are not UTF-8 text", "settings, which are text") from None
    except OSError as error:
        raise _refused(file, f"nothing that can be read ({error.strerror})", "a file of settings") from None


def _refused(file: Path, found: str, wanted: str) -> SettingsError:
    return SettingsError([Mistake(str(file), 0, 0, "", found, wanted)])


def _settings(root: Node, mistakes: list[Mistake], file: str) -> Settings:
    if not isinstance(root.value, dict):
        wanted = f"a mapping with any of {', '.join(Settings.model_fields)}"
        raise SettingsError([*mistakes, Mistake(file, root.line, root.column, "", root.shown, wanted)])
    mistakes += correct_keys(root, Settings, file)
    settings = Settings()
    try:
        settings = Settings.model_validate(root.plain)
    except ValidationError as errors:
        mistakes += [_mistake(root, error, file) for error in errors.errors(include_url=False)]
    if mistakes:
        raise SettingsError(mistakes)
    return settings


def _mistake(root: Node, error: Any, file: str) -> Mistake:
    at = spot(root, error["loc"])
    is_key = error["type"] == "string_pattern_mismatch"
    wanted = "a key such as f5 or ctrl+k, or several with commas between" if is_key else expectation(error)
    return Mistake(file, at.line, at.column, at.path, at.shown, wanted)
