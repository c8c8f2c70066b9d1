"""Readers that enrich: by ourselves at once, and by putting questions to services into their lane."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from damso.customers.tracking.read import NAMES
from damso.customers.traits import TraitsGiven
from damso.enrichment.learn import learn
from damso.enrichment.plugs import PLUGS, Plug, Told
from damso.enrichment.services import put_in_lane
from damso.enrichment.unlearn import took_back, unlearn
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.kernel.log import Recorded, Stream

_DUE = """
SELECT s.id, i.id AS identity_id FROM enrichment_service s JOIN identity i ON i.kind = s.about
WHERE s.enabled AND i.id = ANY ($1) AND i.proof <> 'none' AND NOT EXISTS (
    SELECT FROM enrichment_answer a WHERE a.service_id = s.id AND a.identity_id = i.id AND a.expires_at > $2)
"""


class AddressReader:
    """Follows new addresses, and consents that were given: both may mean that somebody can be asked about. A consent
    that is taken back takes with it what was learnt by it."""

    name: ClassVar[str] = "enrichment_addresses"
    title: ClassVar[Text] = Text("새 연락처로 고객 정보 보강", "Enrichment of new addresses")
    stream: ClassVar[Stream] = "care"
    names: ClassVar[Collection[str] | None] = frozenset(
        {"identity.added", "identity.proven", "consent.given", "consent.withdrawn"}
    )

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        await unlearn(tx, took_back(events))
        asking = [event for event in events if event.name != "consent.withdrawn" and event.identity_id]
        ids = sorted({event.identity_id for event in asking if event.identity_id is not None})
        own = [event.identity_id for event in asking if event.name != "consent.given"]
        rows = await tx.rows("SELECT id, kind, value FROM identity WHERE id = ANY ($1) AND proof <> 'none'", own)
        told = {row["id"]: Told(kind=row["kind"], value=row["value"]) for row in rows}
        await _tell(tx, told)
        if ids:
            await _ask_about_customers(tx, ids)


class ContextReader:
    """Follows `identify`: what the page or app says of the device, and that it is time to ask again."""

    name: ClassVar[str] = "enrichment_context"
    title: ClassVar[Text] = Text("이벤트로 고객 정보 보강", "Enrichment from events")
    stream: ClassVar[Stream] = "tracked"
    names: ClassVar[Collection[str] | None] = frozenset({NAMES["identify"]})

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        told = {
            event.identity_id: Told(kind="", value="", context=_context(event.properties))
            for event in events
            if event.identity_id is not None
        }
        await _tell(tx, told)
        await _ask_about_customers(tx, sorted(told))


def _context(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    said = properties.get("$context")
    return said if isinstance(said, dict) else {}


async def _tell(tx: Transaction, told: Mapping[int, Told]) -> None:
    """Let every plug that is on say what it knows."""
    if not told:
        return
    off = set(await tx.values("SELECT name FROM enrichment_off"))
    for plug in PLUGS:
        if plug.name not in off:
            given = _given(plug, told)
            await learn(tx, plug.name, given)


def _given(plug: Plug, told: Mapping[int, Told]) -> list[TraitsGiven]:
    found = ((identity_id, plug.tell(one)) for identity_id, one in sorted(told.items()))
    return [TraitsGiven(identity_id, values) for identity_id, values in found if values]


async def _ask_about_customers(tx: Transaction, identity_ids: Sequence[int]) -> None:
    """All addresses of these people: one that was asked about long ago may be asked about again."""
    theirs = await tx.values(
        """SELECT DISTINCT i.id FROM identity own JOIN identity i ON i.customer_id = own.customer_id
        WHERE own.id = ANY ($1) AND EXISTS (SELECT FROM enrichment_service WHERE enabled)""",
        list(identity_ids),
    )
    rows = await tx.rows(_DUE, theirs, tx.now) if theirs else []
    await put_in_lane(tx, [(row["id"], row["identity_id"]) for row in rows])
