"""What stands still is on the desk of whoever looks after the system, who can try it again or give it up."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from damso.bootstrap import Parts, lanes_of
from damso.conversations.lent_files import LentFiles
from damso.conversations.outbound import OutboundLane
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim, Worker, enqueue
from damso.kernel.log import Event, Recorded, Stream
from damso.kernel.readers import advance
from tests.applications import Applications
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import running, signed_in_browser


class Stumbler:
    """A reader that cannot take one fact, as long as it is ill."""

    name = "stumbler"
    title = Text("넘어지는 작업", "Stumbling")
    stream: Stream = "care"
    names: Collection[str] | None = frozenset({"thing.happened"})
    ill = True

    def __init__(self) -> None:
        self.took: list[str] = []

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        if self.ill and any(event.subject_id == "bad" for event in events):
            raise ZeroDivisionError
        self.took += [event.subject_id for event in events]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Stumbler:
    stumbler = Stumbler()
    monkeypatch.setattr("damso.web.readers_of", lambda: [stumbler])
    return stumbler


@pytest.fixture
async def app(applications: Applications, parts: Parts, reader: Stumbler) -> AsyncIterator[Litestar]:
    async with running(applications.on(parts)) as application:
        yield application


@pytest.fixture
async def desk(app: Litestar, company: Company) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of an administrator."""
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE agent SET role = 'administrator' WHERE id = $1", company.agent.id)
    async with await signed_in_browser(app, company.parts.database, company.agent) as client:
        yield client


async def state(desk: httpx.AsyncClient) -> Any:
    answer = await desk.get("/api/system")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def stumble(company: Company, reader: Stumbler) -> None:
    """Three facts, one of them bad."""
    for subject in ("one", "bad", "two"):
        async with company.parts.database.transaction() as tx:
            await log.append(tx, Event(name="thing.happened", subject_kind="thing", subject_id=subject))
    async with company.parts.database.reading() as tx:
        below = await log.horizon(tx)
    while await advance(company.parts.database, reader, below):
        pass


async def park_item(company: Company) -> None:
    """An item that no conversation understands."""
    async with company.parts.database.transaction() as tx:
        await enqueue(tx, "inbound", [("key", {"nonsense": "mina@naver.example"})])
    await company.works()


async def acts(company: Company) -> list[str]:
    async with company.parts.database.reading() as tx:
        return await tx.values("SELECT act FROM audit WHERE act ~ '^(work|lane|fact)' ORDER BY at, id")


async def test_a_fact_that_a_reader_cannot_take_is_told_and_the_rest_goes_on(
    company: Company, desk: httpx.AsyncClient, reader: Stumbler
):
    await stumble(company, reader)
    told = await state(desk)
    assert reader.took == ["one", "two"]
    (fact,) = told["facts"]
    assert not told["well"]
    assert (fact["title"], fact["name"], fact["reason"]) == ("넘어지는 작업", "thing.happened", "ZeroDivisionError")
    assert "ZeroDivisionError" in fact["explanation"]


async def test_a_fact_taken_again_stays_until_it_can_be_taken(
    company: Company, desk: httpx.AsyncClient, reader: Stumbler
):
    await stumble(company, reader)
    (fact,) = (await state(desk))["facts"]
    path = f"/api/system/facts/{fact['reader']}/{fact['place']}/retry"
    assert (await desk.post(path)).json() == {"taken": False}
    assert (await state(desk))["facts_count"] == 1
    reader.ill = False
    assert (await desk.post(path)).json() == {"taken": True}
    assert (await state(desk))["facts_count"] == 0
    assert reader.took == ["one", "two", "bad"]
    assert (await desk.post(path)).status_code == 404
    assert await acts(company) == ["fact.tried_again", "fact.tried_again"]


async def test_a_fact_can_be_let_go_with_a_reason(company: Company, desk: httpx.AsyncClient, reader: Stumbler):
    await stumble(company, reader)
    (fact,) = (await state(desk))["facts"]
    path = f"/api/system/facts/{fact['reader']}/{fact['place']}/give-up"
    assert (await desk.post(path, json={"why": "  "})).status_code == 422
    assert (await desk.post(path, json={"why": "시험 데이터"})).status_code == 204
    assert (await state(desk))["facts"] == []
    assert await acts(company) == ["fact.given_up"]


