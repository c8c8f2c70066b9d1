"""The double keeps the rules of the guide, and the customer's phone shows what it would."""

from datetime import timedelta

import msgspec
import pytest

from damso.channels.adapters.kakao.screen import faults
from damso.channels.adapters.kakao.simulator import KakaoSimulator
from damso.channels.content import Button
from damso.channels.simulator import Act, Answer, Person
from tests.channels.kakao.calls import AT
from tests.clock import ManualClock

MINA = Person(id="mina", name="김미나", phone="+821000001024")
WORDS = Answer(body=b'{"version": "2.0", "template": {"outputs": [{"simpleText": {"text": "hello"}}]}}')


def test_only_a_timely_answer_in_the_right_form_is_shown() -> None:
    clock = ManualClock(AT)
    kakao = KakaoSimulator(clock.now, callbacks=False)
    for wait, answer in ((5, WORDS), (6, WORDS), (0, Answer(status=500)), (0, Answer(body=b'{"template": {}}'))):
        [delivery] = kakao.act(MINA, Act(what="says", text="안녕"))
        clock.advance(timedelta(seconds=wait))
        kakao.take(MINA, delivery, answer)

    assert [bubble.side for bubble in kakao.screen(MINA)] == ["customer", "company", "customer", "customer", "customer"]
    assert len(kakao.late) == 3


def test_choices_go_away_with_the_next_word_and_pressing_says_them() -> None:
    kakao = KakaoSimulator(ManualClock(AT).now, callbacks=False)
    [delivery] = kakao.act(MINA, Act(what="says", text="안녕"))
    choice = {"label": "배송", "action": "message", "messageText": "배송 조회"}
    template = {"outputs": [{"simpleText": {"text": "골라 주세요"}}], "quickReplies": [choice]}
    kakao.take(MINA, delivery, Answer(body=msgspec.json.encode({"version": "2.0", "template": template})))
    [button] = kakao.screen(MINA)[-1].buttons

    [pressed] = kakao.act(MINA, Act(what="presses", button=button))

    assert msgspec.json.decode(pressed.body)["userRequest"]["utterance"] == "배송 조회"
    assert [bubble.buttons for bubble in kakao.screen(MINA)] == [(), (), ()]
    assert kakao.act(MINA, Act(what="presses", button=Button(label="열기", action="link", value="https://d"))) == []
    assert kakao.act(MINA, Act(what="opens")) == []


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ({"outputs": []}, "outputs"),
        ({"outputs": [{"simpleText": {"text": "a"}}] * 4}, "outputs"),
        ({"outputs": [{"simpleText": {"text": "a" * 1001}}]}, "simpleText"),
        ({"outputs": [{"simpleImage": {"imageUrl": "ftp://d/a.jpg"}}]}, "simpleImage"),
        ({"outputs": [{"textCard": {}}]}, "textCard"),
        ({"outputs": [{"basicCard": {"title": "a"}}]}, "basicCard"),
        ({"outputs": [{"commerceCard": {"price": "1", "thumbnails": [{}]}}]}, "commerceCard"),
        ({"outputs": [{"listCard": {"header": {"title": "a"}, "items": []}}]}, "listCard"),
        ({"outputs": [{"carousel": {"type": "textCard", "items": [{"title": "a"}] * 11}}]}, "carousel"),
        ({"outputs": [{"textCard": {"title": "a", "buttons": [{"label": "b", "action": "fly"}]}}]}, "button"),
        ({"outputs": [{"simpleText": {"text": "a"}}], "quickReplies": [{"label": "b"}]}, "quickReply"),
        ({"outputs": [{"video": {}}]}, "video"),
    ],
)
def test_what_the_guide_forbids_is_refused(template: dict[str, object], fault: str) -> None:
    assert faults({"version": "2.0", "template": template}) == [fault]


def test_every_rule_names_its_source() -> None:
    assert all(rule.source.startswith("https://") for rule in KakaoSimulator(ManualClock(AT).now).rules)
