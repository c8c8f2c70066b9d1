"""What an agent looked for and opened lately, and what waits for them: shown before they have typed anything.

It is kept on the server, so that it is there on every computer; bounded, for a month, and the agent may delete it.
Words that were searched are often a name or a number, so they are encrypted, and an erasure drops those that tell of
whoever is erased. See docs/adr/0031.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from damso.conversations.reach import check_conversation, customer_reach, reach
from damso.conversations.rows import customer_name, rows_by_id
from damso.conversations.types import CustomerName, Row
from damso.kernel.crypto import Keyring, SecretUnreadable
from damso.kernel.database import Transaction
from damso.kernel.errors import Invalid, NotFound
from damso.kernel.ids import new_id
from damso.kernel.masking import mask_kept
from damso.kernel.rotation import SealedColumn
from damso.team.access import Caller

SEALED = SealedColumn(table="recent", key="id", column="words", where="words IS NOT NULL")

KEPT: dict[str, int] = {"search": 20, "customer": 20, "conversation": 20}
"""Of each kind and for each agent."""
KEPT_FOR = timedelta(days=30)
TYPING = timedelta(minutes=2)
"""Words that go on from what was searched just before are the same search, typed further."""
SUGGESTED = 5

RecentKind = Literal["search", "customer", "conversation"]


class Recent(Struct, frozen=True, kw_only=True):
    """Something looked for (`words`), a customer or a case that was opened."""

    id: UUID
    kind: RecentKind
    at: datetime
    words: str | None = None
    customer: CustomerName | None = None
    conversation: Row | None = None


class NewRecent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the three."""

    words: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    customer_id: UUID | None = None
    conversation_id: UUID | None = None


class Start(Struct, frozen=True, kw_only=True):
    """What is offered to an agent who has not typed yet: what was recent, their cases in which a customer waits (the
    longest first), where colleagues named them, and whom they answered today."""

    recent: list[Recent]
    waiting: list[Row]
    mentions: list[Row]
    spoken: list[Row]

    @property
    def customer_ids(self) -> list[UUID]:
        rows = [*self.waiting, *self.mentions, *self.spoken]
        rows += [one.conversation for one in self.recent if one.conversation]
        return [row.customer.id for row in rows] + [one.customer.id for one in self.recent if one.customer]


async def remember(tx: Transaction, keyring: Keyring, caller: Caller, new: NewRecent) -> None:
    """Raises `NotFound` for what is out of reach, `Invalid` for none or several."""
    if sum(one is not None for one in (new.words, new.customer_id, new.conversation_id)) != 1:
        raise Invalid
    if new.words is not None:
        await _remember_words(tx, keyring, caller.agent, " ".join((await mask_kept(tx, new.words)).split()))
    elif new.customer_id:
        await _remember_opened(tx, caller.agent, "customer", await _living(tx, caller, new.customer_id))
    elif new.conversation_id:
        await check_conversation(tx, caller, new.conversation_id)
        living = await tx.value("SELECT coalesce(joined_into, id) FROM conversation WHERE id = $1", new.conversation_id)
        if living is None:
            raise NotFound
        await _remember_opened(tx, caller.agent, "conversation", living)
    for kind, most in KEPT.items():
        await tx.execute(
            """DELETE FROM recent WHERE id IN (
                SELECT id FROM recent WHERE agent_id = $1 AND kind = $2 ORDER BY at DESC, id DESC OFFSET $3)""",
            caller.agent,
            kind,
            most,
        )


async def forget(tx: Transaction, agent_id: UUID, recent_id: UUID | None = None) -> None:
    """One of them, or all."""
    await tx.execute(
        "DELETE FROM recent WHERE agent_id = $1 AND ($2::uuid IS NULL OR id = $2::uuid)", agent_id, recent_id
    )


async def start(tx: Transaction, keyring: Keyring, caller: Caller) -> Start:
    """Within reach, in a few statements that each read some rows of one agent."""
    rows = await tx.rows(
        "SELECT id, kind, at, words, customer_id, conversation_id FROM recent WHERE agent_id = $1 ORDER BY at DESC, id",
        caller.agent,
    )
    opened = [row["conversation_id"] for row in rows if row["conversation_id"]]
    waiting, mentions = await _waiting(tx, caller), await _mentions(tx, caller)
    spoken, reached = await _spoken(tx, caller, opened), await _in_reach(tx, caller, opened)
    cases = {row.id: row for row in await rows_by_id(tx, [*waiting, *mentions, *spoken, *reached], caller.agent)}
    customers = await _customers(tx, caller, [row["customer_id"] for row in rows if row["customer_id"]])
    recent = [
        Recent(
            id=row["id"],
            kind=row["kind"],
            at=row["at"],
            words=_opened(keyring, row["words"]),
            customer=customers.get(row["customer_id"]),
            conversation=cases.get(row["conversation_id"]) if row["conversation_id"] in reached else None,
        )
        for row in rows
    ]
    return Start(
        recent=[one for one in recent if one.words or one.customer or one.conversation],
        waiting=[cases[one] for one in waiting],
        mentions=[cases[one] for one in mentions],
        spoken=[cases[one] for one in spoken],
    )


async def _remember_words(tx: Transaction, keyring: Keyring, agent_id: UUID, words: str) -> None:
    if not words:
        raise Invalid(field="words")
    known = await tx.rows("SELECT id, words, at FROM recent WHERE agent_id = $1 AND kind = 'search'", agent_id)
    for row in known:
        before = _opened(keyring, row["words"]) or ""
        typed_on = tx.now - row["at"] < TYPING and (words.startswith(before) or before.startswith(words))
        if before == words or typed_on:
            await tx.execute("DELETE FROM recent WHERE id = $1", row["id"])
    await tx.execute(
        "INSERT INTO recent (id, agent_id, kind, words, at) VALUES ($1, $2, 'search', $3, $4)",
        new_id(),
        agent_id,
        keyring.encrypt(words),
        tx.now,
    )


