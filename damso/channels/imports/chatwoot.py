"""Chatwoot: it exports contacts as CSV; all else is what its application API hands out, page by page.

Sources, read in chatwoot/chatwoot: `app/jobs/account/contacts_export_job.rb` (columns id, name, email, phone_number),
`app/views/api/v1/conversations/partials/_conversation.json.jbuilder` (the contact is `meta.sender`, the channel
`meta.channel`, times are seconds), `app/views/api/v1/models/_message.json.jbuilder`, `app/models/message.rb` (the
numbers of `message_type`). A list of conversations holds only the last message of each; the whole of it comes from
`conversations/{id}/messages`, whose messages name their conversation.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from damso.channels.imports.alike import case_named, colleague_of, kept_of, team_of
from damso.channels.imports.errors import RecordInvalid
from damso.channels.imports.fields import (
    date_of,
    id_of,
    inner,
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
    Person,
    Priority,
    Said,
    Status,
    Vendor,
)

_STATUS: Mapping[str, Status] = {"open": "open", "pending": "pending", "snoozed": "pending", "resolved": "resolved"}
_PRIORITY: Mapping[str, Priority] = {"low": "low", "medium": "normal", "high": "high", "urgent": "urgent"}
_CHANNELS = {
    "Channel::Email": "email",
    "Channel::WebWidget": "chat",
    "Channel::Api": "api",
    "Channel::Whatsapp": "whatsapp",
    "Channel::Sms": "sms",
    "Channel::TwilioSms": "sms",
    "Channel::Telegram": "telegram",
    "Channel::Line": "line",
    "Channel::FacebookPage": "facebook",
    "Channel::Instagram": "instagram",
    "Channel::TwitterProfile": "twitter",
}
_TYPES = ("incoming", "outgoing", "activity", "template")


class Chatwoot:
    vendor: ClassVar[Vendor] = "chatwoot"
    names: ClassVar[Mapping[str, str]] = {
        "contacts": "person",
        "agents": "colleague",
        "teams": "team",
        "conversations": "case",
        "messages": "said",
        "articles": "article",
        "csat_survey_responses": "rating",
        "csat": "rating",
    }

    def kind(self, record: Mapping[str, Any]) -> str:
        if "message_type" in record:
            return "said"
        if "meta" in record and "inbox_id" in record:
            return "case"
        return "person" if "phone_number" in record else ""

    def items(self, kind: str, record: Mapping[str, Any], place: str, known: Known) -> Iterator[Item]:
        match kind:
            case "person":
                yield _person(record, place)
            case "colleague":
                yield colleague_of(record, place)
            case "team":
                yield team_of(record, place)
            case "case":
                yield from _case(record, id_of(record.get("id")), place)
            case "said":
                yield from _said(record, case_named(record, "conversation_id"), "", place)
            case "article":
                yield kept_of(kind, record, place)
            case "rating":
                yield kept_of(kind, record, place, case="conversation_id")


def _person(contact: Mapping[str, Any], place: str, *, bare: bool = False) -> Person:
    more = contact.get("additional_attributes")
    return Person(
        external_id=id_of(contact.get("id")),
        name=text_of(contact.get("name")),
        emails=texts([contact.get("email")]),
        phones=texts([contact.get("phone_number")]),
        traits=traits_of(
            contact.get("custom_attributes"),
            external_id=contact.get("identifier"),
            company=inner(more, "company_name"),
            city=inner(more, "city"),
        ),
        seen_at=moment_of(contact.get("last_activity_at")),
        bare=bare,
        place=place,
    )


def _case(conversation: Mapping[str, Any], external_id: str, place: str) -> Iterator[Item]:
    meta = conversation.get("meta") or {}
    sender = inner(meta, "sender")
    if not isinstance(sender, Mapping) or not text_of(sender.get("id")):
        raise RecordInvalid("NO_PERSON")
    created_at = date_of(conversation.get("created_at"), conversation.get("timestamp"))
    person = _person(sender, place, bare=True)
    yield person
    assignee = inner(meta, "assignee")
    if text_of(inner(assignee, "id")):
        yield colleague_of(assignee, place)
    channel = text_of(inner(meta, "channel") or conversation.get("channel"))
    yield Case(
        external_id=external_id,
        person=person.external_id,
        subject=text_of(inner(conversation.get("additional_attributes"), "mail_subject")),
        status=_STATUS.get(text_of(conversation.get("status")), "resolved"),
        priority=_PRIORITY.get(text_of(conversation.get("priority")), "normal"),
        channel=_CHANNELS.get(channel, channel.rpartition("::")[2].lower() or "other"),
        assignee=text_of(inner(assignee, "id")),
        assignee_name=text_of(inner(assignee, "name")),
        team=text_of(inner(inner(meta, "team"), "id")),
        team_name=text_of(inner(inner(meta, "team"), "name")),
        tags=texts(conversation.get("labels")),
        created_at=created_at,
        updated_at=moment_of(conversation.get("last_activity_at")) or moment_of(conversation.get("timestamp")),
        place=place,
    )
    for message in records(conversation.get("messages")):
        yield from _said(message, external_id, person.external_id, place)


def _said(message: Mapping[str, Any], case: str, person: str, place: str) -> Iterator[Said]:
    """A message with words or files. Activities tell of moves, templates are what a bot says."""
    given = message.get("message_type")
    kind = _TYPES[given] if isinstance(given, int) and 0 <= given < len(_TYPES) else text_of(given)
    if kind == "activity" or inner(message.get("content_attributes"), "deleted"):
        return
    sender = message.get("sender")
    name = text_of(inner(sender, "name"))
    if kind == "incoming":
        author = Author(kind="customer", external_id=text_of(inner(sender, "id")) or person, name=name)
    elif inner(sender, "type") == "user":
        author = Author(kind="agent", external_id=text_of(inner(sender, "id")), name=name)
    else:
        author = Author(kind="bot", name=name)
    links = [
        (text_of(file.get("file_name") or file.get("fallback_title")), text_of(file.get("data_url")))
        for file in records(message.get("attachments"))
    ]
    if text := said_text(message.get("content"), None, links):
        yield Said(
            external_id=id_of(message.get("id")),
            case=case,
            author=author,
            at=date_of(message.get("created_at")),
            text=text,
            internal=message.get("private") is True,
            place=place,
        )
