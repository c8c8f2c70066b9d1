"""`damso consent`: what people consented to, brought in from files."""

from damso.commands.console import word
from damso.commands.options import AS_JSON, new_app
from damso.commands.table_import import DRY, ERRORS, FILE, MAP, NAMESPACE, SET, Order, bring_table

app = new_app()


@app.callback(help=word("동의.", "Consents."))
def group() -> None:
    """A group."""


@app.command(
    "import",
    help=word(
        "파일의 동의와 철회를 원장에 적어요. 동의에는 날짜가 꼭 있어야 하고, 철회한 고객을 말없이 되돌리지 않아요.\n\n"
        "예: damso consent import 수신동의.csv --set purpose=marketing --dry-run",
        "Enters the consents and withdrawals of a file into the ledger. A consent needs its day; no withdrawal is "
        "taken "
        "back in silence.\n\nExample: damso consent import optins.csv --set purpose=marketing --dry-run",
    ),
)
def import_consents(
    file: FILE,
    dry_run: DRY = False,
    mapped: MAP = None,
    fixed: SET = None,
    namespace: NAMESPACE = "",
    errors: ERRORS = None,
    as_json: AS_JSON = False,
) -> None:
    order = Order(
        kind="consents",
        path=file,
        mapped=mapped or (),
        fixed=fixed or (),
        namespace=namespace,
        dry=dry_run,
        errors=errors,
    )
    bring_table(order, as_json=as_json)
