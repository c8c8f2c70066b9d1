"""Unlearning: what services told of somebody who took back a consent that asking needed goes, past values included.

What our own plugs worked out stays, since nothing was sent for it. A trait whose service was renamed or removed
meanwhile can no longer be told apart by the consents it needed; it goes with the first of them that is taken back.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, get_args
from uuid import UUID

from damso.customers.consent.standing import households_of
from damso.customers.lock import lock_customers
from damso.customers.traits import ENRICHED, delete_guesses
from damso.enrichment.plugs import PLUGS
from damso.enrichment.services import needs_of_services
from damso.enrichment.types import NO_CONSENT, Consent
from damso.enrichment.work import allows
from damso.kernel.database import Transaction
from damso.kernel.log import Recorded

_OWN = frozenset(f"{ENRICHED}{plug.name}" for plug in PLUGS)
_CONSENTS = frozenset(get_args(Consent))


def took_back(events: Sequence[Recorded]) -> list[int]:
    """Identities that withdrew a consent which a service may need."""
    return sorted(
        {
            event.identity_id
            for event in events
            if event.identity_id is not None
            and event.name == "consent.withdrawn"
            and event.properties.get("purpose") in _CONSENTS
        }
    )


async def unlearn(tx: Transaction, identity_ids: Collection[int]) -> None:
    """Take away from the customers of these identities what they no longer consent to. An answer on its way either
    was kept before we hold the customer, or is thrown away after."""
    if not identity_ids:
        return
    customer_ids = await _held(tx, identity_ids)
    needs = await needs_of_services(tx)
    stay: dict[UUID, Collection[str]] = {}
    refused: list[Mapping[str, Any]] = []
    for customer_id, household in (await households_of(tx, customer_ids)).items():
        allowed = {one.id for one in needs if allows(household, one.purposes)}
        stay[customer_id] = _OWN | {f"{ENRICHED}{one.name}" for one in needs if one.id in allowed}
        refused += [{"customer": customer_id, "service": one.id} for one in needs if one.id not in allowed]
    await delete_guesses(tx, stay)
    await tx.execute(
        """UPDATE enrichment_answer a SET state = 'refused', reason = $2, digest = '', traits = '{}', at = $3,
            expires_at = $3
        FROM jsonb_to_recordset($1) AS r(customer uuid, service uuid) JOIN identity i ON i.customer_id = r.customer
        WHERE a.service_id = r.service AND a.identity_id = i.id""",
        refused,
        NO_CONSENT,
        tx.now,
    )


async def _held(tx: Transaction, identity_ids: Collection[int]) -> set[UUID]:
    """Their customers, locked; one that became part of another while we waited is followed there."""
    held: set[UUID] = set()
    sql = "SELECT DISTINCT customer_id FROM identity WHERE id = ANY ($1)"
    while not held.issuperset(theirs := set(await tx.values(sql, list(identity_ids)))):
        await lock_customers(tx, theirs)
        held |= theirs
    return theirs
