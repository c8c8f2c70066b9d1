"""A line that says how far something long has come."""

import sys
import time
from types import TracebackType
from typing import Self

from damso.commands.console import LOCALE, tell
from damso.kernel.i18n import Text

REWRITE_SECONDS = 0.1
REPEAT_SECONDS = 5.0


class ProgressLine:
    """At a terminal one line that is rewritten, elsewhere a new line now and then. Nothing for what is quick."""

    def __init__(self) -> None:
        self._rewrites = sys.stderr.isatty()
        self._pause = REWRITE_SECONDS if self._rewrites else REPEAT_SECONDS
        self._said = time.monotonic()
        self._dirty = False

    def show(self, text: Text, **fields: object) -> None:
        if time.monotonic() - self._said < self._pause:
            return
        self._said = time.monotonic()
        if self._rewrites:
            self._dirty = True
            print(f"\r\033[K{text.say(LOCALE, **fields)}", end="", file=sys.stderr, flush=True)
        else:
            tell(text, **fields)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._dirty:
            print(file=sys.stderr)
