"""Images: built recipes. An image never changes."""

from dataclasses import dataclass, field

from lab.model.manifest import Manifest, fingerprint
from lab.model.recipe import Recipe


@dataclass(frozen=True)
class Image:
    """A built recipe. `digest` is the engine's own name for its content (`sha256:…`).

    The manifest is left out of the events: it is large, and every engine can tell it again.
    """

    recipe: Recipe
    digest: str
    manifest: Manifest = field(repr=False)

    @property
    def version(self) -> str:
        return self.recipe.version

    @property
    def fingerprint(self) -> int:
        """The state fingerprint of a server that is exactly this image."""
        cached = self.__dict__.get("_fingerprint")
        if cached is None:
            cached = fingerprint(self.manifest)
            object.__setattr__(self, "_fingerprint", cached)
        return int(cached)
