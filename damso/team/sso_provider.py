"""What an OpenID provider says of itself and of somebody (OpenID Connect Core 1.0, Discovery 1.0)."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import httpx
import jwt
import msgspec
from msgspec import Meta, Struct

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that are taken: those by a key pair. `none`, and those by the shared secret, are not."""
SKEW = 120
"""Seconds that the provider's clock may differ from ours."""
MOST_BYTES = 1_000_000
T = TypeVar("T")


class SsoUnreachable(AppError):
    code = "SSO_UNREACHABLE"
    status = 503
    text = Text(
        "로그인 제공자에 연결할 수 없어요. 잠시 뒤에 다시 해 주세요.",
        "The sign-in provider cannot be reached. Please try again in a moment.",
    )


class SsoMisconfigured(AppError):
    """The provider is not what the settings say, or does not know us."""

    code = "SSO_MISCONFIGURED"
    status = 503
    text = Text(
        "싱글 사인온 설정이 맞지 않아요. 관리자에게 발급자 주소, 클라이언트 ID, 시크릿을 확인해 달라고 해 주세요.",
        "Single sign-on is not set up right. Ask an administrator to check the issuer, the client ID and its secret.",
    )


class SsoTokenInvalid(AppError):
    code = "SSO_TOKEN_INVALID"
    status = 401
    text = Text(
        "로그인 제공자의 답을 믿을 수 없어 로그인하지 않았어요. 다시 해 주세요.",
        "The sign-in provider's answer could not be trusted. Please try again.",
    )


class Provider(Struct, frozen=True, kw_only=True):
    """The part of a discovery document that is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Person(Struct, frozen=True, kw_only=True):
    """Whom the provider means."""

    sub: Annotated[str, Meta(min_length=1, max_length=255)]
    email: Annotated[str, Meta(max_length=320)] | None = None
    email_verified: bool | str = False
    name: str | None = None

    @property
    def verified_email(self) -> str | None:
        """Some providers say `"true"`."""
        return self.email if self.email and self.email_verified in (True, "true") else None


class Client(Struct, frozen=True, kw_only=True):
    """Us, as the provider knows us."""

    id: str
    secret: str
    redirect_uri: str


class _Tokens(Struct, frozen=True, kw_only=True):
    id_token: str
    access_token: str = ""


class _Life(Struct, frozen=True, kw_only=True):
    exp: float
    iat: float


async def discover(http: httpx.AsyncClient, issuer: str, *, plain_allowed: bool = False) -> Provider:
    """Read the provider's own description. Unencrypted addresses are refused unless they are allowed.

    Raises `SsoUnreachable`, `SsoMisconfigured`.
    """
    answer = await _get(http, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    provider = _read(answer, Provider)
    addresses = [provider.authorization_endpoint, provider.token_endpoint, provider.jwks_uri, provider.issuer]
    if provider.issuer != issuer or not all(one.startswith("https://") or plain_allowed for one in addresses):
        raise SsoMisconfigured
    return provider


async def redeem(
    http: httpx.AsyncClient, provider: Provider, client: Client, *, code: str, verifier: str, nonce: str, now: datetime
) -> Person:
    """Who signed in at the provider, for the code they came back with (RFC 6749 section 4.1.3, RFC 7636).

    Raises `SsoUnreachable`, `SsoMisconfigured`, `SsoTokenInvalid`.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": verifier,
        "client_id": client.id,
    }
    headers = {}
    methods = provider.token_endpoint_auth_methods_supported
    if not client.secret:
        pass  # A public client; PKCE alone proves that the code is ours.
    elif "client_secret_basic" in methods or "client_secret_post" not in methods:
        pair = f"{quote(client.id, safe='')}:{quote(client.secret, safe='')}"
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form["client_secret"] = client.secret
    try:
        answer = await http.post(provider.token_endpoint, data=form, headers=headers)
    except httpx.HTTPError as error:
        raise SsoUnreachable from error
    if answer.status_code == 401 or (answer.status_code == 400 and "invalid_client" in answer.text):
        raise SsoMisconfigured
    if answer.status_code == 400:
        raise SsoTokenInvalid
    tokens = _read(answer, _Tokens)
    keys = await _get(http, provider.jwks_uri)
    claims = _verified(tokens.id_token, keys.content, provider.issuer, client.id, nonce, now)
    if not claims.get("email") and provider.userinfo_endpoint and tokens.access_token:
        claims = {**await _userinfo(http, provider.userinfo_endpoint, tokens.access_token, claims["sub"]), **claims}
    try:
        return msgspec.convert(claims, Person)
    except msgspec.ValidationError as error:
        raise SsoTokenInvalid from error


def _verified(token: str, keys: bytes, issuer: str, client_id: str, nonce: str, now: datetime) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core 3.1.3.7). Raises `SsoTokenInvalid`."""
    try:
        header = jwt.get_unverified_header(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(keys, header),
            algorithms=[header["alg"]] if header["alg"] in ALGORITHMS else [],
            audience=client_id,
            issuer=issuer,
            options={
                "require": ["iss", "sub", "aud", "exp", "iat"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        life = msgspec.convert(claims, _Life)
    except (jwt.PyJWTError, msgspec.ValidationError, KeyError, ValueError, TypeError) as error:
        raise SsoTokenInvalid from error
    at = now.timestamp()
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (
        claims.get("nonce") != nonce
        or not life.iat - SKEW <= at < life.exp + SKEW
        or claims.get("azp", None if several else client_id) != client_id
    ):
        raise SsoTokenInvalid
    return claims


def _key(keys: bytes, header: Mapping[str, Any]) -> jwt.PyJWK:
    """The key of a set that signed a token, or the only one there is. Raises `KeyError`, `PyJWTError`."""
    usable = [
        key
        for key in jwt.PyJWKSet.from_json(keys.decode()).keys
        if key.public_key_use in (None, "sig") and key.key_id == header.get("kid", key.key_id)
    ]
    if len(usable) != 1:
        raise KeyError("kid")
    return usable[0]


async def _userinfo(http: httpx.AsyncClient, address: str, access_token: str, sub: str) -> dict[str, Any]:
    answer = await _get(http, address, authorization=f"Bearer {access_token}")
    told = _read(answer, dict[str, Any])
    if told.get("sub") != sub:
        raise SsoTokenInvalid
    return told


async def _get(http: httpx.AsyncClient, address: str, **headers: str) -> httpx.Response:
    try:
        return await http.get(address, headers={"accept": "application/json", **headers})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SsoUnreachable from error


def _read(answer: httpx.Response, kind: type[T]) -> T:
    if answer.status_code >= 500:
        raise SsoUnreachable
    if answer.status_code != 200 or len(answer.content) > MOST_BYTES:
        raise SsoMisconfigured
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.DecodeError as error:
        raise SsoMisconfigured from error
