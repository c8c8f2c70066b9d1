"""What a bulk reads, out of the lake: events, identities, traits and cases from its Parquet.

Who is shown, how consents stand and where buyers were put come from PostgreSQL: they are answers, not facts.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any as Expression

import ibis
from ibis import _
from ibis.backends.duckdb import Backend

from damso.kernel.database import Database
from damso.segments import rule as r
from damso.segments.bulk_events import Tables
from damso.segments.reach import reach_of
from damso.segments.source import CUSTOMERS, SCORES, copy_in, load_consents, names_of

epoch_us: Expression = ibis.udf.scalar.builtin(
    lambda moment: None, name="epoch_us", signature=(("timestamp('UTC')",), "int64")
)
"""Microseconds since 1970; ClickHouse has `toUnixTimestamp64Micro`."""


async def lake_tables(database: Database, lake: Backend, leaves: Sequence[r.Leaf], now: datetime) -> Tables:
    """The lake's views as a bulk wants them; read when they are asked."""
    await copy_in(database, lake, "shown_customer", CUSTOMERS, shape="customer")
    scored = any(isinstance(leaf, r.InRfm) for leaf in leaves)
    await copy_in(database, lake, "score", SCORES if scored else None)
    await load_consents(database, lake, leaves, "standing_consent")
    customer = lake.table("shown_customer")
    return Tables(
        customer=customer,
        identity=lake.table("identity").select("customer_id", "kind", "proof", identity_id=_.id),
        trait=lake.table("trait").select(
            "identity_id", "key", "value", "id", at=epoch_us(_.said_at.coalesce(_.changed_at))
        ),
        event=_events(lake, leaves, now),
        conversation=lake.table("conversation")
        .filter(_.joined_into.isnull())
        .select(
            identity_id=_.anchor_identity_id,
            open=_.status != "resolved",
            since=epoch_us(_.created_at),
            waiting_since=epoch_us(_.waiting_since),
        ),
        consent=lake.table("standing_consent"),
        score=lake.table("score"),
        zones=sorted(lake.to_pyarrow(customer.select("zone").distinct())["zone"].to_pylist()),
    )


def _events(lake: Backend, leaves: Sequence[r.Leaf], now: datetime) -> Expression:
    """Only of the names and days that the leaves reach: files of other days are not opened."""
    events = lake.table("event")
    reach = reach_of(leaves)
    if reach is not None:
        events = events.filter(events.day >= ibis.literal((now - reach).astimezone(UTC).date()))
    wanted = sorted({name for names in names_of(leaves).values() for name in names})
    return events.filter(events.name.isin(wanted or [""]), events.identity_id.notnull()).select(
        "stream",
        "name",
        "id",
        "identity_id",
        "properties",
        at=epoch_us(ibis.least(events.occurred_at, events.recorded_at)),
    )
