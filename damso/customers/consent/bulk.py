"""Many consents at once, by the addresses they were given for: from another system, or from the site's own forms."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from damso.customers.addresses import canonical
from damso.customers.consent.age import children
from damso.customers.consent.errors import GuardianNeeded, SaidBeforeErasure
from damso.customers.consent.may_contact import ContactRules
from damso.customers.consent.record import enter, problems, unfit
from damso.customers.consent.types import Method, Purpose, Said
from damso.customers.erasing.suppressed import suppressed_since
from damso.customers.identify import Sighting, identify_all
from damso.customers.types import IdentityKey
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.log import Actor

MOST = 500
"""Entries of one call: what a transaction does within a tenth of a second."""

Short = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]


class ConsentGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That somebody consented (`given`) or withdrew. `kind` and `value` are their address; `external_key` makes a
    repeat the same entry; `at` is when they said so, `confirmed_at` when they were last reminded of it."""

    kind: Literal["email", "phone", "user"]
    value: Annotated[str, Meta(min_length=1, max_length=254, pattern=r"^[^\x00]*$")]
    scope: Short = ""
    purpose: Purpose
    channel: Short = "all"
    given: bool
    method: Method = "api"
    at: datetime | None = None
    confirmed_at: datetime | None = None
    text_id: UUID | None = None
    proof: dict[Short, str | int] = {}
    ip: Annotated[str, Meta(max_length=45, pattern=r"^[0-9a-fA-F.:]*$")] | None = None
    external_key: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] | None = None


class RefusedConsent(Struct, frozen=True, kw_only=True):
    """One that was not entered, by its place in the call, and why."""

    index: int
    code: str
    detail: str


class BulkOutcome(Struct, frozen=True, kw_only=True):
    """How many entries are new, how many were there already, and which were refused."""

    recorded: int
    repeated: int
    refused: Sequence[tuple[int, AppError]]


async def record_many(
    tx: Transaction, rules: ContactRules, given: Sequence[ConsentGiven], *, actor: Actor
) -> BulkOutcome:
    """Enter all that can be entered. An address nobody knew makes a customer, whom our own systems vouch for; what
    somebody said before they were erased brings nobody back."""
    ways = rules.ways
    keys, refused = await _sort_out(tx, rules, given)
    sightings = [
        Sighting(key=key, proof="asserted", source="consents", seen_at=given[number].at) for number, key in keys.items()
    ]
    found = await identify_all(tx, sightings) if sightings else []
    said = {number: _said(given[number], one.identity_id) for number, one in zip(keys, found, strict=True)}
    numbers = list(said)
    for place, problem in (await problems(tx, ways, list(said.values()))).items():
        refused[numbers[place]] = problem
    fit = [one for number, one in said.items() if number not in refused]
    recorded = await enter(tx, fit, actor=actor)
    return BulkOutcome(recorded=recorded, repeated=len(fit) - recorded, refused=sorted(refused.items()))


async def foresee_many(tx: Transaction, rules: ContactRules, given: Sequence[ConsentGiven]) -> dict[int, AppError]:
    """What `record_many` would refuse, by reading alone."""
    keys, refused = await _sort_out(tx, rules, given)
    numbers = list(keys)
    rows = await tx.rows(
        """SELECT g.n, i.id FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS g(kind, value, scope, n)
        JOIN identity i ON i.kind = g.kind AND i.value = g.value AND i.scope = g.scope""",
        [keys[number].kind for number in numbers],
        [keys[number].value for number in numbers],
        [keys[number].scope for number in numbers],
    )
    ids = {numbers[row["n"] - 1]: row["id"] for row in rows}
    minors = await children(tx, {ids[number] for number in ids if given[number].given})
    for number in numbers:
        identity_id = ids.get(number, 0)
        if given[number].given and identity_id in minors:
            refused[number] = GuardianNeeded()
        elif problem := unfit(_said(given[number], identity_id), rules.ways, tx.now):
            refused[number] = problem
    return refused


async def _sort_out(
    tx: Transaction, rules: ContactRules, given: Sequence[ConsentGiven]
) -> tuple[dict[int, IdentityKey], dict[int, AppError]]:
    """The addresses of what may be entered, and why the rest may not, by their places."""
    keys, refused = _keys_of(given)
    erased = await suppressed_since(tx, rules.keyring, {(key.kind, key.value) for key in keys.values()})
    for number, key in list(keys.items()):
        since = erased.get((key.kind, key.value))
        if since and (given[number].at or tx.now) <= since:
            refused[number] = SaidBeforeErasure(field="value")
            del keys[number]
    return keys, refused


def _keys_of(given: Sequence[ConsentGiven]) -> tuple[dict[int, IdentityKey], dict[int, AppError]]:
    """The addresses in their canonical form, and what is wrong with the others, by their places."""
    keys: dict[int, IdentityKey] = {}
    refused: dict[int, AppError] = {}
    for number, one in enumerate(given):
        try:
            value = one.value.strip() if one.kind == "user" else canonical(one.kind, one.value)
            keys[number] = IdentityKey(one.kind, value, one.scope)
        except AppError as error:
            refused[number] = error
    return keys, refused


def _said(one: ConsentGiven, identity_id: int) -> Said:
    proof: dict[str, Any] = dict(one.proof)
    return Said(
        identity_id=identity_id,
        purpose=one.purpose,
        channel=one.channel,
        given=one.given,
        method=one.method,
        at=one.at,
        confirmed_at=one.confirmed_at,
        text_id=one.text_id,
        proof=proof,
        ip=one.ip,
        external_key=one.external_key,
    )
