"""Taking data out of the desk: files, and a case on paper."""

import csv
import io
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from damso.conversations.exports.cells import BOM, as_csv
from damso.conversations.exports.customer_file import customer_part
from damso.conversations.exports.lane import keep_part
from damso.conversations.exports.part import Part
from damso.conversations.exports.types import Chosen
from damso.conversations.note import write_note
from damso.customers.consent.record import enter
from damso.customers.consent.types import Said
from damso.kernel.log import Event, append
from damso.team.access import PERMISSIONS, Caller, Permission
from damso.team.keys import create_key
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import browser, signed_in_browser

WHY = {"x-damso-reason": "reporting", "x-damso-reason-note": "%EB%B6%84%EA%B8%B0"}


@pytest.fixture
async def company(company: Company) -> Company:
    """Whose agents may export."""
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE agent SET role = 'administrator'")
    return company


async def customer_of(company: Company) -> UUID:
    async with company.parts.database.reading() as tx:
        found: UUID = await tx.value("SELECT customer_id FROM identity WHERE value = 'mina@naver.example'")
    return found


async def made(company: Company, desk: httpx.AsyncClient, kind: str, **wanted: object) -> str:
    job = await desk.post(f"/api/exports/{kind}", json={"format": "csv"} | wanted, headers=WHY)
    assert job.status_code == 201, job.text
    await company.works()
    return (await desk.get(f"/api/exports/{job.json()['id']}/file")).text


def lines(text: str) -> list[dict[str, str]]:
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM))))


async def test_conversations_of_a_view_come_as_a_line_each(company: Company, desk: httpx.AsyncClient) -> None:
    case = await company.gets(postcard("운동화 언제 오나요?", subject="배송"))
    [line] = lines(await made(company, desk, "conversations", view="open"))
    assert (line["id"], line["subject"], line["status"], line["customer_email"], line["messages"]) == (
        str(case.conversation_id),
        "배송",
        "open",
        "mina@naver.example",
        "1",
    )
    assert lines(await made(company, desk, "conversations", view="resolved")) == []


async def test_json_lines_hold_what_was_said(company: Company, desk: httpx.AsyncClient) -> None:
    case = await company.gets(postcard("운동화 언제 오나요?"))
    text = await made(company, desk, "conversations", format="jsonl", ids=[str(case.conversation_id)])
    [conversation] = [json.loads(line) for line in text.splitlines()]
    assert [message["text"] for message in conversation["messages"]] == ["운동화 언제 오나요?"]


async def test_customers_come_with_what_is_known(company: Company, desk: httpx.AsyncClient) -> None:
    mina = {"name": "김민지", "email": "mina@hanbit.example", "phone": "010-1234-5678"}
    card = (await desk.post("/api/customers", json=mina)).json()
    await desk.patch(f"/api/customers/{card['id']}", json={"traits": {"등급": "VIP"}})
    await desk.post("/api/companies", json={"name": "한빛물산", "domains": ["hanbit.example"]})
    [line] = lines(await made(company, desk, "customers", q="민지"))
    assert (line["name"], line["emails"], line["companies"], line["traits"]) == (
        "김민지",
        "mina@hanbit.example",
        "한빛물산",
        '{"등급":"VIP"}',
    )
    assert line["phones"] == "'+821012345678"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "  =1", "＝1"])
def test_nothing_in_a_cell_runs_as_a_formula(text: str) -> None:
    assert next(csv.reader(io.StringIO(as_csv([[text]]), newline=""))) == [f"'{text}"]


@pytest.mark.parametrize(
    ("value", "shown"), [(None, ""), (-3, "-3"), ('a,b\n"c"', 'a,b\n"c"'), (["가", "나"], "가; 나")]
)
def test_what_is_harmless_stays_as_it_is(value: object, shown: str) -> None:
    assert next(csv.reader(io.StringIO(as_csv([[value]]), newline=""))) == [shown]


@pytest.mark.parametrize("kind", ["conversations", "customers"])
async def test_a_reason_is_asked_and_written_down(company: Company, desk: httpx.AsyncClient, kind: str) -> None:
    refused = await desk.post(f"/api/exports/{kind}", json={"format": "csv"})
    await made(company, desk, kind)
    assert (refused.status_code, refused.json()["code"]) == (422, "REASON_NEEDED")
    assert await company.count("audit", "act = 'data.exported' AND details->>'reason' = 'reporting'") == 1


@pytest.mark.parametrize("kind", ["conversations", "customers"])
async def test_each_fetching_is_in_the_access_log(company: Company, desk: httpx.AsyncClient, kind: str) -> None:
    await company.gets(postcard())
    await made(company, desk, kind)
    mina = await customer_of(company)
    async with company.parts.database.reading() as tx:
        [seen] = await tx.rows("SELECT customer_ids, reason, note FROM access_record WHERE act = 'exported'")
    assert (seen["customer_ids"], seen["reason"], seen["note"]) == ([mina], "reporting", "분기")


