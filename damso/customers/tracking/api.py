"""Where sites, apps and systems send events: Segment's protocol, and what its kits and RudderStack's load first.

No session and no cookie: the write key is the way in. The answer to a readable request is 200, with every event that
was not taken named in `rejected`: the kits drop a whole batch for a 4xx. 429 and 5xx they send again.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from damso.customers.tracking.body import open_body, too_large, unpacked
from damso.customers.tracking.collect import Collector
from damso.customers.tracking.known import KnownSource, Sources
from damso.customers.tracking.refusals import REASONS
from damso.customers.tracking.types import MAX_BODY, Verdict
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Locale, Text, negotiate
from damso.kernel.settings import Settings

CALLS = {
    **{name: name for name in ("identify", "track", "page", "screen", "group", "alias", "batch", "import")},
    "i": "identify",
    "t": "track",
    "p": "page",
    "s": "screen",
    "g": "group",
    "a": "alias",
    "b": "batch",
}
"""What an address ends with. The browser kit uses the short ones."""
PUBLIC = {"exclude_from_auth": True, "exclude_from_csrf": True}

AnyRequest = Request[Any, Any, Any]


class WriteKeyUnknown(AppError):
    code = "WRITE_KEY_UNKNOWN"
    status = 401
    text = Text(
        "쓰기 키가 없거나 맞지 않아요. 설정의 소스에서 확인해 주세요.",
        "The write key is missing or wrong. Look it up under Sources in the settings.",
    )


class OriginRefused(AppError):
    code = "ORIGIN_REFUSED"
    status = 403
    text = Text(
        "이 소스는 {origin} 사이트를 허용하지 않아요. 설정의 소스에서 주소를 추가해 주세요.",
        "This source does not allow the site {origin}. Add it under Sources in the settings.",
    )


class RejectedEvent(Struct, frozen=True, kw_only=True, rename="camel"):
    """An event that was not taken. It waits in quarantine; nothing is lost."""

    index: int
    message_id: str
    code: str
    reason: str
    detail: str


class Collected(Struct, frozen=True, kw_only=True):
    """What became of a request. `duplicates` had come before and are stored once."""

    success: bool
    accepted: int
    duplicates: int
    rejected: Sequence[RejectedEvent]


class CollectController(Controller):
    """The protocol."""

    tags = ("tracking",)
    opt = PUBLIC

    @post(["/v1/{call:str}", "/beacon/v1/{call:str}"], status_code=200, request_max_body_size=None)
    async def collect_events(
        self,
        call: FromPath[str],
        request: AnyRequest,
        collector: NamedDependency[Collector],
    ) -> Collected:
        """Take one event (`identify`, `track`, `page`, `screen`, `group`, `alias`) or many (`batch`, `import`)."""
        # Each dependency more is a task of its own for each request, which here come by the thousand.
        locale = negotiate(request.headers.get("accept-language"))
        if call == "m":
            return _collected([], locale)  # figures of the browser kit about itself: answered, and not kept
        if call not in CALLS:
            raise NotFound
        body = unpacked(await _body(request), request.headers.get("content-encoding", "").strip().lower())
        opened = open_body(body, CALLS[call], collector.now())
        known = await _admit(request, collector.sources, opened.write_key)
        known.pace.take("", max(1, len(opened.parcels)))
        return _collected(await collector.collect(known, opened.parcels), locale)

    @get("/v1/projects/{key:str}/settings")
    async def browser_kit_settings(
        self, key: FromPath[str], sources: NamedDependency[Sources], settings: NamedDependency[Settings]
    ) -> dict[str, Any]:
        """What Segment's browser kit loads at its start: where to send, and nothing else to run."""
        if await sources.by_key(key) is None:
            raise NotFound
        protocol, _, host = settings.base_url.partition("://")
        everything = {"enabled": True, "integrations": {}}
        return {
            "integrations": {
                "Segment.io": {
                    "apiKey": key,
                    "apiHost": f"{host}/v1",
                    "protocol": protocol,
                    "unbundledIntegrations": [],
                }
            },
            "plan": {call: {"__default": everything} for call in ("track", "identify", "group")},
            "analyticsNextEnabled": True,
            "edgeFunction": {},
            "enabledMiddleware": {},
            "legacyVideoPluginsEnabled": False,
            "metrics": {"sampleRate": 0, "host": f"{host}/v1"},
            "remotePlugins": [],
        }

    @get(["/sourceConfig", "/sourceConfig/"])
    async def rudder_settings(self, request: AnyRequest, sources: NamedDependency[Sources]) -> dict[str, Any]:
        """What RudderStack's kits load at their start."""
        key = _basic(request) or request.query_params.get("writeKey", "")
        known = await sources.by_key(key)
        if known is None:
            raise WriteKeyUnknown
        off = {"enabled": False}
        return {
            "source": {
                "id": str(known.source.id),
                "name": known.source.name,
                "writeKey": key,
                "enabled": True,
                "config": {"statsCollection": {"errors": off, "metrics": off}},
                "connections": [],
                "destinations": [],
                "workspaceId": "damso",
            }
        }


async def _body(request: AnyRequest) -> bytes:
    """The bytes as they were sent, and no more of them than anybody needs. Raises `TooLarge`."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BODY:
        raise too_large()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise too_large()
    return bytes(body)


async def _admit(request: AnyRequest, sources: Sources, said: str) -> KnownSource:
    """The source that sends. Raises `WriteKeyUnknown`, `OriginRefused`."""
    key = _basic(request) or said or request.query_params.get("writeKey", "")
    known = await sources.by_key(key) if key else None
    if known is None:
        raise WriteKeyUnknown
    origin = request.headers.get("origin")
    if origin and known.source.origins and origin.lower() not in known.source.origins:
        raise OriginRefused(origin=origin[:200])
    return known


def _basic(request: AnyRequest) -> str:
    """The user name of HTTP's basic authentication; kits leave the password empty."""
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(credential.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _collected(verdicts: Sequence[Verdict], locale: Locale) -> Collected:
    return Collected(
        success=True,
        accepted=sum(verdict.outcome == "taken" for verdict in verdicts),
        duplicates=sum(verdict.outcome == "repeated" for verdict in verdicts),
        rejected=[
            RejectedEvent(
                index=place,
                message_id=verdict.message_id,
                code=verdict.code,
                reason=REASONS[verdict.code].say(locale),
                detail=verdict.detail,
            )
            for place, verdict in enumerate(verdicts)
            if verdict.outcome == "refused"
        ],
    )
