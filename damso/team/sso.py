"""Single sign-on by OpenID Connect: authorization code with PKCE, state and nonce.

The browser carries one random secret in a cookie; nonce and verifier are derived from it, so nothing that is stored
opens anything. The state is used up before the provider is asked, so a callback that comes twice is refused.
"""

import base64
import hashlib
from datetime import timedelta
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import httpx
from litestar.datastructures import Cookie
from msgspec import Struct

from damso.kernel.crypto import Keyring, SecretUnreadable, hash_secret, new_secret, to_base64
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import SYSTEM
from damso.kernel.settings import Settings
from damso.team import audit
from damso.team.create_agent import create_agent
from damso.team.sessions import cookie_name
from damso.team.sign_in import Entered, Owing, Visitor, admit
from damso.team.sign_in_policy import Policy, policy
from damso.team.sso_provider import Client, Person, SsoMisconfigured, discover, redeem
from damso.team.types import as_email

COOKIE = "damso_sso"
LASTS = timedelta(minutes=10)
CALLBACK = "/api/session/sso/callback"


class SsoOff(AppError):
    code = "SSO_OFF"
    text = Text("싱글 사인온을 쓰고 있지 않아요.", "Single sign-on is not in use.")


class SsoStale(AppError):
    """The state is unknown, used up, too old, or another browser's."""

    code = "SSO_STALE"
    status = 410
    text = Text(
        "이 로그인 시도는 이미 끝났거나 시간이 지났어요. 처음부터 다시 해 주세요.",
        "This attempt is over or took too long. Please begin again.",
    )


class SsoRefused(AppError):
    code = "SSO_REFUSED"
    status = 403
    text = Text("로그인 제공자가 로그인을 허락하지 않았어요.", "The sign-in provider did not let you in.")


class SsoEmailUnverified(AppError):
    code = "SSO_EMAIL_UNVERIFIED"
    status = 403
    text = Text(
        "로그인 제공자가 확인해 준 이메일이 없어 누구인지 알 수 없어요.",
        "The sign-in provider vouches for no e-mail address of yours, so we cannot tell who you are.",
    )


class SsoDomainForeign(AppError):
    code = "SSO_DOMAIN_FOREIGN"
    status = 403
    text = Text(
        "이 이메일 도메인으로는 로그인할 수 없어요. 회사 계정으로 다시 해 주세요.",
        "Addresses of this domain may not sign in here. Please use your company account.",
    )


class SsoNobody(AppError):
    code = "SSO_NOBODY"
    status = 403
    text = Text(
        "이 이메일로 등록된 팀원이 없어요. 관리자에게 초대를 부탁해 주세요.",
        "Nobody on the team has your address. Ask an administrator for an invitation.",
    )


class SsoSomebodyElse(AppError):
    """The address belongs to an agent whom the provider knows as another person."""

    code = "SSO_SOMEBODY_ELSE"
    status = 403
    text = Text(
        "이 이메일의 팀원은 로그인 제공자에 다른 계정으로 연결돼 있어요. 소유자에게 연결을 풀어 달라고 해 주세요.",
        "The agent with your address is linked to another account at the provider. Ask an owner to take the link away.",
    )


class Departure(Struct, frozen=True):
    """Where the browser goes, and the secret for its cookie."""

    address: str
    browser: str


class Arrival(Struct, frozen=True, kw_only=True):
    """What the provider sent the browser back with."""

    state: str
    code: str
    error: str
    browser: str


class Came(Struct, frozen=True):
    entered: Entered
    to: str


class _Attempt(Struct, frozen=True):
    came_from: str


def redirect_uri(settings: Settings) -> str:
    return f"{settings.base_url}{CALLBACK}"


def sso_cookie(browser: str, *, secure: bool) -> Cookie:
    return Cookie(
        cookie_name(COOKIE, secure=secure),
        value=browser,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=secure,
    )


async def depart(database: Database, http: httpx.AsyncClient, settings: Settings, to: str) -> Departure:
    """Send a browser to the provider. Raises `SsoOff`, `SsoUnreachable`, `SsoMisconfigured`."""
    async with database.reading() as tx:
        now = await _in_use(tx)
    provider = await discover(http, now.sso_issuer, plain_allowed=_plain_allowed(now.sso_issuer, settings))
    state, browser = new_secret(), new_secret()
    async with database.transaction() as tx:
        await tx.execute(
            "INSERT INTO sso_attempt (state_hash, browser_hash, came_from, expires_at) VALUES ($1, $2, $3, $4)",
            hash_secret(state),
            hash_secret(browser),
            to[:500],
            tx.now + LASTS,
        )
    asked = {
        "response_type": "code",
        "client_id": now.sso_client_id,
        "redirect_uri": redirect_uri(settings),
        "scope": "openid email profile",
        "state": state,
        "nonce": _derived(browser, "nonce"),
        "code_challenge": to_base64(hashlib.sha256(_derived(browser, "verifier").encode()).digest()),
        "code_challenge_method": "S256",
    }
    joint = "&" if urlsplit(provider.authorization_endpoint).query else "?"
    return Departure(f"{provider.authorization_endpoint}{joint}{urlencode(asked)}", browser)


