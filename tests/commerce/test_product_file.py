"""Products out of a CSV file: good rows come, bad ones are named by their line."""

from pathlib import Path

import pytest

from damso.commerce.catalogue import MOST
from damso.commerce.product_file import FileUnreadable, HeadInvalid, read_products

HEAD = "sku,name,price,currency,version,sold\n"


def file_of(tmp_path: Path, text: str, encoding: str = "utf-8-sig") -> Path:
    path = tmp_path / "products.csv"
    path.write_text(text, encoding=encoding)
    return path


def test_rows_become_products(tmp_path: Path) -> None:
    text = HEAD + 'MUG,"머그컵, 크림","12,000",KRW,7,true\nTEA,우롱차,,,,\n'
    [rows] = read_products(file_of(tmp_path, text), 99)

    assert rows.problems == []
    assert [(one.sku, one.name, one.price, one.version, one.sold) for one in rows.products] == [
        ("MUG", "머그컵, 크림", "12,000", 7, True),
        ("TEA", "우롱차", None, 99, True),
    ]


def test_a_row_that_is_none_is_named_and_the_rest_comes(tmp_path: Path) -> None:
    text = HEAD + ",이름만,,,,\nMUG,머그컵,싸요,KRW,,\nTEA,우롱차,1,WON,,\nCUP,컵,1,KRW,1,yes,more\nLMP,조명,1,KRW,1,\n"
    [rows] = read_products(file_of(tmp_path, text), 1)

    assert [problem.line for problem in rows.problems] == [2, 3, 4, 5]
    assert [one.sku for one in rows.products] == ["LMP"]


def test_a_long_file_comes_in_lots(tmp_path: Path) -> None:
    text = HEAD + "".join(f"S{number},컵,1,KRW,1,\n" for number in range(MOST + 1))

    assert [len(rows.products) for rows in read_products(file_of(tmp_path, text), 1)] == [MOST, 1]


@pytest.mark.parametrize("head", ["", "sku,price\n", "sku,name,colour\n"])
def test_without_its_columns_it_is_no_file_of_products(tmp_path: Path, head: str) -> None:
    with pytest.raises(HeadInvalid):
        list(read_products(file_of(tmp_path, head), 1))


def test_another_encoding_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        list(read_products(file_of(tmp_path, HEAD + "MUG,머그컵,1,KRW,1,\n", "cp949"), 1))
