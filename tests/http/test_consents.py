"""Consents over HTTP: the desk, the page that customers open by a link, unsubscribing, notices the law wants."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest

from damso.bootstrap import notice_writer_of, preference_links_of
from damso.conversations.consents.mail import ConsentNoticeTimer
from damso.customers.merge import merge
from damso.kernel.log import make_partitions
from damso.kernel.timers import run_due
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import Postcards, postcard

MINA = "mina@naver.example"


@pytest.fixture
async def mina(company: Company) -> int:
    await company.gets(postcard(sender=MINA))
    return await company.identity(MINA)


async def customer_of(company: Company, identity_id: int) -> UUID:
    async with company.parts.database.reading() as tx:
        found: UUID = await tx.value("SELECT customer_id FROM identity WHERE id = $1", identity_id)
        return found


async def link_of(company: Company, identity_id: int) -> str:
    async with company.parts.database.reading() as tx:
        return urlsplit(preference_links_of(company.parts).page(identity_id, company.brand_id, tx.now)).path


async def unsubscribe_link(company: Company, identity_id: int, channel: str) -> str:
    async with company.parts.database.reading() as tx:
        links = preference_links_of(company.parts)
        return urlsplit(links.unsubscribe(identity_id, company.brand_id, channel, tx.now)).path


async def said(company: Company) -> list[tuple[str, str, bool, str]]:
    async with company.parts.database.reading() as tx:
        rows = await tx.rows("SELECT purpose, channel, given, method FROM consent ORDER BY id")
    return [(row["purpose"], row["channel"], row["given"], row["method"]) for row in rows]


async def notices_leave(company: Company, clock: ManualClock, later: timedelta) -> None:
    clock.advance(later)
    parts = company.parts
    async with parts.database.transaction() as tx:
        await make_partitions(tx)
    await run_due(parts.database, [ConsentNoticeTimer(parts.keyring, parts.inboxes, notice_writer_of(parts))])
    await company.works()


def new_consent(**fields: Any) -> dict[str, Any]:
    return {"purpose": "marketing", "channel": "postcard", "given": True, "method": "phone"} | fields


async def test_the_desk_shows_and_enters_what_a_customer_says(
    company: Company, desk: httpx.AsyncClient, mina: int
) -> None:
    page = f"/api/customers/{await customer_of(company, mina)}/consents"
    empty = (await desk.get(page)).json()
    assert (empty["standing"], empty["history"], empty["age"]) == ([], [], None)
    after = (await desk.post(page, json=new_consent(identity_id=mina, note="11월 20일 통화"))).json()
    assert [(one["purpose"], one["channel"], one["state"]) for one in after["standing"]] == [
        ("marketing", "postcard", "given")
    ]
    [entry] = after["history"]
    assert (entry["address"], entry["note"], entry["by"]) == (MINA, "11월 20일 통화", "이서연")
    answer = (await desk.get(f"{page}/may-contact?identity_id={mina}&purpose=marketing&channel=email")).json()
    assert (answer["allowed"], answer["reason"]) == (False, "no_consent")


async def test_another_customers_address_and_a_strange_channel_are_refused(
    company: Company, desk: httpx.AsyncClient, mina: int
) -> None:
    await company.gets(postcard(sender="jiho@daum.example", external_id="card-2"))
    jiho = await company.identity("jiho@daum.example")
    page = f"/api/customers/{await customer_of(company, mina)}/consents"
    assert (await desk.post(page, json=new_consent(identity_id=jiho))).status_code == 404
    assert (await desk.post(page, json=new_consent(channel="pigeon"))).json()["code"] == "CONSENT_INVALID"
    assert (await desk.post(page, json=new_consent(method="import"))).status_code in (400, 422)


async def test_a_child_is_noted_and_needs_a_guardian(company: Company, desk: httpx.AsyncClient, mina: int) -> None:
    page = f"/api/customers/{await customer_of(company, mina)}/consents"
    noted = (await desk.post(f"{page}/age", json={"under_14": True})).json()
    assert noted["age"]["guardian_consented"] is False
    assert (await desk.post(page, json=new_consent())).json()["code"] == "GUARDIAN_NEEDED"
    assert (await desk.post(f"{page}/age", json={"under_14": False})).json()["age"] is None


async def test_a_customer_turns_switches_on_their_own_page(
    company: Company, anyone: httpx.AsyncClient, mina: int
) -> None:
    page = await link_of(company, mina)
    shown = await anyone.get(page)
    assert shown.status_code == 200
    assert "m***@n***.example" in shown.text
    assert MINA not in shown.text
    assert "김미나" not in shown.text
    assert "script" not in shown.text
    assert "script-src" not in shown.headers["content-security-policy"]
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert await said(company) == []

    saved = await anyone.post(page, data={"marketing.postcard": "on", "act": "save"})
    assert (saved.status_code, saved.headers["location"]) == (303, "?saved=true&lang=ko")
    again = await anyone.get(f"{page}{saved.headers['location']}")
    assert re.search(r'name="marketing\.postcard"[^>]* checked', again.text)
    assert "저장했어요" in again.text
    await anyone.post(page, data={"marketing.postcard": "on", "act": "save"})
    await anyone.post(f"{page}?lang=en", data={"act": "stop"})
    assert await said(company) == [
        ("marketing", "postcard", True, "preference_page"),
        ("marketing", "all", False, "preference_page"),
        ("night_marketing", "all", False, "preference_page"),
    ]
    assert "Message preferences" in (await anyone.get(f"{page}?lang=en")).text


async def test_the_text_that_was_shown_is_the_proof(
    company: Company, desk: httpx.AsyncClient, anyone: httpx.AsyncClient, mina: int
) -> None:
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE agent SET role = 'owner' WHERE id = $1", UUID(company.agent.id))
    body = {"purpose": "profiling", "locale": "ko", "body": "<b>이용 기록</b>으로 상품을 추천해요."}
    text = (await desk.post("/api/consent-texts", json=body)).json()
    page = await link_of(company, mina)
    shown = (await anyone.get(page)).text
    assert "&lt;b&gt;이용 기록&lt;/b&gt;" in shown
    [hidden] = re.findall(r'name="text\.profiling" value="([^"]+)"', shown)
    # What is written meanwhile was not on their page.
    await desk.post("/api/consent-texts", json=body | {"body": "이용 기록을 넘겨요."})
    assert (await anyone.post(page, data={"profiling.all": "on", "text.marketing": "1"})).status_code == 303
    await anyone.post(page, data={})
    await anyone.post(page, data={"profiling.all": "on", "text.profiling": hidden})
    async with company.parts.database.reading() as tx:
        rows = await tx.rows("SELECT text_id, ip FROM consent ORDER BY id")
    assert [row["text_id"] for row in rows] == [None, None, UUID(text["id"])]
    assert rows[-1]["ip"] == "127.0.0.1"


async def test_what_an_agent_merged_is_not_shown_on_the_page(
    company: Company, anyone: httpx.AsyncClient, desk: httpx.AsyncClient, mina: int
) -> None:
    await company.gets(postcard(sender="jiho@daum.example", external_id="card-2"))
    jiho = await company.identity("jiho@daum.example")
    mine, other = await customer_of(company, mina), await customer_of(company, jiho)
    await desk.post(f"/api/customers/{other}/consents", json=new_consent(identity_id=jiho))
    async with company.parts.database.transaction() as tx:
        await merge(tx, [mine, other], actor=company.agent, evidence={})
    assert " checked" not in (await anyone.get(await link_of(company, mina))).text
    assert " checked" in (await anyone.get(await link_of(company, jiho))).text


async def test_a_link_is_for_one_purpose_and_ends(
    company: Company, anyone: httpx.AsyncClient, clock: ManualClock, mina: int
) -> None:
    page, stop = await link_of(company, mina), await unsubscribe_link(company, mina, "postcard")
    token = page.rsplit("/", 1)[1]
    for wrong in (f"/unsubscribe/{token}", f"/preferences/{stop.rsplit('/', 1)[1]}", "/preferences/x.y", f"{page}x"):
        refused = await anyone.get(wrong)
        assert (refused.status_code, refused.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert (await anyone.post(wrong)).status_code == 404
    clock.advance(timedelta(days=61))
    assert (await anyone.get(page)).status_code == 404
    assert (await anyone.get(stop)).status_code == 200


async def test_one_click_unsubscribes_once_and_opening_the_link_does_nothing(
    company: Company, anyone: httpx.AsyncClient, mina: int
) -> None:
    stop = await unsubscribe_link(company, mina, "postcard")
    assert "그만 받을까요?" in (await anyone.get(stop)).text
    assert await said(company) == []
    for _ in range(2):
        answer = await anyone.post(stop, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert await said(company) == [("marketing", "postcard", False, "one_click")]


async def test_a_link_that_is_turned_too_often_has_to_wait(
    company: Company, anyone: httpx.AsyncClient, mina: int
) -> None:
    page = await link_of(company, mina)
    answers = [(await anyone.post(page, data={})).status_code for _ in range(22)]
    assert (answers[0], answers[-1]) == (303, 429)


async def test_the_result_is_told_once_in_one_mail(
    company: Company, anyone: httpx.AsyncClient, clock: ManualClock, mina: int, postcards: Postcards
) -> None:
    page = await link_of(company, mina)
    await anyone.post(page, data={"marketing.postcard": "on"})
    await anyone.post(page, data={"act": "stop"})
    await notices_leave(company, clock, timedelta(minutes=11))
    await notices_leave(company, clock, timedelta(days=1))
    [mail] = postcards.sent
    assert mail.to.value == MINA
    assert "엽서: 동의" in mail.text
    assert "모든 채널: 수신 거부(철회)" in mail.text
    assert "/preferences/" in mail.text
    assert await company.count("consent_notice", "kind = 'result' AND state = 'sent' AND sent_at IS NOT NULL") == 1
    assert await company.count("care_event", "name = 'consent.notice_sent'") == 1


async def test_a_consent_is_confirmed_every_two_years_as_long_as_it_stands(
    company: Company, anyone: httpx.AsyncClient, clock: ManualClock, mina: int, postcards: Postcards
) -> None:
    page = await link_of(company, mina)
    await anyone.post(page, data={"marketing.postcard": "on"})
    await notices_leave(company, clock, timedelta(minutes=11))
    for round_ in (1, 2):
        await notices_leave(company, clock, timedelta(days=731))
        assert len(postcards.sent) == 1 + round_
    assert "2년마다" in postcards.sent[-1].text
    await anyone.post(await unsubscribe_link(company, mina, "postcard"))
    await notices_leave(company, clock, timedelta(minutes=11))
    await notices_leave(company, clock, timedelta(days=731))
    assert len(postcards.sent) == 4
    assert await company.count("consent_notice", "kind = 'confirm' AND state = 'dropped'") == 1


async def test_what_is_said_of_a_customer_as_a_whole_goes_to_the_address_they_came_with(
    company: Company, desk: httpx.AsyncClient, clock: ManualClock, mina: int, postcards: Postcards
) -> None:
    await company.gets(postcard(sender="jiho@daum.example", external_id="card-2"))
    people = [await customer_of(company, one) for one in (mina, await company.identity("jiho@daum.example"))]
    async with company.parts.database.transaction() as tx:
        await merge(tx, people, actor=company.agent, evidence={})
    await desk.post(f"/api/customers/{people[0]}/consents", json=new_consent(given=False))
    await notices_leave(company, clock, timedelta(minutes=11))
    assert [mail.to.value for mail in postcards.sent] == [MINA]


async def test_whom_we_cannot_mail_a_person_tells(
    company: Company, desk: httpx.AsyncClient, clock: ManualClock
) -> None:
    visitor = company.visitor()
    await company.hears_visitor(visitor, "광고 그만 보내 주세요")
    async with company.parts.database.reading() as tx:
        customer = await tx.value("SELECT customer_id FROM identity WHERE kind = 'visitor'")
    await desk.post(f"/api/customers/{customer}/consents", json=new_consent(channel="all", given=False))
    await notices_leave(company, clock, timedelta(minutes=11))
    [notice] = (await desk.get("/api/consents/notices")).json()
    assert (notice["state"], notice["kind"], notice["customer_id"]) == ("by_hand", "result", str(customer))
    assert "모든 채널: 수신 거부(철회)" in notice["body"]
    done = f"/api/consents/notices/{notice['id']}/sent"
    assert (await desk.post(done, json={"note": "채팅으로 알림"})).status_code == 204
    assert (await desk.post(done, json={"note": "한 번 더"})).status_code == 404
    assert (await desk.get("/api/consents/notices")).json() == []
    assert await company.count("consent_notice", "state = 'sent' AND note = '채팅으로 알림'") == 1


async def test_the_link_is_mailed_from_the_desk_and_put_into_answers(
    company: Company, desk: httpx.AsyncClient, mina: int, postcards: Postcards
) -> None:
    customer = await customer_of(company, mina)
    link = f"/api/customers/{customer}/preferences-link"
    made = (await desk.post(link, json={"identity_id": mina, "send": True})).json()
    assert made["sent"] is True
    await company.works()
    assert made["url"] in postcards.sent[-1].text
    answer = {"title": "수신 설정", "shortcut": "/pref", "text": "여기서 바꿔 주세요: {{ preferences_url }}"}
    canned = (await desk.post("/api/canned-answers", json=answer)).json()["id"]
    case = (await desk.get("/api/conversations")).json()["items"][0]["id"]
    text = (await desk.get(f"/api/canned-answers/{canned}/render?conversation_id={case}")).json()["text"]
    assert urlsplit(text.split()[-1]).path.startswith("/preferences/")


async def test_many_consents_come_from_another_system(company: Company, desk: httpx.AsyncClient) -> None:
    one = {"kind": "phone", "value": "010-1234-5678", "purpose": "marketing", "channel": "sms", "given": True}
    body = {"consents": [one | {"external_key": "crm-1"}, one | {"value": "0"}]}
    first, again = [(await desk.post("/api/consents", json=body)).json() for _ in range(2)]
    assert (first["recorded"], again["recorded"], again["repeated"]) == (1, 0, 1)
    assert [(one["index"], one["code"]) for one in first["refused"]] == [(1, "PHONE_INVALID")]
