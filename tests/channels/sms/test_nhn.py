"""NHN Cloud: two services, reports by webhook, and what became of AlimTalk that went on as a text."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from damso.channels.abilities import ProviderTemplate
from damso.channels.adapters.sms.nhn.driver import _kakao_refusal, _text_refusal
from damso.channels.adapters.sms.nhn.simulator import NhnSimulator
from damso.channels.adapters.sms.phones import Phones
from damso.channels.content import Filled
from damso.channels.failures import (
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientUnreachable,
    SignatureInvalid,
    TryLater,
    Unparsable,
)
from damso.channels.items import Address, ThreadChange, Unsupported
from damso.channels.simulator import Act, Answer, Fault
from damso.channels.types import Request, Thread
from tests.channels.sms.company import AT, JOON, MINA, ORDERED_TEXT, alimtalk, picture, text

THREAD = Thread()


@pytest.fixture
def relay(nhn: NhnSimulator) -> Phones:
    return nhn


def body(relay) -> dict:
    return msgspec.json.decode(relay.calls[-1].body)


def items(adapter, config, delivery):
    request = Request(body=delivery.body, headers=delivery.headers, received_at=delivery.due)
    adapter.verify(request, config)
    return list(adapter.parse(request, config))


async def test_a_text_is_taken_arrives_and_is_reported(adapter, relay, http, config) -> None:
    receipt = await adapter.send(text("오늘 발송했어요."), THREAD, config, http)

    assert receipt.external_id == "text:20260302103000D000000:1"
    assert relay.calls[-1].path == "/sms/v3.0/appKeys/SMSAPPKEYDOUBLE/sender/sms"
    assert body(relay) == {
        "body": "오늘 발송했어요.",
        "sendNo": "0215440000",
        "recipientList": [{"recipientNo": "01000001024", "countryCode": "82"}],
    }
    [delivery] = relay.due()
    [report] = items(adapter, config, delivery)
    assert (report.status, report.external_id) == ("delivered", receipt.external_id)
    assert report.provider_at == datetime(2026, 3, 2, 1, 30, 2, tzinfo=UTC)


async def test_long_texts_pictures_and_advertising_have_paths_of_their_own(adapter, relay, http, config) -> None:
    await adapter.send(text("가" * 60), THREAD, config, http)
    assert (relay.calls[-1].path.rpartition("/")[2], body(relay)["title"]) == ("mms", "달빛상점")

    await adapter.send(text("사진", attachments=(picture(),)), THREAD, config, http)
    assert (relay.calls[-2].path.rpartition("/")[2], body(relay)["attachFileIdList"]) == ("binaryUpload", [1])

    await adapter.send(text("(광고) 봄 세일", purpose="marketing"), THREAD, config, http)
    assert relay.calls[-1].path.endswith("/sender/ad-sms")


async def test_an_alimtalk_names_its_variables_and_the_number_to_fall_back_on(adapter, relay, http, config) -> None:
    receipt = await adapter.send(alimtalk(), THREAD, config, http)

    assert receipt.external_id == "kakao:20260302103000D000000:1"
    assert relay.calls[-1].headers["x-nc-api-idempotency-key"] == "send-1"
    [recipient] = body(relay)["recipientList"]
    assert recipient == {
        "recipientNo": "01000001024",
        "templateParameter": {"이름": "김미나", "주문번호": "1024"},
        "resendParameter": {"isResend": True, "resendSendNo": "0215440000"},
    }
    assert relay.screen(MINA)[0].text == ORDERED_TEXT


async def test_what_goes_on_as_a_text_is_settled_by_asking(adapter, relay, http, config, now) -> None:
    relay.without_kakao = {MINA.phone}
    receipt = await adapter.send(alimtalk(), THREAD, config, http)

    [report] = items(adapter, config, relay.due()[0])
    early = await adapter.poll_reports([receipt.external_id], config, http)
    now.at += timedelta(seconds=3)
    [later] = await adapter.poll_reports([receipt.external_id], config, http)

    assert (report.status, report.reason) == ("sent", "카카오톡을 쓰지 않는 번호예요. · Not on KakaoTalk. (3019)")
    assert early == []
    assert (later.status, later.external_id) == ("delivered", receipt.external_id)


async def test_without_a_text_behind_it_an_alimtalk_fails(adapter, relay, http, config, now) -> None:
    alone = msgspec.structs.replace(config, fallback=False)
    relay.without_kakao, relay.fates = {MINA.phone}, {JOON.phone: ["3005"]}
    failed = await adapter.send(alimtalk(), THREAD, alone, http)
    unsure = await adapter.send(msgspec.structs.replace(alimtalk(JOON), send_key="send-2"), THREAD, alone, http)
    now.at += timedelta(seconds=3)

    polled = await adapter.poll_reports([failed.external_id, unsure.external_id], alone, http)

    assert [one.status for one in polled] == ["failed", "sent"]
    assert [items(adapter, alone, one)[0].status for one in relay.due()] == ["failed", "sent"]


async def test_texts_of_both_lengths_can_be_asked_for(adapter, relay, http, config, now) -> None:
    relay.fates = {JOON.phone: ["3003"]}
    short = await adapter.send(text("x"), THREAD, config, http)
    long = await adapter.send(text("가" * 60, JOON), THREAD, config, http)
    now.at += timedelta(seconds=3)

    first, second = await adapter.poll_reports([short.external_id, long.external_id, "text:none:1"], config, http)

    assert (first.status, second.status, second.permanent) == ("delivered", "failed", True)
    assert second.recipient == Address(kind="phone", value=JOON.phone)


async def test_the_same_key_within_ten_minutes_leaves_it_unknown(adapter, relay, http, config, now) -> None:
    await adapter.send(alimtalk(), THREAD, config, http)

    with pytest.raises(OutcomeUnknown, match="-1005"):
        await adapter.send(alimtalk(), THREAD, config, http)

    now.at += timedelta(minutes=11)
    await adapter.send(alimtalk(), THREAD, config, http)
    assert len(relay.screen(MINA)) == 2


@pytest.mark.parametrize(
    ("message", "change", "fact"),
    [
        (text("x"), {"key": "OTHER"}, CredentialsRejected),
        (text("x"), {"secret": "other"}, CredentialsRejected),
        (text("x"), {"secret": ""}, CredentialsRejected),
        (text("x"), {"sender": "02-000-0000"}, CredentialsRejected),
        (alimtalk(), {"kakao_secret": "other"}, CredentialsRejected),
        (alimtalk(), {"kakao_channel": "0" * 40}, CredentialsRejected),
        (alimtalk(filled=Filled(code="TP02SHIP", variables={"이름": "김미나"})), {}, ContentRejected),
        (alimtalk(filled=Filled(code="TP01ORDER", variables={"이름": "김미나"})), {}, ContentRejected),
    ],
)
async def test_what_is_refused_is_a_fact(adapter, relay, http, config, message, change, fact) -> None:
    with pytest.raises(fact):
        await adapter.send(message, THREAD, msgspec.structs.replace(config, **change), http)

    assert relay.screen(MINA) == ()


async def test_advertising_to_who_opted_out_is_refused_and_the_call_is_told(adapter, relay, http, config) -> None:
    [delivery] = relay.act(MINA, Act(what="blocks"))

    [change] = items(adapter, config, delivery)
    with pytest.raises(ContentRejected):
        await adapter.send(text("(광고) 봄", purpose="marketing"), THREAD, config, http)
    await adapter.send(text("오늘 발송했어요."), THREAD, config, http)

    assert change == ThreadChange(
        sender=Address(kind="phone", value=MINA.phone),
        change="unfriended",
        at=AT,
        facts={"unsubscribe_no": "08012340000"},
    )


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        (Answer(status=401), CredentialsRejected),
        (Answer(status=429), TryLater),
        (Answer(status=500), OutcomeUnknown),
        (Answer(body=b"{}"), OutcomeUnknown),
        (Answer(body=b'{"header": {"isSuccessful": true, "resultCode": 0}}'), OutcomeUnknown),
        (Fault.DROP, OutcomeUnknown),
    ],
)
async def test_every_answer_is_a_fact(adapter, relay, http, config, answer, fact) -> None:
    relay.meet(answer)

    with pytest.raises(fact):
        await adapter.send(text("x"), THREAD, config, http)


def test_the_codes_of_both_services_are_facts() -> None:
    refused = (-1000, -1001, -1002, -1003, -1004, -1007, -1008, -2312, -2313)
    assert {_text_refusal(code) for code in refused} == {CredentialsRejected}
    assert {_text_refusal(code) for code in (-2018, -2019)} == {RecipientUnreachable}
    assert {_text_refusal(code) for code in (-2014, -2015, -2023, -2024, -6001, -6003)} == {ContentRejected}
    assert (_text_refusal(-2021), _text_refusal(-9999)) == (TryLater, OutcomeUnknown)
    assert {_kakao_refusal(code) for code in (-1000, -1001, -1006, -1027, -2017)} == {CredentialsRejected}
    assert {_kakao_refusal(code) for code in (4, -1028, -2000, -2018, -3000)} == {ContentRejected}


def test_only_the_typed_signature_gets_in(adapter, nhn) -> None:
    config = nhn.config()
    header = "x-toast-webhook-signature"
    adapter.verify(Request(body=b"{}", headers={header: config.webhook_secret}, received_at=AT), config)

    for headers in ({}, {header: ""}, {header: config.webhook_secret[:-1]}, {header: "é"}):
        with pytest.raises(SignatureInvalid):
            adapter.verify(Request(body=b"{}", headers=headers, received_at=AT), config)
    unset = msgspec.structs.replace(config, webhook_secret="")
    with pytest.raises(SignatureInvalid):
        adapter.verify(Request(body=b"{}", headers={header: ""}, received_at=AT), unset)


def test_other_events_and_broken_ones_are_counted(adapter, nhn) -> None:
    def parse(body: bytes):
        return list(adapter.parse(Request(body=body, received_at=AT), nhn.config()))

    hooks = b'[{"requestId": "r", "resultCode": "1000"}, {"resultCode": "1000"}, 3]'
    report, *broken = parse(b'{"event": "MESSAGE_RESULT_UPDATE", "hooks": ' + hooks + b"}")
    assert report.status == "delivered"
    assert [type(one) for one in broken] == [Unsupported, Unsupported]
    assert parse(b'{"event": "CONVERSION_BLOCK", "hooks": [{}]}')[0].kind == "CONVERSION_BLOCK"
    assert isinstance(parse(b'{"event": "UNSUBSCRIBE", "hooks": [{"recipientNo": "nobody"}]}')[0], Unsupported)
    with pytest.raises(Unparsable):
        parse(b"[]")


async def test_the_check_and_the_templates(adapter, relay, http, config) -> None:
    good = await adapter.check(config, http)
    stranger = await adapter.check(msgspec.structs.replace(config, sender="02-000-0000"), http)
    refused = await adapter.check(msgspec.structs.replace(config, kakao_secret="x"), http)

    assert (good.ok, good.facts) == (True, {"templates": "1"})
    assert "02-000-0000" in stranger.problems[0][0]
    assert "refuses the keys" in refused.problems[0][1]
    assert [one.state for one in await adapter.templates(config, http)] == ["approved", "reviewing"]
    with pytest.raises(ContentRejected, match="console"):
        await adapter.submit(ProviderTemplate(code="", name="x", text="x", state="draft"), config, http)
