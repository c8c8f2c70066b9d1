"""Words that a rule may be made of here: what was seen lately, for the builder to offer."""

from collections.abc import Sequence

from msgspec import Struct

from damso.customers.consent.types import Ways
from damso.customers.types import INTERNAL
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale

LATELY = 5000
"""Newest rows that are looked at; so it takes milliseconds however long the log is."""


class NamedChannel(Struct, frozen=True, kw_only=True):
    """A channel that a consent can be for."""

    channel: str
    name: str


class Vocabulary(Struct, frozen=True, kw_only=True):
    """Names of events, properties of events, traits and kinds of addresses, the most frequent first; and channels that
    people consent to."""

    tracked: Sequence[str]
    care: Sequence[str]
    properties: Sequence[str]
    traits: Sequence[str]
    identities: Sequence[str]
    channels: Sequence[NamedChannel]


async def vocabulary(tx: Transaction, ways: Ways, locale: Locale) -> Vocabulary:
    return Vocabulary(
        tracked=await _names(tx, "tracked"),
        care=[name for name in await _names(tx, "care") if not name.startswith("segment.")],
        properties=await tx.values(
            """SELECT key FROM (SELECT properties FROM tracked_event ORDER BY epoch DESC, xid DESC, id DESC LIMIT $1) e,
            jsonb_object_keys(e.properties) AS key GROUP BY key ORDER BY count(*) DESC, key LIMIT 200""",
            LATELY,
        ),
        traits=await tx.values(
            """SELECT key FROM (SELECT key FROM trait_change ORDER BY id DESC LIMIT $1) t
            GROUP BY key ORDER BY count(*) DESC, key LIMIT 200""",
            LATELY,
        ),
        identities=await tx.values(
            """SELECT kind FROM (SELECT kind FROM identity ORDER BY id DESC LIMIT $1) i WHERE kind <> $2
            GROUP BY kind ORDER BY count(*) DESC, kind""",
            LATELY,
            INTERNAL,
        ),
        channels=[NamedChannel(channel=way.channel, name=way.name.say(locale)) for way in ways.values()],
    )


async def _names(tx: Transaction, stream: str) -> list[str]:
    found: list[str] = await tx.values(
        f"""SELECT name FROM (SELECT name FROM {stream}_event WHERE identity_id IS NOT NULL
            ORDER BY epoch DESC, xid DESC, id DESC LIMIT $1) e
        GROUP BY name ORDER BY count(*) DESC, name LIMIT 200""",
        LATELY,
    )
    return found
