"""Routes of coming in and leaving. They are open to everybody; each checks for itself what it is shown."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation
from msgspec import Meta, Struct

from damso.kernel.database import Database
from damso.kernel.settings import Settings
from damso.team.addresses import address_of
from damso.team.invite import Acceptance, accept_invitation
from damso.team.passwords import GivenPassword
from damso.team.request_link import request_link
from damso.team.sessions import COOKIE, no_cookie, session_cookie
from damso.team.set_up import Furnisher, SetupRequest, SetupState, set_up, setup_state
from damso.team.sign_in import Entered, Visitor, sign_in, sign_in_by_link
from damso.team.sign_out import sign_out
from damso.team.types import Me

AnyRequest = Request[Any, Any, Any]
Email = Annotated[str, Meta(max_length=320)]
Token = Annotated[str, Meta(max_length=200)]


class Credentials(Struct, frozen=True, kw_only=True):
    email: Email
    password: GivenPassword


class EntryToken(Struct, frozen=True, kw_only=True):
    """What stands behind `#` in a link."""

    token: Token


class LinkRequest(Struct, frozen=True, kw_only=True):
    email: Email


class SetupController(Controller):
    """The first run."""

    path = "/api/setup"
    tags = ("setup",)

    @get()
    async def get_setup(self, database: NamedDependency[Database]) -> SetupState:
        """Whether there is nobody here yet."""
        async with database.reading() as tx:
            return await setup_state(tx)

    @post(status_code=200)
    async def finish_setup(
        self,
        data: JSONBody[SetupRequest],
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        furnishers: NamedDependency[SkipValidation[Sequence[Furnisher]]],
    ) -> Response[Me]:
        """Found the company with the link that was printed at the first start, and come in as its owner."""
        return _let_in(await set_up(database, data, _visitor(request, settings), furnishers), settings)


class SessionController(Controller):
    """Signing in and out."""

    path = "/api/session"
    tags = ("session",)

    @post(status_code=200)
    async def sign_in(
        self,
        data: JSONBody[Credentials],
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> Response[Me]:
        """Sign in with e-mail and password; sets the cookie `damso_session`."""
        return _let_in(await sign_in(database, data.email, data.password, _visitor(request, settings)), settings)

    @post("/link", status_code=200)
    async def sign_in_by_link(
        self,
        data: JSONBody[EntryToken],
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> Response[Me]:
        """Sign in with a link that works once."""
        return _let_in(await sign_in_by_link(database, data.token, _visitor(request, settings)), settings)

    @post("/link/request", status_code=202)
    async def request_sign_in_link(
        self,
        data: JSONBody[LinkRequest],
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> None:
        """Ask for a sign-in link by e-mail. The answer is the same whether or not the address is known."""
        await request_link(database, data.email, _visitor(request, settings))

    @delete()
    async def sign_out(
        self, request: AnyRequest, database: NamedDependency[Database], settings: NamedDependency[Settings]
    ) -> Response[None]:
        """Sign this browser out."""
        if secret := request.cookies.get(COOKIE):
            async with database.transaction() as tx:
                await sign_out(tx, secret)
        return Response(None, cookies=[no_cookie(secure=settings.secure_cookies)])


class JoinController(Controller):
    """Accepting an invitation."""

    path = "/api/invitations/accept"
    tags = ("session",)

    @post(status_code=200)
    async def accept_invitation(
        self,
        data: JSONBody[Acceptance],
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> Response[Me]:
        """Join the team with the invitation's link, and come in."""
        return _let_in(await accept_invitation(database, data, _visitor(request, settings)), settings)


def _visitor(request: AnyRequest, settings: Settings) -> Visitor:
    return Visitor(user_agent=request.headers.get("user-agent", ""), address=address_of(request, settings))


def _let_in(entered: Entered, settings: Settings) -> Response[Me]:
    return Response(entered.me, cookies=[session_cookie(entered.secret, secure=settings.secure_cookies)])
