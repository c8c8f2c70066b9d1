"""Files that are damaged, made to do harm, or merely odd."""

import io
import json
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damso.channels.imports.csv_records import csv_records
from damso.channels.imports.errors import ExportUnreadable, RecordInvalid
from damso.channels.imports.files import Export
from damso.channels.imports.json_records import json_records
from damso.channels.imports.products import PRODUCTS
from damso.channels.imports.reading import Known, read_export
from damso.channels.imports.types import Refused, Vendor
from damso.channels.imports.xml_records import xml_records

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_RECORD = st.tuples(st.integers(), _VALUES).map(lambda pair: {"id": pair[0], "more": pair[1]})
"""The id stands first, as every provider writes it."""
_RECORDS = st.lists(_RECORD, min_size=1, max_size=5)
_FIELDS = (
    *("id", "type", "requester_id", "subject", "meta", "name", "created_at", "via", "source", "comments", "messages"),
    *("role", "child_events", "ticket_id", "contacts", "conversation_parts", "status", "priority", "tags"),
)


def records(text: str) -> list[dict[str, object]]:
    return [one.value for one in json_records("x.json", io.BufferedReader(io.BytesIO(text.encode())))]  # type: ignore[arg-type]


@given(_RECORDS, st.sampled_from([None, 1, 2]))
def test_however_json_is_laid_out_the_records_are_the_same(found: list[dict[str, object]], indent: int | None) -> None:
    assert records("\n".join(json.dumps(one) for one in found)) == found
    assert records(json.dumps(found, indent=indent)) == found
    assert records(json.dumps({"count": 1, "tickets": found, "next": None}, indent=indent)) == found
    assert records("".join(json.dumps(one, indent=indent) for one in found)) == found


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.json", b'{"tickets": [{"id": 1}', "NOT_JSON"),
        ("a.json", b"[" * 100_000, "TOO_DEEP"),
        ("a.json", b'[{"id": 1, "name": "\xff\xfe"}]', "ENCODING"),
        ("a.json", b"<html>", "NOT_JSON"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a><d>&b;</d></a>', "NOT_XML"),
        ("a.xml", b"<a><b></a>", "NOT_XML"),
        ("a.xml", b"<a>" * 1000, "TOO_DEEP"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(data)

    with pytest.raises(ExportUnreadable) as refused:
        list(read_export(PRODUCTS["freshdesk"], Export(tmp_path / name)))

    assert refused.value.why == why
    assert name in refused.value.say("en")


def test_a_bad_line_costs_no_other(tmp_path: Path) -> None:
    lines = ['{"id": 1, "role": "end-user", "name": "A"}', "{", '{"id": 2, "role": "end-user", "name": "B"}']
    (tmp_path / "users.json").write_text("\n".join(lines))

    items = list(read_export(PRODUCTS["zendesk"], Export(tmp_path)))

    assert [getattr(item, "external_id", "") for item in items if not isinstance(item, Refused)] == ["1", "2"]
    assert [(item.code, item.place) for item in items if isinstance(item, Refused)] == [("NOT_JSON", "users.json:2")]


@pytest.mark.parametrize("vendor", PRODUCTS)
@given(record=st.dictionaries(st.sampled_from(_FIELDS), _VALUES))
def test_any_record_is_understood_or_refused(vendor: Vendor, record: dict[str, object]) -> None:
    for kind in ("person", "case", "said", "company", "rating", "team", "colleague", "article"):
        with suppress(RecordInvalid):
            list(PRODUCTS[vendor].items(kind, record, "x:1", Known()))


def test_an_archive_may_be_damaged_or_grow_beyond_measure(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(ExportUnreadable):
        Export(tmp_path / "a.zip")

    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../users.json", '{"id": 1, "role": "end-user", "name": "A"}')
    [person] = read_export(PRODUCTS["zendesk"], Export(tmp_path / "b.zip"))
    assert person.place == "../../users.json#1"


def test_excel_writes_korean_in_its_own_way() -> None:
    rows = csv_records("c.csv", io.BufferedReader(io.BytesIO("id,name\r\n1,문하늘\r\n".encode("cp949"))))  # type: ignore[arg-type]

    assert [row.value for row in rows] == [{"id": "1", "name": "문하늘"}]


def test_xml_keeps_its_types() -> None:
    xml = b'<tickets type="array"><t><id type="integer">1</id><a nil="true"/><b type="boolean">true</b></t></tickets>'

    assert [row.value for row in xml_records("t.xml", io.BytesIO(xml))] == [{"id": 1, "a": None, "b": True}]
