"""Routes of coming in and leaving. They are open to everybody; each checks for itself what it is shown."""

from collections.abc import Sequence
from typing import Annotated

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation
from msgspec import Meta, Struct

from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.settings import Settings
from damso.team.entrance import AnyRequest, cookies_of, let_in, visitor_of
from damso.team.invite import Acceptance, accept_invitation
from damso.team.passwords import GivenPassword
from damso.team.request_link import request_link
from damso.team.second_factor import SecondFactorOffer
from damso.team.second_step import offer_enrolment, sign_in_by_code, sign_in_by_enrolment
from damso.team.sessions import no_cookie, session_secret
from damso.team.set_up import Furnisher, SetupRequest, SetupState, set_up, setup_state
from damso.team.sign_in import sign_in, sign_in_by_link
from damso.team.sign_in_policy import policy
from damso.team.sign_out import sign_out
from damso.team.types import Me

Email = Annotated[str, Meta(max_length=320)]
Token = Annotated[str, Meta(max_length=200)]
Code = Annotated[str, Meta(max_length=60)]
"""A one-time code or a recovery code, with or without spaces."""


class Credentials(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    email: Email
    password: GivenPassword


class EntryToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands behind `#` in a link."""

    token: Token


class SecondStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    token: Token
    code: Code


class EnrolledMe(Struct, frozen=True, kw_only=True):
    """Somebody who has come in and set their second factor up."""

    me: Me
    recovery_codes: list[str]


class SsoButton(Struct, frozen=True, kw_only=True):
    text: str


class WaysIn(Struct, frozen=True, kw_only=True):
    """How one may sign in. `sso_only`: passwords and links are for owners."""

    sso: SsoButton | None
    sso_only: bool


class LinkRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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
        return let_in(await set_up(database, data, visitor_of(request, settings), furnishers), settings)


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
        return let_in(await sign_in(database, data.email, data.password, visitor_of(request, settings)), settings)

    @post("/link", status_code=200)
    async def sign_in_by_link(
        self,
        data: JSONBody[EntryToken],
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> Response[Me]:
        """Sign in with a link that works once."""
        return let_in(await sign_in_by_link(database, data.token, visitor_of(request, settings)), settings)

    @post("/link/request", status_code=202)
    async def request_sign_in_link(
        self,
        data: JSONBody[LinkRequest],
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> None:
        """Ask for a sign-in link by e-mail. The answer is the same whether or not the address is known."""
        await request_link(database, data.email, visitor_of(request, settings))

    @get("/ways")
    async def list_ways_in(self, database: NamedDependency[Database]) -> WaysIn:
        """How one may sign in here, for the page that asks."""
        async with database.reading() as tx:
            now = await policy(tx)
        return WaysIn(sso=SsoButton(text=now.sso_button) if now.sso_enabled else None, sso_only=now.sso_required)

    @post("/code", status_code=200)
    async def sign_in_by_code(
        self,
        data: JSONBody[SecondStep],
        request: AnyRequest,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        settings: NamedDependency[Settings],
    ) -> Response[Me]:
        """The second step: a code of the authenticator app, or a recovery code. `token` came with the problem
        `SECOND_STEP`, whose `step` was `code`."""
        visitor = visitor_of(request, settings)
        return let_in(await sign_in_by_code(database, keyring, data.token, data.code, visitor), settings)

    @post("/enrolment", status_code=200)
    async def begin_enrolment(
        self, data: JSONBody[EntryToken], database: NamedDependency[Database], keyring: NamedDependency[Keyring]
    ) -> SecondFactorOffer:
        """Set a second factor up before coming in. `token` came with the problem `SECOND_STEP`, whose `step` was
        `enrol`."""
        return await offer_enrolment(database, keyring, data.token)

    @post("/enrolment/confirm", status_code=200)
    async def finish_enrolment(
        self,
        data: JSONBody[SecondStep],
        request: AnyRequest,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        settings: NamedDependency[Settings],
    ) -> Response[EnrolledMe]:
        """Come in with the first code; the answer holds the recovery codes, which cannot be had again."""
        visitor = visitor_of(request, settings)
        done = await sign_in_by_enrolment(database, keyring, data.token, data.code, visitor)
        body = EnrolledMe(me=done.entered.me, recovery_codes=done.recovery_codes)
        return Response(body, cookies=cookies_of(done.entered, settings))

    @delete()
    async def sign_out(
        self, request: AnyRequest, database: NamedDependency[Database], settings: NamedDependency[Settings]
    ) -> Response[None]:
        """Sign this browser out."""
        if secret := session_secret(request, settings):
            async with database.transaction() as tx:
                await sign_out(tx, secret)
        forget = {"clear-site-data": '"cache"'}
        return Response(None, headers=forget, cookies=[no_cookie(secure=settings.secure_cookies)])


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
        return let_in(await accept_invitation(database, data, visitor_of(request, settings)), settings)
