"""The ways an answer can take, for the composer: which channel to which address, whether it is open, and why not.

Suggested is the channel the customer used last while it is open, else the best one that is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.threads import ThreadRow, threads_of, window_of
from damso.channels.types import ChannelPolicy
from damso.conversations.errors import NotReachable
from damso.conversations.outbox import held_ways
from damso.conversations.types import PolicyView, Route
from damso.customers.types import VISITOR
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale
from damso.team.access import Caller


async def routes_of(
    tx: Transaction, inboxes: Inboxes, conversation_id: UUID, caller: Caller, locale: Locale
) -> list[Route]:
    """Every (inbox in reach, identity) an answer could go by, the suggested one first."""
    identities = await tx.rows(
        """WITH reached AS (
            SELECT i.id FROM conversation c JOIN identity a ON a.id = c.anchor_identity_id
                JOIN identity i ON i.customer_id = a.customer_id WHERE c.id = $1
            UNION SELECT identity_id FROM participant WHERE conversation_id = $1)
        SELECT i.id, i.kind, i.scope, i.value, i.bounced_at, i.proof, (SELECT max(m.position_at) FROM message m
            WHERE m.conversation_id = $1 AND m.identity_id = i.id AND m.direction = 'in') AS wrote_at
        FROM reached JOIN identity i ON i.id = reached.id WHERE i.kind <> 'internal'""",
        conversation_id,
    )
    brand_id = await tx.value("SELECT brand_id FROM conversation WHERE id = $1", conversation_id)
    threads = {
        (thread.inbox_id, thread.identity_id): thread
        for thread in await threads_of(tx, [identity["id"] for identity in identities])
    }
    ways = [
        (inbox, identity)
        for inbox in await inboxes.enabled(tx)
        if inbox.brand_id == brand_id and caller.limits.admit_inbox(inbox.id, inbox.brand_id)
        for identity in identities
        if _speaks(inbox, identity, threads)
    ]
    held = await held_ways(tx, [(inbox.id, identity["id"]) for inbox, identity in ways])
    found = [
        (identity["wrote_at"], _route(tx.now, inbox, identity, threads.get((inbox.id, identity["id"])), locale))
        for inbox, identity in ways
    ]
    return _suggest([(at, replace(way, held=held.get((way.inbox_id, way.identity_id)))) for at, way in found])


def _speaks(inbox: InboxRecord, identity: Any, threads: Mapping[tuple[UUID, int], ThreadRow]) -> bool:
    """Whether the inbox can reach this kind of identity: one it has a thread with, or one anybody may write to."""
    if (inbox.id, identity["id"]) in threads:
        return True
    return inbox.adapter.policy.may_start and inbox.adapter.policy.reaches == identity["kind"]


def _route(now: datetime, inbox: InboxRecord, identity: Any, thread: ThreadRow | None, locale: Locale) -> Route:
    window = window_of(inbox, thread, now)
    reason = window.reason.say(locale) if window.reason and not window.open else None
    if identity["bounced_at"]:
        reason = NotReachable.text.say(locale)
    return Route(
        inbox_id=inbox.id,
        inbox_name=inbox.name,
        channel=inbox.channel,
        identity_id=identity["id"],
        address="" if identity["kind"] == VISITOR else identity["value"],
        open=window.open and not identity["bounced_at"],
        closes_at=window.closes_at,
        cost=window.cost.say(locale) if window.cost else None,
        owner=thread.owner if thread else None,
        reason=reason,
        held=None,
        suggested=False,
        trusted=identity["proof"] != "none",
        policy=policy_view(inbox.adapter.policy),
    )


def _suggest(found: Sequence[tuple[datetime | None, Route]]) -> list[Route]:
    from_newest = sorted(
        found,
        key=lambda pair: (pair[1].open, pair[0] is not None, pair[0].timestamp() if pair[0] else 0, pair[1].trusted),
        reverse=True,
    )
    routes = [route for _, route in from_newest]
    if routes and routes[0].open:
        routes[0] = replace(routes[0], suggested=True)
    return routes


def policy_view(policy: ChannelPolicy) -> PolicyView:
    media = policy.media
    return PolicyView(
        text_limit=policy.text_limit,
        media_types=list(media.types) if media else [],
        media_max_bytes=media.max_bytes if media else 0,
        media_max_files=media.max_files if media else 0,
        subject=policy.subject,
        rich_text=policy.rich_text,
        copies=policy.copies,
        typing=policy.typing,
        recall=policy.recall,
        undo_seconds=policy.undo.total_seconds(),
        receipts=sorted(policy.receipts),
        kinds=sorted(policy.kinds),
        buttons=policy.buttons,
        button_length=policy.button_length,
        measure=policy.measure,
        steps=list(policy.steps),
        quotes=policy.quotes,
    )
