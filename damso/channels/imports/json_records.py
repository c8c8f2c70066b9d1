"""The records of a JSON file of any size, one at a time: lines (NDJSON), an array, pages of an API.

Only one record is ever in memory. In a page such as `{"tickets": […], "next_page": …}` the records are those of its
arrays, each with the array's name; an object with an `id` of its own is a record as a whole.
"""

import codecs
import json
from collections.abc import Callable, Iterator
from typing import IO, Any, NamedTuple

import msgspec

from damso.channels.imports.errors import ExportUnreadable

LARGEST = 64 * 1024 * 1024
"""Characters of one record."""
READ = 1 << 18
_HEAD = 1 << 20
_BLANK = " \t\r\n"
_PAUSE = _BLANK + ","


class Record(NamedTuple):
    """`collection` is the name of the array it stood in; `problem` why it is none, then `value` is empty."""

    collection: str
    value: dict[str, Any]
    place: str
    problem: str = ""


def json_records(name: str, file: IO[bytes]) -> Iterator[Record]:
    """Raises `ExportUnreadable`."""
    head = file.peek(_HEAD) if hasattr(file, "peek") else b""
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:_HEAD]
    line, end, rest = first.partition(b"\n")
    if end and rest.strip() and _is_object(line):
        yield from _lines(name, file)
    else:
        yield from _Stream(name, file).records()


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False


def _lines(name: str, file: IO[bytes]) -> Iterator[Record]:
    number = 0
    while line := file.readline(LARGEST + 1):
        number += 1
        place = f"{name}:{number}"
        if len(line) > LARGEST:
            raise ExportUnreadable("TOO_LARGE", place)
        if not (line := line.strip().removeprefix(b"\xef\xbb\xbf")):
            continue
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            yield Record("", {}, place, "NOT_JSON")
        except RecursionError:
            yield Record("", {}, place, "TOO_DEEP")
        else:
            yield from _records_in(value, place)


def _records_in(value: Any, place: str) -> Iterator[Record]:
    """What one whole value holds: itself, or the arrays of a page."""
    if not isinstance(value, dict):
        yield Record("", {}, place, "UNKNOWN_SHAPE")
    elif "id" in value:
        yield Record("", value, place)
    else:
        yield from _of_page(value, place)


def _of_page(page: dict[str, Any], place: str) -> Iterator[Record]:
    for key, value in page.items():
        if isinstance(value, dict) and ("id" in value or key in ("payload", "data")):
            yield from (Record(key, one.value, one.place, one.problem) for one in _records_in(value, place))
        elif isinstance(value, list):
            for number, one in enumerate(value, start=1):
                if isinstance(one, dict):
                    yield Record(key, one, f"{place}/{number}")


class _Stream:
    """Values cut out of a stream of text, which is read on as far as a value reaches."""

    def __init__(self, name: str, file: IO[bytes]) -> None:
        self._name = name
        self._file = file
        self._decode: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().raw_decode
        self._bytes = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        self._over = False
        self._number = 0

    def records(self) -> Iterator[Record]:
        while sign := self._next(_PAUSE):
            if sign == "[":
                self._at += 1
                yield from self._array("")
            elif sign == "{":
                self._at += 1
                yield from self._object()
            else:
                raise ExportUnreadable("NOT_JSON", self._place())

    def _array(self, collection: str) -> Iterator[Record]:
        while (sign := self._next(_PAUSE)) != "]":
            if not sign:
                raise ExportUnreadable("NOT_JSON", self._place())
            self._number += 1
            place = self._place()
            value = self._value()
            if not collection:
                yield from _records_in(value, place)
            elif isinstance(value, dict):
                yield Record(collection, value, place)
            else:
                yield Record(collection, {}, place, "UNKNOWN_SHAPE")
        self._at += 1

    def _object(self) -> Iterator[Record]:
        """A page's arrays as they come, or a record as a whole. Providers write the id first."""
        kept: dict[str, Any] = {}
        number = self._number
        while (sign := self._next(_PAUSE)) != "}":
            if sign != '"':
                raise ExportUnreadable("NOT_JSON", self._place())
            key = str(self._value())
            if self._next(_BLANK) != ":":
                raise ExportUnreadable("NOT_JSON", self._place())
            self._at += 1
            if self._next(_BLANK) == "[" and "id" not in kept:
                self._at += 1
                yield from self._array(key)
            else:
                kept[key] = self._value()
        self._at += 1
        if "id" in kept:
            self._number = number + 1
            yield Record("", kept, self._place())
        else:
            yield from _of_page({key: value for key, value in kept.items() if isinstance(value, dict)}, self._place())

    def _value(self) -> Any:
        """The value that begins here; one that is cut off is read on, each time twice as far."""
        want = READ
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except ValueError:
                if not self._over and len(self._text) - self._at <= LARGEST:
                    self._read(want)
                    want *= 2
                    continue
                code = "NOT_JSON" if self._over else "TOO_LARGE"
                raise ExportUnreadable(code, self._place()) from None
            except RecursionError:
                raise ExportUnreadable("TOO_DEEP", self._place()) from None
            if end == len(self._text) and not self._over:
                self._read(want)  # a number may go on
                continue
            self._at = end
            return value

    def _next(self, skipped: str) -> str:
        """The next sign that is not one of these; empty at the end."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in skipped:
                at += 1
            self._at = at
            if at < len(text):
                return text[at]
            if self._over:
                return ""
            self._read(READ)

    def _read(self, size: int) -> None:
        data = self._file.read(size)
        self._over = not data
        try:
            more = self._bytes.decode(data, final=not data)
        except UnicodeDecodeError:
            raise ExportUnreadable("ENCODING", self._place()) from None
        self._text = self._text[self._at :] + more
        self._at = 0

    def _place(self) -> str:
        return f"{self._name}#{self._number}"
