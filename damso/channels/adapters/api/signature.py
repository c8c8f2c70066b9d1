"""Standard Webhooks signatures: `base64(HMAC-SHA256(secret, "{id}.{timestamp}.{body}"))`, both ways.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. Outgoing calls are
signed by the project's own library. Incoming ones are checked here because the library reads the machine's clock and
decodes the body to text first, while we check the bytes as they came against the time they came at.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from standardwebhooks import Webhook

from damso.channels.failures import SignatureInvalid
from damso.channels.types import Request

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
"""How far the sender's clock may be off; older calls could be repeated by whoever recorded them."""

ID = "webhook-id"
TIMESTAMP = "webhook-timestamp"
SIGNATURE = "webhook-signature"


def verify(request: Request, secret: str) -> None:
    """Raises `SignatureInvalid`, also without a secret."""
    key = _key(secret)
    identifier, timestamp, signatures = (request.headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (identifier and timestamp and signatures):
        raise SignatureInvalid("a webhook header is missing")
    if abs(request.received_at.timestamp() - _seconds(timestamp)) > TOLERANCE.total_seconds():
        raise SignatureInvalid("the timestamp is too far from now")
    expected = hmac.digest(key, f"{identifier}.{timestamp}.".encode() + request.body, "sha256")
    if not any(hmac.compare_digest(expected, given) for given in _given(signatures)):
        raise SignatureInvalid("no signature fits")


def sign(identifier: str, body: bytes, secret: str, now: datetime) -> Mapping[str, str]:
    """The three headers of an outgoing call. Raises `SignatureInvalid` without a usable secret."""
    _key(secret)
    return {
        ID: identifier,
        TIMESTAMP: str(int(now.timestamp())),
        SIGNATURE: Webhook(secret).sign(identifier, now, body.decode()),
    }


def is_usable(secret: str) -> bool:
    """Whether anything can be signed with it."""
    try:
        return bool(_key(secret))
    except SignatureInvalid:
        return False


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureInvalid("the signing secret is not base64") from error
    if len(key) < 24:
        raise SignatureInvalid("the signing secret is not set")
    return key


def _seconds(timestamp: str) -> int:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        raise SignatureInvalid("the timestamp is no number of seconds")
    return int(timestamp)


def _given(signatures: str) -> list[bytes]:
    """Those of version 1; a sender that changes its secret sends several, separated by spaces."""
    found = []
    for part in signatures.split()[:10]:
        version, _, value = part.partition(",")
        if version == "v1":
            try:
                found.append(base64.b64decode(value, validate=True))
            except (binascii.Error, ValueError):
                continue
    return found
