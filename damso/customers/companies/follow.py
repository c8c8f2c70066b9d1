"""The reader that makes companies of `group` calls: what a server says of a group becomes a company's.

A browser's key is there to be read by every visitor. What it says about a company is kept as a claim of whoever said
it: it makes no company, lets nobody belong to one, and shows nobody its people.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from damso.customers.claim import keep_claim
from damso.customers.companies.change import MAX_NAME
from damso.customers.lock import lock_customer
from damso.customers.tracking.read import NAMES
from damso.customers.tracking.types import SourceKind
from damso.customers.traits import fits
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event, Recorded, Stream

SOURCE = "group"
"""Who said a membership and a trait that came by a group call."""
MAX_CLAIM = 200


class GroupReader:
    """Follows the group calls of sources. One that is read twice, or late, changes nothing that is newer."""

    name: ClassVar[str] = "groups"
    title: ClassVar[Text] = Text("그룹 이벤트로 고객사 정리", "Companies from group calls")
    stream: ClassVar[Stream] = "tracked"
    names: ClassVar[Collection[str] | None] = frozenset({NAMES["group"]})

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        sources = await _sources(tx)
        for event in events:
            known = sources.get(event.actor_id or "")
            group_id = event.properties.get("$group")
            if event.subject_kind != "group" or known is None or event.identity_id is None or not group_id:
                continue
            kind, namespace = known
            traits = {key: value for key, value in event.properties.items() if not key.startswith("$")}
            if kind == "server":
                await _belong(tx, event, namespace, str(group_id), traits)
            else:
                said = str(traits.get("name") or group_id)[:MAX_CLAIM]
                await keep_claim(tx, event.identity_id, "company", said, source="browser")


async def _sources(tx: Transaction) -> Mapping[str, tuple[SourceKind, str]]:
    """Kind and namespace of each source that there is; whose source is gone says nothing any more."""
    return {str(row["id"]): (row["kind"], row["namespace"]) for row in await tx.rows("SELECT * FROM source")}


async def _belong(tx: Transaction, event: Recorded, namespace: str, group_id: str, traits: Mapping[str, Any]) -> None:
    assert event.identity_id is not None
    actor = Actor(event.actor_kind, event.actor_id)
    await lock_customer(tx, event.identity_id)
    company_id = await _company(tx, namespace, group_id, str(traits.get("name") or ""), actor)
    if await _learn(tx, company_id, traits, event.occurred_at):
        await _tell(tx, "company.changed", company_id, actor)
    # Somebody may have taken them out by hand: then the row is there, and stays as it is.
    if await tx.execute(
        """INSERT INTO customer_company (identity_id, company_id, source, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING""",
        event.identity_id,
        company_id,
        SOURCE,
        event.occurred_at,
    ):
        await _tell(tx, "company.joined", company_id, actor, event.identity_id)


async def _company(tx: Transaction, namespace: str, group_id: str, name: str, actor: Actor) -> UUID:
    """The company of a group; made when it is named first. One process at a time reads on, so nobody else makes it."""
    known: UUID | None = await tx.value(
        "SELECT company_id FROM company_group WHERE namespace = $1 AND group_id = $2", namespace, group_id
    )
    if known:
        return known
    company_id = new_id()
    await tx.execute(
        "INSERT INTO company (id, name, created_by, created_at) VALUES ($1, $2, $3, $4)",
        company_id,
        _named(name) or _named(group_id) or "?",
        actor.id,
        tx.now,
    )
    await tx.execute("INSERT INTO company_group VALUES ($1, $2, $3)", namespace, group_id, company_id)
    await _tell(tx, "company.created", company_id, actor)
    return company_id


def _named(said: str) -> str:
    return "".join(sign for sign in " ".join(said.split()) if sign.isprintable())[:MAX_NAME]


# A trait that somebody else said later stays; one that was looked up elsewhere is a guess and gives way.
_LEARN = """
WITH given AS (
    SELECT key, nullif(value, 'null'::jsonb) AS value FROM jsonb_each($2::jsonb)
), news AS (
    SELECT g.key, g.value FROM given g JOIN company c ON c.id = $1
    WHERE (c.trait_sources -> g.key IS NULL OR c.trait_sources -> g.key ->> 'source' LIKE 'enrichment:%'
            OR (c.trait_sources -> g.key ->> 'at')::timestamptz <= $4)
        AND c.traits -> g.key IS DISTINCT FROM g.value
)
UPDATE company c SET
    traits = jsonb_strip_nulls(c.traits || (SELECT jsonb_object_agg(key, value) FROM news)),
    trait_sources = jsonb_strip_nulls(c.trait_sources || (SELECT jsonb_object_agg(
        key, CASE WHEN value IS NOT NULL THEN jsonb_build_object('source', $3::text, 'at', $4::timestamptz) END)
        FROM news))
WHERE c.id = $1 AND EXISTS (SELECT FROM news)
"""


async def _learn(tx: Transaction, company_id: UUID, traits: Mapping[str, Any], at: datetime) -> bool:
    """Whether anything changed. What is no trait (too long, an address of a picture of megabytes) is left out."""
    fitting = {key: value for key, value in traits.items() if key != "name" and fits(key, value)}
    return bool(fitting) and bool(await tx.execute(_LEARN, company_id, fitting, SOURCE, at))


async def _tell(tx: Transaction, name: str, company_id: UUID, actor: Actor, identity_id: int | None = None) -> None:
    fact = Event(name=name, subject_kind="company", subject_id=str(company_id), actor=actor, identity_id=identity_id)
    await log.append(tx, fact)