async def arrive(
    database: Database,
    http: httpx.AsyncClient,
    keyring: Keyring,
    settings: Settings,
    arrival: Arrival,
    visitor: Visitor,
) -> Came:
    """Let in whoever comes back from the provider. Raises the errors of this module and of `sso_provider`."""
    async with database.transaction() as tx:
        now = await _in_use(tx)
        attempt = await tx.maybe(
            _Attempt,
            "DELETE FROM sso_attempt WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > $3"
            " RETURNING came_from",
            hash_secret(arrival.state),
            hash_secret(arrival.browser),
            tx.now,
        )
        moment = tx.now
    if attempt is None:
        raise SsoStale
    if arrival.error or not arrival.code:
        raise SsoRefused
    provider = await discover(http, now.sso_issuer, plain_allowed=_plain_allowed(now.sso_issuer, settings))
    person = await redeem(
        http,
        provider,
        _client(now, keyring, settings),
        code=arrival.code,
        verifier=_derived(arrival.browser, "verifier"),
        nonce=_derived(arrival.browser, "nonce"),
        now=moment,
    )
    async with database.transaction() as tx:
        agent_id = await _agent_of(tx, now, person)
        entered = await admit(tx, agent_id, visitor, "sso")
    assert not isinstance(entered, Owing)
    return Came(entered, attempt.came_from)


async def unlink(tx: Transaction, agent_id: UUID) -> int:
    """Forget whom the provider takes for an agent; how many links there were."""
    return await tx.execute("DELETE FROM sso_identity WHERE agent_id = $1", agent_id)


async def _in_use(tx: Transaction) -> Policy:
    now = await policy(tx)
    if not now.sso_enabled:
        raise SsoOff
    return now


def _client(now: Policy, keyring: Keyring, settings: Settings) -> Client:
    try:
        secret = keyring.decrypt(now.sso_client_secret) if now.sso_client_secret else ""
    except SecretUnreadable as error:
        raise SsoMisconfigured from error
    return Client(id=now.sso_client_id, secret=secret, redirect_uri=redirect_uri(settings))


async def _agent_of(tx: Transaction, now: Policy, person: Person) -> UUID:
    """By the link to this subject; for who comes first, by an address the provider vouches for."""
    row = await tx.row(
        """SELECT a.id, a.disabled_at FROM sso_identity s JOIN agent a ON a.id = s.agent_id
        WHERE s.issuer = $1 AND s.subject = $2 FOR NO KEY UPDATE OF a""",
        now.sso_issuer,
        person.sub,
    )
    if row is None:
        return await _link(tx, now, person)
    if row["disabled_at"]:
        raise SsoNobody
    agent_id: UUID = row["id"]
    return agent_id


async def _link(tx: Transaction, now: Policy, person: Person) -> UUID:
    if person.verified_email is None:
        raise SsoEmailUnverified
    email = as_email(person.verified_email)
    if now.sso_domains and email.rpartition("@")[2] not in now.sso_domains:
        raise SsoDomainForeign
    agent_id = await _by_email(tx, now, email) or await _newcomer(tx, now, person, email)
    await tx.execute(
        "INSERT INTO sso_identity (issuer, subject, agent_id, linked_at) VALUES ($1, $2, $3, $4)",
        now.sso_issuer,
        person.sub,
        agent_id,
        tx.now,
    )
    await audit.record(tx, SYSTEM, "sso.linked", agent_id, issuer=now.sso_issuer)
    return agent_id


async def _by_email(tx: Transaction, now: Policy, email: str) -> UUID | None:
    """Who has this address. An open invitation is accepted by that."""
    row = await tx.row("SELECT id, disabled_at FROM agent WHERE email = $1 FOR NO KEY UPDATE", email)
    if row is None:
        return None
    if row["disabled_at"]:
        raise SsoNobody
    # An address that was given to another person would hand them the account of the one before.
    if await tx.value(
        "SELECT EXISTS (SELECT FROM sso_identity WHERE agent_id = $1 AND issuer = $2)", row["id"], now.sso_issuer
    ):
        raise SsoSomebodyElse
    await tx.execute("UPDATE agent SET joined_at = coalesce(joined_at, $2) WHERE id = $1", row["id"], tx.now)
    agent_id: UUID = row["id"]
    return agent_id


async def _newcomer(tx: Transaction, now: Policy, person: Person, email: str) -> UUID:
    if now.sso_role is None:
        raise SsoNobody
    company = await tx.row("SELECT locale, timezone FROM installation")
    name = (person.name or "").strip()[:120] or email.partition("@")[0]
    agent_id = await create_agent(
        tx,
        name=name,
        email=email,
        role=now.sso_role,
        **({"locale": company["locale"], "timezone": company["timezone"]} if company else {}),
    )
    await audit.record(tx, SYSTEM, "agent.joined_by_sso", agent_id, role=now.sso_role)
    return agent_id


def _plain_allowed(issuer: str, settings: Settings) -> bool:
    """Without encryption only to an origin inside the house that the company itself has named."""
    parts = urlsplit(issuer)
    return f"{parts.scheme}://{parts.netloc}" in settings.egress_allow


def _derived(browser: str, purpose: str) -> str:
    """43 characters of URL-safe base64, as RFC 7636 section 4.1 asks for."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}/{browser}".encode()).digest()).decode().rstrip("=")
