"""`damso event`: what people did, brought in from files."""

from typing import Annotated, Literal

import typer

from damso.commands.console import word
from damso.commands.options import AS_JSON, new_app
from damso.commands.table_import import DRY, ERRORS, FILE, MAP, NAMESPACE, SET, Order, bring_table

app = new_app()


@app.callback(help=word("이벤트.", "Events."))
def group() -> None:
    """A group."""


@app.command(
    "import",
    help=word(
        "파일의 이벤트를 가져와요. 추적 소스에서 온 것과 같은 길로 들어가고, 다시 실행해도 두 번 들어가지 않아요. "
        "GA4를 BigQuery로 내보낸 파일은 --from ga4를 붙이세요.\n\n"
        "예: damso event import orders.csv --set event='Order Completed' --dry-run",
        "Brings in the events of a file. They go the way of what sources send, and come in once however often it is "
        "run. "
        "For what GA4 exported to BigQuery: --from ga4.\n\n"
        "Example: damso event import orders.csv --set event='Order Completed' --dry-run",
    ),
)
def import_events(
    file: FILE,
    dry_run: DRY = False,
    mapped: MAP = None,
    fixed: SET = None,
    made_by: Annotated[
        Literal["table", "ga4"], typer.Option("--from", help=word("파일을 만든 곳.", "What made the file."))
    ] = "table",
    namespace: NAMESPACE = "",
    errors: ERRORS = None,
    as_json: AS_JSON = False,
) -> None:
    order = Order(
        kind="ga4" if made_by == "ga4" else "events",
        path=file,
        mapped=mapped or (),
        fixed=fixed or (),
        namespace=namespace,
        dry=dry_run,
        errors=errors,
    )
    bring_table(order, as_json=as_json)
