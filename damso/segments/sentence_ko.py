"""Rules in Korean: clauses that end in one of four ways, see `damso.segments.verbs_ko`."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from damso.customers.consent.types import ALL, ALL_CHANNELS, PURPOSE_NAMES
from damso.segments import rule as r
from damso.segments.particles import by, subject
from damso.segments.rfm_groups import GROUP_NAMES
from damso.segments.verbs_ko import (
    AGREED,
    AGREED_NOT,
    APPLIES,
    APPLIES_NOT,
    BEGINS,
    BEGINS_NOT,
    BELONGS,
    BELONGS_NOT,
    CONTAINED,
    CONTAINED_NOT,
    HAD,
    HAD_NOT,
    HAS,
    LACKS,
    TOOK_BACK,
    TOOK_BACK_NOT,
    WAITS,
    WAITS_NOT,
    Clause,
    Ending,
    denied,
    equals,
    led,
    was,
)

_KINDS = {
    "anonymous": "익명 ID",
    "email": "이메일",
    "kakao": "카카오톡",
    "talktalk": "네이버 톡톡",
    "phone": "전화번호",
    "user": "회원 ID",
    "visitor": "방문자",
    "whatsapp": "WhatsApp",
}
_CHANNELS = {
    "email": "이메일",
    "kakao": "카카오톡",
    "talktalk": "네이버 톡톡",
    "phone": "전화",
    "sms": "문자",
    ALL: ALL_CHANNELS.ko,
}


def say(rule: r.Rule, names: Mapping[UUID, str]) -> str:
    """The whole rule as one sentence."""
    if isinstance(rule, r.All) and not rule.rules:
        return "모든 고객이에요."
    return f"{_joined(rule, names, 'end')}."


def _joined(rule: r.Rule, names: Mapping[UUID, str], ending: Ending) -> str:
    match rule:
        case r.All(rules=rules) if rules:
            parts = [_ended(_clause(child, names), "and_") for child in rules[:-1]]
            return ", ".join([*parts, _ended(_clause(rules[-1], names), ending)])
        case r.Any(rules=rules) if rules:
            parts = [_ended(_clause(child, names), "or_") for child in rules[:-1]]
            return " ".join([*parts, _ended(_clause(rules[-1], names), ending)])
        case _:
            return _ended(_clause(rule, names), ending)


def _ended(clause: Clause, ending: Ending) -> str:
    form: str = getattr(clause.yes, ending)
    return clause.body + form


def _clause(rule: r.Rule, names: Mapping[UUID, str]) -> Clause:
    match rule:
        case r.All(rules=()):
            return Clause("모든 고객", equals("", "고객").yes)
        case r.All(rules=(only,)) | r.Any(rules=(only,)):
            return _clause(only, names)
        case r.All() | r.Any():
            return Clause(f"({_joined(rule, names, 'of')} 경우)에 ", APPLIES, APPLIES_NOT)
        case r.Not(rule=child):
            clause = _clause(child, names)
            return denied(clause if clause.no else Clause(f"({_ended(clause, 'of')} 경우)에 ", APPLIES, APPLIES_NOT))
        case r.Performed() | r.Occurrence() | r.Total() | r.Sequence() | r.NotFollowed():
            return _of_events(rule)
        case _:
            return _leaf(rule, names)


def _of_events(rule: r.Performed | r.Occurrence | r.Total | r.Sequence | r.NotFollowed) -> Clause:
    match rule:
        case r.Performed(event=event, window=window):
            return _counted(f"{_window(window)} {subject(_step(event))} ", rule)
        case r.Occurrence(event=event) if event.where:
            return _first_or_last(rule)
        case r.Occurrence(event=event):
            return Clause(f"{_order(rule)} {subject(_step(event))} {_within(rule.window)}", HAD, HAD_NOT)
        case r.Total(event=event, property=key, amount=amount, compare=compare, window=window):
            how = "이상" if compare == "at_least" else "미만"
            return equals(f"{_window(window)} {_step(event)}의 ‘{key}’ 합계가 {_number(amount)} ", how)
        case r.Sequence(first=first, next=then, within=within, without=without, window=window):
            between = f" {_step(without)} 없이" if without else ""
            after = f"{_window(window)} {_step(first)} 뒤{between} {_span(within)} 안에"
            return Clause(f"{after} {subject(_step(then))} ", HAD, HAD_NOT)
        case r.NotFollowed(first=first, next=then, within=within, window=window):
            after = f"{_window(window)} {_step(first)} 뒤 {_span(within)} 안에"
            return Clause(f"{after} {subject(_step(then))} 없었던 적이 ", HAS, LACKS)


def _counted(before: str, rule: r.Performed) -> Clause:
    """So often, and what the opposite of that is."""
    match (rule.compare, rule.times):
        case ("at_least", 1):
            return Clause(before, HAD, HAD_NOT)
        case ("at_most" | "exactly", 0):
            return Clause(before, HAD_NOT, HAD)
        case ("at_least", times):
            return Clause(before, led(f"{times}번 이상 ", HAD), was(f"{times}번 미만"))
        case ("at_most", times):
            return Clause(before, was(f"{times}번 이하"), led(f"{times}번 넘게 ", HAD))
        case (_, times):
            return Clause(before, led(f"정확히 {times}번 ", HAD))


def _first_or_last(rule: r.Occurrence) -> Clause:
    event = f"{_order(rule)} ‘{rule.event.name}’ 이벤트"
    then = _all_of([_compared(f"‘{one.property}’ 값", one.op, one.value) for one in rule.event.where])
    if rule.window == r.EVER:
        return Clause(f"{event}의 {then.body}", then.yes, then.no)
    return Clause(f"{subject(event)} {_within(rule.window)}있었고 그때 {then.body}", then.yes)


def _all_of(clauses: Sequence[Clause]) -> Clause:
    *before, last = clauses
    if not before:
        return last
    return Clause("".join(f"{_ended(one, 'and_')} " for one in before) + last.body, last.yes)


def _leaf(rule: r.Rule, names: Mapping[UUID, str]) -> Clause:
    match rule:
        case r.HasTrait(key=key, op=op, value=value):
            return _compared(f"‘{key}’ 속성", op, value)
        case r.HasIdentity(kinds=kinds, proven=proven):
            listed = _either([_KINDS.get(kind, kind) for kind in kinds])
            return Clause(f"{'확인된 ' if proven else ''}{subject(listed)} ", HAS, LACKS)
        case r.HasConversation(state="open", seconds=seconds):
            return Clause(f"{_lasting(seconds)}끝나지 않은 상담이 ", HAS, LACKS)
        case r.HasConversation(seconds=seconds):
            return Clause(f"답변을 {_lasting(seconds)}", WAITS, WAITS_NOT)
        case r.Anniversary(key=key, calendar=calendar, days=days):
            day = f"‘{key}’({'음력' if calendar == 'lunar' else '양력'}) 기념일"
            return Clause(f"오늘부터 {days}일 안에 {day}이 ", HAS, LACKS) if days else equals("오늘이 ", day)
        case r.HasConsent():
            return _consent(rule)
        case r.InRfm():
            return _rfm(rule)
        case r.Computed(computed_id=computed_id, op=op, value=value):
            return _compared(f"‘{names.get(computed_id, '?')}’ 값", op, value)
        case r.Measured(of=of, op=op, value=value):
            asked = _compared(_worked_out(of, _ASKED, bare=op in ("exists", "missing")), op, value)
            # That one of several values is so, and that another is not, can both be true.
            return Clause(asked.body, asked.yes) if of.measure == "unique" else asked
        case r.InSegment(segment_id=segment_id):
            return Clause(f"‘{names.get(segment_id, '?')}’ 세그먼트에 ", BELONGS, BELONGS_NOT)
    raise TypeError(rule)


def _consent(rule: r.HasConsent) -> Clause:
    what = f"{PURPOSE_NAMES[rule.purpose].ko}({_CHANNELS.get(rule.channel, rule.channel)})"
    match rule.state:
        case "given":
            return Clause(f"{what}에 ", AGREED, AGREED_NOT)
        case "withdrawn":
            return Clause(f"{what} 동의를 ", TOOK_BACK, TOOK_BACK_NOT)
        case "none":
            return Clause(f"{what}에 동의하거나 거부한 적이 ", LACKS, HAS)


def _compared(what: str, op: r.Op, value: object) -> Clause:
    """What is asked of a value."""
    if op == "one_of" and isinstance(value, tuple) and len(value) == 1:
        return _compared(what, "is", value[0])
    shown, about = _value(value), f"{subject(what)} "
    match op:
        case "exists":
            return Clause(about, HAS, LACKS)
        case "missing":
            return Clause(about, LACKS, HAS)
        case "is":
            return equals(about, shown)
        case "is_not":
            return denied(equals(about, shown))
        case "one_of":
            return equals(f"{about}{shown} 중 ", "하나")
        case "contains":
            return Clause(f"{what}에 {subject(shown)} ", CONTAINED, CONTAINED_NOT)
        case "starts_with":
            return Clause(f"{about}{by(shown)} ", BEGINS, BEGINS_NOT)
        case "gt" | "gte" | "lt" | "lte":
            return equals(f"{about}{shown} ", {"gt": "초과", "gte": "이상", "lt": "미만", "lte": "이하"}[op])


_MEASURES: dict[r.MeasureName, str] = {
    "count": "{event} 횟수",
    "sum": "{event}의 ‘{property}’ 합계",
    "first": "{event}의 첫 ‘{property}’ 값",
    "last": "{event}의 마지막 ‘{property}’ 값",
    "most_frequent": "{event}에서 가장 많이 나온 ‘{property}’ 값",
    "unique": "{event}의 서로 다른 ‘{property}’ 값 모두",
    "days_since": "마지막 {event} 뒤로 지난 날수",
}
_ASKED = _MEASURES | {"unique": "{event}의 ‘{property}’ 값 가운데 하나"}
"""As they stand in a condition: it is true of any of the different values."""
_BARE = _MEASURES | {"unique": "{event}의 ‘{property}’ 값"}
"""As they stand where only whether there is one is asked."""
_SCORES = {"recency": "최근성", "frequency": "구매 빈도", "monetary": "구매 금액", "value": "빈도·금액"}


def computation(of: r.Computation) -> str:
    """What is worked out."""
    return _worked_out(of, _MEASURES)


def _worked_out(of: r.Computation, words: Mapping[r.MeasureName, str], *, bare: bool = False) -> str:
    what = (_BARE if bare else words)[of.measure].format(property=of.property, event=_step(of.event))
    if of.measure not in ("first", "last", "days_since"):
        return f"{_window(of.window)} {what}"
    return what if of.window == r.EVER else f"{_within(of.window).rstrip().removesuffix('에')}의 {what}"


def _rfm(rule: r.InRfm) -> Clause:
    clauses = [equals("RFM 그룹이 ", _either([f"‘{GROUP_NAMES[group].ko}’" for group in rule.groups]))] * bool(
        rule.groups
    )
    clauses += [
        equals(f"RFM {title} 점수가 ", _either([f"{score}점" for score in scores]))
        for name, title in _SCORES.items()
        if (scores := getattr(rule, name))
    ]
    return _all_of(clauses) if clauses else Clause("RFM 점수가 ", HAS, LACKS)


def _step(step: r.Step) -> str:
    """An event with what it must be like: ‘amount’ 값이 50,000 이상인 ‘Order Completed’ 이벤트."""
    event = f"‘{step.name}’ 이벤트"
    if not step.where:
        return event
    like = _all_of([_compared(f"‘{one.property}’ 값", one.op, one.value) for one in step.where])
    return f"{_ended(like, 'of')} {event}"


def _either(words: Sequence[str]) -> str:
    return " 또는 ".join(words)


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_value, value))
    if isinstance(value, bool):
        return "참" if value else "거짓"
    return f"‘{value}’" if isinstance(value, str) else _number(value)


def _number(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, int | float) else ""


def _order(rule: r.Occurrence) -> str:
    return "첫" if rule.which == "first" else "마지막"


def _window(window: r.Window) -> str:
    match (window.last, window.before):
        case (None, 0):
            return "지금까지"
        case (None, before):
            return f"{_span(before)} 전까지"
        case (last, 0):
            return f"최근 {_span(last or 0)} 동안"
        case (last, before):
            return f"{_span(last or 0)} 전부터 {_span(before)} 전까지"


def _within(window: r.Window) -> str:
    """When one thing happened; nothing where it may be ever."""
    if window == r.EVER:
        return ""
    return f"최근 {_span(window.last or 0)} 안에 " if not window.before else f"{_window(window)} "


def _lasting(seconds: int) -> str:
    return f"{_span(seconds)} 이상 " if seconds else ""


def _span(seconds: int) -> str:
    for size, unit in ((86_400, "일"), (3600, "시간"), (60, "분")):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}초"
