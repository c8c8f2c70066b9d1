"""May we write to this address, for this purpose, on this channel, at this moment? The one place that decides.

Campaigns, journeys and `conversations.send` all ask here. What the law wants is told, part by part, in docs/consent.md.
"""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from damso.customers.consent.age import children
from damso.customers.consent.days import confirmation_overdue, zone_named
from damso.customers.consent.standing import NOTHING, Household, Standing, household_of, standing
from damso.customers.consent.types import ADVERTISING, Purpose, Ways
from damso.customers.erasing.suppressed import suppressed_since
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction

NIGHT_BEGINS, NIGHT_ENDS = 21, 8
"""Hours of the customer's clock between which advertising needs a consent of its own (Network Act art. 50(3))."""

Reason = Literal[
    "consented",
    "not_needed",
    "channel_unknown",
    "address_unknown",
    "bounced",
    "suppressed",
    "under_14",
    "no_consent",
    "withdrawn",
    "withdrawn_elsewhere",
    "night",
]


class Answer(Struct, frozen=True, kw_only=True):
    """Whether, and why. `consent_id` is the entry that decides; `not_before` is when the night ends where that is all
    that stands in the way; `confirmation_overdue` that a consent which holds should have been confirmed by now."""

    allowed: bool
    reason: Reason
    consent_id: int | None = None
    not_before: datetime | None = None
    confirmation_overdue: bool = False


class ContactRules:
    """What deciding needs besides the ledger: the keys of the suppression list, and what channels there are."""

    def __init__(self, keyring: Keyring, ways: Ways) -> None:
        self.keyring = keyring
        self.ways = ways

    async def may_contact(
        self, tx: Transaction, identity_id: int, purpose: Purpose, channel: str, *, at: datetime | None = None
    ) -> Answer:
        """`at` is when the message would arrive (None: now)."""
        at = at or tx.now
        way = self.ways.get(channel)
        address = await tx.row(
            """SELECT i.kind, i.value, i.bounced_at, i.customer_id, c.timezone FROM identity i
                JOIN customer c ON c.id = i.customer_id
            WHERE i.id = $1 AND i.value <> 'erased:' || i.id""",
            identity_id,
        )
        if way is None or address is None:
            return _no("channel_unknown" if way is None else "address_unknown")
        if address["bounced_at"]:
            return _no("bounced")
        if purpose != "service" and await children(tx, [identity_id]):
            return _no("under_14")
        household = await household_of(tx, address["customer_id"])
        found = standing(household, identity_id, purpose, channel)
        if await self._suppressed(tx, address["kind"], address["value"], found):
            return _no("suppressed")
        if found.state != "given":
            return _without_consent(purpose, found)
        assert found.entry is not None
        if purpose in ADVERTISING and not way.night_exempt and is_night(at, address["timezone"]):
            night = _night_consent(household, identity_id, channel)
            if night.state != "given":
                return _no("night", night, not_before=morning_after(at, address["timezone"]))
        return Answer(
            allowed=True,
            reason="consented",
            consent_id=found.entry.id,
            confirmation_overdue=purpose in ADVERTISING and await confirmation_overdue(tx, found.entry.id),
        )

    async def _suppressed(self, tx: Transaction, kind: str, value: str, found: Standing) -> bool:
        """Whether somebody who had this address was erased, and nobody has consented with it since."""
        erased_at = (await suppressed_since(tx, self.keyring, [(kind, value)])).get((kind, value))
        if erased_at is None:
            return False
        return not (found.state == "given" and found.entry and found.entry.at > erased_at)


def _without_consent(purpose: Purpose, found: Standing) -> Answer:
    if found.state == "withdrawn":
        return _no("withdrawn_elsewhere" if found.elsewhere else "withdrawn", found)
    if purpose == "service":
        return Answer(allowed=True, reason="not_needed")
    return _no("no_consent")


def _night_consent(household: Household, identity_id: int, channel: str) -> Standing:
    return standing(household, identity_id, "night_marketing", channel)


def _no(reason: Reason, found: Standing = NOTHING, *, not_before: datetime | None = None) -> Answer:
    return Answer(
        allowed=False, reason=reason, consent_id=found.entry.id if found.entry else None, not_before=not_before
    )


def is_night(at: datetime, timezone: str | None) -> bool:
    """Whether it is night on the customer's clock; where theirs is not known, on that of Seoul."""
    hour = at.astimezone(zone_named(timezone)).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def morning_after(at: datetime, timezone: str | None) -> datetime:
    """When the night that `at` lies in ends."""
    local = at.astimezone(zone_named(timezone))
    day = local.date() + timedelta(days=1 if local.hour >= NIGHT_BEGINS else 0)
    return datetime(day.year, day.month, day.day, NIGHT_ENDS, tzinfo=local.tzinfo)
