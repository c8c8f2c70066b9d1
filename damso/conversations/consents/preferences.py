"""What somebody who opened their own page sees and may change: what was said by their address and by those that are
theirs by proof. What an agent merged is somebody else's as far as this page knows."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from damso.channels.inboxes import Inboxes
from damso.conversations.consents.links import LinkInvalid, Opened
from damso.customers.consent.record import record
from damso.customers.consent.standing import Household, entries_of, standing
from damso.customers.consent.types import ADVERTISING, ALL, BY_CHANNEL, PURPOSES, Method, Purpose, Said, Ways
from damso.customers.disclose import disclosed
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale, as_locale
from damso.kernel.log import Actor


class Choice(Struct, frozen=True, kw_only=True):
    """One switch."""

    purpose: Purpose
    channel: str
    on: bool
    withdrawn: bool

    @property
    def name(self) -> str:
        """The field of the form."""
        return f"{self.purpose}.{self.channel}"


class Preferences(Struct, frozen=True, kw_only=True):
    """The switches of one address, and the words they are asked with."""

    identity_id: int
    kind: str
    value: str
    actor: Actor
    locale: Locale | None
    choices: Sequence[Choice]


async def preferences_of(tx: Transaction, inboxes: Inboxes, ways: Ways, opened: Opened) -> Preferences:
    """Raises `LinkInvalid` where the address is gone."""
    row = await tx.row(
        """SELECT i.kind, i.value, i.customer_id, c.locale FROM identity i JOIN customer c ON c.id = i.customer_id
        WHERE i.id = $1 AND i.value <> 'erased:' || i.id""",
        opened.identity_id,
    )
    if row is None:
        raise LinkInvalid
    household = await _disclosed_household(tx, opened.identity_id)
    asked = await tx.values("SELECT DISTINCT purpose FROM consent_text")
    channels = await _channels(tx, inboxes, ways, household, row["kind"], opened.channel)
    return Preferences(
        identity_id=opened.identity_id,
        kind=row["kind"],
        value=row["value"],
        actor=Actor("customer", str(row["customer_id"])),
        locale=as_locale(row["locale"]),
        choices=[
            _choice(household, opened.identity_id, purpose, channel)
            for purpose in PURPOSES
            if purpose != "service" and (purpose in ADVERTISING or purpose in asked)
            for channel in (channels if purpose in BY_CHANNEL else (ALL,))
            if purpose != "night_marketing" or not ways[channel].night_exempt
        ],
    )


async def _disclosed_household(tx: Transaction, identity_id: int) -> Household:
    """The address and those that are theirs by proof, which speak with one voice."""
    ids = await disclosed(tx, identity_id)
    rows = await tx.rows("SELECT id, kind FROM identity WHERE id = ANY ($1)", ids)
    return Household(
        kinds={row["id"]: row["kind"] for row in rows},
        voices=dict.fromkeys(ids, identity_id),
        entries=await entries_of(tx, ids),
    )


async def _channels(
    tx: Transaction, inboxes: Inboxes, ways: Ways, household: Household, kind: str, asked: str
) -> Sequence[str]:
    """Channels we could write to them on, and those of which they have said something."""
    shown = {inbox.channel for inbox in await inboxes.enabled(tx) if inbox.adapter.policy.may_start}
    shown |= {way.channel for way in ways.values() if way.reaches and way.reaches == kind}
    shown |= {entry.channel for entry in household.entries} | {asked}
    return [channel for channel in ways if channel in shown]


def _choice(household: Household, identity_id: int, purpose: Purpose, channel: str) -> Choice:
    state = standing(household, identity_id, purpose, channel).state
    return Choice(purpose=purpose, channel=channel, on=state == "given", withdrawn=state == "withdrawn")


async def turn(
    tx: Transaction,
    ways: Ways,
    shown: Preferences,
    wanted: Mapping[str, bool],
    *,
    texts: Mapping[Purpose, UUID],
    ip: str | None,
) -> int:
    """Enter what differs from how things stand; how many entries that made. `texts` are those that stood on the page.
    Raises `GuardianNeeded`, `ConsentTextUnknown`."""
    said = [
        _said(shown, choice.purpose, choice.channel, given=not choice.on, ip=ip, text_id=texts.get(choice.purpose))
        for choice in shown.choices
        if wanted.get(choice.name, False) != choice.on
    ]
    return await record(tx, ways, said, actor=shown.actor) if said else 0


async def stop_all(tx: Transaction, ways: Ways, shown: Preferences, *, ip: str | None) -> None:
    """No advertising any more, on any channel."""
    purposes: tuple[Purpose, ...] = ("marketing", "night_marketing")
    said = [_said(shown, purpose, ALL, given=False, ip=ip) for purpose in purposes]
    await record(tx, ways, said, actor=shown.actor)


async def unsubscribe(tx: Transaction, ways: Ways, shown: Preferences, channel: str, *, ip: str | None) -> None:
    """No advertising on this channel any more. What was withdrawn already stays as it is, so that a repeated click is
    no new fact."""
    choice = next((one for one in shown.choices if one.purpose == "marketing" and one.channel == channel), None)
    if choice is None or not choice.withdrawn:
        said = _said(shown, "marketing", channel, given=False, ip=ip, method="one_click")
        await record(tx, ways, [said], actor=shown.actor)


def _said(
    shown: Preferences,
    purpose: Purpose,
    channel: str,
    *,
    given: bool,
    ip: str | None,
    text_id: UUID | None = None,
    method: Method = "preference_page",
) -> Said:
    return Said(
        identity_id=shown.identity_id,
        purpose=purpose,
        channel=channel,
        given=given,
        method=method,
        text_id=text_id,
        ip=ip,
    )
