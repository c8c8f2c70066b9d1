"""The file that answers a request: one ZIP with a page for the person, the same as JSON, and their files."""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.customers.subject_access.holding import Section
from damso.customers.subject_access.page import Facts, answer_page
from damso.kernel.i18n import Locale

MOST_BYTES = 512 * 1024 * 1024
"""Of files, since the whole is encrypted at once. What is more is named and left out."""


def pack(
    facts: Facts, sections: Sequence[Section], files: Sequence[tuple[str, bytes]], missing: Sequence[str]
) -> bytes:
    """The bytes of the ZIP. Times in it are those of the request, so that the same content is the same file."""
    said = BytesIO()
    with zipfile.ZipFile(said, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, facts.at, "index.html", answer_page(facts, sections, missing).encode())
        _put(archive, facts.at, "data.json", _as_json(facts, sections, missing))
        for path, data in files:
            _put(archive, facts.at, path, data)
    return said.getvalue()


def _put(archive: zipfile.ZipFile, at: datetime, path: str, data: bytes) -> None:
    info = zipfile.ZipInfo(path, date_time=(at.year, at.month, at.day, at.hour, at.minute, at.second))
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data)


class _File(Struct, frozen=True, kw_only=True):
    request_id: UUID
    made_at: datetime
    company: str
    locale: Locale
    sections: dict[str, list[dict[str, object]]]
    missing_files: Sequence[str]


def _as_json(facts: Facts, sections: Sequence[Section], missing: Sequence[str]) -> bytes:
    content = _File(
        request_id=facts.request_id,
        made_at=facts.at,
        company=facts.company,
        locale=facts.locale,
        sections={section.name: section.rows for section in sections},
        missing_files=missing,
    )
    return msgspec.json.format(msgspec.json.encode(content), indent=2)
