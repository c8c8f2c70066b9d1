"""`damso product`: the catalogue of what the company sells."""

from damso.commands.console import word
from damso.commands.options import AS_JSON, new_app
from damso.commands.table_import import DRY, ERRORS, FILE, MAP, SET, Order, bring_table

app = new_app()


@app.callback(help=word("상품.", "Products."))
def group() -> None:
    """A group."""


@app.command(
    "import",
    help=word(
        "파일의 상품을 등록하거나 바꿔요. 파일에 없는 항목은 그대로 두고, 버전 열이 없으면 이 파일을 가장 새것으로 "
        "봐요. 모든 가격의 통화가 같으면 --set currency=KRW로 알려 주세요.\n\n"
        "예: damso product import products.csv --dry-run",
        "Adds or changes the products of a file. What it does not tell of a product stays; without a version column "
        "the file counts as the newest. A currency of all prices: --set currency=KRW.\n\n"
        "Example: damso product import products.csv --dry-run",
    ),
)
def import_products(
    file: FILE,
    dry_run: DRY = False,
    mapped: MAP = None,
    fixed: SET = None,
    errors: ERRORS = None,
    as_json: AS_JSON = False,
) -> None:
    order = Order(kind="products", path=file, mapped=mapped or (), fixed=fixed or (), dry=dry_run, errors=errors)
    bring_table(order, as_json=as_json)
