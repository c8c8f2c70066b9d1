"""Every error as problem JSON (RFC 9457), in the language of whoever asked."""

import errno
import re
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.spec import (
    Components,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Reference,
    Schema,
)
from prometheus_client import Counter

from damso.kernel.errors import AppError, FieldProblem, Invalid, NotFound
from damso.kernel.i18n import Locale, Text, negotiate
from damso.kernel.notify import LOST
from damso.team.access import Caller

log = structlog.get_logger()

_CONTENT_TYPE = "application/problem+json"


class Broken(AppError):
    """Our own fault."""

    code = "BROKEN"
    status = 500
    text = Text(
        "처리하지 못했어요. 저희 쪽 문제예요. 잠시 뒤에 다시 해 주세요.",
        "Something broke on our side. Please try again in a moment.",
    )


class Away(AppError):
    """The database cannot be reached at the moment."""

    code = "AWAY"
    status = 503
    text = Text(
        "데이터베이스에 잠시 연결할 수 없어요. 곧 다시 시도해 주세요.",
        "The database cannot be reached at the moment. Please try again soon.",
    )


class Full(AppError):
    """There is no room to store anything: nothing of the request was kept."""

    code = "STORAGE_FULL"
    status = 503
    text = Text(
        "저장 공간이 가득 차서 저장하지 못했어요. 공간을 확보한 뒤에 다시 시도해 주세요.",
        "There is no room left, so nothing was stored. Please try again once there is space.",
    )


class Refused(AppError):
    """The request itself was refused before it reached a room: a wrong method, a body that is too large."""

    code = "REFUSED"
    text = Text("처리할 수 없는 요청이에요.", "This request cannot be handled.")


_CONSTRAINTS: tuple[tuple[re.Pattern[str], str, Text], ...] = (
    (re.compile(r"of length >= 1\b"), "REQUIRED", Text("꼭 입력해 주세요.", "This is required.")),
    (
        re.compile(r"of length >= (\d+)"),
        "TOO_SHORT",
        Text("{0}자 이상이어야 해요.", "Use at least {0} characters."),
    ),
    (re.compile(r"of length <= (\d+)"), "TOO_LONG", Text("{0}자까지 쓸 수 있어요.", "Use at most {0} characters.")),
    (re.compile(r">= (-?\d+)"), "TOO_SMALL", Text("{0} 이상이어야 해요.", "It has to be {0} or more.")),
    (re.compile(r"<= (-?\d+)"), "TOO_LARGE", Text("{0} 이하여야 해요.", "It has to be {0} or less.")),
    (re.compile(r"required field"), "REQUIRED", Text("꼭 입력해 주세요.", "This is required.")),
    (re.compile(r"unknown field"), "UNKNOWN", Text("쓸 수 없는 항목이에요.", "There is no such field.")),
    (re.compile(r""), "INVALID", Text("형식이 맞지 않아요.", "This has the wrong form.")),
)
"""What msgspec says is wrong, and how we say it; the last fits everything."""

ANSWERED = ("401", "403", "404", "405", "409", "410", "413", "422", "429", "503")
"""Statuses of problems that every operation is described with: guards, limits and the database stand before all."""
PROBLEM = Schema(
    title="Problem",
    description="What went wrong (RFC 9457). `code` is for programs, `detail` for people, in their language.",
    type=OpenAPIType.OBJECT,
    required=["type", "title", "status", "code", "detail"],
    properties={
        "type": Schema(type=OpenAPIType.STRING),
        "title": Schema(type=OpenAPIType.STRING),
        "status": Schema(type=OpenAPIType.INTEGER),
        "code": Schema(type=OpenAPIType.STRING),
        "detail": Schema(type=OpenAPIType.STRING),
        "field": Schema(type=OpenAPIType.STRING),
        "errors": Schema(
            type=OpenAPIType.ARRAY,
            items=Schema(
                type=OpenAPIType.OBJECT,
                required=["field", "code", "detail"],
                properties={name: Schema(type=OpenAPIType.STRING) for name in ("field", "code", "detail")},
            ),
        ),
    },
)
COMPONENTS = Components(
    responses={
        "Problem": OpenAPIResponse(
            description="A problem.",
            content={_CONTENT_TYPE: OpenAPIMediaType(schema=PROBLEM)},
        )
    },
)


