"""Rules in Korean: clauses that end in one of three ways, as they are joined (-고, -거나) or stand last (-아요)."""

from collections.abc import Mapping
from typing import Literal, TypeAlias
from uuid import UUID

from damso.customers.consent.types import ALL, PURPOSE_NAMES
from damso.segments import rule as r
from damso.segments.rfm_groups import GROUP_NAMES

Ending: TypeAlias = Literal["and", "or", "end"]
Verb: TypeAlias = tuple[str, str, str]
Clause: TypeAlias = tuple[str, Verb]

_HAD: Verb = ("있었고", "있었거나", "있었어요")
_HAD_NOT: Verb = ("없었고", "없었거나", "없었어요")
_HAS: Verb = ("있고", "있거나", "있어요")
_LACKS: Verb = ("없고", "없거나", "없어요")
_WAITS: Verb = ("기다리고 있고", "기다리고 있거나", "기다리고 있어요")
_WAITS_NOT: Verb = ("기다리고 있지 않고", "기다리고 있지 않거나", "기다리고 있지 않아요")
_BELONGS: Verb = ("속하고", "속하거나", "속해요")
_BELONGS_NOT: Verb = ("속하지 않고", "속하지 않거나", "속하지 않아요")
_FITS: Verb = ("맞고", "맞거나", "맞아요")
_FITS_NOT: Verb = ("맞지 않고", "맞지 않거나", "맞지 않아요")
_IS: Verb = ("이고", "이거나", "이에요")
_IS_NOT: Verb = ("이 아니고", "이 아니거나", "이 아니에요")
_OPPOSITE: Mapping[Verb, Verb] = {
    _HAD: _HAD_NOT, _HAS: _LACKS, _WAITS: _WAITS_NOT, _BELONGS: _BELONGS_NOT, _FITS: _FITS_NOT, _IS: _IS_NOT,
}  # fmt: skip
_KINDS = {
    "email": "이메일",
    "phone": "전화번호",
    "kakao": "카카오톡",
    "talktalk": "네이버 톡톡",
    "user_id": "회원 ID",
    "visitor": "방문 기록",
    "sms": "문자",
}


def say(rule: r.Rule, names: Mapping[UUID, str]) -> str:
    """The whole rule as one sentence."""
    if isinstance(rule, r.All) and not rule.rules:
        return "모든 고객이에요."
    return f"{_joined(rule, names, 'end')}."


def _joined(rule: r.Rule, names: Mapping[UUID, str], ending: Ending) -> str:
    match rule:
        case r.All(rules=rules) if rules:
            parts = [_part(child, names, "and") for child in rules[:-1]]
            return ", ".join([*parts, _part(rules[-1], names, ending)])
        case r.Any(rules=rules) if rules:
            parts = [_part(child, names, "or") for child in rules[:-1]]
            return " ".join([*parts, _part(rules[-1], names, ending)])
        case _:
            return _part(rule, names, ending)


def _part(rule: r.Rule, names: Mapping[UUID, str], ending: Ending) -> str:
    body, verb = _clause(rule, names)
    return body + verb[("and", "or", "end").index(ending)]


def _clause(rule: r.Rule, names: Mapping[UUID, str]) -> Clause:
    match rule:
        case r.All(rules=()):
            return "모든 고객", _IS
        case r.All(rules=(only,)) | r.Any(rules=(only,)):
            return _clause(only, names)
        case r.All() | r.Any():
            return f"({_joined(rule, names, 'end')}) 조건에 ", _FITS
        case r.Not(rule=child):
            body, verb = _clause(child, names)
            if verb in _OPPOSITE and not (isinstance(child, r.Performed) and child.times > 1):
                return body, _OPPOSITE[verb]
            return f"({_part(child, names, 'end')}) 조건에 ", _FITS_NOT
        case _:
            return _leaf(rule, names)


