"""What a month's access log says, put so that a person can judge it: the monthly review of article 8.

Everything is counted from the records themselves, in the company's zone. What is unusual is measured against the same
account's own past, since a supervisor looks at more customers than a night shift does.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.team.records.lines import RecordActor
from damso.team.records.reasons import ReasonKind

PAST_MONTHS = 3
NIGHT = (22, 6)
"""From and until which hour of the company's zone it is night."""
MANY = 50
"""Customers in a month below which nothing is called unusual."""
TIMES = 2.0
"""How much more than the mean of the past months is unusual."""
MOST_TAKEN = 200


class ReviewDay(Struct, frozen=True, kw_only=True):
    """A day of the month: requests that showed data, and those that took data out."""

    day: date
    shown: int
    taken: int


class ReviewAccount(Struct, frozen=True, kw_only=True):
    """One account's month. `usual` is the mean number of customers in the months before, None for a new account."""

    who: RecordActor
    requests: int
    customers: int
    usual: float | None
    unusual: bool
    night: int
    taken: int
    new_addresses: list[str]


class ReviewTaken(Struct, frozen=True, kw_only=True):
    """Data that left Damso."""

    at: datetime
    who: RecordActor
    act: str
    route: str
    customers: int
    reason: ReasonKind | None
    note: str
    address: str | None


class ReviewFailed(Struct, frozen=True, kw_only=True):
    """Failed sign-ins to one account; `who.name` is empty where nobody has the address that was tried."""

    who: RecordActor
    tries: int
    addresses: list[str]


class ReviewSummary(Struct, frozen=True, kw_only=True):
    """A month. `taken` holds the newest 200 of `taken_count`."""

    month: date
    timezone: str
    requests: int
    customers: int
    night: int
    taken_count: int
    days: list[ReviewDay]
    accounts: list[ReviewAccount]
    taken: list[ReviewTaken]
    failed: list[ReviewFailed]


_SPAN = "at >= ($1::date::timestamp AT TIME ZONE $2) AND at < (($1::date + interval '1 month') AT TIME ZONE $2)"
_PAST = f"""at < ($1::date::timestamp AT TIME ZONE $2)
    AND at >= (($1::date - interval '{PAST_MONTHS} months') AT TIME ZONE $2)"""
_TAKEN = "act IN ('downloaded', 'exported', 'revealed')"
_AT_NIGHT = (
    f"(extract(hour FROM at AT TIME ZONE $2) >= {NIGHT[0]} OR extract(hour FROM at AT TIME ZONE $2) < {NIGHT[1]})"
)
_NAME = """coalesce((SELECT a.name FROM agent a WHERE l.actor_kind = 'agent' AND a.id::text = l.actor_id),
    (SELECT k.name FROM api_key k WHERE l.actor_kind = 'key' AND k.id::text = l.actor_id), '') AS name"""


async def summarise(tx: Transaction, month: date) -> ReviewSummary:
    """The month's figures as they are now."""
    zone = await tx.value("SELECT timezone FROM installation") or "UTC"
    total: Any = await tx.row(
        f"""SELECT count(*) AS requests, count(*) FILTER (WHERE {_AT_NIGHT}) AS night,
            count(*) FILTER (WHERE {_TAKEN}) AS taken_count,
            (SELECT count(DISTINCT c) FROM access_record, unnest(customer_ids) AS c WHERE {_SPAN}) AS customers
        FROM access_record WHERE {_SPAN}""",
        month,
        zone,
    )
    return ReviewSummary(
        month=month,
        timezone=zone,
        **dict(total),
        days=await _days(tx, month, zone),
        accounts=await _accounts(tx, month, zone),
        taken=await _taken(tx, month, zone),
        failed=await _failed(tx, month, zone),
    )


async def _days(tx: Transaction, month: date, zone: str) -> list[ReviewDay]:
    return await tx.all(
        ReviewDay,
        f"""SELECT d::date AS day, coalesce(sum(n.shown), 0)::int AS shown, coalesce(sum(n.taken), 0)::int AS taken
        FROM generate_series($1::date, $1::date + interval '1 month' - interval '1 day', interval '1 day') AS d
        LEFT JOIN (SELECT (at AT TIME ZONE $2)::date AS day, count(*) FILTER (WHERE NOT {_TAKEN}) AS shown,
            count(*) FILTER (WHERE {_TAKEN}) AS taken FROM access_record WHERE {_SPAN} GROUP BY 1) AS n
            ON n.day = d::date
        GROUP BY d ORDER BY d""",
        month,
        zone,
    )


