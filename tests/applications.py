"""Web applications one after another, with routes that are put together once: that takes longer than most tests."""

import asyncio
from collections.abc import Callable, Sequence
from functools import cache

from litestar import Litestar
from litestar.types import ControllerRouterHandler

from damso.bootstrap import Parts, unopened_parts
from damso.kernel.settings import Settings
from damso.web import Given, assemble, given_of

Extra = Callable[[], Sequence[ControllerRouterHandler]]


def _nothing() -> Sequence[ControllerRouterHandler]:
    return ()


@cache
def routes_alone() -> Litestar:
    """An application to be read and not to be asked: with nothing behind it."""

    async def assembled() -> Litestar:
        async with unopened_parts(Settings()) as parts:
            return assemble(given_of(parts))

    return asyncio.run(assembled())


class Applications:
    """What an application works with is each test's own. There is one at a time; who needs two makes the second."""

    def __init__(self) -> None:
        self._given: Given = {}
        self._assembled: dict[Extra, Litestar] = {}

    def on(self, parts: Parts, *, extra: Extra = _nothing) -> Litestar:
        """The application; `extra` tells what routes it has besides."""
        self._given.update(given_of(parts))
        if extra not in self._assembled:
            self._assembled[extra] = assemble(self._given, extra=extra())
        return self._assembled[extra]
