"""The address providers post to: `/hooks/<key>`. No session, no cookie: the adapter's signature is the way in."""

from typing import Any

from litestar import Controller, get, post
from litestar import Request as HttpRequest
from litestar import Response as HttpResponse
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.intake import MAX_BODY, accept
from damso.channels.types import Request, Response
from damso.kernel.blobs import Blobs
from damso.kernel.database import Database
from damso.kernel.errors import NotFound, TooLarge
from damso.kernel.settings import Settings
from damso.team.addresses import address_of

PUBLIC = {"exclude_from_auth": True, "exclude_from_csrf": True}


class HooksController(Controller):
    """What providers call."""

    path = "/hooks/{key:str}"
    tags = ("Hooks",)
    opt = PUBLIC

    @post(["/", "/{part:path}"], status_code=200, request_max_body_size=None)
    async def receive_delivery(
        self,
        key: FromPath[str],
        request: HttpRequest[Any, Any, Any],
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        inboxes: NamedDependency[Inboxes],
        settings: NamedDependency[Settings],
    ) -> HttpResponse[bytes]:
        """Take a delivery. 200 means that it is stored; the same one again is stored once.

        Some providers write what a call is about behind the address they were given; its body tells as well.
        """
        inbox = await _inbox(database, inboxes, key)
        received = _request(request, await _body(request), database, settings)
        return _answer(await accept(database, blobs, inbox, received))

    @get()
    async def answer_handshake(
        self,
        key: FromPath[str],
        request: HttpRequest[Any, Any, Any],
        database: NamedDependency[Database],
        inboxes: NamedDependency[Inboxes],
        settings: NamedDependency[Settings],
    ) -> HttpResponse[bytes]:
        """Answer a provider's check of this address."""
        inbox = await _inbox(database, inboxes, key)
        answer = inbox.adapter.handshake(_request(request, b"", database, settings), inbox.config)
        if answer is None:
            raise NotFound
        return _answer(answer)


async def _inbox(database: Database, inboxes: Inboxes, key: str) -> InboxRecord:
    async with database.reading() as tx:
        inbox = await inboxes.by_key(tx, key)
    if not inbox.enabled:
        raise NotFound
    return inbox


async def _body(request: HttpRequest[Any, Any, Any]) -> bytes:
    """The bytes as they were sent, and no more of them than anybody needs."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BODY:
        raise _too_large()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise _too_large()
    return bytes(body)


def _too_large() -> TooLarge:
    return TooLarge(limit=f"{MAX_BODY // 1024 // 1024} MB")


def _request(request: HttpRequest[Any, Any, Any], body: bytes, database: Database, settings: Settings) -> Request:
    return Request(
        body=body,
        headers={name.lower(): ", ".join(request.headers.getall(name)) for name in request.headers},
        query={name: request.query_params.getall(name)[0] for name in request.query_params},
        received_at=database.clock.now(),
        peer=str(address_of(request, settings) or ""),
    )


def _answer(answer: Response) -> HttpResponse[bytes]:
    return HttpResponse(answer.body, status_code=answer.status, headers={"content-type": answer.content_type})