async def test_a_parked_item_is_told_without_what_it_holds(company: Company, desk: httpx.AsyncClient):
    await park_item(company)
    answer = await desk.get("/api/system")
    (item,) = answer.json()["items"]
    assert (item["title"], item["reason"]) == ("받은 메시지를 상담에 넣기", "ValidationError")
    assert "mina" not in answer.text


async def test_a_parked_item_can_be_tried_again(company: Company, desk: httpx.AsyncClient):
    await park_item(company)
    (item,) = (await state(desk))["items"]
    assert (await desk.post(f"/api/system/items/{item['id']}/retry")).status_code == 204
    assert (await state(desk))["items"] == []
    await company.works()
    assert (await state(desk))["items_count"] == 1, "it failed again, and stays"
    assert (await desk.post("/api/system/lanes/inbound/retry")).json() == {"count": 1}
    assert (await desk.post("/api/system/lanes/inbound/retry")).json() == {"count": 0}
    assert await acts(company) == ["work.tried_again", "lane.tried_again"]


async def test_a_parked_item_can_be_given_up_with_a_reason(company: Company, desk: httpx.AsyncClient):
    await park_item(company)
    (item,) = (await state(desk))["items"]
    path = f"/api/system/items/{item['id']}/give-up"
    assert (await desk.post(path, json={"why": "고객에게 직접 연락함"})).status_code == 204
    assert (await desk.post(path, json={"why": "다시"})).status_code == 404
    assert await company.count("lane_item") == 0
    async with company.parts.database.reading() as tx:
        details = await tx.value("SELECT details FROM audit WHERE act = 'work.given_up'")
    assert details == {"lane": "inbound", "why": "고객에게 직접 연락함"}


class Clumsy(OutboundLane):
    """Has a bug after the provider has taken the message."""

    async def work(self, claim: Claim) -> None:
        await self._reserve(claim)
        raise ZeroDivisionError


@pytest.mark.parametrize(("handed_over", "status"), [(True, "unknown"), (False, "failed")])
async def test_a_message_whose_sending_is_given_up_does_not_stay_queued(
    company: Company, desk: httpx.AsyncClient, handed_over: bool, status: str
):
    received = await company.gets(postcard())
    message = await company.answers(received.conversation_id)
    parts = company.parts
    company.parts.database.clock.advance(timedelta(seconds=11))  # type: ignore[attr-defined]
    lent = LentFiles(parts.keyring, parts.settings.base_url)
    clumsy = Clumsy(parts.database, parts.keyring, parts.blobs, parts.inboxes, parts.http, lent)
    await Worker(parts.database, [clumsy]).drain()
    if not handed_over:
        async with parts.database.transaction() as tx:
            await tx.execute("UPDATE message SET handed_over_at = NULL WHERE id = $1", message)
    (item,) = (await state(desk))["items"]
    await desk.post(f"/api/system/items/{item['id']}/give-up", json={"why": "중복 발송 위험"})
    assert (await company.line(received.conversation_id, message)).status == status


async def test_that_nobody_works_is_told(company: Company, desk: httpx.AsyncClient):
    """A worker is known by its lock: a test's own lives as long as its database does, so it is let go first."""
    await company.parts.database.notifier.close()
    told = await state(desk)
    assert (told["well"], told["workers"]) == (False, 0)


async def test_only_who_manages_settings_sees_it(app: Litestar, company: Company):
    async with await signed_in_browser(app, company.parts.database, company.colleague) as other:
        async with company.parts.database.transaction() as tx:
            await tx.execute("UPDATE agent SET role = 'supervisor' WHERE id = $1", company.colleague.id)
        assert (await other.get("/api/system")).status_code == 403


def test_every_lane_and_reader_says_what_it_does(parts: Parts):
    assert all(lane.title.ko and lane.title.en for lane in lanes_of(parts))
