"""What a strategy is: options that a scenario can set, and two stories, forwards and back."""

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import model_validator

from lab.model.spec import Spec

if TYPE_CHECKING:
    from lab.model.image import Image
    from lab.strategies.fleet import Fleet


class Strategy(Spec):
    """How a fleet gets from one version to another. Its fields are the options that a scenario may set.

    `name` is its name in scenarios; `mutable` says whether its servers are changed in place; `first_pool` is where
    the fleet begins.
    """

    name: ClassVar[str]
    mutable: ClassVar[bool]
    first_pool: ClassVar[str] = "main"

    @model_validator(mode="before")
    @classmethod
    def _no_options(cls, value: Any) -> Any:
        return {} if value is None else value

    async def release(self, fleet: "Fleet", image: "Image") -> str:
        """Bring `image` to the fleet; what is worth knowing of how it went. Raises `StrategyError` if it didn't."""
        raise NotImplementedError

    async def rollback(self, fleet: "Fleet", image: "Image") -> str:
        """Bring the fleet back to `image`, which it had before."""
        raise NotImplementedError
