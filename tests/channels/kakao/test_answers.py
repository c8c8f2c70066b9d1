"""What a customer sees at once."""

from typing import Any

import msgspec
import pytest

from damso.channels.adapters.kakao.adapter import KakaoAdapter
from damso.channels.types import Request
from tests.channels.kakao.calls import AT, CALLBACK, CONFIG, recorded, skill_call

ADAPTER = KakaoAdapter()


def answered(request: Request, config=CONFIG) -> dict[str, Any]:
    answer = ADAPTER.answer(request, config)
    assert (answer.status, answer.content_type) == (200, "application/json")
    return msgspec.json.decode(answer.body)


def test_with_a_callback_an_answer_is_promised() -> None:
    assert answered(skill_call(callbackUrl=CALLBACK)) == {
        "version": "2.0",
        "useCallback": True,
        "data": {"text": CONFIG.waiting},
    }


@pytest.mark.parametrize(
    "said",
    [{}, {"callbackUrl": "https://evil.example/"}, {"callbackUrl": CALLBACK, "params": {"surface": "BuilderBotTest"}}],
)
def test_else_the_configured_words_are_said_with_their_choices(said: dict[str, Any]) -> None:
    assert answered(skill_call(**said)) == {
        "version": "2.0",
        "template": {
            "outputs": [{"simpleText": {"text": CONFIG.received}}],
            "quickReplies": [
                {"label": "배송 조회", "action": "message", "messageText": "배송 조회"},
                {"label": "상담 시간", "action": "message", "messageText": "상담 시간"},
            ],
        },
    }


def test_no_choices_are_no_field() -> None:
    assert (
        "quickReplies" not in answered(skill_call(), msgspec.structs.replace(CONFIG, quick_replies=" , "))["template"]
    )


def test_a_call_that_nobody_can_read_is_answered_all_the_same() -> None:
    request = Request(body=b'{"bot": {"id": "b"}, "userRequest": 3}', received_at=AT)

    assert "template" in answered(request)


def test_an_event_of_ours_is_told_nothing() -> None:
    assert answered(skill_call(params={"damso": "send-1"})) == {"version": "2.0", "data": {}}


def test_news_of_the_channel_want_nothing_but_success() -> None:
    answer = ADAPTER.answer(recorded()["channel__added"], CONFIG)

    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"quick_replies": ",".join("abcdefghijk")}, {"quick_replies"}),
        ({"event_name": ""}, {"event_name"}),
        ({"rest_api_key": ""}, {"rest_api_key"}),
        ({"rest_api_key": "", "event_name": ""}, set()),
        ({}, set()),
    ],
)
def test_settings_that_cannot_work_are_named(changes: dict[str, str], wrong: set[str]) -> None:
    assert set(msgspec.structs.replace(CONFIG, **changes).wrong_fields()) == wrong
