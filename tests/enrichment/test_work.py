"""From an address that is new to traits that a service tells of it: with consent, once, never over a fact."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from damso.customers.consent.record import enter
from damso.customers.consent.types import Said
from damso.customers.identify import Sighting, identify_all
from damso.customers.subject_access.holding import Subject
from damso.customers.traits import current_traits, set_traits
from damso.customers.types import IdentityKey
from damso.enrichment.erase import EnrichmentEraser, EnrichmentHolding
from damso.enrichment.follow import AddressReader, ContextReader
from damso.enrichment.services import (
    EnrichmentServicePatch,
    ListedEnrichmentService,
    NewEnrichmentService,
    change_service,
    create_service,
    list_services,
    try_again,
)
from damso.enrichment.types import ServiceNameTaken
from damso.enrichment.work import EnrichmentLane
from damso.kernel import log
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.erasure import Person
from damso.kernel.http import open_http
from damso.kernel.ids import new_id
from damso.kernel.lanes import Worker
from damso.kernel.log import SYSTEM, Event
from damso.kernel.readers import advance
from tests.clock import ManualClock
from tests.enrichment.peer import Peer, listening

MAPPING = {"industry": "$.company.industry", "staff": "$.company.size", "gone": "$.nothing.here"}


@pytest.fixture
def peer() -> Iterator[Peer]:
    with listening() as found:
        yield found


class Shop:
    """A company that asks a service."""

    def __init__(self, database: Database, keyring: Keyring, http: httpx.AsyncClient, clock: ManualClock) -> None:
        self.database = database
        self.keyring = keyring
        self.clock = clock
        self._worker = Worker(database, [EnrichmentLane(database, keyring, http)])

    async def asks(self, origin: str, path: str = "/of/{email}", **wanted: Any) -> UUID:
        """Make a service and switch it on."""
        async with self.database.transaction() as tx:
            new = NewEnrichmentService(
                **{"name": "Firmen", "url": origin + path, "mapping": MAPPING, "headers": {"X-Key": "s3cret"}} | wanted
            )
            service_id = await create_service(tx, self.keyring, new, SYSTEM)
            await change_service(tx, self.keyring, service_id, EnrichmentServicePatch(enabled=True), SYSTEM)
            return service_id

    async def meets(self, email: str) -> int:
        async with self.database.transaction() as tx:
            [found] = await identify_all(
                tx, [Sighting(key=IdentityKey("email", email), proof="asserted", source="test")]
            )
            return found.identity_id

    async def hears(self, identity_id: int, *purposes: str, given: bool = True) -> None:
        async with self.database.transaction() as tx:
            said = [
                Said(identity_id=identity_id, purpose=one, channel="all", given=given, method="web_form", at=tx.now)  # type: ignore[arg-type]
                for one in purposes
            ]
            await enter(tx, said, actor=SYSTEM)

    async def works(self, minutes: float = 0) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        async with self.database.transaction() as tx:
            await log.make_partitions(tx)
        for reader in (AddressReader(), ContextReader()):
            async with self.database.reading() as tx:
                below = await log.horizon(tx)
            while await advance(self.database, reader, below):
                pass
        await self._worker.drain()

    async def traits(self, identity_id: int) -> dict[str, tuple[Any, str]]:
        async with self.database.reading() as tx:
            ids = await tx.values(
                """SELECT i.id FROM identity own JOIN identity i USING (customer_id) WHERE own.id = $1""", identity_id
            )
            return {one.key: (one.value, one.source) for one in await current_traits(tx, ids)}

    async def service(self) -> ListedEnrichmentService:
        async with self.database.reading() as tx:
            [found] = await list_services(tx)
            return found


@pytest.fixture
async def shop(database: Database, keyring: Keyring, clock: ManualClock, peer: Peer) -> AsyncIterator[Shop]:
    async with open_http([peer.origin]) as http:
        yield Shop(database, keyring, http, clock)


async def test_nobody_is_asked_about_without_every_consent(shop: Shop, peer: Peer) -> None:
    await shop.asks(peer.origin)
    mina = await shop.meets("mina@hanbit.example")
    await shop.works()
    await shop.hears(mina, "profiling")
    await shop.works()
    assert (peer.asked, (await shop.service()).refused) == ([], 1)

    await shop.hears(mina, "third_party")
    await shop.works()
    assert (peer.asked, peer.keys) == (["/of/mina%40hanbit.example"], ["s3cret"])
    assert await shop.traits(mina) == {
        "industry": ("소매", "enrichment:Firmen"),
        "staff": (40, "enrichment:Firmen"),
        "work_domain": ("hanbit.example", "enrichment:company"),
    }
    assert ((await shop.service()).done, (await shop.service()).refused) == (1, 0)

    await shop.hears(mina, "third_party", given=False)
    await shop.works(minutes=200 * 24 * 60)
    async with shop.database.transaction() as tx:
        fact = Event(name="Identified", stream="tracked", subject_kind="identify", subject_id="m", identity_id=mina)
        await log.append(tx, fact)
    await shop.works()
    assert len(peer.asked) == 1


async def test_a_question_is_asked_once_while_its_answer_is_fresh(shop: Shop, peer: Peer) -> None:
    await shop.asks(peer.origin, "/about?d={domain}", ttl_days=10)
    people = [await shop.meets(f"{name}@hanbit.example") for name in ("mina", "jun")]
    for one in people:
        await shop.hears(one, "profiling", "third_party")
    await shop.works()
    await shop.works(minutes=1)
    assert peer.asked == ["/about?d=hanbit.example"]
    assert {(await shop.traits(one))["industry"] for one in people} == {("소매", "enrichment:Firmen")}

    await shop.works(minutes=11 * 24 * 60)
    async with shop.database.transaction() as tx:
        said = {"$context": {"locale": "ko-KR"}}
        fact = Event(
            name="Identified",
            stream="tracked",
            subject_kind="identify",
            subject_id="m",
            identity_id=people[0],
            properties=said,
        )
        await log.append(tx, fact)
    await shop.works()
    assert len(peer.asked) == 2
    assert (await shop.traits(people[0]))["locale"] == ("ko-KR", "enrichment:locale")


async def test_a_fact_stays_whatever_a_service_says(shop: Shop, peer: Peer) -> None:
    await shop.asks(peer.origin)
    mina = await shop.meets("mina@hanbit.example")
    async with shop.database.transaction() as tx:
        await set_traits(tx, mina, {"industry": "제조"}, source="agent")
    await shop.hears(mina, "profiling", "third_party")
    await shop.works()
    async with shop.database.transaction() as tx:
        await set_traits(tx, mina, {"staff": 12}, source="tracking", at=tx.now - timedelta(days=9))
    found = await shop.traits(mina)
    assert (found["industry"], found["staff"]) == (("제조", "agent"), (12, "tracking"))


async def test_faults_that_pass_are_tried_again_and_others_wait_in_sight(shop: Shop, peer: Peer) -> None:
    service_id = await shop.asks(peer.origin, per_minute=6000)
    mina = await shop.meets("mina@hanbit.example")
    await shop.hears(mina, "profiling", "third_party")
    peer.will_say((503, {}), (429, {}), (200, {"company": {"industry": "소매"}}))
    await shop.works()
    await shop.works(minutes=1)
    await shop.works(minutes=2)
    assert (len(peer.asked), (await shop.service()).done) == (3, 1)

    jun = await shop.meets("jun@hanbit.example")
    await shop.hears(jun, "profiling", "third_party")
    peer.will_say((403, {"error": "jun@hanbit.example is not yours"}))
    await shop.works(minutes=0.1)
    [failure] = (await shop.service()).failures
    assert (failure.reason, failure.count) == ("HTTP_403", 1)
    async with shop.database.transaction() as tx:
        assert await try_again(tx, service_id, SYSTEM) == 1
    await shop.works(minutes=1)
    assert ((await shop.service()).done, (await shop.service()).failed) == (2, 0)


async def test_the_pace_of_a_service_is_kept(shop: Shop, peer: Peer) -> None:
    await shop.asks(peer.origin, per_minute=2)
    for number in range(3):
        one = await shop.meets(f"p{number}@hanbit.example")
        await shop.hears(one, "profiling", "third_party")
    await shop.works()
    seen = [len(peer.asked)]
    for _ in range(2):
        await shop.works(minutes=0.5)
        seen.append(len(peer.asked))
    assert seen == [1, 2, 3]


async def test_what_egress_refuses_fails_and_is_not_tried_again(
    database: Database, keyring: Keyring, clock: ManualClock, peer: Peer
) -> None:
    async with open_http([]) as http:
        shop = Shop(database, keyring, http, clock)
        await shop.asks(peer.origin)
        mina = await shop.meets("mina@hanbit.example")
        await shop.hears(mina, "profiling", "third_party")
        await shop.works()
        assert [one.reason for one in (await shop.service()).failures] == ["EgressRefused"]
    assert peer.asked == []


async def test_answers_are_told_to_whom_they_are_about_and_forgotten_with_them(shop: Shop, peer: Peer) -> None:
    await shop.asks(peer.origin)
    mina = await shop.meets("mina@hanbit.example")
    await shop.hears(mina, "profiling", "third_party")
    await shop.works()
    async with shop.database.transaction() as tx:
        told = await EnrichmentHolding().told(tx, Subject(customer_ids=(), identity_ids=(mina,), notes=False))
        person = Person(erasure_id=new_id(), customer_ids=(), identity_ids=(mina,), since=tx.now)
        counted = await EnrichmentEraser().count(tx, person)
        await EnrichmentEraser().erase(tx, person)
        left = await tx.value("SELECT count(*) FROM enrichment_answer")
    assert [(row["service"], row["address"], row["value"]["industry"]) for row in told.rows] == [
        ("Firmen", "mina@hanbit.example", "소매")
    ]
    assert (counted, left) == ({"enrichment_answers": 1}, 0)


async def test_what_a_service_is_shown_is_sealed(shop: Shop, peer: Peer) -> None:
    await shop.asks(peer.origin)
    async with shop.database.reading() as tx:
        stored = await tx.value("SELECT headers FROM enrichment_service")
    assert "s3cret" not in stored
    assert (await shop.service()).header_names == ["X-Key"]


async def test_a_consent_that_is_taken_back_takes_what_was_learnt_by_it(shop: Shop, peer: Peer) -> None:
    await shop.asks(peer.origin, purposes=["third_party"])
    await shop.asks(
        peer.origin, "/more/{email}", name="Other", purposes=["profiling"], mapping={"size": "$.company.size"}
    )
    mina, jun = await shop.meets("mina@hanbit.example"), await shop.meets("jun@hanbit.example")
    for one in (mina, jun):
        await shop.hears(one, "profiling", "third_party")
    await shop.works()
    await shop.works(minutes=1)
    learnt = await shop.traits(mina)

    await shop.hears(mina, "third_party", given=False)
    await shop.works(minutes=1)
    left = {"size": (40, "enrichment:Other"), "work_domain": ("hanbit.example", "enrichment:company")}
    async with shop.database.reading() as tx:
        kept = await tx.rows(
            """SELECT s.name, a.state, a.traits, a.digest FROM enrichment_answer a JOIN enrichment_service s
            ON s.id = a.service_id WHERE a.identity_id = $1 ORDER BY s.name""",
            mina,
        )
        past = await tx.value("SELECT count(*) FROM trait_change WHERE source = 'enrichment:Firmen'")
        told = await tx.values(
            "SELECT properties -> 'keys' FROM care_event WHERE name = 'trait.changed' AND identity_id = $1", mina
        )
    assert (learnt, await shop.traits(mina)) == (
        left | {"industry": ("소매", "enrichment:Firmen"), "staff": (40, "enrichment:Firmen")},
        left,
    )
    assert [(row["name"], row["state"], row["traits"]) for row in kept] == [
        ("Firmen", "refused", {}),
        ("Other", "done", {"size": 40}),
    ]
    assert kept[0]["digest"] == ""
    assert past == 2, "Jun's, who took nothing back"
    assert told[-1] == ["industry", "staff"]

    await shop.hears(mina, "third_party")
    await shop.works(minutes=1)
    assert await shop.traits(mina) == learnt


async def test_what_a_service_told_under_another_name_goes_as_well(shop: Shop, peer: Peer) -> None:
    service_id = await shop.asks(peer.origin)
    mina = await shop.meets("mina@hanbit.example")
    await shop.hears(mina, "profiling", "third_party")
    await shop.works()
    async with shop.database.transaction() as tx:
        await change_service(tx, shop.keyring, service_id, EnrichmentServicePatch(name="  Re  named "), SYSTEM)
    await shop.hears(mina, "marketing", given=False)
    await shop.works(minutes=1)
    assert (await shop.service()).name == "Re named"
    assert len(await shop.traits(mina)) == 3
    await shop.hears(mina, "overseas", given=False)
    await shop.works(minutes=1)
    assert await shop.traits(mina) == {"work_domain": ("hanbit.example", "enrichment:company")}


async def test_no_service_is_called_like_one_of_our_own(shop: Shop, peer: Peer) -> None:
    with pytest.raises(ServiceNameTaken):
        await shop.asks(peer.origin, name=" Device ")
    service_id = await shop.asks(peer.origin)
    with pytest.raises(ServiceNameTaken):
        async with shop.database.transaction() as tx:
            await change_service(tx, shop.keyring, service_id, EnrichmentServicePatch(name="phone"), SYSTEM)
