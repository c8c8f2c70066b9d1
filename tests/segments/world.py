"""A few people with everything that can happen to them, told both to the database and to the oracle."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import ibis
from msgspec import Struct, field

from damso.commerce.erase import CommerceEraser
from damso.customers.consent.erase import ConsentEraser
from damso.customers.consent.record import enter
from damso.customers.consent.types import Purpose
from damso.customers.consent.types import Said as Consent
from damso.customers.erase import CustomerEraser
from damso.customers.erasing.request import erasure_event
from damso.customers.identify import identify
from damso.customers.merge import NothingToMerge, merge
from damso.customers.traits import set_traits
from damso.customers.types import Proof
from damso.customers.unmerge import LeavingInvalid, StillJoined, unmerge
from damso.kernel import log
from damso.kernel.database import Database, Transaction
from damso.kernel.erase_lanes import LogEraser
from damso.kernel.erasure import Person
from damso.kernel.errors import NotFound
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM, Event
from damso.kernel.timers import run_due
from damso.segments import rule as r
from damso.segments.build import build
from damso.segments.bulk import kept_by, members
from damso.segments.define import Definition, create_segment, remove_segment
from damso.segments.due import LeafTimer
from damso.segments.erase import SegmentEraser
from damso.segments.leaves import canonical, leaves_of
from damso.segments.readers import READERS
from damso.segments.source import load_tables
from tests.clock import ManualClock
from tests.customers.people import email, phone
from tests.logs import catch_up
from tests.segments.oracle import Happened, Life, is_in

_worlds = count(1)


Word = tuple[str, str, bool]
"""Purpose, channel, and whether it was given."""


class Said(Struct, frozen=True):
    """A trait that an identity said."""

    key: str
    value: Any
    at: datetime
    number: int


class World(Struct, kw_only=True):
    """People by number; each is one identity, until decisions join some."""

    database: Database
    clock: ManualClock
    people: list[int] = field(default_factory=list)
    events: dict[int, list[Happened]] = field(default_factory=dict)
    traits: dict[int, list[Said]] = field(default_factory=dict)
    kinds: dict[int, tuple[str, str]] = field(default_factory=dict)
    erased: set[int] = field(default_factory=set)
    consented: dict[int, list[Word]] = field(default_factory=dict)
    said: int = 0

    @classmethod
    async def of(cls, database: Database, clock: ManualClock, people: int) -> "World":
        world, number = cls(database=database, clock=clock), next(_worlds)
        proofs: tuple[Proof, ...] = ("authenticated", "asserted", "proven")
        async with database.transaction() as tx:
            for person in range(people):
                kind, proof = ("email", "phone")[person % 2], proofs[person % 3]
                key = email(f"p{person}.w{number}") if kind == "email" else phone(number * 10 + person)
                seen = await identify(
                    tx, key, proof=proof, source="test", timezone=("Asia/Seoul", "America/New_York")[person % 2]
                )
                world.people.append(seen.identity_id)
                world.kinds[seen.identity_id] = (kind, proof)
        return world

    async def happens(self, person: int, name: str, ago: int, properties: dict[str, Any]) -> None:
        """An event that occurred `ago` seconds ago by its sender's clock, which may be ahead of ours."""
        identity = self.people[person]
        occurred = self.clock.now() - timedelta(seconds=ago)
        async with self.database.transaction() as tx:
            await log.append(
                tx,
                Event(
                    stream="tracked",
                    name=name,
                    subject_kind="identity",
                    subject_id=str(identity),
                    identity_id=identity,
                    occurred_at=occurred,
                    properties=properties,
                ),
            )
            number = await tx.value("SELECT max(id) FROM tracked_event")
        self.events.setdefault(identity, []).append(
            Happened(
                stream="tracked",
                name=name,
                at=min(occurred, self.clock.now()),
                number=number,
                properties=properties,
            )
        )

    async def says(self, person: int, key: str, value: Any) -> None:
        identity = self.people[person]
        self.said += 1
        self.clock.advance(timedelta(seconds=1))
        async with self.database.transaction() as tx:
            await set_traits(tx, identity, {key: value}, source="test")
        self.traits.setdefault(identity, []).append(Said(key, value, self.clock.now(), self.said))

    async def consents(self, person: int, purpose: Purpose, channel: str, given: bool) -> None:
        """Without an act of joining by proof each person here is a voice of their own."""
        identity = self.people[person]
        self.clock.advance(timedelta(seconds=1))
        said = Consent(identity_id=identity, purpose=purpose, channel=channel, given=given, method="phone")
        async with self.database.transaction() as tx:
            await enter(tx, [said], actor=SYSTEM)
        self.consented.setdefault(identity, []).append((purpose, channel, given))

    async def joins(self, one: int, other: int) -> None:
        async with self.database.transaction() as tx:
            ids = [await self._customer(tx, self.people[person]) for person in (one, other)]
            try:
                await merge(tx, ids, actor=SYSTEM, evidence={})
            except (NothingToMerge, NotFound):
                return

    async def parts(self, person: int) -> None:
        async with self.database.transaction() as tx:
            customer = await self._customer(tx, self.people[person])
            try:
                await unmerge(tx, customer, actor=SYSTEM, evidence={}, identity_ids=[self.people[person]])
            except (LeavingInvalid, StillJoined, NotFound):
                return

    async def erases(self, person: int) -> None:
        async with self.database.transaction() as tx:
            customer = await self._customer(tx, self.people[person])
            who = await tx.values("SELECT id FROM customer WHERE id = $1 OR merged_into = $1", customer)
            identities = await tx.values("SELECT id FROM identity WHERE customer_id = $1", customer)
            gone = Person(
                erasure_id=new_id(), customer_ids=tuple(who), identity_ids=tuple(identities), since=self.clock.now()
            )
            for eraser in (LogEraser(), SegmentEraser(), CommerceEraser(), ConsentEraser(), CustomerEraser()):
                await eraser.erase(tx, gone)
            await log.append(tx, erasure_event("customer.erased", customer, tx.now, SYSTEM))
        for identity in identities:
            self.erased.add(identity)
            self.events.pop(identity, None)
            self.traits.pop(identity, None)
            self.consented.pop(identity, None)

    async def reads_again(self) -> None:
        """Let the readers begin anew, as after a crash before their commit: whatever they do twice changes nothing."""
        async with self.database.transaction() as tx:
            await tx.execute("DELETE FROM reader_position WHERE reader LIKE 'segments.%'")

    def is_gone(self, person: int) -> bool:
        return self.people[person] in self.erased

    async def settles(self) -> None:
        """Let the readers read and what is due happen."""
        for reader in READERS:
            await catch_up(self.database, reader)
        await run_due(self.database, [LeafTimer()])

    async def keeps(self, rules: Iterable[r.Rule]) -> dict[UUID, r.Rule]:
        """Segments with these rules, built."""
        made = {await self.asks(rule): rule for rule in rules}
        for segment_id in made:
            await build(self.database, segment_id)
        return made

    async def asks(self, rule: r.Rule) -> UUID:
        """A segment with this rule, not built yet."""
        async with self.database.transaction() as tx:
            return await create_segment(tx, Definition(name=f"segment {next(_worlds)}", rule=rule), actor=SYSTEM)

    async def drops(self, segments: Iterable[UUID]) -> None:
        async with self.database.transaction() as tx:
            for segment_id in segments:
                await remove_segment(tx, segment_id, actor=SYSTEM)

    async def live(self, segment_id: UUID) -> set[UUID]:
        async with self.database.reading() as tx:
            return set(
                await tx.values(
                    """SELECT m.customer_id FROM segment_member m WHERE m.segment_id = $1 AND m.to_at IS NULL
                    AND m.customer_id = ANY ($2)""",
                    segment_id,
                    list(await self._customers(tx)),
                )
            )

    async def by_oracle(self, rule: r.Rule, segments: dict[UUID, r.Rule]) -> set[UUID]:
        async with self.database.reading() as tx:
            owners = await self._customers(tx)
            zones = {
                row["id"]: row["timezone"]
                for row in await tx.rows("SELECT id, timezone FROM customer WHERE id = ANY ($1)", list(owners))
            }
        return {
            customer
            for customer, identities in owners.items()
            if not self.erased.issuperset(identities)
            and is_in(rule, self._life(identities, zones[customer]), self.clock.now(), segments)
        }

    async def in_bulk(self, rules: dict[UUID, r.Rule]) -> dict[UUID, set[UUID]]:
        """What the bulk finds of each rule, over tables read once."""
        now, engine = self.clock.now(), ibis.duckdb.connect(":memory:")
        plain = {segment_id: canonical(rule, rules) for segment_id, rule in rules.items()}
        leaves = [leaf for rule in plain.values() for leaf in leaves_of(rule)]
        tables = await load_tables(self.database, engine, leaves, now)
        keep = kept_by(engine)
        found = {}
        for number, (segment_id, rule) in enumerate(plain.items()):
            asked = members(rule, tables, now, lambda name, table, n=number: keep(f"{name}_{n}", table))
            found[segment_id] = engine.to_pyarrow(asked)["customer_id"].to_pylist()
        engine.disconnect()
        async with self.database.reading() as tx:
            here = set(await self._customers(tx))
        assert all(len(some) == len(set(some)) for some in found.values())
        return {segment_id: {UUID(one) for one in some} & here for segment_id, some in found.items()}

    async def would_build(self, rule: r.Rule) -> bool:
        """Whether the bulk finds anybody."""
        return any((await self.in_bulk({new_id(): rule})).values())

    def _life(self, identities: Iterable[int], zone: str | None) -> Life:
        said = sorted(
            (one for identity in identities for one in self.traits.get(identity, ())),
            key=lambda one: (one.at, one.number),
        )
        return Life(
            events=[event for identity in identities for event in self.events.get(identity, ())],
            traits={one.key: one.value for one in said},
            identities=[self.kinds[identity] for identity in identities if identity not in self.erased],
            zone=zone or "UTC",
            consents=self._standing(identities),
        )

    def _standing(self, identities: Iterable[int]) -> dict[tuple[str, str], str]:
        """The newest word of each person; of several who were joined by a decision the stricter one."""
        standing: dict[tuple[str, str], str] = {}
        for purpose in ("marketing", "service"):
            for channel in ("email", "sms", "all"):
                words = [self._words(identity, purpose, channel) for identity in identities]
                last = [said[-1] for said in words if said]
                if last:
                    standing[purpose, channel] = "given" if all(last) else "withdrawn"
        return standing

    def _words(self, identity: int, purpose: str, channel: str) -> list[bool]:
        return [
            given
            for about, way, given in self.consented.get(identity, ())
            if about == purpose and way in (channel, "all")
        ]

    async def _customers(self, tx: Transaction) -> dict[UUID, list[int]]:
        """Who the people are now."""
        owners: dict[UUID, list[int]] = {}
        for row in await tx.rows("SELECT id, customer_id FROM identity WHERE id = ANY ($1) ORDER BY id", self.people):
            owners.setdefault(row["customer_id"], []).append(row["id"])
        return owners

    async def _customer(self, tx: Transaction, identity: int) -> UUID:
        found: UUID = await tx.value("SELECT customer_id FROM identity WHERE id = $1", identity)
        return found
