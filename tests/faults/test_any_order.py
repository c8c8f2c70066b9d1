"""However a provider delivers (five times, shuffled, batched anew, cut in two), the same is there in the end.

The same story is told twice, by two users who differ in nothing but their names: to one in order and once, to the
other in any order and over and over. Then both are compared, line by line.
"""

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from damso.channels.inboxes import InboxRecord
from tests.channels.api.system import signed
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.faults.peers import WebhookReceiver

Event = dict[str, Any]


def story(user: str, answer: str, begun: datetime) -> list[Event]:
    """What happens to one user: eight messages, changes of some, and what becomes of an answer of ours."""
    sender = {"id": user, "name": "김미나"}

    def at(second: float) -> str:
        return (begun + timedelta(seconds=second)).isoformat()

    def event(kind: str, identifier: str, **data: Any) -> Event:
        return {"type": kind, "data": {"id": f"{user}-{identifier}", **data}}

    messages = [event("message.received", f"m{n}", sender=sender, text=f"말 {n}", sent_at=at(n)) for n in range(8)]
    changes = [
        event("message.edited", "m1", text="고친 말", edited_at=at(20), sender=sender),
        event("message.edited", "m1", text="또 고친 말", edited_at=at(30), sender=sender),
        event("message.edited", "m3", text="지우기 전에 고친 말", edited_at=at(21), sender=sender),
        event("message.deleted", "m3", deleted_at=at(31), sender=sender),
        event("message.edited", "m7", text="마지막 말을 고쳤어요", edited_at=at(32), sender=sender),
        {"type": "reaction", "data": {"message_id": f"{user}-m2", "sender": sender, "emoji": "👍", "at": at(22)}},
        {"type": "reaction", "data": {"message_id": f"{user}-m2", "sender": sender, "emoji": "❤️", "at": at(23)}},
        {"type": "reaction", "data": {"message_id": f"{user}-m4", "sender": sender, "emoji": "👍", "at": at(24)}},
        {"type": "reaction", "data": {"message_id": f"{user}-m4", "sender": sender, "emoji": "", "at": at(25)}},
    ]
    receipts = [
        {"type": "receipt", "data": {"id": f"theirs-{answer}", "status": "delivered", "at": at(40)}},
        {"type": "receipt", "data": {"id": f"theirs-{answer}", "status": "read", "at": at(41)}},
    ]
    return messages + changes + receipts


def calls(events: Sequence[Event], chance: random.Random) -> list[list[Event]]:
    """The events in any order, cut into calls of any size, in all of which each comes five times or more."""
    repeated = [event for event in events for _ in range(5)]
    chance.shuffle(repeated)
    cut: list[list[Event]] = []
    while repeated:
        size = chance.randint(1, 6)
        cut.append(repeated[:size])
        repeated = repeated[size:]
    # Some calls are repeated whole, too: under their own id, as a provider does that got no answer.
    return cut + chance.sample(cut, len(cut) // 3)


async def post(client: httpx.AsyncClient, inbox: InboxRecord, events: Sequence[Event], now: datetime) -> None:
    body = json.dumps(list(events)).encode()
    call = signed(body, identifier=str(hash(body)), at=now)
    answer = await client.post(f"/hooks/{inbox.key}", content=call.body, headers=dict(call.headers))
    assert answer.status_code == 200, answer.text


async def begin(company: Company, system: InboxRecord, client: httpx.AsyncClient, user: str, now: datetime) -> str:
    """The user's first word, and our answer, still queued; its send key."""
    greeting = {"id": f"{user}-m0", "sender": {"id": user, "name": "김미나"}, "text": "말 0"}
    moment = (now - timedelta(minutes=10)).isoformat()
    await post(client, system, [{"type": "message.received", "data": greeting | {"sent_at": moment}}], now)
    await company.works()
    async with company.parts.database.reading() as tx:
        conversation_id = await tx.value("SELECT conversation_id FROM message WHERE external_id = $1", greeting["id"])
    key = str(uuid4())
    await company.answers(conversation_id, "답이에요", inbox=system, send_key=key)
    return key


async def stands(company: Company, user: str) -> list[tuple[Any, ...]]:
    """Everything anybody can see of a user's conversations, without what differs by name."""
    async with company.parts.database.reading() as tx:
        lines = await tx.rows(
            """SELECT replace(m.external_id, i.value || '-', '') AS name, m.direction, m.text, m.status, m.reason,
                m.deleted_at IS NOT NULL AS deleted, m.reactions, m.position_at,
                CASE WHEN m.deleted_at IS NULL THEN m.edited_at END AS edited_at
            FROM message m JOIN identity i ON i.id = m.identity_id
            WHERE i.value = $1 AND m.kind = 'message' ORDER BY m.conversation_id, m.position_at, m.id""",
            user,
        )
        cases = await tx.rows(
            """SELECT c.status, c.preview, c.last_author, c.last_message_at, c.waiting_since IS NOT NULL AS waiting
            FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id WHERE i.value = $1""",
            user,
        )
    shown = [
        (
            line["name"] if line["direction"] == "in" else "answer",
            line["text"],
            line["status"],
            line["reason"],
            line["deleted"],
            line["edited_at"],
            [(reaction["emoji"], reaction["at"]) for reaction in line["reactions"]],
            line["position_at"] if line["direction"] == "in" else None,
        )
        for line in lines
    ]
    return shown + [tuple(case.values()) for case in cases]


@pytest.mark.parametrize("seed", range(4))
async def test_the_same_is_there_in_the_end(
    company: Company,
    system: InboxRecord,
    anyone: httpx.AsyncClient,
    receiver: WebhookReceiver,
    clock: ManualClock,
    seed: int,
) -> None:
    chance, now = random.Random(seed), clock.now()
    begun = now - timedelta(minutes=10)
    tidy, messy = await begin(company, system, anyone, "tidy", now), await begin(company, system, anyone, "messy", now)

    await company.works()
    for event in story("tidy", tidy, begun)[1:]:
        await post(anyone, system, [event], now)
    await company.works()
    for events in calls(story("messy", messy, begun), chance):
        await post(anyone, system, events, now)
    await company.works()

    assert await stands(company, "messy") == await stands(company, "tidy")
    assert set(receiver.taken.values()) == {1}
    assert await company.count("waiting_item") == 0
    assert await company.count("lane_item") == 0
