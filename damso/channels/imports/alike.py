"""Records that every product writes alike: an id, a name, an e-mail address, the case they belong to."""

from collections.abc import Mapping
from typing import Any

from damso.channels.imports.errors import RecordInvalid
from damso.channels.imports.fields import id_of, text_of
from damso.channels.imports.types import Colleague, Kept, KeptKind, Team


def colleague_of(record: Mapping[str, Any], place: str) -> Colleague:
    """Raises `RecordInvalid`."""
    return Colleague(
        external_id=id_of(record.get("id")),
        name=text_of(record.get("name")),
        email=text_of(record.get("email")),
        place=place,
    )


def team_of(record: Mapping[str, Any], place: str) -> Team:
    """Raises `RecordInvalid`."""
    return Team(external_id=id_of(record.get("id")), name=text_of(record.get("name")), place=place)


def kept_of(kind: KeptKind, record: Mapping[str, Any], place: str, *, case: str = "") -> Kept:
    """The record as it stands, for a room to come; `case` is the field that names its case. Raises `RecordInvalid`."""
    return Kept(
        kind=kind, external_id=id_of(record.get("id")), content=record, case=text_of(record.get(case)), place=place
    )


def case_named(record: Mapping[str, Any], field: str) -> str:
    """The case that something said belongs to. Raises `RecordInvalid` where it names none."""
    if not (case := text_of(record.get(field))):
        raise RecordInvalid("NO_CASE")
    return case
