"""The rows of a CSV file with a header, in UTF-8 or as Excel writes it in Korea (CP949)."""

import csv
import io
from collections.abc import Iterator
from typing import IO

from damso.channels.imports.errors import ExportUnreadable
from damso.channels.imports.json_records import Record

_PROBE = 1 << 20
LONGEST_FIELD = 1 << 20


def csv_records(name: str, file: IO[bytes]) -> Iterator[Record]:
    """Raises `ExportUnreadable`."""
    peek = getattr(file, "peek", None)
    head: bytes = peek(_PROBE) if peek else b""
    text = io.TextIOWrapper(file, encoding=_encoding(head), newline="")
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.DictReader(text)
    try:
        for row in reader:
            value = {key.strip().lower(): cell for key, cell in row.items() if key and isinstance(cell, str)}
            yield Record("", value, f"{name}:{reader.line_num}")
    except (UnicodeDecodeError, csv.Error) as error:
        raise ExportUnreadable("ENCODING", f"{name}:{reader.line_num}") from error
    finally:
        text.detach()


def _encoding(head: bytes) -> str:
    """By its first bytes; the last ones may be half a letter."""
    for encoding in ("utf-8-sig", "cp949"):
        for cut in range(4):
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return encoding
    return "utf-8-sig"
