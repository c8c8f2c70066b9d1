"""Routes of the desk: notices that wait for a person, and sending somebody the link to their preferences."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.types import ControllerRouterHandler
from msgspec import Meta, Struct

from damso.channels.inboxes import Inboxes
from damso.conversations.consents.links import PreferenceLinks
from damso.conversations.consents.mail import Writer, mail_address
from damso.conversations.notices import send_notice
from damso.customers.consent.notices import Notice, told_by_hand
from damso.customers.faces import colour_of, initials_of
from damso.customers.types import CaseSource
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import DEFAULT_LOCALE, Text, as_locale
from damso.kernel.log import Event, append
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness

SHOWN = 200

Cases = NamedDependency[SkipValidation[CaseSource]]
Links = NamedDependency[SkipValidation[PreferenceLinks]]

_SUBJECT = Text("[{brand}] 메시지 수신 설정 링크", "[{brand}] Your message preferences")
_BODY = Text(
    "아래 주소에서 {brand}의 소식을 어디까지 받을지 정하실 수 있습니다. 로그인은 필요하지 않습니다.\n{link}\n\n"
    "이 링크는 60일 동안 쓸 수 있으니 다른 사람에게 전달하지 마세요.",
    "Choose here what you want to hear from {brand}. No sign-in is needed.\n{link}\n\n"
    "The link works for 60 days. Please do not pass it on.",
)


class NoAddress(AppError):
    """Nothing that we could mail a link to."""

    code = "NO_ADDRESS"
    text = Text(
        "확인된 이메일이 없어 보낼 수 없어요. 링크를 복사해 대화로 보내 주세요.",
        "There is no proven e-mail address. Copy the link and send it in a conversation.",
    )


class DueNotice(Struct, frozen=True, kw_only=True):
    """A notice that a person has to give (`by_hand`) or that is on its way (`queued`), with the words for it."""

    id: UUID
    kind: Literal["result", "confirm"]
    state: Literal["by_hand", "queued"]
    due_on: date
    customer_id: UUID
    customer: str
    initials: str
    colour: int
    address: str
    subject: str
    body: str


class NoticeTold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the customer was told."""

    note: Annotated[str, Meta(max_length=500, pattern=r"^[^\x00]*$")] = ""


class LinkWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For which address; `send` mails it there."""

    identity_id: int
    send: bool = False


class PreferencesLink(Struct, frozen=True, kw_only=True):
    """The link, and whether a mail with it is on its way."""

    url: str
    sent: bool


@get("/api/consents/notices", guards=[needs("customers.read")], tags=("consents",))
async def list_consent_notices(
    database: NamedDependency[Database],
    cases: Cases,
    notice_writer: NamedDependency[SkipValidation[Writer]],
    witness: NamedDependency[Witness],
) -> list[DueNotice]:
    """Notices of consents that wait for somebody, the most urgent first."""
    async with database.reading() as tx:
        found = await _due(tx, cases, notice_writer)
    witness.listed(one.customer_id for one in found)
    return found


async def _due(tx: Transaction, cases: CaseSource, writer: Writer) -> list[DueNotice]:
    args: list[object] = [SHOWN]
    within = cases.within(args, "u")
    rows = await tx.rows(
        f"""SELECT n.id, n.identity_id, n.kind, n.consent_ids, n.due_on, n.state, u.id AS customer_id,
            coalesce(nullif(u.name, ''), i.name) AS customer,
            CASE WHEN i.kind IN ('internal', 'visitor') THEN '' ELSE i.value END AS address
        FROM consent_notice n JOIN identity i ON i.id = n.identity_id JOIN customer u ON u.id = i.customer_id
        WHERE n.state IN ('by_hand', 'queued') {f"AND {within}" if within else ""}
        ORDER BY n.due_on, n.id LIMIT $1""",
        *args,
    )
    sender = await writer.sender(tx)
    notices = [
        Notice(**{name: row[name] for name in ("id", "identity_id", "kind", "consent_ids", "due_on", "state")})
        for row in rows
    ]
    texts = await writer.write(tx, sender, notices) if sender else {}
    return [
        DueNotice(
            id=row["id"],
            kind=row["kind"],
            state=row["state"],
            due_on=row["due_on"],
            customer_id=row["customer_id"],
            customer=row["customer"],
            initials=initials_of(row["customer"]),
            colour=colour_of(row["customer_id"]),
            address=row["address"],
            subject=texts[row["id"]].subject,
            body=texts[row["id"]].body,
        )
        for row in rows
        if row["id"] in texts
    ]


@post(
    "/api/consents/notices/{notice_id:uuid}/sent",
    guards=[needs("customers.write")],
    tags=("consents",),
    status_code=204,
)
async def mark_notice_sent(
    notice_id: FromPath[UUID],
    data: JSONBody[NoticeTold],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
    cases: Cases,
) -> None:
    """Somebody told the customer by another way: who, when and how stays as proof."""
    async with database.transaction() as tx:
        customer_id = await tx.value(
            "SELECT i.customer_id FROM consent_notice n JOIN identity i ON i.id = n.identity_id WHERE n.id = $1",
            notice_id,
        )
        if customer_id is None:
            raise NotFound
        await cases.check(tx, customer_id)
        await told_by_hand(tx, notice_id, note=data.note.strip(), actor=caller.actor)


@post(
    "/api/customers/{customer_id:uuid}/preferences-link",
    guards=[needs("customers.write")],
    tags=("consents",),
    status_code=200,
)
async def make_preferences_link(
    customer_id: FromPath[UUID],
    data: JSONBody[LinkWanted],
    database: NamedDependency[Database],
    inboxes: NamedDependency[Inboxes],
    keyring: NamedDependency[Keyring],
    links: Links,
    caller: NamedDependency[Caller],
    cases: Cases,
    notice_writer: NamedDependency[SkipValidation[Writer]],
) -> PreferencesLink:
    """The link to a customer's own preferences, mailed to them where that is wanted."""
    async with database.transaction() as tx:
        await cases.check(tx, customer_id)
        row = await tx.row(
            """SELECT c.locale FROM identity i JOIN customer c ON c.id = i.customer_id
            WHERE i.id = $1 AND i.customer_id = $2 AND i.value <> 'erased:' || i.id""",
            data.identity_id,
            customer_id,
        )
        sender = await notice_writer.sender(tx)
        if row is None or sender is None:
            raise NotFound(field="identity_id")
        url = links.page(data.identity_id, sender.brand_id, tx.now)
        if data.send:
            to, locale = await mail_address(tx, data.identity_id), as_locale(row["locale"]) or DEFAULT_LOCALE
            if to is None:
                raise NoAddress
            subject, body = _SUBJECT.say(locale, brand=sender.name), _BODY.say(locale, brand=sender.name, link=url)
            await send_notice(
                tx, inboxes, keyring, to=to, subject=subject, text=body, locale=locale, brand_id=sender.brand_id
            )
        await append(
            tx,
            Event(
                name="consent.link_made",
                subject_kind="identity",
                subject_id=str(data.identity_id),
                identity_id=data.identity_id,
                actor=caller.actor,
                properties={"sent": data.send},
            ),
        )
    return PreferencesLink(url=url, sent=data.send)


ROUTES: Sequence[ControllerRouterHandler] = (list_consent_notices, mark_notice_sent, make_preferences_link)
