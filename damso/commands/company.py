"""`damso company`: organisations that customers belong to."""

from typing import Annotated
from uuid import UUID

import typer
from msgspec import to_builtins

from damso.commands.connecting import any_parts
from damso.commands.console import print_json, result, word
from damso.commands.options import new_app
from damso.commands.running import prepared, run
from damso.customers.companies.look_up import ListedCompany, company, list_companies, people_of
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings

app = new_app()

LINE = Text("{id}  {name} · 고객 {people}명 · {domains}", "{id}  {name} · {people} people · {domains}")
NONE = Text("고객사가 없어요.", "No companies.")


@app.callback(help=word("고객사.", "Companies that customers belong to."))
def group() -> None:
    """A group."""


@app.command(
    "list",
    help=word(
        "고객사를 이름순으로 보여 줘요. 이름이나 도메인 일부로 좁힐 수 있어요.\n\n예: damso company list 한빛",
        "Companies by name; part of a name or a domain narrows them.\n\nExample: damso company list hanbit",
    ),
)
def list_all(
    q: Annotated[str, typer.Argument(metavar="TEXT", help=word("이름이나 도메인 일부.", "Part of it."))] = "",
) -> None:
    found = run(_list(prepared(), q))
    for one in found:
        result(LINE, id=one.id, name=one.name, people=one.people, domains=", ".join(one.domains) or "-")
    if not found:
        result(NONE)


@app.command(
    help=word(
        "고객사 하나를 소속 고객과 함께 JSON으로 보여 줘요.\n\n예: damso company show 0199… | jq .people",
        "One company with its people, as JSON.\n\nExample: damso company show 0199… | jq .people",
    )
)
def show(
    company_id: Annotated[UUID, typer.Argument(metavar="ID", help=word("고객사 id.", "The company's id."))],
) -> None:
    print_json(run(_show(prepared(), company_id)))


async def _list(settings: Settings, q: str) -> list[ListedCompany]:
    found: list[ListedCompany] = []
    async with any_parts(settings) as parts, parts.database.reading() as tx:
        page = await list_companies(tx, q=q)
        found += page.items
        while page.next:
            page = await list_companies(tx, q=q, cursor=page.next)
            found += page.items
    return found


async def _show(settings: Settings, company_id: UUID) -> object:
    async with any_parts(settings) as parts, parts.database.reading() as tx:
        found = await company(tx, company_id)
        people = await people_of(tx, company_id)
    return to_builtins(found) | {"people": people}
