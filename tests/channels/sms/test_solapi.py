"""SOLAPI: what is handed over, what its codes and answers mean, and what it reports."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from solapi import SolapiMessageService
from solapi.lib.authenticator import Authenticator
from solapi.model import RequestMessage

from damso.channels.abilities import ProviderTemplate
from damso.channels.adapters.sms.solapi import signature
from damso.channels.adapters.sms.solapi.driver import refusal
from damso.channels.adapters.sms.solapi.simulator import KEY, PRICE, SECRET, WEBHOOK, SolapiSimulator
from damso.channels.content import Button, Filled
from damso.channels.failures import (
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    TryLater,
)
from damso.channels.items import Address, InboundReceipt, Unsupported
from damso.channels.simulator import Act, Answer, Fault
from damso.channels.types import Request, Thread
from damso.kernel.http import open_http
from tests.channels.materials import HERE, recorded
from tests.channels.sms.company import AT, CONFIG, JOON, MINA, ORDERED_TEXT, alimtalk, picture, text

THREAD = Thread()


def sent(relay) -> dict:
    return msgspec.json.decode(relay.calls[-1].body)["messages"][0]


def receipts(adapter, config, delivery) -> list[InboundReceipt]:
    request = Request(body=delivery.body, headers=delivery.headers, received_at=delivery.due)
    adapter.verify(request, config)
    return list(adapter.parse(request, config))


# --- Handing over


async def test_a_text_is_taken_arrives_and_is_reported(adapter, relay, http, config) -> None:
    receipt = await adapter.send(text("오늘 발송했어요."), THREAD, config, http)

    assert (receipt.external_id, receipt.dedupe_scope, receipt.status_code) == (f"M4V{0:029}", "solapi", 200)
    assert sent(relay) == {
        "to": "01000001024",
        "from": "0215440000",
        "country": "82",
        "type": "SMS",
        "text": "오늘 발송했어요.",
        "customFields": {"damso": "token-1"},
    }
    [bubble] = relay.screen(MINA)
    assert (bubble.side, bubble.text) == ("company", "오늘 발송했어요.")
    [delivery] = relay.due()
    assert receipts(adapter, config, delivery) == [
        InboundReceipt(
            status="delivered",
            external_id=receipt.external_id,
            token="token-1",
            provider_at=AT + timedelta(seconds=2),
        )
    ]
    assert relay.due() == ()


async def test_a_long_text_a_picture_and_a_title(adapter, relay, http, config) -> None:
    await adapter.send(text("가" * 60, subject="안내"), THREAD, config, http)
    assert (sent(relay)["type"], sent(relay)["subject"]) == ("LMS", "안내")

    uploaded = await adapter.upload(picture(), config, http)
    shown = msgspec.structs.replace(picture(), ref=uploaded)
    await adapter.send(text("사진", attachments=(shown,)), THREAD, config, http)
    assert (sent(relay)["type"], sent(relay)["imageId"]) == ("MMS", uploaded)
    assert relay.screen(MINA)[-1].pictures[0].startswith("data:image/jpeg;base64,/9gA")


async def test_an_alimtalk_is_filled_in_by_the_relay(adapter, relay, http, config) -> None:
    await adapter.send(alimtalk(), THREAD, config, http)

    assert sent(relay)["type"] == "ATA"
    assert sent(relay)["kakaoOptions"] == {
        "pfId": config.kakao_channel,
        "templateId": "TP01ORDER",
        "variables": {"#{이름}": "김미나", "#{주문번호}": "1024"},
        "disableSms": False,
    }
    [bubble] = relay.screen(MINA)
    assert (bubble.text, [one.label for one in bubble.buttons]) == (ORDERED_TEXT, ["배송 조회"])


async def test_who_has_no_kakaotalk_gets_a_text_where_that_is_wanted(adapter, relay, http, config) -> None:
    relay.without_kakao = {MINA.phone, JOON.phone}
    alone = msgspec.structs.replace(config, fallback=False)

    await adapter.send(alimtalk(), THREAD, config, http)
    await adapter.send(alimtalk(JOON), THREAD, alone, http)

    first, second = (receipts(adapter, config, one)[0] for one in relay.due())
    assert (first.status, len(relay.screen(MINA)), relay.screen(MINA)[0].content) == ("delivered", 1, None)
    assert (second.status, relay.screen(JOON)) == ("failed", ())
    assert second.reason == "카카오톡을 쓰지 않는 번호예요. · Not on KakaoTalk. (3104)"
    assert not second.permanent


async def test_advertising_leaves_as_a_brand_message_and_texts_as_rcs(adapter, relay, http, config) -> None:
    rich = msgspec.structs.replace(config, brand_targeting="M", rcs_brand="RB01")

    await adapter.send(text("(광고) 봄 세일 🌸", purpose="marketing"), THREAD, rich, http)
    bms = sent(relay)["kakaoOptions"]["bms"]
    assert (sent(relay)["type"], bms["targeting"], bms["chatBubbleType"]) == ("BMS_FREE", "M", "TEXT")

    await adapter.send(text("가" * 60), THREAD, rich, http)
    assert (sent(relay)["type"], sent(relay)["rcsOptions"]["brandId"]) == ("RCS_LMS", "RB01")


async def test_a_number_abroad_has_its_country(adapter, relay, http, config) -> None:
    abroad = msgspec.structs.replace(MINA, phone="+14155550100")

    await adapter.send(text("Hello", to=abroad), THREAD, config, http)

    assert (sent(relay)["country"], sent(relay)["to"]) == ("1", "4155550100")


# --- What is refused


@pytest.mark.parametrize(
    ("message", "change", "fact", "code"),
    [
        (text("x"), {"sender": "02-000-0000"}, CredentialsRejected, "1062"),
        (alimtalk(), {"kakao_channel": "PF01OTHER"}, CredentialsRejected, "1041"),
        (alimtalk(filled=Filled(code="TP02SHIP", variables={"이름": "김미나"})), {}, ContentRejected, "1042"),
        (alimtalk(filled=Filled(code="TP01ORDER", variables={"이름": "김미나"})), {}, ContentRejected, "1043"),
    ],
)
async def test_what_the_relay_does_not_register(adapter, relay, http, config, message, change, fact, code) -> None:
    with pytest.raises(fact, match=code):
        await adapter.send(message, THREAD, msgspec.structs.replace(config, **change), http)

    assert relay.screen(MINA) == ()
    assert relay.due() == ()


async def test_who_opted_out_keeps_the_number_and_an_empty_purse_waits(adapter, relay, http, config) -> None:
    relay.opted_out.add(JOON.phone)
    with pytest.raises(ContentRejected, match="1061"):
        await adapter.send(text("x", JOON), THREAD, config, http)

    relay.balance = PRICE - 1
    with pytest.raises(TryLater, match="1030") as caught:
        await adapter.send(text("x"), THREAD, config, http)
    assert caught.value.after == 900


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        *((code, CredentialsRejected) for code in ("1020", "1041", "1062")),
        *((code, TryLater) for code in ("1024", "1030")),
        *((code, ContentRejected) for code in ("1010", "1011", "1025", "1031", "1043", "1058", "1060", "1061", "1064")),
    ],
)
def test_every_code_of_registration_is_a_fact(code: str, fact: type[Exception]) -> None:
    assert type(refusal(code, "")) is fact


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        (Answer(status=400, body=b'{"errorCode": "ValidationError", "errorMessage": "to"}'), ContentRejected),
        (Answer(status=401), CredentialsRejected),
        (Answer(status=402, body=b'{"errorCode": "NotEnoughBalance"}'), TryLater),
        (Answer(status=403, body=b'{"errorCode": "InvalidAPIKey"}'), CredentialsRejected),
        (Answer(status=403, body=b'{"errorCode": "RequestTimeTooSkewed"}'), CredentialsRejected),
        (Answer(status=403, body=b'{"errorCode": "DuplicatedSignature"}'), TryLater),
        (Answer(status=404), ContentRejected),
        (Answer(status=429, headers={"retry-after": "30"}), TryLater),
        (Answer(status=500), OutcomeUnknown),
        (Answer(status=503), OutcomeUnknown),
        (Answer(body=b"<html>"), OutcomeUnknown),
        (Answer(body=b"{}"), OutcomeUnknown),
        (Fault.DROP, OutcomeUnknown),
        (Fault.HANG, OutcomeUnknown),
    ],
)
async def test_every_answer_is_a_fact(adapter, relay, http, config, monkeypatch, answer, fact) -> None:
    monkeypatch.setattr("damso.channels.adapters.sms.calls.SECONDS", 0.2)
    relay.meet(answer)

    with pytest.raises(fact) as caught:
        await adapter.send(text("x"), THREAD, config, http)

    assert caught.value.status_code == getattr(answer, "status", None)


async def test_a_relay_that_cannot_be_reached_has_taken_nothing(adapter, config) -> None:
    async with open_http([], doubles={"api.solapi.com": "http://127.0.0.1:9"}) as http:
        with pytest.raises(TryLater):
            await adapter.send(text("x"), THREAD, config, http)


# --- Reports


def test_every_report_is_read_and_a_broken_one_drops_no_neighbour(adapter) -> None:
    found = {name: adapter.parse(request, CONFIG) for name, request in recorded(HERE / "sms" / "payloads").items()}

    assert {name: [getattr(item, "status", item) for item in items] for name, items in found.items()} == {
        "batch__mixed": [
            "delivered",
            Unsupported(kind="SINGLE-REPORT", why="Object missing required field `messageId`"),
            Unsupported(kind="SINGLE-REPORT", why="Expected `object`, got `str`"),
            "failed",
        ],
        "single_report__delivered": ["delivered"],
        "single_report__flat": ["delivered"],
        "single_report__nobody": ["failed"],
        "single_report__not_on_kakao": ["failed"],
        "single_report__on_its_way": ["sent"],
        "single_report__replaced": ["delivered"],
    }
    assert found["single_report__nobody"] == [
        InboundReceipt(
            status="failed",
            external_id="M4V20260302103003AAAAAAAAAAAAAAAAA",
            reason="없는 번호이거나 가입자가 없어요. · Nobody has this number. (3032)",
            permanent=True,
            recipient=Address(kind="phone", value="+821000001024"),
            provider_at=datetime(2026, 3, 2, 1, 29, 58, tzinfo=UTC),
        )
    ]


@pytest.mark.parametrize("event", ["GROUP-REPORT", "FAX-RECEIVE", ""])
def test_other_events_are_counted(adapter, event: str) -> None:
    request = Request(body=b"[{}]", headers={"x-solapi-event-name": event}, received_at=AT)

    [item] = adapter.parse(request, CONFIG)

    assert isinstance(item, Unsupported)
    assert item.kind == (event or "unknown")


async def test_reports_come_late_twice_and_overtake(adapter, relay, http, config) -> None:
    relay.report_after, relay.backwards = timedelta(days=1), True
    first = await adapter.send(text("하나"), THREAD, config, http)
    second = await adapter.send(text("둘"), THREAD, config, http)

    reports = relay.due()
    again = relay.again(relay.sent[first.external_id])

    assert [receipts(adapter, config, one)[0].external_id for one in reports] == [
        second.external_id,
        first.external_id,
    ]
    assert {one.due for one in reports} == {AT + timedelta(days=1)}
    keys = [adapter.delivery_key(Request(body=one.body, received_at=AT)) for one in (*reports, again)]
    assert again.body != reports[1].body
    assert keys[1] == keys[2] != keys[0]


async def test_reports_can_be_asked_for(adapter, relay, http, config, now) -> None:
    receipt = await adapter.send(text("x"), THREAD, config, http)

    early = await adapter.poll_reports([receipt.external_id, "M4VUNKNOWN"], config, http)
    now.at += timedelta(seconds=3)
    later = await adapter.poll_reports([receipt.external_id], config, http)

    assert [one.status for one in (*early, *later)] == ["sent", "delivered"]


async def test_a_message_that_cannot_be_asked_for_hides_no_other(adapter, relay, http, config) -> None:
    receipt = await adapter.send(text("x"), THREAD, config, http)
    relay.meet(Answer(status=400, body=b'{"errorCode": "ValidationError"}'))

    [found] = await adapter.poll_reports(["M4VBROKEN", receipt.external_id], config, http)

    assert found.external_id == receipt.external_id


async def test_a_text_back_reaches_nobody_and_the_phone_says_so(relay) -> None:
    assert relay.act(MINA, Act(what="says", text="언제 와요?")) == ()
    assert [one.side for one in relay.screen(MINA)] == ["customer", "notice"]


# --- Templates, check, signatures, the official SDK


async def test_templates_are_listed_made_and_sent_for_review(adapter, relay, http, config) -> None:
    listed = await adapter.templates(config, http)
    assert [(one.code, one.state, len(one.buttons)) for one in listed] == [
        ("TP01ORDER", "approved", 1),
        ("TP02SHIP", "reviewing", 0),
    ]

    made = await adapter.submit(
        ProviderTemplate(
            code="",
            name="결제 안내",
            text="#{이름}님, 결제가 끝났어요.",
            state="draft",
            buttons=(Button(label="주문 보기", action="link", value="https://shop.example"), Button(label="상담")),
            category="001001",
        ),
        config,
        http,
    )
    assert (made.code, made.state, [one.action for one in made.buttons]) == ("TP03NEW", "reviewing", ["link", "reply"])

    changed = await adapter.submit(msgspec.structs.replace(made, text="고쳤어요."), config, http)
    assert (changed.code, changed.text, changed.state, changed.buttons) == (
        "TP03NEW",
        "고쳤어요.",
        "reviewing",
        made.buttons,
    )


async def test_the_check_finds_what_to_mend(adapter, relay, http, config) -> None:
    good = await adapter.check(config, http)
    low = await adapter.check(msgspec.structs.replace(config, low_balance=60_000), http)
    stranger = await adapter.check(msgspec.structs.replace(config, sender="02-000-0000"), http)
    refused = await adapter.check(msgspec.structs.replace(config, secret="another"), http)
    unset = await adapter.check(msgspec.structs.replace(config, secret=""), http)

    assert (good.ok, good.problems) == (True, ())
    assert good.facts == {"balance": "50,000 KRW", "templates": "1"}
    assert "50,000원" in low.problems[0][0]
    assert "02-000-0000" in stranger.problems[0][1]
    assert "refuses the keys" in refused.problems[0][1]
    assert "not set" in unset.problems[0][1]
    assert not any(one.ok for one in (low, stranger, refused, unset))


def test_calls_are_signed_as_solapi_says() -> None:
    header = signature.authorization("KEY", "an API secret for tests", AT, "salt-of-twelve-or-more")
    mac = Authenticator.get_signature("an API secret for tests", "2026-03-02T01:30:00Zsalt-of-twelve-or-more")

    assert mac == "be96b0e0580b1268d69226bf87c5e7f1beab0f4379a1b9ed41254ea9e686740d"
    assert header == (
        f"HMAC-SHA256 apiKey=KEY, date=2026-03-02T01:30:00Z, salt=salt-of-twelve-or-more, signature={mac}"
    )
    assert signature.shown(WEBHOOK) == hashlib.sha1(WEBHOOK.encode()).hexdigest()


async def test_a_signature_is_good_once_and_for_a_quarter_of_an_hour(http, now) -> None:
    first = signature.authorization(KEY, SECRET, AT, "the-same-salt")
    url = "https://api.solapi.com/cash/v1/balance"
    once, twice = [await http.get(url, headers={"authorization": first}) for _ in range(2)]
    now.at += timedelta(minutes=16)
    late = await http.get(url, headers={"authorization": signature.authorization(KEY, SECRET, AT)})

    assert [one.status_code for one in (once, twice, late)] == [200, 403, 403]
    assert [one.json().get("errorCode") for one in (twice, late)] == ["DuplicatedSignature", "RequestTimeTooSkewed"]


async def test_the_official_sdk_works_with_the_double() -> None:
    async with SolapiSimulator(lambda: datetime.now(UTC)) as relay:
        service = SolapiMessageService(KEY, SECRET)
        service.base_url = relay.origin
        message = RequestMessage(from_="0215440000", to="01000001024", text="SDK로 보냈어요")

        answer = await asyncio.to_thread(service.send, message)
        balance = await asyncio.to_thread(service.get_balance)
        listed = await asyncio.to_thread(service.get_messages)

    assert (answer.group_info.count.total, answer.group_info.count.registered_failed) == (1, 0)
    assert balance.balance == 50_000 - PRICE
    assert [one.text for one in relay.screen(MINA)] == ["SDK로 보냈어요"]
    assert len(listed.message_list) == 1
