"""`damso product`: the catalogue of what the company sells."""

from pathlib import Path
from typing import Annotated

import typer

from damso.commands.connecting import any_parts
from damso.commands.console import result, word
from damso.commands.options import new_app
from damso.commands.running import prepared, run
from damso.commerce.catalogue import put_products
from damso.commerce.product_file import RowProblem, read_products
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings

app = new_app()

SHOWN = 20
DONE = Text(
    "상품 {written}개를 저장했어요. 그대로 {unchanged}개.", "{written} products written, {unchanged} unchanged."
)
DRY = Text(
    "미리 보기예요. 상품 {good}개를 읽었고, 아무것도 바꾸지 않았어요.",
    "A dry run: {good} products read, nothing changed.",
)
PROBLEM = Text("{line}번째 줄을 확인해 주세요: {why}", "Check line {line}: {why}")
LEFT_OUT = Text("읽지 못해 뺀 줄: {count}", "Lines left out: {count}")


@app.callback(help=word("상품.", "Products."))
def group() -> None:
    """A group."""


@app.command(
    "import",
    help=word(
        "CSV 파일의 상품을 등록하거나 바꿔요. 첫 줄은 열 이름이에요: sku, name, price, currency, category, variant, "
        "maker, product_id, url, image_url, sold, version. version이 없으면 이 파일을 가장 새것으로 봐요. "
        "중간에 멈추면 다시 실행하세요.\n\n예: damso product import products.csv --dry-run",
        "Adds or changes the products of a CSV file. Its first line names the columns: sku, name, price, currency, "
        "category, variant, maker, product_id, url, image_url, sold, version. Without a version the file counts as the "
        "newest. If it is stopped, run it again.\n\nExample: damso product import products.csv --dry-run",
    ),
)
def import_products(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help=word("CSV 파일.", "The CSV file."))
    ],
    dry: Annotated[
        bool, typer.Option("--dry-run", help=word("아무것도 바꾸지 않고 읽기만 해요.", "Only read; change nothing."))
    ] = False,
) -> None:
    problems = run(_import(prepared(), path, dry))
    for problem in problems[:SHOWN]:
        result(PROBLEM, line=problem.line, why=problem.why)
    if problems:
        result(LEFT_OUT, count=len(problems))
        raise typer.Exit(1)


async def _import(settings: Settings, path: Path, dry: bool) -> list[RowProblem]:
    written = unchanged = good = 0
    problems: list[RowProblem] = []
    async with any_parts(settings) as parts:
        version = int(parts.database.clock.now().timestamp())
        for rows in read_products(path, version):
            problems += rows.problems
            good += len(rows.products)
            if dry:
                continue
            async with parts.database.transaction() as tx:
                taken = await put_products(tx, rows.products)
            written, unchanged = written + taken.written, unchanged + taken.unchanged
    if dry:
        result(DRY, good=good)
    else:
        result(DONE, written=written, unchanged=unchanged)
    return problems
