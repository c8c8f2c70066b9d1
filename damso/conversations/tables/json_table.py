"""JSON Lines: an object a line. Its columns are the names of the first thousand, in the order they come."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, Any

import msgspec

from damso.channels.imports.errors import ExportUnreadable
from damso.conversations.tables.text_table import Opener
from damso.conversations.tables.types import MOST_COLUMNS, Row

PROBED = 1_000
LONGEST = 4 * 1024 * 1024
"""Bytes of a line."""
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class JsonTable:
    """Raises `ExportUnreadable`."""

    headed = True

    def __init__(self, name: str, opened: Opener) -> None:
        self._name = name
        self._open = opened
        names: dict[str, None] = {}
        for _, value in islice(self._objects(), PROBED):
            names |= dict.fromkeys(value if isinstance(value, dict) else ())
            if len(names) > MOST_COLUMNS:
                raise ExportUnreadable("TOO_MANY_COLUMNS", name)
        if not names:
            raise ExportUnreadable("NOTHING", name)
        self.columns: Sequence[str] = list(names)
        self._known = frozenset(names)

    def rows(self) -> Iterator[Row]:
        for line, value in self._objects():
            if isinstance(value, str):
                yield Row(line, (), value)
            else:
                yield Row(
                    line,
                    tuple(value.get(column, "") for column in self.columns),
                    surplus=not self._known.issuperset(value),
                )

    def _objects(self) -> Iterator[tuple[int, dict[str, Any] | str]]:
        """Each with its line, or why it is none."""
        with self._open() as file:
            for number, line in _lines(self._name, file):
                try:
                    yield number, _decode(line)
                except RecursionError:
                    yield number, "TOO_DEEP"
                except (msgspec.DecodeError, UnicodeDecodeError):
                    yield number, "NOT_JSON"


def _lines(name: str, file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise ExportUnreadable("LINE_TOO_LARGE", f"{name}:{number}")
        if line := line.strip().removeprefix(b"\xef\xbb\xbf"):
            yield number, line
