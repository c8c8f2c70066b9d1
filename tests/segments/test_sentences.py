"""Rules as sentences: what a Korean colleague would write, for every condition and its opposite."""

from typing import Any
from uuid import UUID

import pytest

from damso.segments.particles import by, sound_of, subject
from damso.segments.rule import Computation, MeasureName, Step
from damso.segments.rule_json import rule_of
from damso.segments.sentence import computation_sentence, sentence

ONE = UUID(int=1)
NAMES = {ONE: "단골"}
MONTH = {"last": 2_592_000}
EARLIER = {"last": 5_184_000, "before": 2_592_000}
BUY = {"name": "Order Completed"}
BIG = BUY | {
    "where": [
        {"property": "amount", "op": "gte", "value": 50_000},
        {"property": "color", "op": "is", "value": "red"},
    ]
}
ADD = {"name": "Product Added"}


def trait(op: str, value: Any = None) -> dict[str, Any]:
    return {"kind": "trait", "key": "grade", "op": op, "value": value}


def done(**fields: Any) -> dict[str, Any]:
    return {"kind": "performed", "event": BUY} | fields


def measured(measure: str, op: str, value: Any = None, **fields: Any) -> dict[str, Any]:
    of = {"measure": measure, "event": BUY, "window": MONTH} | fields
    return {"kind": "measured", "of": of, "op": op, "value": value}