async def _accounts(tx: Transaction, month: date, zone: str) -> list[ReviewAccount]:
    """Those who saw most people first."""
    rows = await tx.rows(
        f"""WITH now AS (
            SELECT actor_kind, actor_id, count(*) AS requests, count(*) FILTER (WHERE {_AT_NIGHT}) AS night,
                count(*) FILTER (WHERE {_TAKEN}) AS taken, array_agg(DISTINCT host(address)) AS addresses
            FROM access_record WHERE {_SPAN} GROUP BY 1, 2
        ), whom AS (
            SELECT actor_kind, actor_id, count(DISTINCT c) AS customers
            FROM access_record, unnest(customer_ids) AS c WHERE {_SPAN} GROUP BY 1, 2
        ), past AS (
            SELECT actor_kind, actor_id, avg(customers) AS usual FROM (
                SELECT actor_kind, actor_id, date_trunc('month', at AT TIME ZONE $2) AS month,
                    count(DISTINCT c) AS customers
                FROM access_record, unnest(customer_ids) AS c WHERE {_PAST} GROUP BY 1, 2, 3) AS m GROUP BY 1, 2
        ), known AS (
            SELECT actor_kind, actor_id, array_agg(DISTINCT host(address)) AS addresses
            FROM access_record WHERE {_PAST} GROUP BY 1, 2
        )
        SELECT l.actor_kind, l.actor_id, {_NAME}, l.requests, l.night, l.taken, l.addresses,
            coalesce(w.customers, 0) AS customers, p.usual::float AS usual, k.addresses AS known
        FROM now l LEFT JOIN whom w USING (actor_kind, actor_id) LEFT JOIN past p USING (actor_kind, actor_id)
            LEFT JOIN known k USING (actor_kind, actor_id)
        ORDER BY customers DESC, l.requests DESC, l.actor_kind, l.actor_id""",
        month,
        zone,
    )
    return [_account(dict(row)) for row in rows]


def _account(row: Mapping[str, Any]) -> ReviewAccount:
    usual: float | None = row["usual"]
    known: Sequence[str | None] | None = row["known"]
    return ReviewAccount(
        who=_who(row),
        requests=row["requests"],
        customers=row["customers"],
        usual=round(usual, 1) if usual is not None else None,
        unusual=usual is not None and row["customers"] >= MANY and row["customers"] > TIMES * usual,
        night=row["night"],
        taken=row["taken"],
        new_addresses=[one for one in row["addresses"] if one and known is not None and one not in known],
    )


async def _taken(tx: Transaction, month: date, zone: str) -> list[ReviewTaken]:
    rows = await tx.rows(
        f"""SELECT l.at, l.actor_kind, l.actor_id, {_NAME}, l.act, l.route, cardinality(l.customer_ids) AS customers,
            l.reason, l.note, host(l.address) AS address
        FROM access_record l WHERE {_SPAN} AND {_TAKEN} ORDER BY l.at DESC, l.id DESC LIMIT {MOST_TAKEN}""",
        month,
        zone,
    )
    return [
        ReviewTaken(
            at=row["at"],
            who=_who(dict(row)),
            act=row["act"],
            route=row["route"],
            customers=row["customers"],
            reason=row["reason"],
            note=row["note"],
            address=row["address"],
        )
        for row in rows
    ]


async def _failed(tx: Transaction, month: date, zone: str) -> list[ReviewFailed]:
    rows = await tx.rows(
        f"""SELECT l.actor_kind, l.actor_id, {_NAME}, l.tries, l.addresses FROM (
            SELECT actor_kind, actor_id, count(*) AS tries, array_agg(DISTINCT host(address)) AS addresses
            FROM audit WHERE {_SPAN} AND act = 'sign_in.failed' GROUP BY 1, 2) AS l
        ORDER BY l.tries DESC, l.actor_id LIMIT 50""",
        month,
        zone,
    )
    return [
        ReviewFailed(who=_who(dict(row)), tries=row["tries"], addresses=[one for one in row["addresses"] if one])
        for row in rows
    ]


def _who(row: Mapping[str, Any]) -> RecordActor:
    return RecordActor(kind=row["actor_kind"], id=row["actor_id"], name=row["name"])
