"""Finding mails in files and folders: single ones (.eml), mbox files (RFC 4155) and Maildirs.

Nothing but a place is remembered of each, so that an archive may be larger than the memory.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO, Literal

from msgspec import Struct

LARGEST = 100 * 1024 * 1024
"""Bytes of a mail. What is larger is no mail, but a file without separators."""
HEAD = 64 * 1024
"""Bytes within which the header has to say when the mail was written."""

_SEPARATOR = re.compile(rb"From \S.*\b\d{4}\b[^\n]*\r?\n")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_EMPTY_END = re.compile(rb"(?<=\n)\r?\n\Z")
"""The empty line that belongs to mbox."""
_DATE = re.compile(rb"^Date:((?:.*\n)(?:[ \t].*\n)*)", re.MULTILINE | re.IGNORECASE)
_RECEIVED = re.compile(rb"^Received:(?:.*\n)(?:[ \t].*\n)*", re.MULTILINE | re.IGNORECASE)
_FIELD = re.compile(rb"[!-9;-~]+:")
_UNKNOWN = datetime.fromtimestamp(0, UTC)


class FoundMail(Struct, frozen=True, order=True):
    """Where a mail lies. Sorts by the time it was written, so that an answer comes after what it answers."""

    at: datetime
    path: str
    offset: int
    length: int
    in_mbox: bool


class Skipped(Struct, frozen=True):
    """A file, or a part of one, that is no mail."""

    path: str
    why: str
    code: Literal["NOT_MAIL", "TOO_LARGE", "UNREADABLE"]


def find_mails(paths: Iterable[Path]) -> Iterator[FoundMail | Skipped]:
    """Everything below some paths that looks like a mail, in no order."""
    for path in paths:
        if path.is_dir():
            yield from find_mails(sorted(_below(path)))
        else:
            yield from _in_file(path)


def read_mail(found: FoundMail) -> bytes:
    """The mail as a mail server would hand it out: lines end in CRLF, and mbox's quoting is undone."""
    with open(found.path, "rb") as file:
        file.seek(found.offset)
        raw = file.read(found.length)
    if found.in_mbox:
        raw = _QUOTED_FROM.sub(rb"\1", _EMPTY_END.sub(b"", raw))
    return re.sub(rb"\r?\n", b"\r\n", raw)


def correspondents(raw: bytes) -> set[str]:
    """Every address that the header names as writer or reader, in lower case."""
    header = BytesHeaderParser(policy=compat32).parsebytes(re.split(rb"\r?\n\r?\n", raw[:HEAD], maxsplit=1)[0])
    named = [str(value) for name in _NAMED for value in header.get_all(name, [])]
    return {address.strip().lower() for _, address in getaddresses(named) if "@" in address}


_NAMED = ("From", "Sender", "Reply-To", "To", "Cc")


def _below(folder: Path) -> Iterator[Path]:
    """What to look at in a folder. Of a Maildir that is `cur`, `new` and its subfolders: `tmp` holds halves."""
    is_maildir = (folder / "cur").is_dir() and (folder / "new").is_dir()
    for path in folder.iterdir():
        if not (is_maildir and (path.name == "tmp" or path.is_file())):
            yield path


def _in_file(path: Path) -> Iterator[FoundMail | Skipped]:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            if _SEPARATOR.match(head):
                file.seek(0)
                yield from _in_mbox(str(path), file)
            elif _FIELD.match(head):
                yield _single(path, head)
            else:
                yield Skipped(str(path), "no header", "NOT_MAIL")
    except OSError as error:
        yield Skipped(str(path), error.strerror or type(error).__name__, "UNREADABLE")


def _single(path: Path, head: bytes) -> FoundMail | Skipped:
    size = path.stat().st_size
    if size > LARGEST:
        return Skipped(str(path), "too large", "TOO_LARGE")
    return FoundMail(_written_at(head), str(path), 0, size, in_mbox=False)


def _in_mbox(path: str, file: BinaryIO) -> Iterator[FoundMail | Skipped]:
    """A mail begins behind a line `From … <year>` that follows an empty line, and ends before the next one."""
    offset, head, start = 0, b"", None
    after_empty = True
    while line := file.readline(LARGEST):
        if after_empty and _SEPARATOR.fullmatch(line):
            if start is not None:
                yield _part(path, start, offset, head)
            start, head = offset + len(line), b""
        elif len(head) < HEAD:
            head += line
        offset += len(line)
        after_empty = line in (b"\n", b"\r\n")
    if start is not None:
        yield _part(path, start, offset, head)


def _part(path: str, start: int, end: int, head: bytes) -> FoundMail | Skipped:
    if end - start > LARGEST:
        return Skipped(path, f"too large (at byte {start})", "TOO_LARGE")
    return FoundMail(_written_at(head), path, start, end - start, in_mbox=True)


def _written_at(head: bytes) -> datetime:
    """The header's Date, else when the last server got it; mails that say neither come first."""
    header = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0] + b"\n"
    texts = [match[1] for match in _DATE.finditer(header)]
    texts += [match[0].rpartition(b";")[2] for match in _RECEIVED.finditer(header)]
    for text in texts:
        try:
            at = parsedate_to_datetime(text.decode("ascii", "replace").strip())
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError, IndexError, TypeError):
            continue
    return _UNKNOWN