@pytest.mark.parametrize("kind", ["conversations", "customers"])
async def test_a_file_goes_with_whoever_it_tells_of(company: Company, desk: httpx.AsyncClient, kind: str) -> None:
    await company.gets(postcard())
    await made(company, desk, kind)
    await desk.post(f"/api/customers/{await customer_of(company)}/erasure", json={"reason": "requested"})
    await company.works()
    assert (await company.count("export_job"), await company.count("export_part")) == (0, 0)


async def test_a_file_that_is_being_made_does_not_bring_somebody_back(
    company: Company, desk: httpx.AsyncClient
) -> None:
    await company.gets(postcard())
    job = (await desk.post("/api/exports/customers", json={"format": "csv"}, headers=WHY)).json()
    mina = await customer_of(company)
    await desk.post(f"/api/customers/{mina}/erasure", json={"reason": "requested"})
    async with company.parts.database.transaction() as tx:
        part = Part("mina", 1, [mina], None)
        assert not await keep_part(tx, UUID(job["id"]), 0, part)


async def test_a_file_is_its_owners_alone(
    company: Company, desk: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    job = (await desk.post("/api/exports/customers", json={"format": "csv"}, headers=WHY)).json()
    await company.works()
    path = f"/api/exports/{job['id']}"
    theirs = [await colleague.get(path), await colleague.get(f"{path}/file"), await colleague.delete(path)]
    assert [answer.status_code for answer in theirs] == [404, 404, 404]
    assert (await colleague.get("/api/exports")).json() == []
    assert (await desk.get(f"{path}/file")).headers["cache-control"] == "private, no-store"


async def test_it_can_be_fetched_for_a_day(company: Company, desk: httpx.AsyncClient) -> None:
    job = (await desk.post("/api/exports/customers", json={"format": "csv"}, headers=WHY)).json()
    early = await desk.get(f"/api/exports/{job['id']}/file")
    await company.works()
    company.parts.database.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    late = await desk.get(f"/api/exports/{job['id']}/file")
    assert (early.status_code, early.json()["code"], late.status_code) == (409, "EXPORT_NOT_READY", 404)


async def test_who_lost_the_right_meanwhile_gets_nothing(company: Company, desk: httpx.AsyncClient) -> None:
    asked = [await desk.post("/api/exports/customers", json={"format": "csv"}, headers=WHY) for _ in range(2)]
    job, done = [answer.json() for answer in asked]
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE agent SET role = 'agent' WHERE id = $1", UUID(company.agent.id))
    await company.works()
    assert (await desk.get(f"/api/exports/{job['id']}")).json()["state"] == "failed"
    assert (await desk.get(f"/api/exports/{done['id']}/file")).status_code == 403


async def test_what_is_thrown_away_is_not_made(company: Company, desk: httpx.AsyncClient) -> None:
    job = (await desk.post("/api/exports/customers", json={"format": "csv"}, headers=WHY)).json()
    assert (await desk.delete(f"/api/exports/{job['id']}")).status_code == 204
    await company.works()
    assert (await company.count("export_part"), await company.count("lane_item")) == (0, 0)


async def test_a_long_file_is_made_of_parts(
    company: Company, desk: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("damso.conversations.exports.customer_file.CHUNK", 2)
    for number in range(5):
        await desk.post("/api/customers", json={"name": f"고객{number}"})
    found = lines(await made(company, desk, "customers"))
    assert sorted(line["name"] for line in found) == [f"고객{number}" for number in range(5)]
    assert await company.count("export_part") == 3


async def test_nobody_is_missed_who_is_seen_while_a_file_is_made(
    company: Company, desk: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("damso.conversations.exports.customer_file.CHUNK", 2)
    made_ones = [(await desk.post("/api/customers", json={"name": f"고객{n}"})).json()["id"] for n in range(5)]
    everybody = Caller(permissions=PERMISSIONS, locale="ko")
    place, files = None, []
    for seen in (made_ones[0], made_ones[-1], made_ones[0]):
        async with company.parts.database.reading() as tx:
            part = await customer_part(tx, everybody, Chosen(), "csv", place)
        files.append(part)
        place = part.next_place
        company.parts.database.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
        async with company.parts.database.transaction() as tx:
            await tx.execute("UPDATE customer SET last_seen_at = $2 WHERE id = $1", UUID(seen), tx.now)

    assert place is None
    assert sorted(str(one) for part in files for one in part.customers) == sorted(made_ones)


async def test_an_export_holds_what_its_owner_may_see(app: Litestar, company: Company) -> None:
    await company.gets(postcard("운동화 언제 오나요?"))
    limits: dict[str, Any] = {"brands": [str(uuid4())]}
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE agent SET limits = $1", limits)
    async with await signed_in_browser(app, company.parts.database, company.agent) as desk:
        files = [await made(company, desk, kind) for kind in ("conversations", "customers")]
    assert [lines(text) for text in files] == [[], []]


@pytest.mark.parametrize("locale", ["ko", "en"])
async def test_a_case_comes_as_a_pdf(company: Company, desk: httpx.AsyncClient, locale: str) -> None:
    case = await company.gets(
        postcard("운동화 언제 오나요? <b>&</b>\n\n" + "긴 글이에요. " * 900, subject="배송 <문의>")
    )
    answer = await desk.post(
        f"/api/conversations/{case.conversation_id}/transcript", json={"locale": locale}, headers=WHY
    )
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert b"Pretendard" in answer.content


async def test_notes_are_on_paper_only_where_asked_for(company: Company, desk: httpx.AsyncClient) -> None:
    case = await company.gets(postcard("운동화 언제 오나요?"))
    async with company.parts.database.transaction() as tx:
        await write_note(
            tx,
            case.conversation_id,
            UUID(company.agent.id),
            send_key=str(uuid4()),
            text="환불 준비",
            mentions=[],
            attachment_ids=(),
        )
    path = f"/api/conversations/{case.conversation_id}/transcript"
    without, with_notes = [
        len((await desk.post(path, json={"notes": notes}, headers=WHY)).content) for notes in (False, True)
    ]
    assert without < with_notes


async def test_what_a_file_cannot_be_narrowed_by_is_refused(company: Company, desk: httpx.AsyncClient) -> None:
    unfit = [
        ("events", {"q": "VIP"}),
        ("events", {"since": "2026-01-01T00:00:00"}),
        ("orders", {"since": "2026-01-01T00:00:00Z"}),
        ("products", {"until": "2026-01-01T00:00:00Z"}),
        ("consents", {"q": "mina"}),
    ]
    answers = [
        await desk.post(f"/api/exports/{kind}", json={"format": "csv"} | wanted, headers=WHY) for kind, wanted in unfit
    ]
    assert [answer.status_code for answer in answers] == [422] * len(unfit)
    assert await company.count("export_job") == 0


async def program(app: Litestar, company: Company, *scopes: Permission) -> httpx.AsyncClient:
    async with company.parts.database.transaction() as tx:
        _, secret = await create_key(tx, "warehouse", scopes, company.agent)
    return browser(app, authorization=f"Bearer {secret}")


async def test_a_program_takes_events_and_the_ledger_out(app: Litestar, company: Company) -> None:
    """By its scope, for a reason, written down under its key as everybody's are."""
    await company.gets(postcard())
    mina = await company.identity("mina@naver.example")
    async with company.parts.database.transaction() as tx:
        said = Said(identity_id=mina, purpose="marketing", channel="email", given=True, method="phone")
        await enter(tx, [said], actor=company.agent)
        page = Event(name="Page Viewed", stream="tracked", subject_kind="page", subject_id="1", identity_id=mina)
        await append(tx, page)
    key = await program(app, company, "customers.export")
    unreasoned = await key.post("/api/exports/consents", json={"format": "jsonl"})
    [consent] = map(json.loads, (await made(company, key, "consents", format="jsonl")).splitlines())
    [event] = map(json.loads, (await made(company, key, "events", format="jsonl")).splitlines())
    files = (await key.get("/api/exports")).json()
    async with company.parts.database.reading() as tx:
        shown = await tx.rows("SELECT actor_kind, reason, customer_ids FROM access_record WHERE act = 'exported'")
        acts = await tx.values("SELECT actor_kind FROM audit WHERE act = 'data.exported'")

    assert unreasoned.json()["code"] == "REASON_NEEDED"
    assert (consent["purpose"], consent["given"], event["name"]) == ("marketing", True, "Page Viewed")
    assert [one["kind"] for one in files] == ["events", "consents"]
    assert [(one["actor_kind"], one["reason"], len(one["customer_ids"])) for one in shown] == [
        ("key", "reporting", 1)
    ] * 2
    assert acts == ["key", "key"]


async def test_a_programs_file_is_its_own_and_goes_with_its_right(
    app: Litestar, company: Company, desk: httpx.AsyncClient
) -> None:
    key, other, reader = [
        await program(app, company, scope) for scope in ("customers.export", "customers.export", "customers.read")
    ]
    wanted = {"format": "csv"}
    refused = await reader.post("/api/exports/consents", json=wanted, headers=WHY)
    job = (await key.post("/api/exports/consents", json=wanted, headers=WHY)).json()
    path = f"/api/exports/{job['id']}"
    theirs = [(await one.get(path)).status_code for one in (other, desk, reader)]
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE api_key SET revoked_at = $1", tx.now)
    await company.works()

    assert (refused.status_code, theirs) == (403, [404, 404, 403])
    assert await company.count("export_job", "state = 'failed'") == 1
