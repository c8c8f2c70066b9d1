"""Files of every make become rows, and what is none is told."""

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from damso.channels.imports.errors import ExportUnreadable
from damso.conversations.tables.open_table import open_table
from damso.conversations.tables.propose import look_at_columns
from damso.conversations.tables.types import TableKind
from damso.conversations.tables.values import as_day, as_moment, as_yes_no, read_as
from tests.tables.files import workbook, write

PEOPLE = "이름,휴대폰,이메일\n나래,010-1234-5678,narae@shop.example\n"


def rows_of(path: Path) -> list[tuple[int, tuple[Any, ...], str]]:
    return [(row.line, tuple(row.cells), row.problem) for row in open_table(path).rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_letters_come_in_every_encoding_that_excel_writes(tmp_path: Path, encoding: str) -> None:
    table = open_table(write(tmp_path, "people.csv", PEOPLE, encoding))
    assert table.columns == ["이름", "휴대폰", "이메일"]
    assert [row.cells for row in table.rows()] == [("나래", "010-1234-5678", "narae@shop.example")]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_what_stands_between_cells_is_found_out(tmp_path: Path, sign: str) -> None:
    text = f'name{sign}said\n"Kim{sign} Narae"{sign}"two\nlines"\n\nLee{sign}one\n'
    path = write(tmp_path, "people.csv", f"sep={sign}\n{text}")
    assert rows_of(path) == [(3, (f"Kim{sign} Narae", "two\nlines"), ""), (6, ("Lee", "one"), "")]


def test_a_file_without_names_of_columns_gets_letters_and_loses_no_row(tmp_path: Path) -> None:
    table = open_table(write(tmp_path, "people.csv", "나래,narae@shop.example\n미나,mina@shop.example\n"))
    assert (table.columns, table.headed) == (["A", "B"], False)
    assert [row.line for row in table.rows()] == [1, 2]


def test_rows_that_do_not_fit_are_told_with_their_line(tmp_path: Path) -> None:
    text = f"a,b\n1,2,3\n1\n{'x' * 40_000},2\n1,=HYPERLINK(1)\n"
    assert [(line, problem) for line, _, problem in rows_of(write(tmp_path, "x.csv", text))] == [
        (2, "MORE_CELLS"),
        (3, ""),
        (4, "CELL_TOO_LARGE"),
        (5, ""),
    ]


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    assert open_table(write(tmp_path, "x.csv", "a,a,,a\nx,y,z,w\n")).columns == ["a", "a (2)", "C", "a (3)"]


def test_an_excel_file_gives_values_and_lines(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(workbook([["이름", "휴대폰", "포인트"], ["나래", 1012345678, 1.5], ["=A1→미나", "", 3]], first=3))
    assert rows_of(path) == [(4, ("나래", 1012345678, 1.5), ""), (5, ("미나", "", 3), "")]


def test_lines_of_json_keep_their_types_and_bad_ones_their_place(tmp_path: Path) -> None:
    text = '{"email":"a@b.example","points":3,"tags":["x"]}\n\nnonsense\n{"email":"c@d.example"}\n'
    path = tmp_path / "people.jsonl.gz"
    path.write_bytes(gzip.compress(text.encode()))
    assert rows_of(path) == [
        (1, ("a@b.example", 3, ["x"]), ""),
        (3, (), "NOT_JSON"),
        (4, ("c@d.example", "", ""), ""),
    ]


def why_unreadable(path: Path) -> str:
    with pytest.raises(ExportUnreadable) as refused:
        list(open_table(path).rows())
    return refused.value.why


def _bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (300 << 20), compresslevel=1)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.csv", b"", "NOTHING"),
        ("a.csv", b"\n\n , ,\n", "NOTHING"),
        ("a.csv", ",".join(f"c{n}" for n in range(10_000)).encode(), "TOO_MANY_COLUMNS"),
        ("a.csv", b'a,b\n"never closed,1\n' + b"x,y\n" * 400_000, "CELL_OPEN"),
        ("a.csv", "이름\n".encode() + b"\xff\xfe\xff\n", "ENCODING"),
        ("a.xlsx", b"PK\x03\x04 damaged", "ZIP"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLD_SHEET"),
        ("a.json", b'[{"email": "a@b.example"}]', "NOT_LINES"),
        ("a.csv.gz", b"\x1f\x8b\x08\x00broken", "ZIP"),
    ],
)
def test_what_is_no_table_is_told(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert why_unreadable(tmp_path / name) == why


def test_a_sheet_that_unpacks_into_too_much_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(_bomb())
    assert why_unreadable(tmp_path / "a.xlsx") == "SHEET_TOO_LARGE"


@pytest.mark.parametrize(
    ("kind", "head", "row", "expected"),
    [
        (
            "customers",
            "고객명,휴대폰 번호(필수),E-Mail,생년월일,등급,우편번호,마케팅 수신동의,가입 경로",
            "나래,010-1234-5678,n@s.example,1990.03.04,VIP,06236,Y,카페",
            "name phone email trait:birthday trait:grade trait:postcode - trait:가입_경로",
        ),
        (
            "customers",
            "first,contact,Member ID,membership",
            "Narae,+82 10-1234-5678,M-1,gold",
            "trait:first phone user_id trait:grade",
        ),
        (
            "events",
            "주문일시,회원번호,이벤트명,금액",
            "2026-01-02 10:00,M-1,결제,39000",
            "timestamp user_id event property:금액",
        ),
        ("products", "상품코드,상품명,판매가,링크", "A-1,신발,12000,https://s.example", "sku name price url"),
        ("consents", "전화번호,수신동의,수신동의일,비고", "010-1234-5678,Y,2026-01-02,행사", "phone given at proof"),
    ],
)
def test_columns_are_known_by_their_names_in_both_languages(
    tmp_path: Path, kind: TableKind, head: str, row: str, expected: str
) -> None:
    columns = look_at_columns(kind, open_table(write(tmp_path, "x.csv", f"{head}\n{row}\n")))
    assert [one.target.replace(" ", "_") or "-" for one in columns] == expected.split()


def test_columns_without_names_are_known_by_what_stands_in_them(tmp_path: Path) -> None:
    columns = look_at_columns("customers", open_table(write(tmp_path, "x.csv", "n@s.example,01012345678,x1\n")))
    assert [(one.name, one.target, one.samples) for one in columns] == [
        ("A", "email", ["n@s.example"]),
        ("B", "phone", ["01012345678"]),
        ("C", "", ["x1"]),
    ]


def test_days_and_times_are_read_as_people_write_them() -> None:
    days = ["2026-03-04", "2026.3.4", "2026. 3. 4.", "2026년 3월 4일", "20260304", "2026/03/04 10:00"]
    assert {str(as_day(day)) for day in days} == {"2026-03-04"}
    assert [as_day(day) for day in ("03/04/2026", "2026-02-30", "900101", "1", "x")] == [None] * 5
    times = {
        "2026-03-04 10:05": "2026-03-04T01:05:00+00:00",
        "2026. 3. 4 오후 1:05:06": "2026-03-04T04:05:06+00:00",
        "2026-03-04T01:05:00.25Z": "2026-03-04T01:05:00.250000+00:00",
        "2026-03-04T10:05:00+09:00": "2026-03-04T01:05:00+00:00",
        "1772586300000000": "2026-03-04T01:05:00+00:00",
        "2026-03-04": "2026-03-03T15:00:00+00:00",
    }
    assert {text: moment and moment.isoformat() for text in times if (moment := as_moment(text, "Asia/Seoul"))} == times
    assert [as_moment(text, "Asia/Seoul") for text in ("2026-03-04 25:00", "soon", "2026-03-04 10")] == [None] * 3
    beyond = ("0001-01-01", "0001-01-01T00:00:00", "9999-12-31 23:59:59 -12:00")
    assert [as_moment(text, "Asia/Seoul") for text in beyond] == [None] * 3
    assert as_moment("9999-12-31", "America/New_York") is not None
    assert [as_yes_no(word) for word in ("Y", "동의 함", "수신거부", "0", "maybe")] == [True, True, False, False, None]
    assert [read_as(cell, "number") for cell in ("1,200", "3.5", "열")] == [1200, 3.5, None]
