"""Zendesk: what an administrator exports, and what its API hands out.

Sources: "Exporting data to a JSON, CSV or XML file" (support.zendesk.com article 4408886165402): one JSON object a line
for tickets, users and organisations; the Support API's Tickets, Ticket Comments, Users, Groups, Organizations and
Satisfaction Ratings; its incremental exports, of which `ticket_events` bring comments as `child_events` of the type
`Comment`; the Help Center API's Articles. Comments stand in their ticket, or carry a `ticket_id` of their own.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from damso.channels.imports.alike import case_named, colleague_of, kept_of, team_of
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
    Case,
    Item,
    Kept,
    Person,
    Priority,
    Said,
    Status,
    Vendor,
)

_STATUS: Mapping[str, Status] = {"new": "open", "open": "open", "pending": "pending", "hold": "pending"}
_PRIORITY: Mapping[str, Priority] = {"low": "low", "normal": "normal", "high": "high", "urgent": "urgent"}
_CHANNELS = {
    "voice": "phone",
    "native_messaging": "chat",
    "messaging": "chat",
    "web_form": "web",
    "web_widget": "web",
    "mail": "email",
}
_NOBODY = "-1"
"""The author of what Zendesk itself writes."""


class Zendesk:
    vendor: ClassVar[Vendor] = "zendesk"
    names: ClassVar[Mapping[str, str]] = {
        "users": "person",
        "user": "person",
        "groups": "team",
        "group": "team",
        "organizations": "company",
        "organization": "company",
        "tickets": "case",
        "ticket": "case",
        "comments": "said",
        "ticket_events": "said",
        "events": "said",
        "articles": "article",
        "satisfaction_ratings": "rating",
        "ratings": "rating",
    }

    def kind(self, record: Mapping[str, Any]) -> str:
        if "requester_id" in record and "score" not in record:
            return "case"
        if "child_events" in record or ("ticket_id" in record and "body" in record):
            return "said"
        if "role" in record and ("email" in record or "name" in record):
            return "person"
        return ""

    def items(self, kind: str, record: Mapping[str, Any], place: str, known: Known) -> Iterator[Item]:
        match kind:
            case "person":
                yield _person(record, place)
            case "team":
                yield team_of(record, place)
            case "case":
                yield from _case(record, place, known)
            case "said":
                yield from _apart(record, place, known)
            case "company" | "article":
                yield kept_of(kind, record, place)
            case "rating":
                yield kept_of(kind, record, place, case="ticket_id")


def _person(user: Mapping[str, Any], place: str) -> Item:
    external_id, name = id_of(user.get("id")), text_of(user.get("name"))
    if text_of(user.get("role")) in ("agent", "admin"):
        return colleague_of(user, place)
    emails, phones = [user.get("email")], [user.get("phone")]
    for one in records(user.get("identities")):
        match one.get("type"):
            case "email":
                emails.append(one.get("value"))
            case "phone_number":
                phones.append(one.get("value"))
    return Person(
        external_id=external_id,
        name=name,
        emails=texts(emails),
        phones=texts(phones),
        locale=text_of(user.get("locale"))[:2].lower() or None,
        timezone=text_of(user.get("iana_time_zone")) or None,
        traits=traits_of(
            user.get("user_fields"),
            tags=user.get("tags"),
            company_id=user.get("organization_id"),
            external_id=user.get("external_id"),
            notes=user.get("notes"),
        ),
        seen_at=moment_of(user.get("last_login_at")) or moment_of(user.get("updated_at")),
        place=place,
    )


def _case(ticket: Mapping[str, Any], place: str, known: Known) -> Iterator[Item]:
    external_id = id_of(ticket.get("id"))
    if ticket.get("status") == "deleted":
        raise RecordInvalid("DELETED")
    requester = ticket.get("requester")
    person = text_of(ticket.get("requester_id")) or text_of(inner(requester, "id"))
    if not person:
        raise RecordInvalid("NO_PERSON")
    created_at = date_of(ticket.get("created_at"))
    if isinstance(requester, Mapping) and person not in known.colleagues:
        yield Person(
            external_id=person,
            name=text_of(requester.get("name")),
            emails=texts([requester.get("email")]),
            bare=True,
            place=place,
        )
    channel = text_of(inner(ticket.get("via"), "channel")).lower()
    yield Case(
        external_id=external_id,
        person=person,
        subject=text_of(ticket.get("raw_subject") or ticket.get("subject")),
        status=_STATUS.get(text_of(ticket.get("status")), "resolved"),
        priority=_PRIORITY.get(text_of(ticket.get("priority")), "normal"),
        channel=_CHANNELS.get(channel, channel or "other"),
        assignee=text_of(ticket.get("assignee_id")) or text_of(inner(ticket.get("assignee"), "id")),
        assignee_name=text_of(inner(ticket.get("assignee"), "name")),
        team=text_of(ticket.get("group_id")),
        team_name=text_of(inner(ticket.get("group"), "name")),
        tags=texts(ticket.get("tags")),
        copies=texts(ticket.get("email_cc_ids") or ticket.get("collaborator_ids")),
        created_at=created_at,
        updated_at=moment_of(ticket.get("updated_at")),
        place=place,
    )
    comments = records(ticket.get("comments"))
    for comment in comments:
        yield _said(comment, external_id, person, created_at, place, known)
    if not comments and not known.says_apart and (text := said_text(ticket.get("description"), None)):
        author = Author(kind="agent" if person in known.colleagues else "customer", external_id=person)
        yield Said(
            external_id=f"ticket-{external_id}", case=external_id, author=author, at=created_at, text=text, place=place
        )
    if text_of(inner(ticket.get("satisfaction_rating"), "score")) in ("good", "bad"):
        yield Kept(
            kind="rating",
            external_id=f"ticket-{external_id}",
            content=ticket["satisfaction_rating"],
            case=external_id,
            place=place,
        )


def _apart(record: Mapping[str, Any], place: str, known: Known) -> Iterator[Item]:
    """A comment on its own, or an event with comments among what changed."""
    case = case_named(record, "ticket_id")
    if "child_events" not in record:
        yield _said(record, case, "", record.get("created_at"), place, known)
    for event in records(record.get("child_events")):
        if event.get("event_type") == "Comment" or event.get("type") == "Comment":
            yield _said(event, case, "", record.get("created_at"), place, known)


def _said(comment: Mapping[str, Any], case: str, person: str, otherwise: object, place: str, known: Known) -> Said:
    """`type` of a comment is `Comment` or `VoiceComment`. Without an author it is the requester's."""
    author = text_of(comment.get("author_id")) or person
    if author == _NOBODY:
        by = Author(kind="system")
    elif author in known.colleagues:
        by = Author(kind="agent", external_id=author)
    else:
        by = Author(kind="customer", external_id=author)
    return Said(
        external_id=id_of(comment.get("id")),
        case=case,
        author=by,
        at=date_of(comment.get("created_at"), otherwise),
        text=said_text(
            comment.get("plain_body") or comment.get("body"),
            comment.get("html_body"),
            links_of(comment.get("attachments"), "file_name", "content_url"),
        ),
        internal=comment.get("public") is False,
        place=place,
    )
