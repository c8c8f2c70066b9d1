"""Intercom: what its API hands out, page by page or one object a line, and its content export to cloud storage.

Sources: developers.intercom.com, REST API 2.10 to 2.15: Contacts, Conversations (`source` is the first message,
`conversation_parts` the rest, at most 500), Companies, Admins, Teams, Articles. Times are seconds since 1970. Bodies
are HTML. `state` is open, closed or snoozed; `priority` is priority or not_priority.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from damso.channels.imports.alike import colleague_of, kept_of, team_of
from damso.channels.imports.errors import RecordInvalid
from damso.channels.imports.fields import (
    date_of,
    id_of,
    inner,
    links_of,
    moment_of,
    records,
    said_text,
    text_of,
    texts,
    traits_of,
)
from damso.channels.imports.reading import Known
from damso.channels.imports.types import (
    Author,
    AuthorKind,
    Case,
    Item,
    Kept,
    Person,
    Said,
    Status,
    Vendor,
)

_STATUS: Mapping[str, Status] = {"open": "open", "snoozed": "pending", "closed": "resolved"}
_AUTHORS: Mapping[str, AuthorKind] = {"admin": "agent", "teammate": "agent", "team": "system", "bot": "bot"}
_PERSONS = ("user", "lead", "contact")
_CHANNELS = {
    "conversation": "chat",
    "admin_initiated": "chat",
    "customer_initiated": "chat",
    "automated": "chat",
    "phone_call": "phone",
    "email": "email",
    "whatsapp": "whatsapp",
}
_TYPES = {
    "contact": "person",
    "user": "person",
    "lead": "person",
    "admin": "colleague",
    "team": "team",
    "company": "company",
    "conversation": "case",
    "article": "article",
}


class Intercom:
    vendor: ClassVar[Vendor] = "intercom"
    names: ClassVar[Mapping[str, str]] = {
        "contacts": "person",
        "users": "person",
        "leads": "person",
        "admins": "colleague",
        "teammates": "colleague",
        "teams": "team",
        "companies": "company",
        "conversations": "case",
        "articles": "article",
    }

    def kind(self, record: Mapping[str, Any]) -> str:
        """Every object says what it is."""
        if found := _TYPES.get(text_of(record.get("type"))):
            return found
        return "case" if "conversation_parts" in record else ""

    def items(self, kind: str, record: Mapping[str, Any], place: str, known: Known) -> Iterator[Item]:
        external_id = id_of(record.get("id"))
        match kind:
            case "person":
                yield _person(record, external_id, place)
            case "colleague":
                yield colleague_of(record, place)
            case "team":
                yield team_of(record, place)
            case "case":
                yield from _case(record, external_id, place)
            case "company" | "article":
                yield kept_of(kind, record, place)


def _person(contact: Mapping[str, Any], external_id: str, place: str) -> Person:
    return Person(
        external_id=external_id,
        name=text_of(contact.get("name")),
        emails=texts([contact.get("email")]),
        phones=texts([contact.get("phone")]),
        locale=text_of(contact.get("language_override") or contact.get("browser_language"))[:2].lower() or None,
        traits=traits_of(
            contact.get("custom_attributes"),
            tags=[one.get("name") or one.get("id") for one in records(inner(contact.get("tags"), "data"))],
            companies=[one.get("id") for one in records(inner(contact.get("companies"), "data"))],
            external_id=contact.get("external_id") or contact.get("user_id"),
        ),
        seen_at=moment_of(contact.get("last_seen_at")) or moment_of(contact.get("updated_at")),
        place=place,
    )


def _case(conversation: Mapping[str, Any], external_id: str, place: str) -> Iterator[Item]:
    source = conversation.get("source") or {}
    author = inner(source, "author") or {}
    contacts = conversation.get("contacts")
    others = [
        text_of(one.get("id"))
        for one in records(inner(contacts, "contacts") if isinstance(contacts, Mapping) else contacts)
    ]
    written_by = text_of(inner(author, "id")) if inner(author, "type") in _PERSONS else ""
    person = written_by or next(iter(others), "")
    if not person:
        raise RecordInvalid("NO_PERSON")
    created_at = date_of(conversation.get("created_at"))
    if written_by:
        yield Person(
            external_id=person,
            name=text_of(author.get("name")),
            emails=texts([author.get("email")]),
            bare=True,
            place=place,
        )
    kind = text_of(inner(source, "type")).lower()
    open_state = "open" if conversation.get("open") else "closed"
    tags = conversation.get("tags")
    yield Case(
        external_id=external_id,
        person=person,
        subject=text_of(conversation.get("title")) or said_text(None, inner(source, "subject")),
        status=_STATUS.get(text_of(conversation.get("state")) or open_state, "resolved"),
        priority="high" if conversation.get("priority") == "priority" else "normal",
        channel=_CHANNELS.get(kind, kind or "chat"),
        assignee=text_of(conversation.get("admin_assignee_id") or inner(conversation.get("assignee"), "id")),
        team=text_of(conversation.get("team_assignee_id")),
        tags=texts([one.get("name") for one in records(inner(tags, "tags"))]),
        copies=tuple(other for other in others if other and other != person),
        created_at=created_at,
        updated_at=moment_of(conversation.get("updated_at")),
        place=place,
    )
    yield from _messages(conversation, source, external_id, person, place)
    if inner(conversation.get("conversation_rating"), "rating"):
        yield Kept(
            kind="rating",
            external_id=external_id,
            content=conversation["conversation_rating"],
            case=external_id,
            place=place,
        )


def _messages(
    conversation: Mapping[str, Any], source: Mapping[str, Any], case: str, person: str, place: str
) -> Iterator[Said]:
    """The source, then every part that says something; parts without words are moves (assigned, closed)."""
    started = {**source, "id": f"source-{case}", "created_at": conversation.get("created_at")}
    parts = conversation.get("conversation_parts")
    for part in [started, *records(inner(parts, "conversation_parts") if isinstance(parts, Mapping) else parts)]:
        text = said_text(None, part.get("body"), links_of(part.get("attachments"), "name", "url"))
        if text:
            yield Said(
                external_id=id_of(part.get("id")),
                case=case,
                author=_author(part.get("author"), person),
                at=date_of(part.get("created_at"), conversation.get("created_at")),
                text=text,
                internal=part.get("part_type") == "note",
                place=place,
            )


def _author(author: object, person: str) -> Author:
    kind = text_of(inner(author, "type"))
    external_id, name = text_of(inner(author, "id")), text_of(inner(author, "name"))
    if kind in _PERSONS or not kind:
        return Author(kind="customer", external_id=external_id or person, name=name)
    return Author(kind=_AUTHORS.get(kind, "system"), external_id=external_id, name=name)
