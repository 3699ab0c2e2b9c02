"""Where the files are that ship beside the code: `images/` and `scenarios/`, from a checkout or from a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def images() -> Path:
    """The folder of the image sources."""
    return _folder("images")


def scenarios() -> Path:
    """The folder of the scenarios that come with the lab."""
    return _folder("scenarios")


def storefront_program() -> bytes:
    """The sample service's program, as its packages install it."""
    return (images() / "storefront" / "app.py").read_bytes()


def _folder(name: str) -> Path:
    packed = _PACKAGE / "_data" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name
