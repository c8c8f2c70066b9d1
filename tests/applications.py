"""Web applications one after another, with routes that are put together once: that takes longer than most tests."""

from litestar import Litestar

from damso.bootstrap import Parts
from damso.web import Given, assemble, given_of


class Applications:
    """What an application works with is each test's own. There is one at a time; who needs two makes the second."""

    def __init__(self) -> None:
        self._given: Given = {}
        self._application: Litestar | None = None

    def on(self, parts: Parts) -> Litestar:
        self._given.update(given_of(parts))
        if self._application is None:
            self._application = assemble(self._given)
        return self._application
