"""Routes of retention: the rules and what they would do, the records of what they did, holds, and held cases.

They reach into every inbox, brand and team, so nobody decides here who is limited to some.
"""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.types import ControllerRouterHandler
from msgspec import Meta, Struct, structs

from damso.conversations.held import HeldCaseLine, HeldContent, held_cases, open_held
from damso.conversations.reach import check_conversation
from damso.conversations.retention.change import RuleChange, change_rule, switch_off, switch_on
from damso.conversations.retention.dry_run import DryRun, look, newest_dry_run, note
from damso.conversations.retention.hold import CaseHold, holds, lift_hold, place_hold
from damso.conversations.retention.record import Run, is_genuine, newest_runs, run_of
from damso.conversations.retention.rules import BASIS, Action, Rule, RuledClass, rules
from damso.conversations.retention.technical import TechnicalRule, keep_technical, technical_rules
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.errors import Forbidden
from damso.kernel.i18n import Locale
from damso.kernel.retention import Records
from damso.team.access import Caller, needs
from damso.team.records.keep import months_kept
from damso.team.records.reasons import Reason
from damso.team.records.witness import Witness


class RuleView(Struct, frozen=True, kw_only=True):
    """The rule of a class; `floor` is the least number of days, by `law`."""

    record_class: RuledClass
    days: int
    action: Action
    active: bool
    floor: int
    explanation: str
    law: str


class RetentionView(Struct, frozen=True, kw_only=True):
    """All rules, what somebody was shown last, and the newest records. `records_months` is how long the access log is
    kept, which has a setting of its own."""

    rules: list[RuleView]
    technical: list[TechnicalRule]
    dry_run: DryRun | None
    runs: list[Run]
    holds: list[CaseHold]
    records_months: int


class RuleSwitch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On: with the dry run that was read. The reason stands in the audit log."""

    active: bool
    reason: Annotated[str, Meta(max_length=500)] = ""
    dry_run_id: UUID | None = None


class TechnicalChange(Struct, frozen=True, forbid_unknown_fields=True):
    days: int


class HoldOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a case is not to be destroyed."""

    reason: Annotated[str, Meta(max_length=500)] = ""


class CheckedRun(Struct, frozen=True, kw_only=True):
    """A record, and whether it is as this installation sealed it."""

    run: Run
    genuine: bool


def _unlimited(caller: Caller) -> None:
    """Raises `Forbidden`."""
    if caller.limits.narrows_rows:
        raise Forbidden


def _view(rule: Rule, locale: Locale) -> RuleView:
    return RuleView(**structs.asdict(rule), law=BASIS[rule.record_class].say(locale))


class RetentionController(Controller):
    """Rules of retention."""

    path = "/api/retention"
    tags = ("retention",)
    guards = (needs("customers.erase"),)

    @get()
    async def get_retention(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], locale: NamedDependency[Locale]
    ) -> RetentionView:
        """The rules, the newest dry run and the newest records."""
        _unlimited(caller)
        async with database.reading() as tx:
            return RetentionView(
                rules=[_view(rule, locale) for rule in (await rules(tx)).values()],
                technical=list((await technical_rules(tx)).values()),
                dry_run=await newest_dry_run(tx),
                runs=await newest_runs(tx),
                holds=await holds(tx),
                records_months=await months_kept(tx),
            )

    @put("/rules/{record_class:str}")
    async def change_retention_rule(
        self,
        record_class: FromPath[str],
        data: JSONBody[RuleChange],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
    ) -> RuleView:
        """How long a class is kept, and what happens then. A rule that destroys more than before is switched off."""
        _unlimited(caller)
        async with database.transaction() as tx:
            return _view(await change_rule(tx, record_class, data, caller.actor), locale)

    @post("/rules/{record_class:str}/switch", status_code=200)
    async def switch_retention_rule(
        self,
        record_class: FromPath[str],
        data: JSONBody[RuleSwitch],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
    ) -> RuleView:
        """Switch a rule on, after a dry run of the last 24 hours, or off."""
        _unlimited(caller)
        async with database.transaction() as tx:
            if data.active:
                seen = data.dry_run_id or UUID(int=0)
                return _view(await switch_on(tx, record_class, seen, data.reason, caller.actor), locale)
            return _view(await switch_off(tx, record_class, data.reason, caller.actor), locale)

    @post("/dry-run")
    async def dry_run_retention(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        kept_records: NamedDependency[SkipValidation[Sequence[Records]]],
    ) -> DryRun:
        """What the rules would destroy now and within thirty days. Destroys nothing."""
        _unlimited(caller)
        async with database.reading() as tx:
            found = await look(tx, kept_records)
        async with database.transaction() as tx:
            await note(tx, found, caller.actor)
        return found

    @put("/technical/{kind:str}")
    async def change_technical_retention(
        self,
        kind: FromPath[str],
        data: JSONBody[TechnicalChange],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
    ) -> TechnicalRule:
        """After how many days something technical goes."""
        _unlimited(caller)
        async with database.transaction() as tx:
            return await keep_technical(tx, kind, data.days, caller.actor)

    @get("/runs/{run_id:uuid}")
    async def get_retention_run(
        self,
        run_id: FromPath[UUID],
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        caller: NamedDependency[Caller],
    ) -> CheckedRun:
        """The record of a run."""
        _unlimited(caller)
        async with database.reading() as tx:
            run = await run_of(tx, run_id)
        return CheckedRun(run=run, genuine=is_genuine(keyring, run))


class HoldController(Controller):
    """Holds on cases."""

    path = "/api/conversations/{conversation_id:uuid}/hold"
    tags = ("retention",)
    guards = (needs("customers.erase"),)

    @put(status_code=204)
    async def place_case_hold(
        self,
        conversation_id: FromPath[UUID],
        data: JSONBody[HoldOrder],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
    ) -> None:
        """No rule destroys the case until somebody lifts this."""
        async with database.transaction() as tx:
            await check_conversation(tx, caller, conversation_id)
            await place_hold(tx, conversation_id, data.reason, caller.actor)

    @delete()
    async def lift_case_hold(
        self,
        conversation_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
    ) -> None:
        """Let the rules have it again."""
        async with database.transaction() as tx:
            await check_conversation(tx, caller, conversation_id)
            await lift_hold(tx, conversation_id, caller.actor)


class HeldCaseController(Controller):
    """Cases of customers who were erased, which the law wants kept."""

    path = "/api/held-cases"
    tags = ("retention",)
    guards = (needs("customers.erase"),)

    @get()
    async def list_held_cases(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], keyring: NamedDependency[Keyring]
    ) -> list[HeldCaseLine]:
        """The newest 200: of which class, and until when. Nothing of what they hold."""
        _unlimited(caller)
        async with database.reading() as tx:
            return await held_cases(tx, keyring)

    @post("/{held_id:uuid}/open", status_code=200, guards=[needs("secrets.reveal")])
    async def open_held_case(
        self,
        held_id: FromPath[UUID],
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        reason: NamedDependency[Reason],
    ) -> HeldContent:
        """What a held case holds, for a reason that stands in the audit log and in the access log."""
        _unlimited(caller)
        async with database.transaction() as tx:
            content = await open_held(tx, keyring, held_id, f"{reason.kind} {reason.note}".strip(), caller.actor)
            customer_id = await tx.value(
                "SELECT e.customer_id FROM held_case h JOIN erasure e ON e.id = h.erasure_id WHERE h.id = $1", held_id
            )
        await witness.revealed(reason, customer_id)
        return content


CONTROLLERS: Sequence[ControllerRouterHandler] = (RetentionController, HoldController, HeldCaseController)
