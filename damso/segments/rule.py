"""The rule language: what may be asked of a customer, as types with a JSON form.

A rule is a tree of `and`, `or` and `not` over leaves; at any instant it is true or false of a customer, never unknown.
What each leaf means to the second stands in docs/segments.md, the reasons in docs/adr/0036.
"""

from typing import Literal, TypeAlias
from uuid import UUID

from msgspec import Struct

from damso.customers.consent.types import Purpose

Scalar: TypeAlias = str | bool | int | float
Op = Literal["exists", "missing", "is", "is_not", "one_of", "contains", "starts_with", "gt", "gte", "lt", "lte"]
"""What is asked of one value. All but `missing` and `is_not` are false of a value that is absent or of another kind:
numbers are compared with numbers only, texts with texts, capital letters and small ones told apart."""
EventStream = Literal["tracked", "care"]
MeasureName = Literal["count", "sum", "first", "last", "most_frequent", "unique", "days_since"]
"""What is worked out of events: how many, the sum of a property, its value in the first or the last one or in most of
them (of several the one that came last), its different values, or the whole days since the last one."""
Group = Literal[
    "champions", "loyal", "promising", "new", "attention", "slipping", "at_risk", "cannot_lose", "dormant", "lost"
]
"""Groups of buyers, see `damso.segments.rfm_groups`."""


class Condition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something asked of one property of an event."""

    property: str
    op: Op
    value: Scalar | tuple[Scalar, ...] | None = None


class Window(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A stretch of time up to now: younger than `last` seconds (None: however old) and at least `before` seconds old.

    Half-open: something that happened at `at` is inside from `at + before` on, and no more at `at + last`.
    """

    last: int | None = None
    before: int = 0


EVER = Window()


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event by its name and what its properties must be. `stream` tells what shops and apps send (`tracked`) from
    what happens between people and us (`care`)."""

    name: str
    stream: EventStream = "tracked"
    where: tuple[Condition, ...] = ()


class Computation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A value worked out of events in a window. `property` is what it is worked out of, empty for `count` and
    `days_since`; an event whose property is absent or no text, number or yes/no is passed over. Numbers go by six
    decimals."""

    measure: MeasureName
    event: Step
    property: str = ""
    window: Window = EVER


class _Node(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """Base of all nodes; `kind` tells them apart in JSON."""


class All(_Node, tag="and", frozen=True, kw_only=True):
    """Every one of them; of none, everybody."""

    rules: "tuple[Rule, ...]"


class Any(_Node, tag="or", frozen=True, kw_only=True):
    """At least one of them."""

    rules: "tuple[Rule, ...]"


class Not(_Node, tag="not", frozen=True, kw_only=True):
    """The opposite."""

    rule: "Rule"


class HasTrait(_Node, tag="trait", frozen=True, kw_only=True):
    """Something asked of what a trait is now."""

    key: str
    op: Op
    value: Scalar | tuple[Scalar, ...] | None = None


class HasIdentity(_Node, tag="identity", frozen=True, kw_only=True):
    """They have an address of one of these kinds; with `proven`, one they proved or its channel vouches for."""

    kinds: tuple[str, ...]
    proven: bool = False


class Performed(_Node, tag="performed", frozen=True, kw_only=True):
    """An event happened so many times in a window; `exactly` and `at_most` count no further than `times` + 1."""

    event: Step
    window: Window = EVER
    compare: Literal["at_least", "at_most", "exactly"] = "at_least"
    times: int = 1


class Occurrence(_Node, tag="occurrence", frozen=True, kw_only=True):
    """The very first (or last) event of that name fits: its properties are so, and it lies in the window."""

    which: Literal["first", "last"]
    event: Step
    window: Window = EVER


class Total(_Node, tag="total", frozen=True, kw_only=True):
    """The sum of a numeric property over events in a window, to six decimals; `amount` is above zero."""

    event: Step
    property: str
    amount: float
    compare: Literal["at_least", "less_than"] = "at_least"
    window: Window = EVER


class Sequence(_Node, tag="sequence", frozen=True, kw_only=True):
    """`first`, then `next` at most `within` seconds later, and between them no `without`; `next` lies in the window."""

    first: Step
    next: Step
    within: int
    without: Step | None = None
    window: Window = EVER


class NotFollowed(_Node, tag="not_followed", frozen=True, kw_only=True):
    """`first`, and within `within` seconds no `next`: true from the end of that wait on, while `first` is in the
    window."""

    first: Step
    next: Step
    within: int
    window: Window = EVER


class HasConversation(_Node, tag="conversation", frozen=True, kw_only=True):
    """They have a case that is `open` (not resolved), or in which they have been `waiting` for an answer for at least
    `seconds`."""

    state: Literal["open", "waiting"]
    seconds: int = 0


class Anniversary(_Node, tag="anniversary", frozen=True, kw_only=True):
    """The day that a trait names (`1990-05-03` or `05-03`) comes round today or within `days` days, by the customer's
    own clock; in the Korean lunar calendar where `calendar` says so."""

    key: str
    calendar: Literal["solar", "lunar"] = "solar"
    days: int = 0


class HasConsent(_Node, tag="consent", frozen=True, kw_only=True):
    """How their consent to a purpose on a channel stands by the ledger (`damso.customers.consent.standing`)."""

    purpose: Purpose
    channel: str = "all"
    state: Literal["given", "withdrawn", "none"] = "given"


class InRfm(_Node, tag="rfm", frozen=True, kw_only=True):
    """Where the last reckoning of buyers puts them: in one of these groups, with one of these scores; empty: any."""

    groups: tuple[Group, ...] = ()
    recency: tuple[int, ...] = ()
    frequency: tuple[int, ...] = ()
    monetary: tuple[int, ...] = ()
    value: tuple[int, ...] = ()


class Computed(_Node, tag="computed", frozen=True, kw_only=True):
    """Something asked of a computed trait, by its id; of `unique`, of any of its values."""

    computed_id: UUID
    op: Op
    value: Scalar | tuple[Scalar, ...] | None = None


class Measured(_Node, tag="measured", frozen=True, kw_only=True):
    """The same of a computation that has no name; what `computed` becomes."""

    of: Computation
    op: Op
    value: Scalar | tuple[Scalar, ...] | None = None


class InSegment(_Node, tag="segment", frozen=True, kw_only=True):
    """They fit the rule of another segment."""

    segment_id: UUID


Leaf: TypeAlias = (
    HasTrait
    | HasIdentity
    | Performed
    | Occurrence
    | Total
    | Sequence
    | NotFollowed
    | HasConversation
    | Anniversary
    | HasConsent
    | InRfm
    | Measured
)
Rule: TypeAlias = All | Any | Not | Leaf | InSegment | Computed
Named: TypeAlias = Rule | Computation
"""What a rule may name by its id: another segment's rule, or a computed trait."""
