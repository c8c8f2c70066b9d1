"""Writing into the ledger of consents, and what each entry sets going."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from damso.customers.consent.age import children
from damso.customers.consent.errors import (
    ConsentInvalid,
    ConsentTextUnknown,
    ConsentTimeInvalid,
    GuardianNeeded,
    ProofTooLong,
)
from damso.customers.consent.notices import plan_notices
from damso.customers.consent.types import ALL, BY_CHANNEL, Said, Ways
from damso.customers.lock import lock_customers
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.log import Actor, Event

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clock of who tells us may be ahead."""
MOST_PROOF = 1_000
"""Characters of one value of a proof."""


_ENTER = """
INSERT INTO consent (identity_id, purpose, channel, given, method, at, recorded_at, text_id, proof, ip, actor_kind,
    actor_id, external_key)
SELECT identity_id, purpose, channel, given, method, coalesce(at, $2), $2, text_id, proof, ip, $3, $4, external_key
FROM jsonb_to_recordset($1) AS s(identity_id bigint, purpose text, channel text, given boolean, method text,
    at timestamptz, text_id uuid, proof jsonb, ip text, external_key text)
ON CONFLICT (external_key) WHERE external_key IS NOT NULL DO NOTHING
RETURNING id, identity_id, purpose, channel, given, at, external_key
"""


async def record(tx: Transaction, ways: Ways, said: Sequence[Said], *, actor: Actor) -> int:
    """Enter what was said; how many entries are new. What came before under the same external key is passed over.
    Raises the first of `problems`."""
    for problem in (await problems(tx, ways, said)).values():
        raise problem
    return await enter(tx, said, actor=actor)


async def enter(tx: Transaction, said: Sequence[Said], *, actor: Actor) -> int:
    """The same for what was found to have no problems."""
    rows = await tx.rows(_ENTER, [_plain(one) for one in said], tx.now, actor.kind, actor.id)
    await plan_notices(tx, rows, {one.external_key: one for one in said if one.confirmed_at})
    await log.append(tx, *(_event(row, actor) for row in rows))
    return len(rows)


async def problems(tx: Transaction, ways: Ways, said: Sequence[Said]) -> dict[int, AppError]:
    """Why some of it cannot be entered, by its place: `ConsentInvalid`, `ConsentTimeInvalid`, `ProofTooLong`,
    `NotFound`, `GuardianNeeded`, `ConsentTextUnknown`. Locks whom it is about, so that nobody erases them meanwhile."""
    people = sorted({one.identity_id for one in said})
    await lock_customers(tx, await tx.values("SELECT DISTINCT customer_id FROM identity WHERE id = ANY ($1)", people))
    there = set(await tx.values("SELECT id FROM identity WHERE id = ANY ($1) AND value <> 'erased:' || id", people))
    minors = await children(tx, {one.identity_id for one in said if one.given})
    rows = await tx.rows(
        "SELECT id, purpose FROM consent_text WHERE id = ANY ($1)", [one.text_id for one in said if one.text_id]
    )
    texts: dict[UUID, str] = {row["id"]: row["purpose"] for row in rows}

    def problem(one: Said) -> AppError | None:
        if one.identity_id not in there:
            return NotFound(field="identity_id")
        if one.given and one.identity_id in minors:
            return GuardianNeeded()
        if one.text_id and texts.get(one.text_id) != one.purpose:
            return ConsentTextUnknown(field="text_id")
        return unfit(one, ways, tx.now)

    return {number: found for number, one in enumerate(said) if (found := problem(one))}


def unfit(said: Said, ways: Ways, now: datetime) -> AppError | None:
    """What is wrong with it, whoever it is about."""
    if said.channel != ALL and (said.purpose not in BY_CHANNEL or said.channel not in ways):
        return ConsentInvalid(field="channel")
    if any(moment and moment > now + CLOCKS_DIFFER for moment in (said.at, said.confirmed_at)):
        return ConsentTimeInvalid(field="at")
    if any(len(str(value)) > MOST_PROOF or "\x00" in str(value) for value in said.proof.values()):
        return ProofTooLong(field="proof", limit=MOST_PROOF)
    return None


def _plain(said: Said) -> dict[str, Any]:
    return {
        "identity_id": said.identity_id,
        "purpose": said.purpose,
        "channel": said.channel,
        "given": said.given,
        "method": said.method,
        "at": said.at,
        "text_id": said.text_id,
        "proof": dict(said.proof),
        "ip": said.ip,
        "external_key": said.external_key,
    }


def _event(row: Any, actor: Actor) -> Event:
    return Event(
        name="consent.given" if row["given"] else "consent.withdrawn",
        subject_kind="consent",
        subject_id=str(row["id"]),
        identity_id=row["identity_id"],
        occurred_at=row["at"],
        actor=actor,
        properties={"purpose": row["purpose"], "channel": row["channel"]},
    )
