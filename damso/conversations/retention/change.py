"""Changing a rule, and switching it on: only whoever has just read what it would do can."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct, structs

from damso.conversations.retention.dry_run import dry_run_of
from damso.conversations.retention.rules import BASIS, KEPT, LONGEST, PROPOSED, Action, Rule, rules
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, Invalid, NotFound
from damso.kernel.i18n import Locale, Text
from damso.kernel.log import Actor
from damso.team import audit

READ_WITHIN = timedelta(hours=24)
"""How old the dry run may be that somebody has read before switching a rule on."""
LONGEST_REASON = 500


class PeriodTooShort(AppError):
    """The law wants these records for longer."""

    code = "RETENTION_TOO_SHORT"
    status = 422
    text = Text(
        "이 기록은 {floor}일보다 짧게 보관할 수 없어요. {law}",
        "These records are kept for {floor} days at least. {law}",
    )

    def __init__(self, rule: Rule) -> None:
        super().__init__(field="days", extra={"floor": rule.floor})
        self._rule = rule

    def say(self, locale: Locale) -> str:
        return self.text.say(locale, floor=self._rule.floor, law=BASIS[self._rule.record_class].say(locale))


class PeriodInvalid(AppError):
    code = "RETENTION_INVALID"
    status = 422
    text = Text("1일에서 {most}일 사이로 정해 주세요.", "Choose from 1 to {most} days.")


class DryRunNeeded(AppError):
    """Nobody has seen what the rule would destroy as it is now."""

    code = "DRY_RUN_NEEDED"
    text = Text(
        "규칙을 켜려면 먼저 무엇이 파기되는지 확인해야 해요. 24시간 안에 실행한 미리보기가 필요해요.",
        "First look at what the rule would destroy: a dry run of the last 24 hours is needed to switch it on.",
    )


class RetentionReasonNeeded(AppError):
    code = "RETENTION_REASON_NEEDED"
    status = 422
    text = Text("이유를 적어 주세요. 감사 기록에 남아요.", "Say why. It stands in the audit log.")


class RuleChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A period in days, what happens after it, and why the company decided so."""

    days: int
    action: Action = "erase"
    explanation: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""


async def change_rule(tx: Transaction, record_class: str, wanted: RuleChange, actor: Actor) -> Rule:
    """Give a class another rule. One that destroys more than before is off until somebody has seen what it would do.

    Raises `NotFound`, `PeriodTooShort`, `PeriodInvalid`, `Invalid` where customers were to go with what is no case.
    """
    before = await _locked(tx, record_class)
    if record_class in KEPT and wanted.action != "erase":
        raise Invalid(field="action")
    if wanted.days < before.floor:
        raise PeriodTooShort(before)
    if not 1 <= wanted.days <= LONGEST:
        raise PeriodInvalid(field="days", most=LONGEST)
    after = structs.replace(before, days=wanted.days, action=wanted.action, explanation=wanted.explanation.strip())
    after = structs.replace(after, active=before.active and not after.destroys_more_than(before))
    await _store(tx, after)
    await audit.record(tx, actor, "retention.rule_changed", record_class, before=_said(before), after=_said(after))
    return after


async def switch_on(tx: Transaction, record_class: str, dry_run_id: UUID, reason: str, actor: Actor) -> Rule:
    """From here on the timer destroys by this rule. Raises `NotFound`, `DryRunNeeded`, `RetentionReasonNeeded`."""
    rule, reason = await _locked(tx, record_class), _reason(reason)
    seen = await dry_run_of(tx, dry_run_id)
    if seen is None or seen.at < tx.now - READ_WITHIN or not seen.shows(rule):
        raise DryRunNeeded
    return await _switch(tx, rule, True, reason, actor, dry_run_id=str(dry_run_id))


async def switch_off(tx: Transaction, record_class: str, reason: str, actor: Actor) -> Rule:
    """Nothing more is destroyed by this rule, also not by a run that is at it. Raises `NotFound`,
    `RetentionReasonNeeded`."""
    return await _switch(tx, await _locked(tx, record_class), False, _reason(reason), actor)


async def _switch(tx: Transaction, rule: Rule, active: bool, reason: str, actor: Actor, **details: object) -> Rule:
    if rule.active == active:
        return rule
    after = structs.replace(rule, active=active)
    await _store(tx, after)
    act = "retention.switched_on" if active else "retention.switched_off"
    await audit.record(tx, actor, act, rule.record_class, reason=reason, **_said(after), **details)
    return after


async def _locked(tx: Transaction, record_class: str) -> Rule:
    """Two who change rules at once take turns."""
    if record_class not in PROPOSED:
        raise NotFound
    await tx.execute("LOCK TABLE retention_rule IN SHARE ROW EXCLUSIVE MODE")
    return {str(name): rule for name, rule in (await rules(tx)).items()}[record_class]


async def _store(tx: Transaction, rule: Rule) -> None:
    await tx.execute(
        """INSERT INTO retention_rule (record_class, days, action, active, explanation, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (record_class) DO UPDATE SET days = excluded.days,
            action = excluded.action, active = excluded.active, explanation = excluded.explanation,
            changed_at = excluded.changed_at""",
        rule.record_class,
        rule.days,
        rule.action,
        rule.active,
        rule.explanation,
        tx.now,
    )


def _reason(reason: str) -> str:
    if not reason.strip():
        raise RetentionReasonNeeded(field="reason")
    if len(reason) > LONGEST_REASON or "\0" in reason:
        raise Invalid(field="reason")
    return reason.strip()


def _said(rule: Rule) -> dict[str, object]:
    return {"days": rule.days, "action": rule.action, "active": rule.active}
