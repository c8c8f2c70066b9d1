"""Naver Cloud SENS: signature v2, and results that have to be asked for."""

from datetime import timedelta

import msgspec
import pytest

from damso.channels.abilities import ProviderTemplate
from damso.channels.adapters.sms.phones import Phones
from damso.channels.adapters.sms.sens.driver import signed
from damso.channels.adapters.sms.sens.simulator import SensSimulator
from damso.channels.failures import (
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    SignatureInvalid,
    TryLater,
    Unparsable,
)
from damso.channels.simulator import Answer, Fault
from damso.channels.types import Request, Thread
from tests.channels.sms.company import AT, JOON, MINA, ORDERED_TEXT, alimtalk, picture, text

THREAD = Thread()


@pytest.fixture
def relay(sens: SensSimulator) -> Phones:
    return sens


def body(relay) -> dict:
    return msgspec.json.decode(relay.calls[-1].body)


@pytest.mark.parametrize(
    ("method", "path", "signature"),
    [
        ("POST", "/sms/v2/services/ncp:sms:kr:1:x/messages", "/s9VUZL39HPT8VwfOo4Imjwf2LeMP/5D0bTrXaAUaAI="),
        (
            "GET",
            "/sms/v2/services/ncp:sms:kr:1:x/messages?requestId=1",
            "GsqzTzeuvniidYMxv5lunoEA72a2fwCiD+cVZLH2x0Y=",
        ),
    ],
)
def test_calls_are_signed_as_naver_says(method: str, path: str, signature: str) -> None:
    assert signed(method, path, "key", "sens secret", AT) == {
        "x-ncp-apigw-timestamp": "1772415000000",
        "x-ncp-iam-access-key": "key",
        "x-ncp-apigw-signature-v2": signature,
    }


async def test_a_text_is_taken_and_its_result_asked_for(adapter, relay, http, config, now) -> None:
    receipt = await adapter.send(text("오늘 발송했어요."), THREAD, config, http)
    early = await adapter.poll_reports([receipt.external_id, "sms:none"], config, http)
    now.at += timedelta(seconds=3)
    [later] = await adapter.poll_reports([receipt.external_id], config, http)

    assert (receipt.external_id, receipt.status_code) == ("sms:00000001-double", 202)
    assert early == []
    assert (later.status, later.provider_at) == ("delivered", AT + timedelta(seconds=2))
    assert relay.due() == ()
    assert relay.screen(MINA)[0].text == "오늘 발송했어요."


async def test_long_texts_pictures_and_advertising(adapter, relay, http, config) -> None:
    await adapter.send(text("가" * 60, subject="안내", purpose="marketing"), THREAD, config, http)
    assert {"type": "LMS", "contentType": "AD", "subject": "안내"}.items() <= body(relay).items()

    uploaded = await adapter.upload(picture(), config, http)
    shown = msgspec.structs.replace(picture(), ref=uploaded)
    await adapter.send(text("사진", attachments=(shown,)), THREAD, config, http)
    assert (body(relay)["type"], body(relay)["files"]) == ("MMS", [{"fileId": "file-1"}])


async def test_an_alimtalk_is_sent_as_it_was_filled_in(adapter, relay, http, config, now) -> None:
    relay.without_kakao = {JOON.phone}
    alone = msgspec.structs.replace(config, fallback=False)

    told = await adapter.send(alimtalk(), THREAD, config, http)
    [message] = body(relay)["messages"]
    replaced = await adapter.send(alimtalk(JOON), THREAD, config, http)
    failed = await adapter.send(alimtalk(JOON), THREAD, alone, http)
    now.at += timedelta(seconds=3)
    ids = [one.external_id for one in (told, replaced, failed)]
    polled = await adapter.poll_reports(ids, config, http)

    assert (message["content"], message["useSmsFailover"]) == (ORDERED_TEXT, True)
    assert message["failoverConfig"] == {"from": "0215440000"}
    assert [one["type"] for one in message["buttons"]] == ["WL"]
    assert [one.status for one in polled] == ["delivered", "delivered", "failed"]
    assert polled[2].reason.endswith("Not on KakaoTalk. (3019)")


@pytest.mark.parametrize(
    ("message", "change", "fact"),
    [
        (text("x"), {"key": "other"}, CredentialsRejected),
        (text("x"), {"secret": "other"}, CredentialsRejected),
        (text("x"), {"secret": ""}, CredentialsRejected),
        (text("x"), {"service": "ncp:sms:kr:1:other"}, CredentialsRejected),
        (text("x"), {"sender": "02-000-0000"}, ContentRejected),
        (alimtalk(), {"kakao_channel": "@다른채널"}, ContentRejected),
        (alimtalk(words=ORDERED_TEXT + " 감사합니다"), {}, ContentRejected),
        (alimtalk(words="주문을 받았어요."), {}, ContentRejected),
    ],
)
async def test_what_is_refused_is_a_fact(adapter, relay, http, config, message, change, fact) -> None:
    with pytest.raises(fact):
        await adapter.send(message, THREAD, msgspec.structs.replace(config, **change), http)

    assert relay.screen(MINA) == ()


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        (Answer(status=400), ContentRejected),
        (Answer(status=403), CredentialsRejected),
        (Answer(status=429), TryLater),
        (Answer(status=500), OutcomeUnknown),
        (Answer(status=202), OutcomeUnknown),
        (Fault.DROP, OutcomeUnknown),
    ],
)
async def test_every_answer_is_a_fact(adapter, relay, http, config, answer, fact) -> None:
    relay.meet(answer)

    with pytest.raises(fact):
        await adapter.send(text("x"), THREAD, config, http)


async def test_a_clock_that_is_off_is_told(adapter, relay, http, config, now) -> None:
    relay.now = lambda: AT + timedelta(minutes=6)

    with pytest.raises(CredentialsRejected, match="Authentication Failed"):
        await adapter.send(text("x"), THREAD, config, http)


def test_nothing_is_let_in(adapter, sens) -> None:
    request = Request(body=b"{}", received_at=AT)

    with pytest.raises(SignatureInvalid):
        adapter.verify(request, sens.config())
    with pytest.raises(Unparsable):
        adapter.parse(request, sens.config())


async def test_the_check_and_the_templates(adapter, relay, http, config) -> None:
    good = await adapter.check(config, http)
    refused = await adapter.check(msgspec.structs.replace(config, secret="x"), http)

    assert (good.ok, good.facts) == (True, {"templates": "1"})
    assert "refuses the keys" in refused.problems[0][1]
    listed = await adapter.templates(config, http)
    assert [(one.code, one.state) for one in listed] == [("TP01ORDER", "approved"), ("TP02SHIP", "reviewing")]
    with pytest.raises(ContentRejected, match="console"):
        await adapter.submit(ProviderTemplate(code="", name="x", text="x", state="draft"), config, http)


async def test_more_templates_than_a_page_are_all_listed(adapter, relay, http, config) -> None:
    approved = relay.templates["TP01ORDER"]
    relay.templates |= {f"TP{n}": msgspec.structs.replace(approved, code=f"TP{n}") for n in range(130)}

    assert len(await adapter.templates(config, http)) == 132
