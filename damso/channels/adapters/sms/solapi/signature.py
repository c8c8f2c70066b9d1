"""How SOLAPI and Damso prove themselves to each other.

Ours: HMAC-SHA256 of the secret over date and salt (docs.solapi.com/authentication/api-key). Theirs: the header
X-Solapi-Secret, the SHA-1 of the secret that was given to the webhook, the same in every call; it covers neither body
nor time.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from uuid import uuid4

from damso.channels.failures import SignatureInvalid
from damso.channels.types import Request

SECRET = "x-solapi-secret"  # noqa: S105 - the name of a header
EVENT = "x-solapi-event-name"


def authorization(key: str, secret: str, now: datetime, salt: str = "") -> str:
    """Good for one call within 15 minutes: a signature is taken once."""
    date, salt = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), salt or uuid4().hex
    signature = hmac.new(secret.encode(), (date + salt).encode(), hashlib.sha256).hexdigest()
    return f"HMAC-SHA256 apiKey={key}, date={date}, salt={salt}, signature={signature}"


def shown(secret: str) -> str:
    """What the webhook carries for this secret."""
    return hashlib.sha1(secret.encode()).hexdigest()  # noqa: S324 - SOLAPI's choice, not ours


def verify(request: Request, secret: str) -> None:
    """Raises `SignatureInvalid`, also without a secret."""
    if not secret:
        raise SignatureInvalid("the webhook secret is not set")
    given = request.headers.get(SECRET, "").encode("utf-8", "replace")
    if not hmac.compare_digest(shown(secret).encode(), given):
        raise SignatureInvalid("X-Solapi-Secret does not fit")
