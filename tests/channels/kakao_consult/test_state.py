"""How long a session lets us answer."""

from datetime import datetime, timedelta

import pytest

from damso.channels.adapters.kakao_consult.adapter import ConsultAdapter
from damso.channels.adapters.kakao_consult.state import ENDED, EXPIRED, NOT_BEGUN, SESSION
from damso.channels.types import Thread, Window
from tests.channels.kakao_consult.calls import AT, CONFIG

ADAPTER = ConsultAdapter()
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("thread", "now", "window"),
    [
        (Thread(), AT, Window(open=False, reason=NOT_BEGUN)),
        (Thread(last_inbound_at=AT), AT, Window(open=True, closes_at=AT + SESSION)),
        (Thread(last_inbound_at=AT), AT + SESSION - MOMENT, Window(open=True, closes_at=AT + SESSION)),
        (Thread(last_inbound_at=AT), AT + SESSION, Window(open=False, reason=EXPIRED)),
        (Thread(last_inbound_at=AT, ended_at=AT), AT, Window(open=False, reason=ENDED)),
        (Thread(last_inbound_at=AT, ended_at=AT + MOMENT), AT + SESSION, Window(open=False, reason=ENDED)),
        (Thread(last_inbound_at=AT, ended_at=AT - MOMENT), AT, Window(open=True, closes_at=AT + SESSION)),
    ],
)
def test_it_is_open_while_a_session_is(thread: Thread, now: datetime, window: Window) -> None:
    assert ADAPTER.window(thread, CONFIG, now) == window


def test_the_policy_says_the_same() -> None:
    assert ADAPTER.policy.window == SESSION == timedelta(days=30)