SAID: list[tuple[dict[str, Any], str, str]] = [
    (trait("is", "VIP"), "‘grade’ 속성이 ‘VIP’예요.", "‘grade’ 속성이 ‘VIP’가 아니에요."),
    (trait("is", "일반"), "‘grade’ 속성이 ‘일반’이에요.", "‘grade’ 속성이 ‘일반’이 아니에요."),
    (trait("is_not", "골드"), "‘grade’ 속성이 ‘골드’가 아니에요.", "‘grade’ 속성이 ‘골드’예요."),
    (
        trait("one_of", ["VIP", "골드"]),
        "‘grade’ 속성이 ‘VIP’, ‘골드’ 중 하나예요.",
        "‘grade’ 속성이 ‘VIP’, ‘골드’ 중 하나가 아니에요.",
    ),
    (trait("one_of", ["VIP"]), "‘grade’ 속성이 ‘VIP’예요.", "‘grade’ 속성이 ‘VIP’가 아니에요."),
    (
        trait("contains", "서울"),
        "‘grade’ 속성에 ‘서울’이 들어 있어요.",
        "‘grade’ 속성에 ‘서울’이 들어 있지 않아요.",
    ),
    (trait("starts_with", "A"), "‘grade’ 속성이 ‘A’로 시작해요.", "‘grade’ 속성이 ‘A’로 시작하지 않아요."),
    (trait("gt", 3), "‘grade’ 속성이 3 초과예요.", "‘grade’ 속성이 3 초과가 아니에요."),
    (trait("lte", 1000), "‘grade’ 속성이 1,000 이하예요.", "‘grade’ 속성이 1,000 이하가 아니에요."),
    (trait("exists"), "‘grade’ 속성이 있어요.", "‘grade’ 속성이 없어요."),
    (trait("missing"), "‘grade’ 속성이 없어요.", "‘grade’ 속성이 있어요."),
    (
        {"kind": "identity", "kinds": ["email", "phone"], "proven": True},
        "확인된 이메일 또는 전화번호가 있어요.",
        "확인된 이메일 또는 전화번호가 없어요.",
    ),
    (
        done(window=MONTH),
        "최근 30일 동안 ‘Order Completed’ 이벤트가 있었어요.",
        "최근 30일 동안 ‘Order Completed’ 이벤트가 없었어요.",
    ),
    (
        done(event=BIG, times=3),
        "지금까지 ‘amount’ 값이 50,000 이상이고 ‘color’ 값이 ‘red’인 ‘Order Completed’ 이벤트가 3번 이상 있었어요.",
        "지금까지 ‘amount’ 값이 50,000 이상이고 ‘color’ 값이 ‘red’인 ‘Order Completed’ 이벤트가 3번 미만이었어요.",
    ),
    (
        done(compare="at_most", times=2, window=EARLIER),
        "60일 전부터 30일 전까지 ‘Order Completed’ 이벤트가 2번 이하였어요.",
        "60일 전부터 30일 전까지 ‘Order Completed’ 이벤트가 2번 넘게 있었어요.",
    ),
    (
        done(compare="exactly", times=0, window={"before": 604_800}),
        "7일 전까지 ‘Order Completed’ 이벤트가 없었어요.",
        "7일 전까지 ‘Order Completed’ 이벤트가 있었어요.",
    ),
    (
        done(compare="exactly", times=1),
        "지금까지 ‘Order Completed’ 이벤트가 정확히 1번 있었어요.",
        "(지금까지 ‘Order Completed’ 이벤트가 정확히 1번 있었던 경우)에 해당하지 않아요.",
    ),
    (
        {"kind": "occurrence", "which": "first", "event": BUY, "window": MONTH},
        "첫 ‘Order Completed’ 이벤트가 최근 30일 안에 있었어요.",
        "첫 ‘Order Completed’ 이벤트가 최근 30일 안에 없었어요.",
    ),
    (
        {"kind": "occurrence", "which": "last", "event": BIG},
        "마지막 ‘Order Completed’ 이벤트의 ‘amount’ 값이 50,000 이상이고 ‘color’ 값이 ‘red’예요.",
        "(마지막 ‘Order Completed’ 이벤트의 ‘amount’ 값이 50,000 이상이고 ‘color’ 값이 ‘red’인 경우)에 "
        "해당하지 않아요.",
    ),
    (
        {"kind": "total", "event": BUY, "property": "total", "amount": 100_000, "window": MONTH},
        "최근 30일 동안 ‘Order Completed’ 이벤트의 ‘total’ 합계가 100,000 이상이에요.",
        "최근 30일 동안 ‘Order Completed’ 이벤트의 ‘total’ 합계가 100,000 이상이 아니에요.",
    ),
    (
        {"kind": "sequence", "first": ADD, "next": BUY, "within": 3600, "without": {"name": "Cart Cleared"}},
        "지금까지 ‘Product Added’ 이벤트 뒤 ‘Cart Cleared’ 이벤트 없이 1시간 안에 ‘Order Completed’ 이벤트가 있었어요.",
        "지금까지 ‘Product Added’ 이벤트 뒤 ‘Cart Cleared’ 이벤트 없이 1시간 안에 ‘Order Completed’ 이벤트가 없었어요.",
    ),
    (
        {"kind": "not_followed", "first": ADD, "next": BUY, "within": 604_800, "window": MONTH},
        "최근 30일 동안 ‘Product Added’ 이벤트 뒤 7일 안에 ‘Order Completed’ 이벤트가 없었던 적이 있어요.",
        "최근 30일 동안 ‘Product Added’ 이벤트 뒤 7일 안에 ‘Order Completed’ 이벤트가 없었던 적이 없어요.",
    ),
    (
        {"kind": "conversation", "state": "open", "seconds": 259_200},
        "3일 이상 끝나지 않은 상담이 있어요.",
        "3일 이상 끝나지 않은 상담이 없어요.",
    ),
    (
        {"kind": "conversation", "state": "waiting", "seconds": 7200},
        "답변을 2시간 이상 기다리고 있어요.",
        "답변을 2시간 이상 기다리고 있지 않아요.",
    ),
    (
        {"kind": "anniversary", "key": "birthday"},
        "오늘이 ‘birthday’(양력) 기념일이에요.",
        "오늘이 ‘birthday’(양력) 기념일이 아니에요.",
    ),
    (
        {"kind": "anniversary", "key": "birthday", "calendar": "lunar", "days": 7},
        "오늘부터 7일 안에 ‘birthday’(음력) 기념일이 있어요.",
        "오늘부터 7일 안에 ‘birthday’(음력) 기념일이 없어요.",
    ),
    (
        {"kind": "consent", "purpose": "marketing", "channel": "email"},
        "광고성 정보 수신(이메일)에 동의했어요.",
        "광고성 정보 수신(이메일)에 동의한 상태가 아니에요.",
    ),
    (
        {"kind": "consent", "purpose": "marketing", "channel": "phone", "state": "withdrawn"},
        "광고성 정보 수신(전화) 동의를 철회했어요.",
        "광고성 정보 수신(전화) 동의를 철회하지 않았어요.",
    ),
    (
        {"kind": "consent", "purpose": "overseas", "state": "none"},
        "개인정보 국외 이전(모든 채널)에 동의하거나 거부한 적이 없어요.",
        "개인정보 국외 이전(모든 채널)에 동의하거나 거부한 적이 있어요.",
    ),
    (
        {"kind": "rfm", "groups": ["champions", "loyal"], "recency": [4, 5]},
        "RFM 그룹이 ‘챔피언’ 또는 ‘충성 고객’이고 RFM 최근성 점수가 4점 또는 5점이에요.",
        "(RFM 그룹이 ‘챔피언’ 또는 ‘충성 고객’이고 RFM 최근성 점수가 4점 또는 5점인 경우)에 해당하지 않아요.",
    ),
    ({"kind": "rfm"}, "RFM 점수가 있어요.", "RFM 점수가 없어요."),
    (
        {"kind": "computed", "computed_id": str(ONE), "op": "gte", "value": 3},
        "‘단골’ 값이 3 이상이에요.",
        "‘단골’ 값이 3 이상이 아니에요.",
    ),
    (
        measured("count", "gte", 3),
        "최근 30일 동안 ‘Order Completed’ 이벤트 횟수가 3 이상이에요.",
        "최근 30일 동안 ‘Order Completed’ 이벤트 횟수가 3 이상이 아니에요.",
    ),
    (
        measured("days_since", "gt", 30, window={}),
        "마지막 ‘Order Completed’ 이벤트 뒤로 지난 날수가 30 초과예요.",
        "마지막 ‘Order Completed’ 이벤트 뒤로 지난 날수가 30 초과가 아니에요.",
    ),
    (
        measured("last", "is", "red", property="color"),
        "최근 30일 안의 ‘Order Completed’ 이벤트의 마지막 ‘color’ 값이 ‘red’예요.",
        "최근 30일 안의 ‘Order Completed’ 이벤트의 마지막 ‘color’ 값이 ‘red’가 아니에요.",
    ),
    (
        measured("unique", "is", "red", property="color"),
        "최근 30일 동안 ‘Order Completed’ 이벤트의 ‘color’ 값 가운데 하나가 ‘red’예요.",
        "(최근 30일 동안 ‘Order Completed’ 이벤트의 ‘color’ 값 가운데 하나가 ‘red’인 경우)에 해당하지 않아요.",
    ),
    (
        measured("unique", "missing", property="color"),
        "최근 30일 동안 ‘Order Completed’ 이벤트의 ‘color’ 값이 없어요.",
        "(최근 30일 동안 ‘Order Completed’ 이벤트의 ‘color’ 값이 없는 경우)에 해당하지 않아요.",
    ),
    (
        {"kind": "segment", "segment_id": str(ONE)},
        "‘단골’ 세그먼트에 속해요.",
        "‘단골’ 세그먼트에 속하지 않아요.",
    ),
]


