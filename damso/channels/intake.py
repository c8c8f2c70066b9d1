"""Accept, then think: what arrives is verified and stored before it is acknowledged, once however often it is sent.

Few bytes are kept in the delivery's row, so that accepting costs one commit; many go to a file, and so does whatever
a poll or an import brings, because there the raw bytes are a message's own source, which agents may download.
"""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

import structlog
from prometheus_client import Counter

from damso.channels.abilities import Answers, ShowsSecrets
from damso.channels.cleaning import storable
from damso.channels.failures import SignatureInvalid
from damso.channels.health import mark_in
from damso.channels.identifiers import bounded
from damso.channels.inboxes import InboxRecord
from damso.channels.types import Request, Response
from damso.kernel import lanes
from damso.kernel.blobs import Blobs
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError, TooLarge
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id

log = structlog.get_logger()

Origin = Literal["hook", "poll", "import"]

PARSE_LANE = "parse"
MAX_BODY = 32 * 1024 * 1024
"""Bytes a webhook may carry: five files of 5 MB in base64, with room."""
IN_ROW = 64 * 1024
"""Bytes of a webhook that are kept in the row. Above that a file costs less than the database's write-ahead log."""

_PRIVATE_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-damso"})

ACCEPTED = Counter("damso_deliveries_total", "Deliveries stored", ["channel"])
REPEATED = Counter("damso_deliveries_repeated_total", "Deliveries that were stored before", ["channel"])
REFUSED = Counter("damso_deliveries_refused_total", "Deliveries that were not from the provider", ["channel"])


class SignatureRefused(AppError):
    """The request is not from the provider, or nobody can tell."""

    code = "SIGNATURE_INVALID"
    status = 401
    text = Text(
        "서명이 올바르지 않아 받지 않았어요. 비밀 키와 서버 시각을 확인해 주세요.",
        "The signature does not fit, so nothing was accepted. Check the secret and the clock of your server.",
    )


async def accept(database: Database, blobs: Blobs, inbox: InboxRecord, request: Request) -> Response:
    """Take what somebody posted to the inbox's address. Raises `SignatureRefused`, `TooLarge`."""
    if len(request.body) > MAX_BODY:
        raise TooLarge(limit=f"{MAX_BODY // 1024 // 1024} MB")
    if answer := inbox.adapter.handshake(request, inbox.config):
        return answer
    _verify(inbox, request)
    key = inbox.adapter.delivery_key(request)
    body_ref = await blobs.put(request.body) if len(request.body) > IN_ROW else None
    async with database.transaction() as tx:
        await store(tx, inbox, request, key=key, body_ref=body_ref, origin="hook")
    return inbox.adapter.answer(request, inbox.config) if isinstance(inbox.adapter, Answers) else Response()


def _verify(inbox: InboxRecord, request: Request) -> None:
    """Let only the provider through: a fault in the check itself refuses as well."""
    try:
        inbox.adapter.verify(request, inbox.config)
    except SignatureInvalid as error:
        REFUSED.labels(inbox.channel).inc()
        log.info("delivery.refused", inbox_id=str(inbox.id), reason=str(error))
        raise SignatureRefused from error
    except Exception as error:
        REFUSED.labels(inbox.channel).inc()
        log.exception("delivery.check_failed", inbox_id=str(inbox.id))
        raise SignatureRefused from error


async def store(
    tx: Transaction, inbox: InboxRecord, request: Request, *, key: str, body_ref: str | None, origin: Origin
) -> UUID | None:
    """Store a delivery and have it parsed; None where it was stored before. Without `body_ref` its bytes go into
    the row."""
    delivery_id: UUID | None = await tx.value(
        """INSERT INTO delivery (id, inbox_id, key, origin, headers, query, body, body_ref, size, received_at, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'received')
        ON CONFLICT (inbox_id, key) DO NOTHING RETURNING id""",
        new_id(),
        inbox.id,
        bounded(storable(key)),
        origin,
        _kept(request.headers, _secret_headers(inbox)),
        _kept(request.query),
        request.body if body_ref is None else None,
        body_ref,
        len(request.body),
        request.received_at,
    )
    if delivery_id is None:
        REPEATED.labels(inbox.channel).inc()
        return None
    ACCEPTED.labels(inbox.channel).inc()
    await lanes.enqueue(tx, PARSE_LANE, [parse_ticket(delivery_id, inbox.id)])
    await mark_in(tx, inbox.id)
    return delivery_id


def parse_ticket(delivery_id: UUID, inbox_id: UUID) -> tuple[str, dict[str, Any]]:
    """Key and payload in the lane `parse`: what came through one inbox stays in order."""
    return str(inbox_id), {"delivery_id": str(delivery_id)}


def _secret_headers(inbox: InboxRecord) -> frozenset[str]:
    return inbox.adapter.secret_headers(inbox.config) if isinstance(inbox.adapter, ShowsSecrets) else frozenset()


def _kept(headers: Mapping[str, str], secret: frozenset[str] = frozenset()) -> dict[str, str]:
    """What is kept of headers or a query: no credentials, and only what can be stored."""
    private = _PRIVATE_HEADERS | secret
    return {storable(name): storable(value) for name, value in headers.items() if name not in private}
