"""What has happened to the doubles, kept on disk, so that phones show the same after a restart.

Doubles hold their state in memory. What they do follows from what happened to them and when, so it is written down and
happens again, at the times at which it did.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from damso.channels.simulator import Act, Answer, Call, Delivery

log = structlog.get_logger()

LARGEST = 50 * 1024 * 1024
"""Bytes after which a start begins anew."""


class Acted(Struct, frozen=True, kw_only=True, tag="acted"):
    at: datetime
    channel: str
    person: str
    act: Act


class Called(Struct, frozen=True, kw_only=True, tag="called"):
    at: datetime
    channel: str
    call: Call


class Taken(Struct, frozen=True, kw_only=True, tag="taken"):
    """What Damso answered to a delivery."""

    at: datetime
    channel: str
    person: str
    delivery: Delivery
    answer: Answer


class Pictured(Struct, frozen=True, kw_only=True, tag="pictured"):
    """A picture that a customer sent, and where it lies."""

    at: datetime
    path: str
    content_type: str
    data: bytes


Entry = Acted | Called | Taken | Pictured


class Journal:
    """One file, an entry to a line. Without a path nothing is kept."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        if path and path.exists() and path.stat().st_size > LARGEST:
            path.unlink()
        if path and path.exists() and not path.read_bytes().endswith(b"\n"):
            with path.open("ab") as file:  # a line was cut, and the next one is to be whole
                file.write(b"\n")

    def write(self, entry: Entry) -> None:
        if self._path:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(entry) + b"\n")

    def entries(self) -> Iterator[Entry]:
        """What was written, oldest first. A line that was cut by a crash, or that an older version wrote in another
        form, is left out."""
        if not self._path or not self._path.exists():
            return
        for line in self._path.read_bytes().splitlines():
            try:
                yield msgspec.json.decode(line, type=Entry)
            except msgspec.DecodeError:
                log.warning("simulate.journal_line_left_out")