@pytest.mark.parametrize(("rule", "said", "denied"), SAID)
def test_every_condition_and_its_opposite_reads_naturally(rule: dict[str, Any], said: str, denied: str) -> None:
    told = [sentence(rule_of(one), NAMES, "ko") for one in (rule, {"kind": "not", "rule": rule})]
    assert told == [said, denied]


def test_groups_are_told_as_cases() -> None:
    either = {"kind": "or", "rules": [trait("is", "VIP"), done(window=MONTH)]}
    rule = {"kind": "and", "rules": [either, {"kind": "not", "rule": either}, trait("exists")]}
    inner = "(‘grade’ 속성이 ‘VIP’이거나 최근 30일 동안 ‘Order Completed’ 이벤트가 있었던 경우)에"
    assert sentence(rule_of(rule), NAMES, "ko") == f"{inner} 해당하고, {inner} 해당하지 않고, ‘grade’ 속성이 있어요."
    assert sentence(rule_of({"kind": "and", "rules": []}), NAMES, "ko") == "모든 고객이에요."


@pytest.mark.parametrize(
    ("measure", "ko", "en"),
    [
        (
            "unique",
            "지금까지 ‘Order Completed’ 이벤트의 서로 다른 ‘color’ 값 모두",
            "the different values of “color” in “Order Completed” at any time",
        ),
        (
            "last",
            "‘Order Completed’ 이벤트의 마지막 ‘color’ 값",
            "a last “color” of “Order Completed” at any time",
        ),
    ],
)
def test_what_is_worked_out_is_told(measure: MeasureName, ko: str, en: str) -> None:
    of = Computation(measure=measure, event=Step(name="Order Completed"), property="color")
    assert (computation_sentence(of, "ko"), computation_sentence(of, "en")) == (ko, en)


def test_what_nobody_consented_to_is_told_in_english() -> None:
    rule = {"kind": "not", "rule": {"kind": "consent", "purpose": "marketing", "channel": "email"}}
    assert sentence(rule_of(rule), NAMES, "en") == "Customers who have not consented to “Advertising” on email."


def test_particles_follow_how_a_word_is_read_out() -> None:
    assert [subject(word) for word in ("횟수", "값", "‘3’", "‘2’", "‘mall’", "‘VIP’")] == [
        "횟수가",
        "값이",
        "‘3’이",
        "‘2’가",
        "‘mall’이",
        "‘VIP’가",
    ]
    assert [by(word) for word in ("메일", "채팅", "‘서울’", "‘A’")] == ["메일로", "채팅으로", "‘서울’로", "‘A’로"]
    assert sound_of("") == "vowel"
