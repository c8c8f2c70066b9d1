"""Rules in English."""

from collections.abc import Mapping
from uuid import UUID

from damso.customers.consent.types import ALL, PURPOSE_NAMES
from damso.segments import rule as r
from damso.segments.rfm_groups import GROUP_NAMES

_KINDS = {"anonymous": "anonymous ID", "user": "user ID", "kakao": "KakaoTalk", "whatsapp": "WhatsApp"}


def say(rule: r.Rule, names: Mapping[UUID, str]) -> str:
    """The whole rule as one sentence."""
    if isinstance(rule, r.All) and not rule.rules:
        return "All customers."
    return f"Customers who {_joined(rule, names)}."


def _joined(rule: r.Rule, names: Mapping[UUID, str]) -> str:
    match rule:
        case r.All(rules=rules) if rules:
            return ", and ".join(_part(child, names) for child in rules)
        case r.Any(rules=rules):
            return ", or ".join(_part(child, names) for child in rules)
        case _:
            return _part(rule, names)


def _part(rule: r.Rule, names: Mapping[UUID, str]) -> str:
    match rule:
        case r.All(rules=()):
            return "are anybody"
        case r.All(rules=(only,)) | r.Any(rules=(only,)):
            return _part(only, names)
        case r.All() | r.Any():
            return f"({_joined(rule, names)})"
        case r.Not(rule=r.All() | r.Any() | r.Not() as child):
            return f"do not fit ({_joined(child, names)})"
        case r.Not(rule=child):
            return _leaf(child, names, yes=False)
        case _:
            return _leaf(rule, names, yes=True)


def _leaf(rule: r.Rule, names: Mapping[UUID, str], *, yes: bool) -> str:
    have, did, are = ("have", "had", "are") if yes else ("do not have", "did not have", "are not")
    match rule:
        case r.HasTrait(key=key, op="exists"):
            return f"{have} the trait “{key}”"
        case r.HasTrait(key=key, op="missing"):
            return f"{'do not have' if yes else 'have'} the trait “{key}”"
        case r.HasTrait(key=key, op=op, value=value):
            return f"{have} a trait “{key}” {_comparison(op, value)}"
        case r.HasIdentity(kinds=kinds, proven=proven):
            named = " or ".join(_KINDS.get(kind, kind) for kind in kinds)
            return f"{have} {'a proven' if proven else 'an'} address: {named}"
        case r.Performed(event=event, window=window, compare=compare, times=times):
            if compare == "at_least" and times == 1:
                return f"{did} {_step(event)} {_window(window)}"
            how = {"at_least": "at least", "at_most": "at most", "exactly": "exactly"}[compare]
            return f"{did} {_step(event)} {how} {times} {'time' if times == 1 else 'times'} {_window(window)}"
        case r.Occurrence(which=which, event=event, window=window):
            return f"{did} their {which} {_step(event)} {_window(window)}"
        case r.Total(event=event, property=key, amount=amount, compare=compare, window=window):
            how = "at least" if compare == "at_least" else "less than"
            return f"{have} a total “{key}” of {how} {amount:,.10g} over {_step(event)} {_window(window)}"
        case r.Sequence(first=first, next=then, within=within, without=without, window=window):
            between = f", without {_step(without)} between," if without else ""
            return f"{did} {_step(first)} and then{between} {_step(then)} within {_span(within)}, {_window(window)}"
        case r.NotFollowed(first=first, next=then, within=within, window=window):
            return f"{did} {_step(first)} and then no {_step(then)} within {_span(within)}, {_window(window)}"
        case r.HasConversation(state="open", seconds=seconds):
            return f"{have} an open conversation{f' for {_span(seconds)} or longer' if seconds else ''}"
        case r.HasConversation(seconds=seconds):
            return f"{are} waiting for an answer{f' for {_span(seconds)} or longer' if seconds else ''}"
        case r.Anniversary(key=key, calendar=calendar, days=days):
            when = f"within {days} days" if days else "today"
            return f"{have} the anniversary “{key}” ({calendar}) {when}"
        case r.HasConsent(purpose=purpose, channel=channel, state=state):
            way = "on all channels" if channel == ALL else f"on {channel}"
            what = f"“{PURPOSE_NAMES[purpose].en}” {way}"
            if state == "none":
                return f"{'have said nothing' if yes else 'have said something'} about {what}"
            said = {"given": "consented", "withdrawn": "withdrawn their consent"}[state]
            return f"{'have' if yes else 'have not'} {said} to {what}"
        case r.InRfm():
            return f"{are} buyers {_rfm(rule)}"
        case r.Computed(computed_id=computed_id, op=op, value=value):
            return f"{have} “{names.get(computed_id, '?')}” {_comparison(op, value)}"
        case r.Measured(of=of, op=op, value=value):
            return f"{have} {_worked_out(of, _ASKED)} {_comparison(op, value)}"
        case r.InSegment(segment_id=segment_id):
            return f"{are} in the segment “{names.get(segment_id, '?')}”"
    raise TypeError(rule)


_MEASURES: dict[r.MeasureName, str] = {
    "count": "a number of {event}",
    "sum": "a total “{property}” of {event}",
    "first": "a first “{property}” of {event}",
    "last": "a last “{property}” of {event}",
    "most_frequent": "a most frequent “{property}” of {event}",
    "unique": "the different values of “{property}” in {event}",
    "days_since": "a number of days since the last {event}",
}

_ASKED = _MEASURES | {"unique": "any “{property}” of {event}"}
"""As they stand in a condition: it is true of any of the different values."""


def computation(of: r.Computation) -> str:
    """What is worked out."""
    return _worked_out(of, _MEASURES)


def _worked_out(of: r.Computation, words: Mapping[r.MeasureName, str]) -> str:
    measure = words[of.measure].format(property=of.property, event=_step(of.event))
    return f"{measure} {_window(of.window)}"


def _rfm(rule: r.InRfm) -> str:
    named = [GROUP_NAMES[group].en for group in rule.groups]
    parts = [f"in the group {' or '.join(named)}"] if named else []
    parts += [
        f"with {name} score {' or '.join(map(str, scores))}"
        for name in ("recency", "frequency", "monetary", "value")
        if (scores := getattr(rule, name))
    ]
    return " and ".join(parts) or "of any group"


def _step(step: r.Step) -> str:
    where = ", ".join(f"{one.property} {_comparison(one.op, one.value)}" for one in step.where)
    return f"“{step.name}”{f' ({where})' if where else ''}"


def _comparison(op: r.Op, value: object) -> str:
    shown = _value(value)
    return {
        "exists": "is there", "missing": "is not there", "is": f"= {shown}", "is_not": f"≠ {shown}",
        "one_of": f"one of {shown}", "contains": f"containing {shown}", "starts_with": f"starting with {shown}",
        "gt": f"> {shown}", "gte": f"≥ {shown}", "lt": f"< {shown}", "lte": f"≤ {shown}",
    }[op]  # fmt: skip


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_value, value))
    if isinstance(value, bool):
        return str(value).lower()
    return f"“{value}”" if isinstance(value, str) else f"{value:,.10g}" if isinstance(value, int | float) else ""


def _window(window: r.Window) -> str:
    match (window.last, window.before):
        case (None, 0):
            return "at any time"
        case (None, before):
            return f"more than {_span(before)} ago"
        case (last, 0):
            return f"in the last {_span(last or 0)}"
        case (last, before):
            return f"between {_span(last or 0)} and {_span(before)} ago"


def _span(seconds: int) -> str:
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % size == 0:
            return _counted(seconds // size, unit)
    return _counted(seconds, "second")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
