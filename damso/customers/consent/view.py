"""A customer's consents as the desk shows them: how each stands, and all that was ever said."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.customers.consent.age import Age, ages_of, strictest
from damso.customers.consent.standing import Household, State, household_of, standing_of_customer
from damso.customers.consent.types import ALL, BY_CHANNEL, PURPOSES, Entry, Method, Purpose, Ways
from damso.customers.types import INTERNAL, VISITOR
from damso.kernel.database import Transaction

SHOWN = 200
"""Entries of the history."""


class ConsentStanding(Struct, frozen=True, kw_only=True):
    """How one consent stands, over all of a customer's addresses: the stricter side wins."""

    purpose: Purpose
    channel: str
    state: State
    since: datetime | None
    method: Method | None


class ConsentEntry(Struct, frozen=True, kw_only=True):
    """An entry of the ledger. `address` is empty for what was said by no address, `by` names the agent."""

    id: int
    purpose: Purpose
    channel: str
    given: bool
    method: Method
    at: datetime
    recorded_at: datetime
    address: str
    text: str | None
    text_version: int | None
    note: str
    ip: str | None
    by: str


class ConsentAge(Struct, frozen=True, kw_only=True):
    """That a customer is under 14, and how the guardian's consent was confirmed."""

    under_14: bool
    guardian_consented: bool
    note: str
    at: datetime


class ConsentChannel(Struct, frozen=True, kw_only=True):
    """A channel that a consent can be for."""

    channel: str
    name_ko: str
    name_en: str
    night_exempt: bool


class CustomerConsents(Struct, frozen=True, kw_only=True):
    """What a customer allows. `standing` has a line for each purpose and channel of which something was said."""

    channels: list[ConsentChannel]
    standing: list[ConsentStanding]
    history: list[ConsentEntry]
    age: ConsentAge | None


async def consents_of(tx: Transaction, ways: Ways, customer_id: UUID) -> CustomerConsents:
    """How things stand with a customer."""
    household = await household_of(tx, customer_id)
    age = strictest(await ages_of(tx, list(household.kinds)))
    return CustomerConsents(
        channels=channels_of(ways),
        standing=_standing(household, ways),
        history=await _history(tx, household.entries[:SHOWN]),
        age=_age(age),
    )


def channels_of(ways: Ways) -> list[ConsentChannel]:
    return [
        ConsentChannel(channel=way.channel, name_ko=way.name.ko, name_en=way.name.en, night_exempt=way.night_exempt)
        for way in ways.values()
    ]


def _standing(household: Household, ways: Ways) -> list[ConsentStanding]:
    found = []
    for purpose in PURPOSES:
        for channel in ways if purpose in BY_CHANNEL else (ALL,):
            now = standing_of_customer(household, purpose, channel)
            if now.entry:
                found.append(
                    ConsentStanding(
                        purpose=purpose,
                        channel=channel,
                        state=now.state,
                        since=now.entry.at,
                        method=now.entry.method,
                    )
                )
    return found


def _age(age: Age | None) -> ConsentAge | None:
    if age is None or not age.under_14:
        return None
    return ConsentAge(under_14=True, guardian_consented=age.guardian_consented, note=age.note, at=age.at)


async def _history(tx: Transaction, entries: Sequence[Entry]) -> list[ConsentEntry]:
    rows = await tx.rows(
        """SELECT c.id, CASE WHEN i.kind = ANY ($2) THEN '' ELSE i.value END AS address, t.body, t.version,
            coalesce(a.name, '') AS by
        FROM consent c JOIN identity i ON i.id = c.identity_id LEFT JOIN consent_text t ON t.id = c.text_id
            LEFT JOIN agent a ON c.actor_kind = 'agent' AND a.id::text = c.actor_id WHERE c.id = ANY ($1)""",
        [entry.id for entry in entries],
        [INTERNAL, VISITOR],
    )
    around = {row["id"]: row for row in rows}
    return [
        ConsentEntry(
            id=entry.id,
            purpose=entry.purpose,
            channel=entry.channel,
            given=entry.given,
            method=entry.method,
            at=entry.at,
            recorded_at=entry.recorded_at,
            address=around[entry.id]["address"],
            text=around[entry.id]["body"],
            text_version=around[entry.id]["version"],
            note=str(entry.proof.get("note", "")),
            ip=entry.ip,
            by=around[entry.id]["by"],
        )
        for entry in entries
        if entry.id in around
    ]