def _leaf(rule: r.Rule, names: Mapping[UUID, str]) -> Clause:
    match rule:
        case r.HasTrait(key=key, op="exists"):
            return f"‘{key}’ 속성이 ", _HAS
        case r.HasTrait(key=key, op="missing"):
            return f"‘{key}’ 속성이 ", _LACKS
        case r.HasTrait(key=key, op=op, value=value):
            return f"‘{key}’ 속성이 {_comparison(op, value)} 조건에 ", _FITS
        case r.HasIdentity(kinds=kinds, proven=proven):
            listed = "·".join(_KINDS.get(kind, kind) for kind in kinds)
            return f"{'확인된 ' if proven else ''}{listed}{_subject(listed)} ", _HAS
        case r.Performed(event=event, window=window, compare=compare, times=times):
            if compare == "at_least" and times == 1:
                return f"{_window(window)} {_step(event)}가 ", _HAD
            how = {"at_least": "번 이상 ", "at_most": "번 이하로 ", "exactly": "번 "}[compare]
            return f"{_window(window)} {_step(event)}가 {times}{how}", _HAD
        case r.Occurrence(which=which, event=event, window=window):
            order = "처음" if which == "first" else "마지막"
            return f"{order} {_step(event)}가 {_window(window)} ", _HAD
        case r.Total(event=event, property=key, amount=amount, compare=compare, window=window):
            how = "이상" if compare == "at_least" else "미만"
            return f"{_window(window)} {_step(event)}의 ‘{key}’ 합계가 {_number(amount)} {how}", _IS
        case r.Sequence(first=first, next=then, within=within, without=without, window=window):
            between = f" 그 사이에 {_step(without)} 없이" if without else ""
            return f"{_window(window)} {_step(first)} 뒤 {_span(within)} 안에{between} {_step(then)}가 ", _HAD
        case r.NotFollowed(first=first, next=then, within=within, window=window):
            return f"{_window(window)} {_step(first)} 뒤 {_span(within)} 안에 {_step(then)}가 없었던 적이 ", _HAS
        case r.HasConversation(state="open", seconds=seconds):
            return f"{_span(seconds) + ' 이상 ' if seconds else ''}끝나지 않은 상담이 ", _HAS
        case r.HasConversation(seconds=seconds):
            return f"답변을 {_span(seconds) + ' 이상 ' if seconds else ''}", _WAITS
        case r.Anniversary(key=key, calendar=calendar, days=days):
            when = f"오늘부터 {days}일 안" if days else "오늘"
            return f"‘{key}’ 기념일({'음력' if calendar == 'lunar' else '양력'})이 {when}", _IS
        case r.HasConsent(purpose=purpose, channel=channel, state=state):
            way = "모든 채널" if channel == ALL else _KINDS.get(channel, channel)
            what = f"{PURPOSE_NAMES[purpose].ko}({way})"
            said = {"given": "동의한 상태", "withdrawn": "철회한 상태", "none": "동의도 거부도 하지 않은 상태"}[state]
            return f"{what}에 {said}", _IS
        case r.InRfm():
            return f"{_rfm(rule)}", _IS
        case r.Computed(computed_id=computed_id, op=op, value=value):
            return f"‘{names.get(computed_id, '?')}’ 값이 {_comparison(op, value)} 조건에 ", _FITS
        case r.Measured(of=of, op=op, value=value):
            found = computation(of)
            return f"{found}{_subject(found)} {_comparison(op, value)} 조건에 ", _FITS
        case r.InSegment(segment_id=segment_id):
            return f"‘{names.get(segment_id, '?')}’ 세그먼트에 ", _BELONGS
    raise TypeError(rule)


_MEASURES: dict[r.MeasureName, str] = {
    "count": "{event} 횟수",
    "sum": "{event}의 ‘{property}’ 합계",
    "first": "{event}의 첫 ‘{property}’ 값",
    "last": "{event}의 마지막 ‘{property}’ 값",
    "most_frequent": "{event}에서 가장 잦은 ‘{property}’ 값",
    "unique": "{event}의 ‘{property}’ 값 가운데 하나",
    "days_since": "마지막 {event} 뒤 지난 날수",
}
_SCORES = {"recency": "최근성", "frequency": "구매 빈도", "monetary": "구매 금액", "value": "빈도·금액"}


def computation(of: r.Computation) -> str:
    """What is worked out."""
    return f"{_window(of.window)} {_MEASURES[of.measure].format(property=of.property, event=_step(of.event))}"


def _rfm(rule: r.InRfm) -> str:
    named = [GROUP_NAMES[group].ko for group in rule.groups]
    parts = [f"RFM 그룹이 {'·'.join(named)}"] if named else []
    parts += [
        f"RFM {title} 점수가 {'·'.join(map(str, scores))}"
        for name, title in _SCORES.items()
        if (scores := getattr(rule, name))
    ]
    return "이고 ".join(parts) if parts else "RFM 점수가 있는 고객"


def _step(step: r.Step) -> str:
    where = ", ".join(f"{one.property} {_comparison(one.op, one.value)}" for one in step.where)
    return f"‘{step.name}’{f'({where})' if where else ''} 이벤트"


def _comparison(op: r.Op, value: object) -> str:
    shown = _value(value)
    return {
        "exists": "있음", "missing": "없음", "is": f"= {shown}", "is_not": f"≠ {shown}", "one_of": f"{shown} 중 하나",
        "contains": f"{shown} 포함", "starts_with": f"{shown}로 시작", "gt": f"> {shown}", "gte": f"≥ {shown}",
        "lt": f"< {shown}", "lte": f"≤ {shown}",
    }[op]  # fmt: skip


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_value, value))
    if isinstance(value, bool):
        return "참" if value else "거짓"
    return f"‘{value}’" if isinstance(value, str) else _number(value)


def _number(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, int | float) else ""


def _window(window: r.Window) -> str:
    match (window.last, window.before):
        case (None, 0):
            return "지금까지"
        case (None, before):
            return f"{_span(before)} 전까지"
        case (last, 0):
            return f"최근 {_span(last or 0)} 동안"
        case (last, before):
            return f"{_span(last or 0)} 전부터 {_span(before)} 전 사이에"


def _span(seconds: int) -> str:
    for size, unit in ((86_400, "일"), (3600, "시간"), (60, "분")):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}초"


def _subject(word: str) -> str:
    """이 or 가, by whether the last syllable ends in a consonant."""
    last = ord(word[-1]) - 0xAC00
    return "이" if 0 <= last < 11172 and last % 28 else "가"
