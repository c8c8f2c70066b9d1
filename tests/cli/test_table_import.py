"""`damso customer import` and its kin: a thin door to what the desk does."""

from pathlib import Path

import pytest

from tests.cli.conftest import SecondStart

pytestmark = pytest.mark.slow


def test_a_file_is_mapped_foreseen_brought_in_and_corrected(running: SecondStart, tmp_path: Path) -> None:
    path, wrong = tmp_path / "people.csv", tmp_path / "wrong.csv"
    path.write_text("name,mail address,tier\nNarae,narae@table.example,gold\nMina,nothing,\n")
    words = ("customer", "import", path, "--map", "tier=trait:level:text", "--errors", wrong)
    dry = running.run(*words, "--dry-run")
    done = running.run(*words)
    wrong.write_text(wrong.read_text().replace("nothing", "mina@table.example"))
    corrected = running.result("customer", "import", wrong)

    assert (dry.returncode, done.returncode) == (1, 1)
    assert "1 new, 1 refused" in dry.stdout
    assert dry.stdout == done.stdout
    assert "tier → trait:level" in done.stderr
    assert (corrected["state"], corrected["counts"]) == ("done", {"new": 1})


def test_products_come_the_same_way(running: SecondStart, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("상품코드,상품명,판매가\nCLI-1,컵,1000\nCLI-2,접시,싸요\n", encoding="cp949")
    words = ("product", "import", path, "--set", "currency=KRW")
    dry, done = running.run(*words, "--dry-run"), running.run(*words)

    assert (dry.returncode, done.returncode) == (1, 1)
    assert "1 new, 1 refused" in done.stdout
    assert dry.stdout == done.stdout
