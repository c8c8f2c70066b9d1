"""Routes of single sign-on. Browsers come here by links and redirects, so errors lead back to the sign-in page."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

import httpx
from litestar import Controller, Response, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.errors import AppError, Forbidden
from damso.kernel.settings import Settings
from damso.team import audit
from damso.team.access import Caller, needs
from damso.team.entrance import AnyRequest, cookies_of, visitor_of
from damso.team.sessions import cookie_name
from damso.team.sso import COOKIE, Arrival, arrive, depart, sso_cookie, unlink

SIGN_IN = "/desk/sign-in"


class SsoController(Controller):
    path = "/api/session/sso"
    tags = ("session",)

    @get(status_code=303)
    async def begin_sso(
        self,
        database: NamedDependency[Database],
        http: NamedDependency[httpx.AsyncClient],
        settings: NamedDependency[Settings],
        to: FromQuery[str] = "",
    ) -> Response[None]:
        """To the provider. `to` is the page of the desk that was wanted."""
        try:
            departure = await depart(database, http, settings, to)
        except AppError as error:
            return _back(error)
        cookie = sso_cookie(departure.browser, secure=settings.secure_cookies)
        return Response(None, status_code=303, headers={"location": departure.address}, cookies=[cookie])

    @get("/callback", status_code=303)
    async def finish_sso(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        http: NamedDependency[httpx.AsyncClient],
        keyring: NamedDependency[Keyring],
        settings: NamedDependency[Settings],
        ours: Annotated[str, QueryParameter(name="state")] = "",
        code: FromQuery[str] = "",
        refusal: Annotated[str, QueryParameter(name="error")] = "",
    ) -> Response[None]:
        """Back from the provider: into the desk, or to the sign-in page with what went wrong."""
        browser = request.cookies.get(cookie_name(COOKIE, secure=settings.secure_cookies), "")
        arrival = Arrival(state=ours, code=code, error=refusal, browser=browser)
        try:
            came = await arrive(database, http, keyring, settings, arrival, visitor_of(request, settings))
        except AppError as error:
            return _back(error)
        return Response(
            None, status_code=303, headers={"location": _page(came.to)}, cookies=cookies_of(came.entered, settings)
        )


@delete("/api/agents/{agent_id:uuid}/sso-links", guards=[needs("team.manage")], tags=("team",))
async def unlink_agent(
    agent_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> None:
    """Owners only: forget whom the provider takes for this colleague; they are linked anew by their address."""
    if caller.role != "owner":
        raise Forbidden
    async with database.transaction() as tx:
        if await unlink(tx, agent_id):
            await audit.record(tx, caller.actor, "sso.unlinked", agent_id)


def _back(error: AppError) -> Response[None]:
    return Response(None, status_code=303, headers={"location": f"{SIGN_IN}?problem={error.code}"})


def _page(to: str) -> str:
    """A page of the desk, and nothing else: an address from elsewhere must not send people away."""
    safe = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable()
    return "/desk" + (quote(to, safe="/?&=#%+,:;@~!$'()*-._") if safe else "/")
