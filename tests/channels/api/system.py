"""A company's own system, as its developers would write it: with the Standard Webhooks library, nothing of ours."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from standardwebhooks import Webhook

from damso.channels.types import Request

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYq="


def signed(body: bytes, *, identifier: str, at: datetime, secret: str = SECRET) -> Request:
    """A call with its three headers."""
    return Request(
        body=body,
        headers={
            "content-type": "application/json",
            "webhook-id": identifier,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(identifier, at, body.decode()),
        },
        received_at=at,
    )


def call(*events: Mapping[str, Any], identifier: str, at: datetime) -> Request:
    """One event, or several in a list."""
    body: Sequence[Any] | Mapping[str, Any] = events[0] if len(events) == 1 else events
    return signed(msgspec.json.encode(body), identifier=identifier, at=at)


def said(identifier: str, text: str, **more: Any) -> dict[str, Any]:
    """A customer said something."""
    data = {"id": identifier, "sender": {"id": "u-7", "name": "김미나"}, "text": text} | more
    return {"type": "message.received", "data": data}
