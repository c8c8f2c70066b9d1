"""Random rules over a small vocabulary, so that random lives often fit them."""

from hypothesis import strategies as st

from damso.segments import rule as r

MINUTE = 60
NAMES = ("Order Completed", "Cart Viewed", "장바구니 담기")
KEYS = ("grade", "visits")
PROPERTIES = ("amount", "상품 종류", "a.b/c~d")
TEXTS = ("VIP", "일반", 'a"b', "VIP+")
NUMBERS = (0, 1, 2.5, 10, -3)
DAYS = ("1990-05-03", "02-29", "12-30", "1984-10-13", "11-22", "13-01", "5-3")

values = st.one_of(st.sampled_from(TEXTS), st.sampled_from(NUMBERS), st.booleans())
properties = st.dictionaries(st.sampled_from(PROPERTIES), st.one_of(values, st.none(), st.just(["VIP"])), max_size=2)


def _asked(op: r.Op) -> st.SearchStrategy[tuple[r.Op, object]]:
    match op:
        case "exists" | "missing":
            given: st.SearchStrategy[object] = st.none()
        case "one_of":
            given = st.lists(values, min_size=1, max_size=3).map(tuple)
        case "contains" | "starts_with":
            given = st.sampled_from(["V", "IP", "+", ".", "일"])
        case "is" | "is_not":
            given = values
        case _:
            given = st.sampled_from(NUMBERS)
    return given.map(lambda value: (op, value))


OPS: tuple[r.Op, ...] = (
    "exists", "missing", "is", "is_not", "one_of", "contains", "starts_with", "gt", "gte", "lt", "lte",
)  # fmt: skip
asked = st.sampled_from(OPS).flatmap(_asked)
conditions = st.builds(
    lambda name, test: r.Condition(property=name, op=test[0], value=test[1]), st.sampled_from(PROPERTIES), asked
)
steps = st.builds(
    lambda name, where: r.Step(name=name, where=tuple(where)),
    st.sampled_from(NAMES),
    st.one_of(st.just([]), st.just([]), st.lists(conditions, max_size=2)),
)
lasts = st.sampled_from([None, 10 * MINUTE, 20 * MINUTE, 60 * MINUTE])
windows = st.one_of(
    lasts.map(lambda last: r.Window(last=last)),
    st.builds(lambda last: r.Window(last=last, before=5 * MINUTE), lasts),
)
MEASURES: tuple[r.MeasureName, ...] = ("count", "sum", "first", "last", "most_frequent", "unique", "days_since")
computations = st.builds(
    lambda measure, event, of, window: r.Computation(
        measure=measure, event=event, property="" if measure in ("count", "days_since") else of, window=window
    ),
    st.sampled_from(MEASURES),
    steps,
    st.sampled_from(PROPERTIES),
    windows,
)
consents = st.builds(
    lambda purpose, channel, state: r.HasConsent(purpose=purpose, channel=channel, state=state),
    st.sampled_from(["marketing", "service"]),
    st.sampled_from(["email", "sms", "all"]),
    st.sampled_from(["given", "withdrawn", "none"]),
)
leaves: st.SearchStrategy[r.Rule] = st.one_of(
    st.builds(lambda of, test: r.Measured(of=of, op=test[0], value=test[1]), computations, asked),
    st.builds(lambda of, test: r.Measured(of=of, op=test[0], value=test[1]), computations, asked),
    consents,
    st.builds(lambda key, test: r.HasTrait(key=key, op=test[0], value=test[1]), st.sampled_from(KEYS), asked),
    st.builds(
        lambda kinds, proven: r.HasIdentity(kinds=tuple(kinds), proven=proven),
        st.lists(st.sampled_from(["email", "phone"]), min_size=1, max_size=2),
        st.booleans(),
    ),
    st.builds(
        lambda event, window, compare, times: r.Performed(event=event, window=window, compare=compare, times=times),
        steps,
        windows,
        st.sampled_from(["at_least", "at_least", "at_most", "exactly"]),
        st.integers(1, 3),
    ),
    st.builds(
        lambda which, event, window: r.Occurrence(which=which, event=event, window=window),
        st.sampled_from(["first", "last"]),
        steps,
        windows,
    ),
    st.builds(
        lambda event, compare, amount, window: r.Total(
            event=event, property="amount", compare=compare, amount=amount, window=window
        ),
        steps,
        st.sampled_from(["at_least", "less_than"]),
        st.sampled_from([1.0, 2.5, 12.5]),
        windows,
    ),
    st.builds(
        lambda first, then, within, without, last: r.Sequence(
            first=first, next=then, within=within, without=without, window=r.Window(last=last)
        ),
        steps,
        steps,
        st.sampled_from([5 * MINUTE, 15 * MINUTE]),
        st.one_of(st.none(), steps),
        lasts,
    ),
    st.builds(
        lambda first, then, within, last: r.NotFollowed(
            first=first, next=then, within=within, window=r.Window(last=last)
        ),
        steps,
        steps,
        st.sampled_from([5 * MINUTE, 9 * MINUTE]),
        lasts,
    ),
    st.builds(
        lambda calendar, days: r.Anniversary(key="birthday", calendar=calendar, days=days),
        st.sampled_from(["solar", "lunar"]),
        st.sampled_from([0, 1, 7, 90]),
    ),
)
rules: st.SearchStrategy[r.Rule] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda some: r.All(rules=tuple(some))),
        st.lists(inner, min_size=1, max_size=3).map(lambda some: r.Any(rules=tuple(some))),
        inner.map(lambda one: r.Not(rule=one)),
    ),
    max_leaves=4,
)
