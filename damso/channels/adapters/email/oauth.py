"""OAuth2 for mailboxes: a refresh token becomes access tokens, kept in memory until shortly before they expire.

Works with any provider that speaks RFC 6749 section 6 (Google, Microsoft, Naver Works). A refresh token that the
provider renews on the way is used from then on, and the configured one again after a restart.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import msgspec

from damso.channels.adapters.email.config import EmailConfig
from damso.channels.failures import CredentialsRejected, TryLater

MARGIN = 60.0
"""Seconds before its end at which a token is no longer handed out: a poll that starts with it must finish with it."""

_DEFAULT_LIFETIME = 300.0
_REFUSALS = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope", "access_denied"})


class _TokenAnswer(msgspec.Struct):
    access_token: str
    expires_in: float | str | None = None
    refresh_token: str | None = None


class _ErrorAnswer(msgspec.Struct):
    error: str = ""


@dataclass
class _Grant:
    refresh_token: str
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    access_token: str = ""
    ends: float = 0.0


class AccessTokens:
    """Access tokens of all mailboxes of this process. `now` is a monotonic clock in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._grants: dict[str, _Grant] = {}

    async def get(self, config: EmailConfig, http: httpx.AsyncClient) -> str:
        """A token good for at least a minute. Raises `CredentialsRejected` or `TryLater`."""
        grant = self._grants.setdefault(_key(config), _Grant(refresh_token=config.oauth_refresh_token))
        async with grant.lock:
            if self._now() >= grant.ends:
                await self._refresh(grant, config, http)
            return grant.access_token

    def forget(self, config: EmailConfig) -> None:
        """A server refused the token before its time: the next `get` asks for a new one."""
        if grant := self._grants.get(_key(config)):
            grant.ends = 0.0

    async def _refresh(self, grant: _Grant, config: EmailConfig, http: httpx.AsyncClient) -> None:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": grant.refresh_token,
            "client_id": config.oauth_client_id,
            "client_secret": config.oauth_client_secret,
        }
        filled = {name: value for name, value in form.items() if value}
        try:
            response = await http.post(config.oauth_token_url, data=filled, timeout=config.timeout)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TryLater(f"the OAuth2 token address does not answer ({type(error).__name__})") from error
        answer = _read(response)
        lifetime = _seconds(answer.expires_in)
        grant.access_token = answer.access_token
        grant.ends = self._now() + max(lifetime - MARGIN, lifetime / 2)
        grant.refresh_token = answer.refresh_token or grant.refresh_token


def _key(config: EmailConfig) -> str:
    parts = (config.oauth_token_url, config.oauth_client_id, config.oauth_refresh_token)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _read(response: httpx.Response) -> _TokenAnswer:
    if response.is_success:
        try:
            return msgspec.json.decode(response.content, type=_TokenAnswer)
        except msgspec.DecodeError as error:
            raise TryLater("the OAuth2 token address answers something else than a token") from error
    reason = _reason(response)
    if reason in _REFUSALS or response.status_code in {401, 403}:
        raise CredentialsRejected(f"OAuth2: {reason or response.status_code}")
    raise TryLater(f"OAuth2: {reason or response.status_code}", after=_seconds(response.headers.get("retry-after"), 0))


def _reason(response: httpx.Response) -> str:
    """The error code of RFC 6749 section 5.2; its description may name a person and is not kept."""
    try:
        return msgspec.json.decode(response.content, type=_ErrorAnswer).error[:64]
    except msgspec.DecodeError:
        return ""


def _seconds(value: float | str | None, default: float = _DEFAULT_LIFETIME) -> float:
    try:
        return max(0.0, float(value)) if value is not None else default
    except ValueError:
        return default
