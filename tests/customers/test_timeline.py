"""One story, told by many sources."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import pytest

from damso.customers.card import identities_of
from damso.customers.claim import claim
from damso.customers.link import link
from damso.customers.timeline import Kind, KindInvalid, Place, TimelineEntry, TimelineSource, timeline
from damso.customers.timeline_sources import SOURCES
from damso.customers.traits import set_traits
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import Text
from tests.clock import ManualClock
from tests.customers.people import email, seen, visitor


class Messages:
    """A room that tells of ten messages, two of them at the same time."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"message"})

    def __init__(self, start: datetime) -> None:
        self._lines = [
            TimelineEntry(
                id=f"message:{n}", at=start + timedelta(seconds=n // 2), kind="message", title=Text("문의", "Message")
            )
            for n in range(10)
        ]

    async def entries(
        self, tx: Transaction, identity_ids: Sequence[int], before: Place, limit: int
    ) -> list[TimelineEntry]:
        lines = [line for line in self._lines if line.place < before]
        return sorted(lines, key=lambda line: line.place, reverse=True)[:limit]


async def test_all_sources_make_one_story_newest_first(database: Database, clock: ManualClock) -> None:
    async with database.transaction() as tx:
        guest = await seen(tx, visitor())
    clock.advance(timedelta(seconds=1))
    async with database.transaction() as tx:
        await claim(tx, guest.identity_id, "name", "미나", source="chat")
    clock.advance(timedelta(seconds=1))
    async with database.transaction() as tx:
        member = await seen(tx, email())
        await link(tx, guest.identity_id, member.identity_id, strength="proven", evidence={})
        await set_traits(tx, guest.identity_id, {"tier": "gold", "vip": True}, source="shop")
    clock.advance(timedelta(seconds=1))
    async with database.transaction() as tx:
        await set_traits(tx, guest.identity_id, {"tier": None}, source="shop")
        page = await timeline(tx, SOURCES, await identities_of(tx, guest.customer_id))
    told = [(entry.title.ko, entry.text) for entry in page.items]
    assert told[0] == ("속성 삭제", "tier")
    assert set(told[1:6]) == {
        ("속성 변경", "tier: gold"),
        ("속성 변경", "vip: true"),
        ("이메일 추가", "mina@damso.example"),
        ("고객 등록", ""),
        ("다른 고객과 합침", ""),
    }
    assert told[-3:] == [("이름 직접 입력", "미나"), ("웹사이트 방문 추가", ""), ("고객 등록", "")]
    assert page.next is None


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_pages_neither_repeat_nor_skip(database: Database, clock: ManualClock, limit: int) -> None:
    async with database.transaction() as tx:
        guest = await seen(tx, visitor())
        for number in range(12):
            await claim(tx, guest.identity_id, "name", f"미나{number}", source="chat")
        await set_traits(tx, guest.identity_id, {f"key{n}": n for n in range(12)}, source="shop")
        ids = await identities_of(tx, guest.customer_id)
        sources: list[TimelineSource] = [*SOURCES, Messages(clock.now() - timedelta(seconds=2))]
        whole = (await timeline(tx, sources, ids, limit=1000)).items
        listed: list[TimelineEntry] = []
        cursor: str | None = None
        while cursor or not listed:
            page = await timeline(tx, sources, ids, limit=limit, cursor=cursor)
            listed += page.items
            cursor = page.next
    assert len({entry.id for entry in whole}) == len(whole) == 36
    assert listed == whole


async def test_kinds_narrow_the_story(database: Database) -> None:
    async with database.transaction() as tx:
        guest = await seen(tx, visitor())
        await claim(tx, guest.identity_id, "name", "미나", source="chat")
        ids = await identities_of(tx, guest.customer_id)
        page = await timeline(tx, SOURCES, ids, kinds=["claim"])
        assert [entry.kind for entry in page.items] == ["claim"]
        with pytest.raises(KindInvalid):
            await timeline(tx, SOURCES, ids, kinds=["gossip"])  # type: ignore[list-item]


async def test_nothing_of_another_customer_is_told(database: Database) -> None:
    async with database.transaction() as tx:
        guest, other = await seen(tx, visitor()), await seen(tx, email())
        await claim(tx, other.identity_id, "name", "다른 사람", source="chat")
        page = await timeline(tx, SOURCES, await identities_of(tx, guest.customer_id))
    assert {entry.title.ko for entry in page.items} == {"고객 등록", "웹사이트 방문 추가"}
