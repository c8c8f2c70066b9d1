"""The lane in which services are asked, one address at a time: consent, cache, pace, and only then out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import httpx
import msgspec
from msgspec import Struct

from damso.customers.consent.standing import Household, household_of, standing_of_customer
from damso.customers.consent.types import ALL
from damso.customers.lock import lock_customer
from damso.customers.traits import TraitsGiven
from damso.enrichment.call import Answer, ask, digest_of, request_for
from damso.enrichment.learn import learn
from damso.enrichment.services import headers_of, service_by_id
from damso.enrichment.types import LANE, NO_CONSENT, Consent, Service
from damso.kernel.crypto import Keyring, SecretUnreadable
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim, Retry, enqueue

TRIES = 4
"""Before a fault that does not pass is put down as failed."""
WAITS = (5.0, 60.0, 600.0)
"""Seconds between tries."""
FAILED_FOR = timedelta(days=1)
"""For so long nobody asks again by itself after a failure."""


class _Question(Struct, frozen=True, kw_only=True):
    """What is to be asked about whom."""

    service: Service
    identity_id: int
    value: str
    url: str
    digest: str


class EnrichmentLane:
    """Works the lane `enrichment`."""

    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("외부 서비스로 고객 정보 보강하기", "Asking services about customers")
    width: ClassVar[int] = 4

    def __init__(self, database: Database, keyring: Keyring, http: httpx.AsyncClient) -> None:
        self._database = database
        self._keyring = keyring
        self._http = http

    async def work(self, claim: Claim) -> None:
        service_id, identity_id = UUID(str(claim.item.payload["service_id"])), int(claim.item.payload["identity_id"])
        async with self._database.transaction() as tx:
            question = await _question(tx, service_id, identity_id)
            if not isinstance(question, _Question):
                if question:
                    await _keep(tx, service_id, identity_id, question, "", _fresh(question, ttl=30))
                return await claim.finish(tx)
            known = await _known(tx, question)
            if known is None and not claim.item.payload.get("turn"):
                turn = await _take_turn(tx, question.service)
                if turn > tx.now:
                    await enqueue(tx, LANE, [(None, {**claim.item.payload, "turn": True})], due=turn)
                    return await claim.finish(tx)
        answer = known or await self._ask(question)
        if answer.state == "again" and claim.item.attempts < TRIES - 1:
            raise Retry(WAITS[min(claim.item.attempts, len(WAITS) - 1)], answer.reason)
        async with self._database.transaction() as tx:
            await _settle(tx, question, answer)
            await claim.finish(tx)
        return None

    async def _ask(self, question: _Question) -> Answer:
        try:
            headers = headers_of(self._keyring, question.service)
        except SecretUnreadable:
            return Answer(state="failed", reason="SECRET_UNREADABLE")
        return await ask(self._http, question.service, question.url, headers)


async def _question(tx: Transaction, service_id: UUID, identity_id: int) -> _Question | Answer | None:
    """What to ask; an answer that needs no asking; None where the question has gone."""
    try:
        service = await service_by_id(tx, service_id)
    except NotFound:
        return None
    row = await tx.row(
        """SELECT i.value, i.customer_id FROM identity i WHERE i.id = $1 AND i.kind = $2 AND i.proof <> 'none'
            AND NOT EXISTS (SELECT FROM enrichment_answer a WHERE a.service_id = $3 AND a.identity_id = i.id
                AND a.expires_at > $4)""",
        identity_id,
        service.about,
        service_id,
        tx.now,
    )
    if row is None or not service.enabled:
        return None
    if not await consents(tx, row["customer_id"], service.purposes):
        return Answer(state="nothing", reason=NO_CONSENT)
    url = request_for(service, row["value"])
    if url is None:
        return Answer(state="nothing", reason="FREE_MAIL")
    return _Question(service=service, identity_id=identity_id, value=row["value"], url=url, digest=digest_of(url))


async def consents(tx: Transaction, customer_id: UUID, purposes: Sequence[Consent]) -> bool:
    """Whether a customer has given every consent that is needed, and taken none back."""
    return allows(await household_of(tx, customer_id), purposes)


def allows(household: Household, purposes: Sequence[Consent]) -> bool:
    """The same of what is known."""
    return all(standing_of_customer(household, one, ALL).state == "given" for one in purposes)


async def _known(tx: Transaction, question: _Question) -> Answer | None:
    """What the service said to the same question about somebody else, while it is fresh."""
    traits: dict[str, Any] | None = await tx.value(
        """SELECT traits FROM enrichment_answer
        WHERE service_id = $1 AND digest = $2 AND state = 'done' AND expires_at > $3 AND at >= $4 LIMIT 1""",
        question.service.id,
        question.digest,
        tx.now,
        question.service.changed_at,
    )
    return Answer(state="done", traits=traits) if traits else None


async def _take_turn(tx: Transaction, service: Service) -> datetime:
    """When we may ask: no more often than the service allows, over all processes."""
    step = timedelta(minutes=1) / service.per_minute
    after: datetime = await tx.value(
        """UPDATE enrichment_service SET next_at = greatest(next_at, $2::timestamptz) + $3::interval WHERE id = $1
        RETURNING next_at""",
        service.id,
        tx.now,
        step,
    )
    return after - step


async def _settle(tx: Transaction, question: _Question, answer: Answer) -> None:
    """Keep the answer, if the identity is still there and its customer still consents."""
    try:
        customer_id = await lock_customer(tx, question.identity_id)
    except NotFound:
        return
    value = await tx.value("SELECT value FROM identity WHERE id = $1", question.identity_id)
    service = question.service
    if value != question.value:
        return
    if not await consents(tx, customer_id, service.purposes):
        answer = Answer(state="nothing", reason=NO_CONSENT)
    if answer.state == "done":
        await learn(tx, service.name, [TraitsGiven(question.identity_id, answer.traits)])
    await _keep(tx, service.id, question.identity_id, answer, question.digest, _fresh(answer, service.ttl_days))


def _fresh(answer: Answer, ttl: int) -> timedelta:
    """For how long nobody asks again by itself. Somebody may consent at any moment."""
    if answer.reason == NO_CONSENT:
        return timedelta()
    return timedelta(days=ttl) if answer.state in ("done", "nothing") else FAILED_FOR


async def _keep(
    tx: Transaction, service_id: UUID, identity_id: int, answer: Answer, digest: str, fresh: timedelta
) -> None:
    state = "failed" if answer.state == "again" else answer.state
    await tx.execute(
        """INSERT INTO enrichment_answer (service_id, identity_id, state, reason, digest, traits, at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (service_id, identity_id) DO UPDATE SET state = excluded.state, reason = excluded.reason,
            digest = excluded.digest, traits = excluded.traits, at = excluded.at, expires_at = excluded.expires_at""",
        service_id,
        identity_id,
        "refused" if answer.reason == NO_CONSENT else state,
        answer.reason,
        digest,
        _plain(answer.traits),
        tx.now,
        tx.now + fresh,
    )


def _plain(traits: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(dict(traits))
    return found
