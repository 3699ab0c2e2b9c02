"""A lab that is closed while it builds an image: the build is given up, and nobody waits for it."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from lab.engines.base import EngineUnusableError
from tests.docker.conftest import RECIPES, opened, until


def test_a_build_under_way_is_given_up_when_the_lab_is_closed(cache: Path) -> None:
    never_built = replace(RECIPES["1.0"], files={"/etc/banner": f"made at {time.time()}\n"})

    async def story() -> None:
        async with opened(cache) as lab:
            building = asyncio.create_task(lab.engine.build(never_built))
            await until(lambda: any("Building immutable-lab/storefront" in str(event) for event in lab.events))
            await lab.engine.close()
            with pytest.raises(EngineUnusableError, match=r"given up|being closed"):
                await building

    asyncio.run(story())