async def _remember_opened(
    tx: Transaction, agent_id: UUID, kind: Literal["customer", "conversation"], subject_id: UUID
) -> None:
    await tx.execute(
        f"""INSERT INTO recent (id, agent_id, kind, {kind}_id, at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (agent_id, {kind}_id) DO UPDATE SET at = excluded.at""",
        new_id(),
        agent_id,
        kind,
        subject_id,
        tx.now,
    )


async def _living(tx: Transaction, caller: Caller, customer_id: UUID) -> UUID:
    """The customer, or whom they were joined to. Raises `NotFound`."""
    found = await _customers(tx, caller, [customer_id])
    if not found:
        raise NotFound
    return found[customer_id].id


async def _customers(tx: Transaction, caller: Caller, ids: Sequence[UUID]) -> dict[UUID, CustomerName]:
    if not ids or not caller.may("customers.read"):
        return {}
    args: list[object] = [list(ids)]
    condition = customer_reach(caller, args, "u")
    rows = await tx.rows(
        f"""SELECT o.id AS asked, u.id, coalesce(nullif(u.name, ''), (SELECT i.name FROM identity i
            WHERE i.customer_id = u.id AND i.name <> '' ORDER BY i.last_seen_at DESC, i.id LIMIT 1), '') AS name
        FROM customer o JOIN customer u ON u.id = coalesce(o.merged_into, o.id)
        WHERE o.id = ANY ($1) {f"AND {condition}" if condition else ""}""",
        *args,
    )
    return {row["asked"]: customer_name(row["id"], row["name"]) for row in rows}


async def _waiting(tx: Transaction, caller: Caller) -> list[UUID]:
    args: list[object] = [caller.agent, SUGGESTED]
    found: list[UUID] = await tx.values(
        f"""SELECT c.id FROM conversation c WHERE c.assignee_id = $1 AND c.status = ANY ('{{open,pending}}')
            AND c.waiting_since IS NOT NULL AND {_all([*reach(caller, args), "c.joined_into IS NULL"])}
        ORDER BY c.waiting_since, c.id LIMIT $2""",
        *args,
    )
    return found


async def _mentions(tx: Transaction, caller: Caller) -> list[UUID]:
    args: list[object] = [caller.agent, SUGGESTED]
    found: list[UUID] = await tx.values(
        f"""SELECT c.id FROM (SELECT conversation_id, max(created_at) AS at FROM mention
            WHERE agent_id = $1 AND done_at IS NULL GROUP BY conversation_id) m
            JOIN conversation c ON c.id = m.conversation_id
        WHERE {_all([*reach(caller, args), "c.joined_into IS NULL"])} ORDER BY m.at DESC, c.id LIMIT $2""",
        *args,
    )
    return found


async def _spoken(tx: Transaction, caller: Caller, opened: Sequence[UUID]) -> list[UUID]:
    """Whoever answers has the case open, or it is theirs: so few cases are looked at, and no index of all messages by
    author is needed."""
    zone = await tx.value("SELECT timezone FROM agent WHERE id = $1", caller.agent)
    midnight = tx.now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    args: list[object] = [caller.agent, SUGGESTED, midnight, list(opened)]
    conditions = _all([*reach(caller, args), "c.joined_into IS NULL"])
    found: list[UUID] = await tx.values(
        f"""SELECT c.id FROM (
            SELECT id FROM conversation WHERE id = ANY ($4::uuid[])
            UNION SELECT id FROM conversation WHERE assignee_id = $1 AND last_message_at >= $3
                AND status = ANY ('{{open,pending,snoozed,resolved}}')) near
            JOIN conversation c ON c.id = near.id CROSS JOIN LATERAL (
                SELECT m.position_at AS at FROM message m WHERE m.conversation_id = c.id AND m.position_at >= $3
                    AND m.author_id = $1 AND m.direction = 'out' ORDER BY m.position_at DESC LIMIT 1) said
        WHERE {conditions} ORDER BY said.at DESC, c.id LIMIT $2""",
        *args,
    )
    return found


async def _in_reach(tx: Transaction, caller: Caller, ids: Sequence[UUID]) -> set[UUID]:
    args: list[object] = [list(ids)]
    conditions = _all(["c.id = ANY ($1::uuid[])", *reach(caller, args), "c.joined_into IS NULL"])
    return set(await tx.values(f"SELECT c.id FROM conversation c WHERE {conditions}", *args)) if ids else set()


def _all(conditions: Sequence[str]) -> str:
    return " AND ".join(conditions)


def _opened(keyring: Keyring, sealed: str | None) -> str | None:
    """The words; None where the key is gone: they are a comfort, nothing to fail for."""
    try:
        return keyring.decrypt(sealed) if sealed else None
    except SecretUnreadable:
        return None


class ForgetRecent:
    """The timer that drops what is older than a month."""

    name: ClassVar[str] = "conversations.forget_recent"
    EVERY: ClassVar[timedelta] = timedelta(hours=1)
    CHUNK: ClassVar[int] = 1_000

    def __init__(self) -> None:
        self._next: datetime | None = None

    async def run(self, tx: Transaction) -> bool:
        if self._next and tx.now < self._next:
            return False
        gone = await tx.execute(
            f"""DELETE FROM recent WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM recent WHERE at < $1 LIMIT {self.CHUNK} FOR UPDATE SKIP LOCKED))""",
            tx.now - KEPT_FOR,
        )
        if gone == self.CHUNK:
            return True
        self._next = tx.now + self.EVERY
        return False
