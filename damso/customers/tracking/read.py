"""From the bytes of one event to a call that can be stored, or to the reason why it cannot.

Each event is looked at by itself, so that a bad one takes no other with it. What a call stores are the properties as
their sender wrote them (of `identify` and `group` the traits), beside ours under names that begin with `$`.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.customers.addresses import canonical_email, canonical_name, canonical_phone
from damso.customers.protection.blocked import Blocked
from damso.customers.tracking.known import KnownSource
from damso.customers.tracking.plan import Finding
from damso.customers.tracking.token import TokenRefused, UserToken, read_token
from damso.customers.tracking.types import (
    MAX_EVENT,
    MAX_ID,
    MAX_MESSAGE_ID,
    MAX_NAME,
    USER,
    Call,
    CallType,
    Contacts,
    Parcel,
    Refused,
)
from damso.customers.tracking.when import TimeRefused, occurred, parse_time
from damso.customers.traits import fits
from damso.customers.types import ANONYMOUS, IdentityKey
from damso.kernel.errors import AppError
from damso.kernel.ids import new_id

MAX_TRAITS = 300
CALLS: frozenset[str] = frozenset(get_args(CallType))
NAMES: Mapping[CallType, str] = {
    "identify": "Identified",
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "group": "Group Joined",
    "alias": "Aliased",
}
"""What the calls without a name of their own are called in the log."""
RESERVED = frozenset(
    {"$context", "$integrations", "$name", "$category", "$group", "$previous", "$user", "$anonymous"}
) | {"$violations"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTACT = ("email", "phone", "name")
Id = str | int | None


class Sent(Struct, frozen=True, rename="camel"):
    """An event as the protocol has it. Programs write ids as numbers, too."""

    type: str | None = None
    message_id: str | None = None
    user_id: Id = None
    anonymous_id: Id = None
    previous_id: Id = None
    group_id: Id = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    integrations: dict[str, Any] | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None


class _Bad(Exception):
    """`args` are a code and what exactly is wrong."""


_SOUND, _NO_CONTACTS = Finding(), Contacts()
_DECODER = msgspec.json.Decoder(Sent)


def read_event(known: KnownSource, parcel: Parcel) -> Call | Refused:
    """Look at one event."""
    sent = Sent()
    try:
        sent = _decode(parcel)
        return _call(known, parcel, sent)
    except _Bad as bad:
        code, detail = (*bad.args, "")[:2]
        return refused(known, parcel, code, detail, sent)


def refused(known: KnownSource, parcel: Parcel, code: str, detail: str, sent: Sent) -> Refused:
    """The event with the reason why it is not taken."""
    name = sent.event or sent.name or ""
    return Refused(
        source=known.source,
        parcel=parcel,
        key=_key_of(sent, parcel) if sent.message_id else _digest(parcel.body),
        code=code,
        detail=_CONTROL.sub(" ", detail)[:500],
        name=_CONTROL.sub(" ", name)[:MAX_NAME],
        message_id=_CONTROL.sub(" ", sent.message_id or "")[:MAX_MESSAGE_ID],
        call=parcel.call or (sent.type if sent.type in CALLS else None),  # type: ignore[arg-type]
        subjects=_subjects(sent),
    )


def refusal_of(call: Call, code: str, detail: str) -> Refused:
    """A call that turned out not to be acceptable after all."""
    keys = [key for key in (call.user, call.anonymous, call.previous) if key]
    contacts = (("email", call.contacts.email), ("phone", call.contacts.phone))
    return Refused(
        source=call.source,
        parcel=call.parcel,
        key=call.key,
        code=code,
        detail=detail,
        name=call.name if call.type == "track" else "",
        message_id=call.message_id,
        call=call.type,
        subjects=[f"{key.kind}:{key.value}" for key in keys] + [f"{kind}:{value}" for kind, value in contacts if value],
    )


def _decode(parcel: Parcel) -> Sent:
    if len(parcel.body) > MAX_EVENT:
        raise _Bad("TOO_LARGE", f"{len(parcel.body)} > {MAX_EVENT}")
    try:
        return _DECODER.decode(parcel.body)
    except msgspec.ValidationError as error:
        said = str(error)
        raise _Bad("NOT_AN_EVENT" if "at `$" not in said else "FIELD_INVALID", said) from error
    except RecursionError as error:
        raise _Bad("TOO_DEEP") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _Bad("NOT_AN_EVENT", str(error)[:200]) from error


def _call(known: KnownSource, parcel: Parcel, sent: Sent) -> Call:
    kind = _type(parcel, sent)
    context, token = _context(known, parcel, sent)
    user = _person(known, USER, sent.user_id, "userId")
    anonymous = _person(known, ANONYMOUS, sent.anonymous_id, "anonymousId")
    previous = _person(known, USER, sent.previous_id, "previousId") if kind == "alias" else None
    _require_somebody(known, kind, user, anonymous, previous, token)
    vouched = known.source.asserts or token is not None
    own = _own(kind, sent)
    name = _name(kind, sent)
    finding = known.plan.look_at(name, own) if kind == "track" else _SOUND
    if finding.refusal:
        raise _Bad(finding.refusal, "; ".join(finding.violations))
    traits = _traits(own) if kind == "identify" else {}
    key = _key_of(sent, parcel)
    stored = _stored(
        parcel,
        sent,
        own,
        context,
        finding,
        user.value if user and not vouched else "",
        anonymous.value if anonymous and user and vouched else "",
    )
    return Call(
        source=known.source,
        parcel=parcel,
        type=kind,
        name=name,
        message_id=_text(sent.message_id, "messageId", MAX_MESSAGE_ID) or str(key),
        key=key,
        occurred_at=_occurred(parcel, sent),
        stored=stored,
        anonymous=anonymous,
        user=user,
        proven=token is not None,
        previous=previous,
        traits=traits,
        contacts=_contacts(traits, token, known.blocked) if traits or token else _NO_CONTACTS,
    )


def _type(parcel: Parcel, sent: Sent) -> CallType:
    kind = parcel.call or sent.type
    if kind not in CALLS:
        raise _Bad("TYPE_UNKNOWN", str(kind or "")[:50])
    return kind  # type: ignore[return-value]


def _context(known: KnownSource, parcel: Parcel, sent: Sent) -> tuple[dict[str, Any], UserToken | None]:
    """The event's context over its batch's, without the token, which is a secret."""
    context = {**parcel.context, **(sent.context or {})} if parcel.context else sent.context or {}
    ours = context.pop("damso", None)
    written = ours.get("user_token") if isinstance(ours, dict) else None
    if written is None:
        return context, None
    try:
        return context, read_token(known, written, str(sent.user_id), parcel.received_at)
    except TokenRefused as error:
        raise _Bad("TOKEN_INVALID", str(error)) from error


def _person(known: KnownSource, kind: str, value: Id, field: str) -> IdentityKey | None:
    if value is None or value == "":
        return None
    text = str(value).strip()
    if known.blocked.names_nobody(kind, text):
        raise _Bad("BLOCKED_VALUE", f"{field}: {text[:50]}")
    return IdentityKey(kind, _text(text, field, MAX_ID), known.source.namespace)


def _text(value: str | None, field: str, most: int) -> str:
    if value is None:
        return ""
    if len(value) > most:
        raise _Bad("TOO_LONG", f"{field}: {len(value)} > {most}")
    if _CONTROL.search(value):
        raise _Bad("CONTROL_CHARACTER", field)
    return value


def _require_somebody(
    known: KnownSource,
    kind: CallType,
    user: IdentityKey | None,
    anonymous: IdentityKey | None,
    previous: IdentityKey | None,
    token: UserToken | None,
) -> None:
    if kind == "alias":
        if not known.source.asserts:
            raise _Bad("SERVER_ONLY")
        if user is None or previous is None or user == previous:
            raise _Bad("PREVIOUS_MISSING")
    if user is None and anonymous is None:
        raise _Bad("NOBODY")
    if anonymous is None and not known.source.asserts and token is None:
        raise _Bad("ONLY_CLAIMED")


def _name(kind: CallType, sent: Sent) -> str:
    if kind != "track":
        return NAMES[kind]
    name = _text((sent.event or "").strip(), "event", MAX_NAME)
    if not name:
        raise _Bad("NAME_MISSING")
    return name


def _own(kind: CallType, sent: Sent) -> dict[str, Any]:
    """What the sender says of the event, or of the person or the group."""
    if kind == "identify":
        # Some kits hold what they know of a person in the context of every event.
        held = (sent.context or {}).get("traits")
        own = {**held, **(sent.traits or {})} if isinstance(held, dict) else sent.traits or {}
    else:
        own = (sent.traits if kind == "group" else sent.properties) or {}
    if not RESERVED.isdisjoint(own):
        raise _Bad("RESERVED_PROPERTY", ", ".join(sorted(RESERVED.intersection(own))))
    return own


def _traits(own: Mapping[str, Any]) -> dict[str, Any]:
    if len(own) > MAX_TRAITS:
        raise _Bad("TOO_MANY_TRAITS", f"{len(own)} > {MAX_TRAITS}")
    if unfit := next((key for key, value in own.items() if not fits(key, value)), None):
        raise _Bad("TRAIT_INVALID", unfit[:100])
    return dict(own)


def _stored(
    parcel: Parcel,
    sent: Sent,
    own: dict[str, Any],
    context: Mapping[str, Any],
    finding: Finding,
    claimed: str,
    stitched: str,
) -> str:
    """What the log keeps, as JSON: the sender's properties, and beside them ours, those that say anything."""
    if context:
        own["$context"] = context
    if parcel.integrations or sent.integrations:
        own["$integrations"] = {**(parcel.integrations or {}), **(sent.integrations or {})}
    if sent.name:
        own["$name"] = _text(sent.name, "name", MAX_NAME)
    if sent.category:
        own["$category"] = _text(sent.category, "category", MAX_NAME)
    if sent.group_id:
        own["$group"] = _text(str(sent.group_id), "groupId", MAX_MESSAGE_ID)
    if sent.previous_id:
        own["$previous"] = _text(str(sent.previous_id), "previousId", MAX_ID)
    if claimed:
        own["$user"] = claimed
    if stitched:
        own["$anonymous"] = stitched
    if finding.violations:
        own["$violations"] = list(finding.violations)
    encoded = msgspec.json.encode(own)
    if b"\\u0000" in encoded and _holds_nul(own):
        raise _Bad("CONTROL_CHARACTER", "\\u0000")
    return encoded.decode()


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any("\x00" in key or _holds_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(_holds_nul(inner) for inner in value)


def _occurred(parcel: Parcel, sent: Sent) -> Any:
    try:
        written = sent.original_timestamp or sent.timestamp
        sent_at = parse_time(sent.sent_at) if sent.sent_at else parcel.sent_at
        original = parse_time(written) if written else None
        return occurred(original, sent_at, parcel.received_at, historical=parcel.historical)
    except TimeRefused as error:
        raise _Bad(error.args[0], str(sent.original_timestamp or sent.timestamp or sent.sent_at)[:50]) from error


def _contacts(traits: Mapping[str, Any], token: UserToken | None, blocked: Blocked | None = None) -> Contacts:
    """Addresses that make sense and may be somebody's; others stay traits, for a person to look at."""
    found: dict[str, str] = {}
    for kind, canonical in (("email", canonical_email), ("phone", canonical_phone)):
        try:
            if isinstance(typed := traits.get(kind), str):
                address = canonical(typed)
                if blocked is None or not blocked.names_nobody(kind, address):
                    found[kind] = address
        except AppError:
            continue
    if token and token.email:
        found["email"] = token.email
    return Contacts(found.get("email"), found.get("phone"), _full_name(traits))


def _full_name(traits: Mapping[str, Any]) -> str:
    said = traits.get("name") or " ".join(str(traits.get(part) or "") for part in ("firstName", "lastName"))
    try:
        return canonical_name(said) if isinstance(said, str) and said.strip() else ""
    except AppError:
        return ""


def _key_of(sent: Sent, parcel: Parcel) -> UUID:
    """By the sender's id; without one by what was sent, where its time tells it from the next; else always new."""
    if sent.message_id:
        return _digest(sent.message_id.encode())
    return _digest(parcel.body) if sent.timestamp or sent.original_timestamp else new_id()


def _digest(said: bytes) -> UUID:
    return UUID(bytes=hashlib.blake2b(said, digest_size=16).digest())


def _subjects(sent: Sent) -> Sequence[str]:
    """Whom a refused event names, so that it can be forgotten with them."""
    named = ((USER, sent.user_id), (ANONYMOUS, sent.anonymous_id), (USER, sent.previous_id))
    contacts = _contacts(sent.traits or {}, None)
    found = [
        f"{kind}:{value}" for kind, value in (*named, ("email", contacts.email), ("phone", contacts.phone)) if value
    ]
    return [one.replace("\x00", "")[: MAX_ID + 20] for one in found]
