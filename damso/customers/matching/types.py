"""The words of matching that others use."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

COMPARISONS = ("name", "phone", "email", "birthday", "address")
"""What two customers are compared by."""


class Level(Struct, frozen=True, kw_only=True):
    """How far two agree in one thing: `m` among records of one person, `u` among those of two."""

    comparison: str
    level: str
    m: float
    u: float


class Learnt(Struct, frozen=True, kw_only=True):
    """Whether `u` and `m` are this company's own, or as shipped for want of customers."""

    u: bool
    m: bool


class Parameters(Struct, frozen=True, kw_only=True):
    """What the model computes with. `prior` is how likely two customers taken at random are to be one."""

    prior: float
    levels: Sequence[Level]
    learnt: Learnt
    common_names: bool


class Part(Struct, frozen=True, kw_only=True):
    """What one comparison adds, as a power of two: 3 makes it eight times as likely, -1 half."""

    on: str
    level: str
    weight: float


class Explanation(Struct, frozen=True, kw_only=True):
    """Where it begins (two customers at random), and what each comparison adds. Levels alone: nothing of the person."""

    start: float
    parts: Sequence[Part]


class Pair(Struct, frozen=True, kw_only=True):
    """Two customers who may be one; `one_id` is the smaller id."""

    one_id: UUID
    other_id: UUID
    probability: float
    explanation: Explanation


LANE = "match"
Step = Literal["reading", "learning", "comparing", "keeping", "joining", ""]
State = Literal["waiting", "running", "done", "failed", "stopped"]
BANDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Where bands of probability begin."""


class Band(Struct, frozen=True, kw_only=True):
    """Pairs whose probability is at least `least`, and below the next band's."""

    least: float
    pairs: int


class Run(Struct, frozen=True, kw_only=True):
    """One comparison of all customers: how far it is (`done` of `total` in this step), and what came of it."""

    id: UUID
    asked_at: datetime
    state: State
    step: Step
    done: int
    total: int
    customers: int
    pairs: int
    joined: int
    held: int
    bands: list[Band]
    parameters: Parameters | None
    seconds: float | None
    peak_mb: int | None
    reason: str | None
    finished_at: datetime | None
