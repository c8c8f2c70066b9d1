"""Why somebody takes personal data out of Damso: asked of everybody, kept in the access log.

Korea's safety measures for personal data (개인정보의 안전성 확보조치 기준, article 8) have a company find out the
reason of each download. Asking beforehand finds it out while it is known.
"""

from typing import Annotated, Literal, get_args
from urllib.parse import unquote

import msgspec
from litestar.params import HeaderParameter
from msgspec import Meta, Struct

from damso.kernel.errors import AppError, Invalid
from damso.kernel.i18n import Text

ReasonKind = Literal["customer_request", "complaint", "legal", "inspection", "reporting", "moving", "other"]
KINDS: tuple[ReasonKind, ...] = get_args(ReasonKind)
HEADER = "X-Damso-Reason"
NOTE_HEADER = "X-Damso-Reason-Note"
LONGEST_NOTE = 500


class ReasonNeeded(AppError):
    """Data would leave Damso, and nobody said why."""

    code = "REASON_NEEDED"
    status = 422
    text = Text(
        "개인정보를 내려받는 이유를 골라 주세요. '기타'는 내용도 적어 주세요.",
        "Say why you take personal data out. With 'other', write what it is.",
    )


class Reason(Struct, frozen=True):
    """One of the common reasons, and what there is to add."""

    kind: ReasonKind
    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""


def reason(kind: str | None, note: str = "") -> Reason:
    """Raises `ReasonNeeded`, also for another reason that is not explained; `Invalid` where the note is too long."""
    note = note.strip()
    if kind not in KINDS or (kind == "other" and not note):
        raise ReasonNeeded(field="reason", extra={"reasons": list(KINDS)})
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise Invalid(field="reason_note")
    return msgspec.convert({"kind": kind, "note": note}, Reason)


def stated_reason(
    reason_kind: Annotated[str | None, HeaderParameter(name=HEADER, description="Why data is taken out")] = None,
    reason_note: Annotated[
        str | None, HeaderParameter(name=NOTE_HEADER, description="What there is to add, percent-encoded UTF-8")
    ] = None,
) -> Reason:
    """The dependency `reason` of every route that gives data out. In headers, since addresses of pages end up in the
    logs of proxies. Raises as `reason`."""
    return reason(reason_kind, unquote(reason_note or ""))
