"""Freshdesk: the account export in XML, and what the API v2 hands out in JSON.

Sources: developers.freshdesk.com/api (Tickets, Conversations, Contacts, Agents, Groups, Companies, Solution articles,
Satisfaction ratings; `status` 2 open, 3 pending, 4 resolved, 5 closed, `priority` 1 to 4, `source` 1 mail, 2 portal,
3 phone, 7 chat, 9 feedback widget, 10 outbound mail; what a ticket says first is its description);
developer.freshdesk.com/api/v1, which answers in JSON or XML with the names that the XML here goes by (`display_id`,
`helpdesk_ticket`, `notes`). The export's own XML could not be checked against the vendor's description, which shows
none: see docs/importing.md.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from damso.channels.imports.alike import case_named, kept_of, team_of
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
    Colleague,
    Item,
    Person,
    Priority,
    Said,
    Status,
    Vendor,
)

_STATUS: Mapping[str, Status] = {"2": "open", "4": "resolved", "5": "resolved"}
"""Every other number is a state of the company's own, in which a case is not done."""
_PRIORITY: Mapping[str, Priority] = {"1": "low", "2": "normal", "3": "high", "4": "urgent"}
_SOURCES = {"1": "email", "2": "web", "3": "phone", "7": "chat", "9": "web", "10": "email"}


class Freshdesk:
    vendor: ClassVar[Vendor] = "freshdesk"
    names: ClassVar[Mapping[str, str]] = {
        "contacts": "person",
        "users": "person",
        "user": "person",
        "agents": "colleague",
        "agent": "colleague",
        "groups": "team",
        "group": "team",
        "companies": "company",
        "company": "company",
        "customers": "company",
        "customer": "company",
        "tickets": "case",
        "helpdesk_ticket": "case",
        "ticket": "case",
        "conversations": "said",
        "solutions": "article",
        "articles": "article",
        "solution_article": "article",
        "solution_category": "article",
        "solution_folder": "article",
        "satisfaction_ratings": "rating",
    }

    def kind(self, record: Mapping[str, Any]) -> str:
        if "requester_id" in record and "subject" in record:
            return "case"
        if "incoming" in record and "private" in record:
            return "said"
        return ""

    def items(self, kind: str, record: Mapping[str, Any], place: str, known: Known) -> Iterator[Item]:
        match kind:
            case "person":
                yield _person(record, place)
            case "colleague":
                yield _colleague(record, place)
            case "team":
                yield team_of(record, place)
            case "case":
                yield from _case(record, place, known)
            case "said":
                yield _said(record, case_named(record, "ticket_id"), "", place, known)
            case "company" | "article":
                yield kept_of(kind, record, place)
            case "rating":
                yield kept_of(kind, record, place, case="ticket_id")


def _person(user: Mapping[str, Any], place: str, *, bare: bool = False) -> Item:
    if user.get("helpdesk_agent") is True:
        return _colleague(user, place)
    others = [one.get("email") for one in records(user.get("user_emails"))]
    return Person(
        external_id=id_of(user.get("id")),
        name=text_of(user.get("name")),
        emails=texts([user.get("email"), *texts(user.get("other_emails")), *others]),
        phones=texts([user.get("mobile"), user.get("phone")]),
        locale=text_of(user.get("language"))[:2].lower() or None,
        traits=traits_of(
            user.get("custom_fields") or user.get("custom_field"),
            tags=user.get("tags"),
            company_id=user.get("company_id") or user.get("customer_id"),
            external_id=user.get("unique_external_id") or user.get("external_id"),
            job_title=user.get("job_title"),
        ),
        seen_at=moment_of(user.get("updated_at")),
        bare=bare,
        place=place,
    )


def _colleague(agent: Mapping[str, Any], place: str) -> Colleague:
    who = agent.get("contact") or agent.get("user") or agent
    return Colleague(
        external_id=id_of(agent.get("user_id") or agent.get("id")),
        name=text_of(inner(who, "name")),
        email=text_of(inner(who, "email")),
        place=place,
    )


def _case(ticket: Mapping[str, Any], place: str, known: Known) -> Iterator[Item]:
    external_id = id_of(ticket.get("display_id") or ticket.get("id"))
    if ticket.get("deleted") is True or ticket.get("spam") is True:
        raise RecordInvalid("DELETED")
    requester = ticket.get("requester")
    person = text_of(ticket.get("requester_id")) or text_of(inner(requester, "id"))
    if not person:
        raise RecordInvalid("NO_PERSON")
    created_at = date_of(ticket.get("created_at"))
    if isinstance(requester, Mapping):
        yield _person({**requester, "id": person}, place, bare=True)
    yield Case(
        external_id=external_id,
        person=person,
        subject=text_of(ticket.get("subject")),
        status=_STATUS.get(text_of(ticket.get("status")), "pending"),
        priority=_PRIORITY.get(text_of(ticket.get("priority")), "normal"),
        channel=_SOURCES.get(text_of(ticket.get("source")), "other"),
        assignee=text_of(ticket.get("responder_id")),
        assignee_name=text_of(ticket.get("responder_name")),
        team=text_of(ticket.get("group_id")),
        tags=texts([one.get("name") for one in records(ticket.get("tags"))] or ticket.get("tags")),
        created_at=created_at,
        updated_at=moment_of(ticket.get("updated_at")),
        place=place,
    )
    text = said_text(
        ticket.get("description_text") or (ticket.get("description") if ticket.get("description_html") else None),
        ticket.get("description_html") or ticket.get("description"),
        _links(ticket.get("attachments")),
    )
    if text:
        kind = "agent" if person in known.colleagues or text_of(ticket.get("source")) == "10" else "customer"
        author = Author(kind="agent" if kind == "agent" else "customer", external_id=person)
        yield Said(
            external_id=f"ticket-{external_id}", case=external_id, author=author, at=created_at, text=text, place=place
        )
    for note in records(ticket.get("conversations") or ticket.get("helpdesk_notes") or ticket.get("notes")):
        yield _said(note.get("note") or note.get("helpdesk_note") or note, external_id, person, place, known)


def _said(note: Mapping[str, Any], case: str, person: str, place: str, known: Known) -> Said:
    user = text_of(note.get("user_id")) or person
    incoming = note.get("incoming") is True and user not in known.colleagues
    plain = note.get("body_text") or (note.get("body") if note.get("body_html") else None)
    return Said(
        external_id=id_of(note.get("id")),
        case=case,
        author=Author(kind="customer" if incoming else "agent", external_id=user),
        at=date_of(note.get("created_at")),
        text=said_text(plain, note.get("body_html") or note.get("body"), _links(note.get("attachments"))),
        internal=note.get("private") is True,
        place=place,
    )


def _links(files: object) -> list[tuple[str, str]]:
    return [
        *links_of(files, "name", "attachment_url"),
        *links_of(files, "content_file_name", "attachment_url"),
    ][: len(records(files))]
