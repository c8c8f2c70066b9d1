"""Answers to a system of one's own, judged by the Standard Webhooks library."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from damso.channels.adapters.api.adapter import ApiAdapter
from damso.channels.adapters.api.config import ApiConfig
from damso.channels.failures import ContentRejected, CredentialsRejected, RecipientUnreachable, TryLater
from damso.channels.simulator import Answer, Fault
from damso.channels.types import Blob, Thread
from tests.channels.api.system import SECRET
from tests.channels.test_health import MESSAGE


@pytest.fixture
def config(shop) -> ApiConfig:
    return ApiConfig(system="shop", url=f"{shop.origin}/damso?x=1", secret=SECRET)


async def test_an_answer_is_signed_and_carries_everything(shop, http, config) -> None:
    file = Blob(name="송장.png", content_type="image/png", data=b"\x89PNG")
    message = msgspec.structs.replace(MESSAGE, attachments=(file,), in_reply_to="m-1")

    receipt = await ApiAdapter().send(message, Thread(external_id="t-88"), config, http)

    assert (receipt.external_id, receipt.dedupe_scope, receipt.status_code) == ("shop-1", "api:shop:sent", 200)
    [call] = shop.calls
    assert (call.method, call.path, call.headers["webhook-id"]) == ("POST", "/damso?x=1", "send-1")
    data = msgspec.json.decode(call.body)["data"]
    assert data | {"attachments": 1} == {
        "id": "send-1",
        "to": {"id": "u-7", "name": "김미나"},
        "text": "오늘 발송했어요.",
        "subject": "",
        "author": {"name": "이수진"},
        "brand": {"name": "달빛상점"},
        "locale": "ko",
        "thread": "t-88",
        "reply_to": "m-1",
        "created_at": "2026-03-02T01:30:00Z",
        "attachments": 1,
    }
    assert data["attachments"] == [{"name": "송장.png", "content_type": "image/png", "size": 4, "data": "iVBORw=="}]


async def test_repeating_a_call_is_the_same_message_there(shop, http, config) -> None:
    adapter = ApiAdapter()
    shop.meet(Answer(status=503))

    with pytest.raises(TryLater):
        await adapter.send(MESSAGE, Thread(), config, http)
    first = await adapter.send(MESSAGE, Thread(), config, http)
    second = await adapter.send(MESSAGE, Thread(), config, http)

    assert first == second
    assert len(shop.taken) == 1


async def test_a_system_that_tells_no_id_goes_by_ours(shop, http, config) -> None:
    shop.meet(Answer(status=204), Answer(body=b"thanks"), Answer(body=b'{"id": ""}'))

    for _ in range(3):
        receipt = await ApiAdapter().send(MESSAGE, Thread(), config, http)
        assert receipt.external_id == "send-1"


@pytest.mark.parametrize(
    ("status", "fact"),
    [
        (302, ContentRejected),
        (400, ContentRejected),
        (401, CredentialsRejected),
        (403, CredentialsRejected),
        (404, RecipientUnreachable),
        (408, TryLater),
        (409, TryLater),
        (410, RecipientUnreachable),
        (422, ContentRejected),
        (425, TryLater),
        (429, TryLater),
        (500, TryLater),
        (503, TryLater),
    ],
)
async def test_every_status_is_a_fact(shop, http, config, status: int, fact: type[Exception]) -> None:
    shop.meet(Answer(status=status))

    with pytest.raises(fact) as caught:
        await ApiAdapter().send(MESSAGE, Thread(), config, http)

    assert caught.value.status_code == status


async def test_the_wait_a_system_asks_for_is_kept(shop, http, config) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=2)
    date = soon.strftime("%a, %d %b %Y %H:%M:%S GMT")
    shop.meet(*(Answer(status=429, headers={"retry-after": value}) for value in ("90", date, "999999", "soon")))
    waits = []

    for _ in range(4):
        with pytest.raises(TryLater) as caught:
            await ApiAdapter().send(MESSAGE, Thread(), config, http)
        waits.append(caught.value.after)

    assert waits[0] == 90
    assert 100 < waits[1] <= 120
    assert waits[2:] == [3600, 0]


async def test_a_line_that_drops_or_hangs_may_be_tried_again(shop, http, config, monkeypatch) -> None:
    monkeypatch.setattr("damso.channels.adapters.api.client.SECONDS", 0.3)
    shop.meet(Fault.DROP, Fault.HANG)

    for _ in range(2):
        with pytest.raises(TryLater):
            await ApiAdapter().send(MESSAGE, Thread(), config, http)


async def test_nothing_is_sent_without_a_secret(shop, http, config) -> None:
    with pytest.raises(CredentialsRejected):
        await ApiAdapter().send(MESSAGE, Thread(), msgspec.structs.replace(config, secret=""), http)

    assert shop.calls == []


async def test_the_check_says_what_to_mend(shop, http, config) -> None:
    adapter = ApiAdapter()
    shop.meet(Answer(status=401), Answer(status=404))

    refused = await adapter.check(config, http)
    wrong = await adapter.check(config, http)
    unset = await adapter.check(msgspec.structs.replace(config, secret=""), http)
    private = await adapter.check(msgspec.structs.replace(config, url="http://127.0.0.1:9/"), http)

    assert "refuses our signature" in refused.problems[0][1]
    assert "HTTP 404" in wrong.problems[0][1]
    assert "서명 비밀 키가 없어요" in unset.problems[0][0]
    assert "DAMSO_EGRESS_ALLOW" in private.problems[0][1]
    assert [health.ok for health in (refused, wrong, unset, private)] == [False] * 4


@pytest.mark.parametrize("url", ["http://0177.0.0.1", "http://[::1", "http://xn--", "http://①②⑦.0.0.1"])
async def test_an_address_that_nobody_can_call_is_a_fact(http, config, url: str) -> None:
    with pytest.raises(ContentRejected):
        await ApiAdapter().send(MESSAGE, Thread(), msgspec.structs.replace(config, url=url), http)
