"""Tokens that end: renewed in time, kept encrypted, and an alarm where a person has to act."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import httpx
import pytest
from msgspec.structs import replace

from damso.channels.adapters.api.adapter import ApiAdapter
from damso.channels.connect import InboxChange, change
from damso.channels.failures import CredentialsRejected, TryLater
from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.renewals import RenewalLane, RenewalTimer
from damso.channels.types import InboxConfig, Secret
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.timers import run_due
from damso.team.create_agent import create_agent
from damso.team.request_link import Letter
from tests.channels.lanes import work_all
from tests.clock import ManualClock

DAY = timedelta(days=1)


class CafeConfig(InboxConfig, frozen=True, kw_only=True):
    system: str = "cafe"
    token: Secret = ""
    ends: datetime | None = None


class Cafe(ApiAdapter):
    """A provider whose tokens are good for two days and renewed after one."""

    channel: ClassVar[str] = "cafe"
    config: ClassVar[type[InboxConfig]] = CafeConfig

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock
        self.fault: Exception | None = None
        self.meanwhile: Callable[[], Any] | None = None
        self.asked: list[str] = []

    def refresh_at(self, config: CafeConfig) -> datetime | None:
        return config.ends and config.ends - DAY

    async def refresh(self, config: CafeConfig, http: httpx.AsyncClient) -> CafeConfig:
        self.asked.append(config.token)
        if self.meanwhile:
            await self.meanwhile()
        if self.fault:
            raise self.fault
        return replace(config, token=f"{config.token}+", ends=self._clock.now() + 2 * DAY)


class Post:
    """Mail to the team, kept."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def post(self, letter: Letter) -> None:
        self.letters.append(letter)


@pytest.fixture
def cafe(clock: ManualClock) -> Cafe:
    return Cafe(clock)


@pytest.fixture
def inboxes(database: Database, keyring: Keyring, cafe: Cafe) -> Inboxes:
    return Inboxes(database, {cafe.channel: cafe}, keyring)


@pytest.fixture
async def inbox(connect: Any, clock: ManualClock) -> InboxRecord:
    given: Mapping[str, Any] = {"token": "t", "ends": (clock.now() + 2 * DAY).isoformat()}
    found: InboxRecord = await connect("cafe", given)
    return found


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def goes(
    database: Database, inboxes: Inboxes, http: httpx.AsyncClient, clock: ManualClock, post: Post
) -> Callable[[timedelta], Any]:
    """Time passes, and what is due is done."""

    async def goes(by: timedelta) -> None:
        clock.advance(by)
        await run_due(database, [RenewalTimer()])
        await work_all(database, [RenewalLane(database, inboxes, http, post)])

    return goes


async def stored(database: Database, inboxes: Inboxes, inbox_id: UUID) -> Any:
    inboxes.forget()
    async with database.reading() as tx:
        return (await inboxes.by_id(tx, inbox_id)).config


async def faults(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as tx:
        return [tuple(row.values()) for row in await tx.rows("SELECT side, code FROM inbox_fault")]


async def test_a_token_is_renewed_in_time_and_kept_encrypted(
    database: Database, inboxes: Inboxes, inbox: InboxRecord, cafe: Cafe, goes: Any
) -> None:
    await goes(DAY - timedelta(minutes=1))
    assert cafe.asked == []
    await goes(timedelta(minutes=1))
    await goes(timedelta(hours=2))
    assert (cafe.asked, (await stored(database, inboxes, inbox.id)).token) == (["t"], "t+")
    async with database.reading() as tx:
        config, revision = (
            await tx.value("SELECT config::text FROM inbox"),
            await tx.value("SELECT revision FROM inbox"),
        )
    assert '"t+"' not in config
    assert revision == 2
    await goes(DAY)
    assert cafe.asked == ["t", "t+"]


async def test_what_a_person_changes_meanwhile_stays_and_loses_no_token(
    database: Database, inboxes: Inboxes, inbox: InboxRecord, cafe: Cafe, goes: Any, keyring: Keyring
) -> None:
    async def changes(**config: Any) -> None:
        async with database.transaction() as tx:
            ends = (await stored(database, inboxes, inbox.id)).ends
            wanted = InboxChange(name="카페", config={"system": "bakery", "ends": ends.isoformat(), **config})
            await change(tx, inboxes.adapters, keyring, inbox.id, wanted)

    cafe.meanwhile = changes
    await goes(DAY)
    kept = await stored(database, inboxes, inbox.id)
    assert (kept.system, kept.token) == ("bakery", "t+")

    cafe.meanwhile = lambda: changes(token="entered by hand")
    await goes(DAY)
    assert (await stored(database, inboxes, inbox.id)).token == "entered by hand"


async def test_a_token_that_is_rejected_is_told_once_to_who_manages_channels(
    database: Database, inbox: InboxRecord, cafe: Cafe, goes: Any, post: Post, keyring: Keyring, inboxes: Inboxes
) -> None:
    async with database.transaction() as tx:
        await create_agent(tx, name="이서연", email="seoyeon@damso.example", role="administrator")
        await create_agent(tx, name="한도윤", email="doyun@damso.example")
    cafe.fault = CredentialsRejected("invalid_grant")
    await goes(DAY)
    await goes(timedelta(hours=1))
    assert await faults(database) == [("token", "TOKEN_REJECTED")]
    [letter] = post.letters
    assert (letter.to, "고객센터" in letter.subject) == ("seoyeon@damso.example", True)
    assert len(cafe.asked) == 2
    cafe.fault = None
    await goes(timedelta(hours=1))
    assert await faults(database) == []


async def test_a_fault_that_passes_is_tried_again_and_told_when_it_lasts(
    database: Database, inbox: InboxRecord, cafe: Cafe, goes: Any, post: Post
) -> None:
    cafe.fault = TryLater("HTTP 503")
    await goes(DAY)
    for _ in range(2):
        await goes(timedelta(minutes=2))
    assert await faults(database) == []
    await goes(timedelta(minutes=2))
    assert (len(cafe.asked), await faults(database)) == (4, [("token", "TOKEN_NOT_RENEWED")])
    cafe.fault = None
    await goes(timedelta(minutes=15))
    assert await faults(database) == []


async def test_a_connection_without_an_end_or_switched_off_is_left_alone(
    database: Database, inboxes: Inboxes, inbox: InboxRecord, connect: Any, cafe: Cafe, goes: Any, keyring: Keyring
) -> None:
    await connect("cafe", {"token": "for ever"})
    async with database.transaction() as tx:
        await change(tx, inboxes.adapters, keyring, inbox.id, InboxChange(enabled=False))
    await goes(3 * DAY)
    assert cafe.asked == []
