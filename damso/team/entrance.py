"""What all entrances share: the browser that knocks, and what it is answered."""

from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.team import devices
from damso.team.addresses import address_of
from damso.team.devices import device_cookie
from damso.team.sessions import cookie_name, session_cookie
from damso.team.sign_in import Entered, Owing, Visitor
from damso.team.types import Me

AnyRequest = Request[Any, Any, Any]


class SecondStepOwed(AppError):
    """`extra` holds the `step` that is next (`code` or `enrol`) and the `token` for it."""

    code = "SECOND_STEP"
    status = 401
    text = Text("한 단계가 더 남았어요. 2단계 인증을 해 주세요.", "One more step: show your second factor.")


def visitor_of(request: AnyRequest, settings: Settings) -> Visitor:
    return Visitor(
        user_agent=request.headers.get("user-agent", ""),
        address=address_of(request, settings),
        device=request.cookies.get(cookie_name(devices.COOKIE, secure=settings.secure_cookies)),
    )


def let_in(entered: Entered | Owing, settings: Settings) -> Response[Me]:
    """Raises `SecondStepOwed`."""
    if isinstance(entered, Owing):
        raise SecondStepOwed(extra={"step": entered.step, "token": entered.token})
    return Response(entered.me, cookies=cookies_of(entered, settings))


def cookies_of(entered: Entered, settings: Settings) -> list[Cookie]:
    secure = settings.secure_cookies
    return [session_cookie(entered.secret, secure=secure), device_cookie(entered.device, secure=secure)]
