"""Drift: a server's manifest minus the declared state."""

from dataclasses import dataclass

from lab.model.image import Image
from lab.model.manifest import Delta, Entry, difference, fingerprint_after


@dataclass(frozen=True, slots=True)
class DriftItem:
    """One name on which a server differs from what is declared; None: absent."""

    name: str
    expected: Entry | None
    actual: Entry | None

    @property
    def kind(self) -> str:
        entry = self.actual or self.expected
        return entry.kind if entry else "file"

    @property
    def is_path(self) -> bool:
        """Whether this is a file, directory or link, as against a package or a configuration key."""
        return self.name.startswith("/")

    def __str__(self) -> str:
        return f"{self.name}: expected {self.expected or 'absent'}, got {self.actual or 'absent'}"


@dataclass(frozen=True, slots=True)
class ServerDrift:
    """One server's drift, and the fingerprint of its state (hexadecimal)."""

    server: str
    fingerprint: str
    items: tuple[DriftItem, ...]


class Scanner:
    """Subtracts declared states from servers' states. What two images differ in is worked out once a pair."""

    def __init__(self) -> None:
        self._between: dict[tuple[str, str], dict[str, Entry | None]] = {}

    def scan(self, server: str, launched_from: Image, delta: Delta, declared: Image) -> ServerDrift:
        """The drift of a server launched from one image, changed by `delta`, where `declared` should be.

        `delta` is against the manifest of `launched_from` and holds no volatile paths.
        """
        pair = (launched_from.digest, declared.digest)
        if pair not in self._between:
            self._between[pair] = difference(launched_from.manifest, declared.manifest)
        names = sorted({*delta, *self._between[pair]})
        items = []
        for name in names:
            expected = declared.manifest.get(name)
            actual = delta[name] if name in delta else launched_from.manifest.get(name)
            if expected != actual:
                items.append(DriftItem(name, expected, actual))
        state = fingerprint_after(launched_from.fingerprint, launched_from.manifest, delta)
        return ServerDrift(server, f"{state:032x}", tuple(items))
