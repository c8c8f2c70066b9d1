"""`damso customer`: who is one person. Merging and taking apart show first what they would do."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer

from damso.commands.access_answer import gather_answer, require_new, stated, write_private
from damso.commands.connecting import any_parts
from damso.commands.console import LOCALE, print_json, result, word
from damso.commands.operator import operator, say_shown, say_shown_in
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.commands.table_import import DRY, ERRORS, FILE, MAP, NAMESPACE, Order, bring_table
from damso.conversations.story import Cases
from damso.customers.card import customer_card
from damso.customers.history import history
from damso.customers.likeness import say
from damso.customers.merge import merge, plan_merge
from damso.customers.preview import MergePreview, Side, UnmergePreview, merge_preview, unmerge_preview
from damso.customers.search import listed
from damso.customers.suggestions import open_suggestions, suggest
from damso.customers.types import VISITOR, Identity
from damso.customers.unmerge import plan_unmerge, undo, unmerge
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import SYSTEM
from damso.kernel.settings import Settings
from damso.team import audit
from damso.team.access import PERMISSIONS, Caller

app = new_app()

BECOMES = Text("아래 고객들이 한 고객({id})이 돼요.", "These become one customer ({id}).")
PARTS = Text("아래처럼 나뉘어요.", "They are taken apart like this.")
CONFLICT = Text("  {key}: {values} → {shown}", "  {key}: {values} → {shown}")
SEPARATED = Text(
    "주의: 누군가 같은 고객이 아니라고 표시했어요. 합치면 그 표시가 취소돼요.",
    "Careful: somebody said that they are not the same. Merging takes that back.",
)
DIVIDED = Text(
    "  상담 '{subject}'에서 메시지 {count}개가 새 상담으로 옮겨가요.",
    "  Of '{subject}', {count} messages move into a case of their own.",
)
DO_IT = Text("그대로 실행하려면 --yes를 붙여 주세요.", "Add --yes to do it.")
MERGED = Text("합쳤어요. 되돌리기: damso customer undo {link}", "Merged. To undo: damso customer undo {link}")
PARTED = Text("나눴어요. 되돌리기: damso customer undo {link}", "Taken apart. To undo: damso customer undo {link}")
UNDONE = Text("취소했어요.", "Undone.")
NOBODY = Text("같은 사람으로 보이는 고객이 없어요.", "Nobody seems to be the same person.")
COUNTS = Text("상담 {cases}건, 메시지 {messages}개", "{cases} conversations, {messages} messages")
NEW = Text("새 고객", "a new customer")
TAKEN_BACK = Text(" (취소됨)", " (taken back)")

ANSWERED = Text(
    "{file}에 담았어요. 넣지 못한 파일 {count}개.", "It is in {file}. {count} files could not be put into it."
)

BY = {"by": "system"}
EVERYTHING = Cases(Caller(permissions=PERMISSIONS, locale=LOCALE))
"""Whoever is at the machine sees all."""


class CustomerUnknown(AppError):
    code = "CUSTOMER_UNKNOWN"
    status = 404
    text = Text(
        "'{given}'에 맞는 고객이 없어요. 고객 ID나 이메일, 전화번호(+82…)를 써 주세요.",
        "There is no customer '{given}'. Give an id, an e-mail address or a phone number (+82…).",
    )


WHO = Annotated[
    str, typer.Argument(metavar="CUSTOMER", help=word("고객 ID, 이메일, 전화번호.", "An id, e-mail address or phone."))
]
YES = Annotated[bool, typer.Option("--yes", help=word("미리보기만 하지 않고 실행해요.", "Do it, not only show it."))]


@app.callback(help=word("고객: 보기, 합치기, 나누기.", "Customers: show, merge, take apart."))
def customer() -> None:
    """A group."""


@app.command(
    "import",
    help=word(
        "파일의 고객을 등록하거나 바꿔요: 이름, 휴대폰, 이메일, 회원 번호, 그 밖의 속성. 열은 이름으로 알아보고 "
        "--map으로 바꿀 수 "
        "있어요. 멈춰도 이어서 하고, 두 번 들어가지 않아요.\n\n예: damso customer import 고객.xlsx --dry-run",
        "Adds or changes the customers of a file: names, phones, e-mail addresses, user ids and other properties. "
        "Columns "
        "are known by their names; --map corrects that. It can be stopped and gone on with; nothing comes in twice."
        "\n\nExample: damso customer import people.xlsx --dry-run",
    ),
)
def import_customers(
    file: FILE,
    dry_run: DRY = False,
    mapped: MAP = None,
    namespace: NAMESPACE = "",
    errors: ERRORS = None,
    as_json: AS_JSON = False,
) -> None:
    order = Order(kind="customers", path=file, mapped=mapped or (), namespace=namespace, dry=dry_run, errors=errors)
    bring_table(order, as_json=as_json)


@app.command(
    help=word(
        "고객의 연락처와, 누가 언제 왜 합치거나 나눴는지 보여 줘요.\n\n예: damso customer show mina@example.com",
        "A customer's addresses, and who joined or parted them, when and why.\n\n"
        "Example: damso customer show mina@example.com",
    )
)
def show(who: WHO, as_json: AS_JSON = False) -> None:
    async def work(settings: Settings) -> dict[str, Any]:
        async with any_parts(settings) as parts:
            async with parts.database.reading() as tx:
                customer_id = await _find(tx, who)
                card = await customer_card(tx, customer_id)
                lines = await history(tx, customer_id, LOCALE)
            await say_shown(parts.database, "viewed", "damso customer show", [customer_id])
        return {"id": customer_id, "name": card.customer.name, "identities": card.identities, "history": lines}

    found = run(work(prepared()))
    if as_json:
        print_json(msgspec.to_builtins(found))
        return
    print(f"{found['name'] or '-'}  {found['id']}")
    _print_identities(found["identities"])
    for line in found["history"]:
        parties = " · ".join(party.label or party.kind for party in line.parties)
        state = "" if line.stands else TAKEN_BACK.say(LOCALE)
        print(f"#{line.link_id}  {line.at:%Y-%m-%d %H:%M}  {line.title}{state}: {parties}  {line.reason}")


@app.command(
    help=word(
        "같은 사람일 수 있는 고객을 이유와 함께 보여 줘요. 고객을 쓰지 않으면 전체 목록이에요.\n\n"
        "예: damso customer suggestions",
        "Customers who may be one person, with the reasons; of everybody, or of one customer.\n\n"
        "Example: damso customer suggestions",
    )
)
def suggestions(
    who: Annotated[
        str | None, typer.Argument(metavar="[CUSTOMER]", help=word("이 고객만.", "Of this customer only."))
    ] = None,
    as_json: AS_JSON = False,
) -> None:
    found = run(_suggestions(prepared(), who))
    if as_json:
        print_json(msgspec.to_builtins(found))
    elif not found:
        result(NOBODY)
    else:
        for pair in found:
            print(f"{pair['one']}  {pair['other']}  {' '.join(pair['reason_texts'])}")


async def _suggestions(settings: Settings, who: str | None) -> list[dict[str, Any]]:
    async with any_parts(settings) as parts:
        async with parts.database.reading() as tx:
            if who:
                one = await _find(tx, who)
                pairs = [(one, other.customer_id, other.reasons) for other in (await suggest(tx, [one])).get(one, [])]
            else:
                pairs = [(pair.one_id, pair.other_id, pair.reasons) for pair in (await open_suggestions(tx)).items]
            names = {found.id: found.name for found in await listed(tx, {one for pair in pairs for one in pair[:2]})}
        await say_shown(parts.database, "listed", "damso customer suggestions", names)
    return [
        {
            "one": one,
            "other": other,
            "names": [names.get(one, ""), names.get(other, "")],
            "reasons": list(codes),
            "reason_texts": say(codes, LOCALE),
        }
        for one, other, codes in pairs
    ]


@app.command(
    name="merge",
    help=word(
        "고객을 하나로 합쳐요. --yes 없이는 무엇이 하나가 되는지만 보여 줘요. 나중에 되돌릴 수 있어요.\n\n"
        "예: damso customer merge mina@example.com +821012345678 --yes",
        "Make customers one. Without --yes it only shows what would become one. It can be undone.\n\n"
        "Example: damso customer merge mina@example.com +821012345678 --yes",
    ),
)
def merge_(
    who: Annotated[list[str], typer.Argument(metavar="CUSTOMER...", help=word("둘 이상.", "Two or more."))],
    yes: YES = False,
    as_json: AS_JSON = False,
) -> None:
    preview, link = run(_merge(prepared(), who, yes=yes))
    if as_json:
        print_json({"preview": msgspec.to_builtins(preview), "done": yes, "link_id": link})
        return
    result(BECOMES, id=str(preview.customer_id))
    _print_sides(preview.sides)
    for conflict in preview.conflicts:
        shown = next(value.value for value in conflict.values if value.wins)
        values = " / ".join(str(value.value) for value in conflict.values)
        result(CONFLICT, key=conflict.key, values=values, shown=shown)
    if preview.separated:
        result(SEPARATED)
    print(preview.not_disclosed)
    _end(MERGED, link)


async def _merge(settings: Settings, who: list[str], *, yes: bool) -> tuple[MergePreview, int | None]:
    async with any_parts(settings) as parts, parts.database.transaction() as tx:
        ids = [await _find(tx, one) for one in who]
        preview = await merge_preview(tx, *await plan_merge(tx, ids), EVERYTHING, LOCALE)
        await say_shown_in(tx, "changed" if yes else "viewed", "damso customer merge", ids)
        if not yes:
            return preview, None
        merged = await merge(tx, ids, actor=SYSTEM, evidence=BY)
        await audit.record(tx, operator(), "customers.merged", merged.customer_id, ids=ids)
        return preview, merged.link_id


@app.command(
    name="unmerge",
    help=word(
        "고른 연락처를, 또는 합친 기록 하나를 고객에서 나눠요. --yes 없이는 미리보기만 해요.\n\n"
        "예: damso customer unmerge mina@example.com --identity 42 --yes",
        "Take addresses, or what one merge joined, away from a customer. Without --yes it only shows what would "
        "happen.\n\nExample: damso customer unmerge mina@example.com --identity 42 --yes",
    ),
)
def unmerge_(
    who: WHO,
    identity: Annotated[
        list[int] | None, typer.Option(help=word("나갈 연락처의 번호.", "The number of an address that leaves."))
    ] = None,
    link: Annotated[
        int | None, typer.Option(help=word("취소할 합치기의 번호(#).", "The number (#) of a merge to take back."))
    ] = None,
    yes: YES = False,
    as_json: AS_JSON = False,
) -> None:
    preview, made = run(_unmerge(prepared(), who, identity or [], link, yes=yes))
    if as_json:
        print_json({"preview": msgspec.to_builtins(preview), "done": yes, "link_id": made})
        return
    result(PARTS)
    _print_sides(preview.sides)
    for case in preview.divided:
        result(DIVIDED, subject=case.subject, count=case.messages)
    print(preview.stays)
    _end(PARTED, made)


async def _unmerge(
    settings: Settings, who: str, identities: list[int], link: int | None, *, yes: bool
) -> tuple[UnmergePreview, int | None]:
    async with any_parts(settings) as parts, parts.database.transaction() as tx:
        customer_id = await _find(tx, who)
        plan = await plan_unmerge(tx, customer_id, identity_ids=identities, link_id=link)
        preview = await unmerge_preview(tx, customer_id, *plan, EVERYTHING, LOCALE)
        await say_shown_in(tx, "changed" if yes else "viewed", "damso customer unmerge", [customer_id])
        if not yes:
            return preview, None
        done = await unmerge(tx, customer_id, identity_ids=identities, link_id=link, actor=SYSTEM, evidence=BY)
        await audit.record(tx, operator(), "customers.unmerged", customer_id, ids=list(done.customer_ids))
        return preview, done.link_id


@app.command(
    name="undo",
    help=word(
        "합치기, 나누기, '같은 고객 아님' 결정을 없던 일로 해요.\n\n예: damso customer undo 42",
        'Take a merge, an un-merge or a "not the same" back as if it had never been made.\n\n'
        "Example: damso customer undo 42",
    ),
)
def undo_(
    link: Annotated[int, typer.Argument(metavar="NUMBER", help=word("기록의 번호(#).", "The number (#) it has."))],
) -> None:
    async def work(settings: Settings) -> None:
        async with any_parts(settings) as parts, parts.database.transaction() as tx:
            await undo(tx, link, actor=SYSTEM, evidence=BY)
            await audit.record(tx, operator(), "customers.decision_undone", str(link))

    run(work(prepared()))
    result(UNDONE)


@app.command(
    name="access-export",
    help=word(
        "고객에 관해 가지고 있는 모든 것을 ZIP 하나에 담아요. 열람 요청 대장에 남고, 답변 기한은 10일이에요.\n\n"
        "예: damso customer access-export mina@example.com --out mina.zip",
        "Everything that is held on a customer, as one ZIP. The request stands in the register; it is due in ten days."
        "\n\nExample: damso customer access-export mina@example.com --out mina.zip",
    ),
)
def access_export(
    who: WHO,
    out: Annotated[Path, typer.Option(help=word("새 ZIP 파일.", "The ZIP; a new file."))],
    reason: Annotated[str, typer.Option(help=word("내려받는 이유.", "Why data is taken out."))] = "customer_request",
    way: Annotated[
        str, typer.Option(help=word("요청 방법: email, phone, letter, chat, visit, other.", "How it was asked."))
    ] = "other",
    notes: Annotated[
        bool, typer.Option("--notes", help=word("내부 메모도 담아요.", "Internal notes as well."))
    ] = False,
    unproven: Annotated[
        bool,
        typer.Option(
            "--unproven",
            help=word(
                "본인 확인으로 이어지지 않은 연락처도 담아요. 같은 사람인지 먼저 확인하세요.",
                "Also what nothing proves to be one person's. Make sure of it first.",
            ),
        ),
    ] = False,
) -> None:
    require_new(out)
    why = stated(reason)
    answer = run(gather_answer(prepared(), who, _find, why, way=way, notes=notes, unproven=unproven))
    write_private(out, answer.data)
    result(ANSWERED, file=out, count=answer.left_out)


async def _find(tx: Transaction, given: str) -> UUID:
    """Raises `CustomerUnknown`."""
    try:
        wanted: object = UUID(given)
        sql = "SELECT coalesce(merged_into, id) FROM customer WHERE id = $1"
    except ValueError:
        wanted, sql = given.strip().lower(), "SELECT customer_id FROM identity WHERE kind = ANY ($2) AND value = $1"
    found: UUID | None = await (
        tx.value(sql, wanted) if isinstance(wanted, UUID) else tx.value(sql, wanted, ["email", "phone"])
    )
    if found is None:
        raise CustomerUnknown(given=given)
    return found


def _print_sides(sides: list[Side]) -> None:
    for side in sides:
        counts = COUNTS.say(LOCALE, cases=side.conversations, messages=side.messages)
        print(f"- {side.name or '-'}  {side.customer_id or NEW.say(LOCALE)}  {counts}")
        _print_identities(side.identities)


def _print_identities(identities: list[Identity]) -> None:
    for identity in identities:
        value = "-" if identity.kind == VISITOR else identity.value
        print(f"    {identity.id}  {identity.kind}  {value}  {identity.proof}")


def _end(done: Text, link: int | None) -> None:
    if link is None:
        result(DO_IT)
    else:
        result(done, link=link)
