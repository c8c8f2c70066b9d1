"""Whether an answer is possible now, until when and at what price."""

from datetime import datetime, timedelta

import httpx
import msgspec
import pytest

from damso.channels.adapters.kakao.adapter import KakaoAdapter
from damso.channels.adapters.kakao.state import CLOSED, COST, NOT_BEGUN
from damso.channels.types import Thread, Window
from tests.channels.kakao.calls import AT, CALLBACK, CONFIG, LATER

ADAPTER = KakaoAdapter()
BARE = msgspec.structs.replace(CONFIG, rest_api_key="", event_name="")
PROMISED = Thread(handle={"callback_url": CALLBACK}, handle_until=LATER, last_inbound_at=AT)


@pytest.mark.parametrize("now", [AT, LATER - timedelta(microseconds=1)])
@pytest.mark.parametrize("config", [CONFIG, BARE])
def test_while_the_callback_is_good_an_answer_is_free(config, now: datetime) -> None:
    assert ADAPTER.window(PROMISED, config, now) == Window(open=True, closes_at=LATER)


@pytest.mark.parametrize(
    "thread",
    [
        PROMISED,
        Thread(last_inbound_at=AT),
        Thread(handle={"callback_url": "https://evil.example/"}, last_inbound_at=AT),
    ],
)
def test_afterwards_it_costs_or_is_closed(thread: Thread) -> None:
    assert ADAPTER.window(thread, CONFIG, LATER) == Window(open=True, cost=COST)
    assert ADAPTER.window(thread, BARE, LATER) == Window(open=False, reason=CLOSED)


def test_nobody_is_written_to_before_they_write() -> None:
    assert ADAPTER.window(Thread(), CONFIG, LATER) == Window(open=False, reason=NOT_BEGUN)


async def test_the_check_says_what_is_missing_and_what_is_unproven() -> None:
    async with httpx.AsyncClient() as http:
        ready = await ADAPTER.check(BARE, http)
        unset = await ADAPTER.check(msgspec.structs.replace(CONFIG, secret=""), http)

    assert ready.ok
    assert ready.facts["answers after a minute"] == "not possible"
    assert "unproven" in ready.facts
    assert not unset.ok
    assert "스킬 헤더 비밀 값" in unset.problems[0][0]
