"""Routes of bulk matching: the company's policy, and runs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from damso.customers.matching.explain import COMPARISON_NAMES, LEVELS
from damso.customers.matching.policy import MatchPolicy, policy_of, set_policy
from damso.customers.matching.runs import begin_run, run_of, runs
from damso.customers.matching.types import Band, Run, State, Step
from damso.kernel.database import Database
from damso.kernel.i18n import Locale
from damso.team.access import Caller, needs


class LearntLevel(Struct, frozen=True, kw_only=True):
    """How often one person's two records stand on a level (`m`), and how often two people's do (`u`)."""

    comparison: str
    level: str
    text: str
    m: float
    u: float


class MatchParameters(Struct, frozen=True, kw_only=True):
    """What a run computed with. `prior`: how likely any two customers are one. `learnt_u`, `learnt_m`: whether from
    this company's own customers, or as shipped."""

    prior: float
    learnt_u: bool
    learnt_m: bool
    levels: list[LearntLevel]


class MatchRunView(Struct, frozen=True, kw_only=True):
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
    parameters: MatchParameters | None
    seconds: float | None
    peak_mb: int | None
    reason: str | None
    finished_at: datetime | None


class Matching(Struct, frozen=True, kw_only=True):
    """How possible duplicates are sought, and the latest runs, newest first."""

    policy: MatchPolicy
    runs: list[MatchRunView]


class MatchController(Controller):
    """Bulk matching."""

    path = "/api/identity/matching"
    tags = ("customers",)
    guards = (needs("settings.manage"),)

    @get()
    async def get_matching(self, database: NamedDependency[Database], locale: NamedDependency[Locale]) -> Matching:
        """The policy and the latest runs."""
        async with database.reading() as tx:
            return Matching(policy=await policy_of(tx), runs=[_view(one, locale) for one in await runs(tx)])

    @put("/policy")
    async def set_match_policy(
        self, data: JSONBody[MatchPolicy], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> MatchPolicy:
        """From which probability pairs are proposed, and from which a rule joins them (null: never)."""
        async with database.transaction() as tx:
            return await set_policy(tx, data, caller.actor)

    @post("/runs")
    async def start_match_run(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], locale: NamedDependency[Locale]
    ) -> MatchRunView:
        """Compare all customers, in the background."""
        async with database.transaction() as tx:
            run_id = await begin_run(tx, caller.actor, in_lane=True)
            return _view(await run_of(tx, run_id), locale)


def _view(run: Run, locale: Locale) -> MatchRunView:
    told = {name: getattr(run, name) for name in MatchRunView.__struct_fields__}
    return MatchRunView(**told | {"parameters": _parameters(run, locale)})


def _parameters(run: Run, locale: Locale) -> MatchParameters | None:
    said = run.parameters
    if said is None:
        return None
    return MatchParameters(
        prior=said.prior,
        learnt_u=said.learnt.u,
        learnt_m=said.learnt.m,
        levels=[
            LearntLevel(
                comparison=COMPARISON_NAMES[one.comparison].say(locale),
                level=one.level,
                text=LEVELS[one.comparison][one.level].say(locale),
                m=one.m,
                u=one.u,
            )
            for one in said.levels
        ],
    )


CONTROLLERS: Sequence[ControllerRouterHandler] = (MatchController,)
