"""What can go wrong, as facts with a code, an HTTP status and a sentence in both languages.

A subclass names one fact and is raised where it is found out; `damso.web` turns it into problem JSON (RFC 9457).
"""

from typing import Any, ClassVar

from msgspec import Struct

from damso.kernel.i18n import Locale, Text


class FieldProblem(Struct, frozen=True):
    """What is wrong with one field of a payload; `field` is its path, such as `config.password`."""

    field: str
    code: str
    text: Text


class AppError(Exception):
    """Base of all expected errors. `fields` fill the sentence, `extra` travels to the caller as it is."""

    code: ClassVar[str]
    status: ClassVar[int] = 409
    text: ClassVar[Text]

    def __init__(
        self,
        *,
        field: str | None = None,
        problems: tuple[FieldProblem, ...] = (),
        extra: dict[str, Any] | None = None,
        **fields: object,
    ) -> None:
        super().__init__(self.code)
        self.field = field
        self.problems = problems
        self.extra = extra or {}
        self.fields = fields

    def say(self, locale: Locale) -> str:
        return self.text.say(locale, **self.fields)


class NotFound(AppError):
    code = "NOT_FOUND"
    status = 404
    text = Text(
        "찾을 수 없어요. 이미 지워졌거나 볼 권한이 없는 항목이에요.", "Not found. It is gone, or you may not see it."
    )


class Unauthenticated(AppError):
    code = "UNAUTHENTICATED"
    status = 401
    text = Text("로그인이 필요해요.", "Please sign in.")


class Forbidden(AppError):
    code = "FORBIDDEN"
    status = 403
    text = Text("이 작업을 할 권한이 없어요.", "You may not do this.")


class Invalid(AppError):
    """The payload does not fit; `problems` says where."""

    code = "INVALID"
    status = 422
    text = Text("입력한 내용을 확인해 주세요.", "Please check what you entered.")


class TooManyTries(AppError):
    code = "TOO_MANY_TRIES"
    status = 429
    text = Text(
        "시도가 너무 많았어요. {seconds}초 뒤에 다시 해 주세요.",
        "Too many tries. Please try again in {seconds} seconds.",
    )


class TooLarge(AppError):
    code = "TOO_LARGE"
    status = 413
    text = Text("{limit}까지 보낼 수 있어요.", "The limit is {limit}.")
