"""A CSV file of products: its rows as products, each row that is none with its line and why."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec
from msgspec import Struct

from damso.commerce.catalogue import MOST, NewProduct, PriceInvalid, price_of
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

COLUMNS = tuple(NewProduct.__struct_fields__)
NEEDED = ("sku", "name")


class HeadInvalid(AppError):
    code = "PRODUCT_FILE_INVALID"
    status = 422
    text = Text(
        "첫 줄에는 열 이름이 있어야 해요. 꼭 필요한 열: sku, name. 모르는 열: {unknown}",
        "The first line names the columns; sku and name are needed. Unknown columns: {unknown}",
    )


class FileUnreadable(AppError):
    code = "PRODUCT_FILE_UNREADABLE"
    status = 422
    text = Text("UTF-8로 저장한 CSV 파일이 아니에요.", "That is not a CSV file in UTF-8.")


class RowProblem(Struct, frozen=True):
    """A row that is no product: its line in the file, counted from 1, and what is wrong with it."""

    line: int
    why: str


class Rows(Struct, frozen=True):
    """Up to 500 rows of a file."""

    products: list[NewProduct]
    problems: list[RowProblem]


def read_products(path: Path, version: int) -> Iterator[Rows]:
    """The file in lots. Rows without a version of their own have this one. Raises `HeadInvalid`, `FileUnreadable`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            _check_head(reader.fieldnames or ())
            while lot := list(islice(((reader.line_num, row) for row in reader), MOST)):
                yield _rows(lot, version)
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileUnreadable from error


def _check_head(names: object) -> None:
    found = set(names) if isinstance(names, list) else set()
    unknown = sorted(found - set(COLUMNS))
    if unknown or not found.issuperset(NEEDED):
        raise HeadInvalid(unknown=", ".join(unknown) or "–")


def _rows(lot: list[tuple[int, dict[str, str | list[str]]]], version: int) -> Rows:
    products, problems = [], []
    for line, row in lot:
        try:
            products.append(_product(row, version))
        except (msgspec.ValidationError, PriceInvalid) as error:
            problems.append(RowProblem(line, str(error)))
    return Rows(products, problems)


def _product(row: dict[str, str | list[str]], version: int) -> NewProduct:
    """Raises `msgspec.ValidationError`, `PriceInvalid`."""
    if None in row:
        raise msgspec.ValidationError("more cells than columns")
    filled = {name: cell for name, cell in row.items() if cell not in (None, "")}
    product = msgspec.convert({"version": version} | filled, NewProduct, strict=False)
    price_of(product)
    return product
