"""Asking a service over HTTP: what is sent, how its answer is read, which faults pass."""

import hashlib
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import httpx
import msgspec
import phonenumbers
from msgspec import Struct

from damso.customers.companies.domains import FREE_MAIL
from damso.customers.traits import fits
from damso.enrichment.json_path import value_at
from damso.enrichment.types import VARIABLES, About, Service

LIMIT = 256 * 1024
"""Bytes of an answer that are read."""


class Answer(Struct, frozen=True, kw_only=True):
    """What came back. `again` is a fault that may pass; `reason` is a code, never what the service wrote."""

    state: Literal["done", "nothing", "failed", "again"]
    reason: str = ""
    traits: Mapping[str, Any] = {}


def request_for(service: Service, value: str) -> str | None:
    """The address to ask about one e-mail address, phone number or user id; None where there is nothing to ask: a
    domain at which anybody may have an address tells of no company."""
    variables = _variables(service.about, value)
    if "{domain}" in service.url and "{email}" not in service.url and variables.get("domain") in FREE_MAIL:
        return None
    url = service.url
    for name, said in variables.items():
        url = url.replace(f"{{{name}}}", quote(said, safe=""))
    return url


def digest_of(url: str) -> str:
    """Equal requests get one answer as long as it is fresh."""
    return hashlib.blake2b(url.encode(), digest_size=16).hexdigest()


def fits_template(url: str, about: About) -> bool:
    """Whether an address may be asked: where it goes must not hang on what a customer is called."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    used = [name for name in VARIABLES[about] if f"{{{name}}}" in f"{parts.path}?{parts.query}"]
    bare = url
    for name in used:
        bare = bare.replace(f"{{{name}}}", "")
    is_web = parts.scheme in ("https", "http") and bool(parts.hostname) and port != 0 and not parts.username
    return is_web and bool(used) and not set("{}") & set(bare) and bare.isprintable() and " " not in bare


async def ask(http: httpx.AsyncClient, service: Service, url: str, headers: Mapping[str, str]) -> Answer:
    """Ask once. Never raises for what the other side does."""
    try:
        async with http.stream("GET", url, headers={"accept": "application/json", **headers}) as answer:
            if answer.status_code in (204, 404):
                return Answer(state="nothing")
            if answer.status_code == 429 or answer.status_code >= 500:
                return Answer(state="again", reason=f"HTTP_{answer.status_code}")
            if answer.status_code != 200:
                return Answer(state="failed", reason=f"HTTP_{answer.status_code}")
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > LIMIT:
                    return Answer(state="failed", reason="TOO_LARGE")
    except httpx.HTTPError as error:
        # An address that egress refuses will not become public by waiting.
        is_refused = type(error).__name__ == "EgressRefused"
        return Answer(state="failed" if is_refused else "again", reason=type(error).__name__)
    except httpx.InvalidURL:
        return Answer(state="failed", reason="InvalidURL")
    return _read(service, bytes(body))


def _read(service: Service, body: bytes) -> Answer:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Answer(state="failed", reason="NOT_JSON")
    found = {key: value_at(document, path) for key, path in service.mapping.items()}
    traits = {key: value for key, value in found.items() if value is not None and fits(key, value)}
    return Answer(state="done", traits=traits) if traits else Answer(state="nothing")


def _variables(about: About, value: str) -> dict[str, str]:
    if about == "email":
        return {"email": value, "domain": value.rpartition("@")[2]}
    if about == "phone":
        return {"phone": value, "country": _country(value)}
    return {"user": value}


def _country(phone: str) -> str:
    try:
        return str(phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or "")
    except phonenumbers.NumberParseException:
        return ""