@dataclass
class DescribedOperation(Operation):
    """An operation in the API's description, with the problems it may answer instead of the framework's own errors."""

    def __post_init__(self) -> None:
        described = {status: answer for status, answer in (self.responses or {}).items() if status != "400"}
        self.responses = described | dict.fromkeys(ANSWERED, Reference(ref="#/components/responses/Problem"))


UNSTORABLE = (asyncpg.DataError, OverflowError, RecursionError)
"""A value of the right type that no column can hold (a NUL in a text, a number or a year beyond all bounds), or one
nested so deep that nobody can read it. Only what came from outside can be like that."""

_REFUSALS = (403, 429)
REFUSED = Counter("damso_refused_total", "Requests refused for want of a right, of proof or of patience", ["code"])

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

AnyRequest = Request[Any, Any, Any]


def locale_of(request: AnyRequest) -> Locale:
    """An agent's own language, else the one their browser asks for."""
    caller: Caller | None = request.scope.get("user")
    return caller.locale if caller and caller.agent_id else negotiate(request.headers.get("accept-language"))


def problem(request: AnyRequest, error: AppError, *, status: int | None = None) -> Response[bytes]:
    locale = locale_of(request)
    status = status or error.status
    body: dict[str, Any] = {
        "type": f"urn:damso:problem:{error.code.lower().replace('_', '-')}",
        "title": error.code.replace("_", " ").capitalize(),
        "status": status,
        "code": error.code,
        "detail": error.say(locale),
    }
    if error.field:
        body["field"] = error.field
    if error.problems:
        body["errors"] = [
            {"field": found.field, "code": found.code, "detail": found.text.say(locale)} for found in error.problems
        ]
    headers = {"retry-after": str(error.fields["seconds"])} if "seconds" in error.fields else {}
    return Response(
        msgspec.json.encode(body | error.extra), status_code=status, media_type=_CONTENT_TYPE, headers=headers
    )


def app_error(request: AnyRequest, error: AppError) -> Response[bytes]:
    if error.status in _REFUSALS:
        _note_refusal(request, error)
    return problem(request, error)


def _note_refusal(request: AnyRequest, error: AppError) -> None:
    """Who tries what they may not, or too often, is worth a look (OWASP ASVS 16.3.2, 16.3.3). The route is told by its
    pattern and the caller by an id: addresses and names stay out of the log."""
    caller: Caller | None = request.scope.get("user")
    actor = caller.actor if caller else None
    REFUSED.labels(error.code).inc()
    log.warning(
        "request.refused",
        code=error.code,
        method=request.method,
        route=request.scope["path_template"],
        actor=f"{actor.kind}:{actor.id}" if actor else None,
    )


def invalid(request: AnyRequest, error: ValidationException) -> Response[bytes]:
    """A payload or parameter that does not fit its type."""
    found = error.extra if isinstance(error.extra, list) else []
    return problem(request, Invalid(problems=tuple(_explain(one) for one in found)))


def _explain(found: dict[str, Any]) -> FieldProblem:
    said = str(found.get("message", ""))
    for pattern, code, text in _CONSTRAINTS:
        if match := pattern.search(said):
            filled = Text(text.ko.format(*match.groups()), text.en.format(*match.groups()))
            return FieldProblem(str(found.get("key", "")), code, filled)
    raise AssertionError("the last pattern fits everything")


def http_error(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    if error.status_code == 404:
        return problem(request, NotFound())
    if error.status_code == 400:
        return problem(request, Invalid(), status=422)
    if isinstance(error.__cause__, msgspec.ValidationError):
        # A field of a body that is called as one of our dependencies is (`locale`): Litestar then blames us.
        said, _, path = str(error.__cause__).partition(" - at `$.")
        return problem(
            request, Invalid(problems=(_explain({"key": path.rstrip("`").removeprefix("data."), "message": said}),))
        )
    if error.status_code >= 500:
        return broken(request, error)
    return problem(request, Refused(), status=error.status_code)


def _is_full(error: Exception) -> bool:
    """Whether the disk of the database or of the files has no room, or what we may use of it is used up."""
    return isinstance(error, asyncpg.DiskFullError) or (isinstance(error, OSError) and error.errno in _NO_ROOM)


def broken(request: AnyRequest, error: Exception) -> Response[bytes]:
    if isinstance(error, LOST):
        return problem(request, Full() if _is_full(error) else Away())
    if isinstance(error, UNSTORABLE):
        log.info("request.unstorable", path=request.scope["path"], kind=type(error).__name__)
        return problem(request, Invalid())
    log.exception("request.broken", path=request.scope["path"], exc_info=error)
    return problem(request, Broken())
