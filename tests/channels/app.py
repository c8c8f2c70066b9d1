"""The routes of this room with everything they are given, and a caller who is whoever the test says."""

from collections.abc import Mapping
from typing import Any

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ASGIApp, Receive, Scope, Send

from damso.channels import api
from damso.channels.hooks import HooksController
from damso.kernel.errors import AppError
from damso.problems import app_error, broken, http_error, invalid
from damso.team.access import Caller
from damso.team.records.access_log import AccessLog
from damso.team.records.reasons import stated_reason
from damso.team.records.witness import witness_of


def create_app(parts: Mapping[str, Any], caller: Caller) -> Litestar:
    """An application of this room alone."""

    def signed_in(app: ASGIApp) -> ASGIApp:
        async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"].startswith("/api/"):
                scope["user"] = caller  # type: ignore[typeddict-item]
            await app(scope, receive, send)

        return middleware

    def giving(part: Any) -> Provide:
        return Provide(lambda: part, sync_to_thread=False)

    return Litestar(
        route_handlers=[*api.CONTROLLERS, HooksController],
        middleware=[signed_in],
        dependencies={name: giving(part) for name, part in parts.items()}
        | {
            "caller": giving(caller),
            "access_log": giving(AccessLog(parts["database"])),
            "witness": Provide(witness_of, sync_to_thread=False),
            "reason": Provide(stated_reason, sync_to_thread=False),
        },
        exception_handlers={
            AppError: app_error,
            ValidationException: invalid,
            HTTPException: http_error,
            Exception: broken,
        },
    )
