"""Somebody comes to a shop: they show a code, which proves who they are, or say a phone number, which is a claim."""

from typing import Annotated

from msgspec import Meta, Struct

from damso.commerce.shops import Shop, shop
from damso.conversations.counter.acts import Act, Key, NewAct, PlaceKey, digest_of_request, keep_act, known_act
from damso.conversations.counter.codes import CodeUsed, MemberCodes, digest_of
from damso.customers.addresses import canonical_phone
from damso.customers.claim import keep_claim
from damso.customers.identify import identify
from damso.customers.types import IdentityKey
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import Actor, Event, append

COUNTER = "counter"
"""The kind of somebody known by a number that they said at a counter. It is never matched with the phone of anybody:
whose it may be is suggested to a person (the claim beside it does that)."""


class NewVisit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who came where: `code` as it was read from their screen, or `phone` as they said it."""

    key: Key
    place: PlaceKey
    code: Annotated[str, Meta(max_length=500)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""


class CodeOrPhone(AppError):
    code = "CODE_OR_PHONE"
    status = 422
    text = Text("QR 코드나 전화번호 하나를 보내 주세요.", "Send either a code or a phone number.")


async def visit(tx: Transaction, codes: MemberCodes, wanted: NewVisit, actor: Actor) -> Act:
    """Note a visit.

    Raises `ShopUnknown`, `CodeOrPhone`, `CodeInvalid`, `CodeUsed`, `PhoneInvalid`, `RequestKeyUsed`.
    """
    at = await shop(tx, wanted.place)
    digest = digest_of_request("visit", wanted)
    if known := await known_act(tx, actor, wanted.key, digest):
        return known
    if bool(wanted.code) == bool(wanted.phone):
        raise CodeOrPhone
    new = await (_shown(tx, codes, wanted, digest) if wanted.code else _said(tx, wanted, digest))
    kept = await keep_act(tx, actor, at, new)
    if kept is None:
        if known := await known_act(tx, actor, wanted.key, digest):
            return known
        raise CodeUsed(field="code")
    await append(tx, counter_event("Store Visited", kept, at, actor, {}))
    return kept


async def _shown(tx: Transaction, codes: MemberCodes, wanted: NewVisit, digest: str) -> NewAct:
    identity_id = await codes.open_code(tx, wanted.code)
    return NewAct(
        kind="visit",
        key=wanted.key,
        digest=digest,
        identity_id=identity_id,
        known_by="code",
        code_digest=digest_of(wanted.code),
    )


async def _said(tx: Transaction, wanted: NewVisit, digest: str) -> NewAct:
    number = canonical_phone(wanted.phone)
    who = await identify(tx, IdentityKey(COUNTER, number), proof="none", source=COUNTER)
    await keep_claim(tx, who.identity_id, "phone", number, source=COUNTER)
    return NewAct(kind="visit", key=wanted.key, digest=digest, identity_id=who.identity_id, known_by="phone")


def counter_event(name: str, act: Act, at: Shop, actor: Actor, said: dict[str, object]) -> Event:
    """A tracked event of a till: the company's own word, with its shop."""
    return Event(
        stream="tracked",
        name=name,
        subject_kind=COUNTER,
        subject_id=str(act.id),
        actor=actor,
        identity_id=act.identity_id,
        properties={"place": at.key, "place_name": at.name, "known_by": act.known_by} | said,
    )
