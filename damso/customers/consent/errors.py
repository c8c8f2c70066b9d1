"""What can be wrong with a consent."""

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text


class ConsentInvalid(AppError):
    """A consent for a channel that is not there, or for one where the purpose knows none."""

    code = "CONSENT_INVALID"
    status = 422
    text = Text(
        "이 용도에 쓸 수 없는 채널이에요. 채널을 다시 골라 주세요.", "This purpose has no such channel. Choose another."
    )


class ConsentTimeInvalid(AppError):
    code = "CONSENT_TIME_INVALID"
    status = 422
    text = Text("동의한 시각이 지금보다 뒤예요.", "The consent lies in the future.")


class ProofTooLong(AppError):
    code = "PROOF_TOO_LONG"
    status = 422
    text = Text("증빙은 {limit}자까지 적을 수 있어요.", "The proof may have {limit} characters.")


class GuardianNeeded(AppError):
    """A child under 14 cannot consent alone (PIPA art. 22-2)."""

    code = "GUARDIAN_NEEDED"
    text = Text(
        "만 14세 미만이에요. 법정대리인의 동의를 먼저 확인해 주세요.",
        "This customer is under 14. Confirm the guardian's consent first.",
    )


class ConsentTextInvalid(AppError):
    code = "CONSENT_TEXT_INVALID"
    status = 422
    text = Text("동의 문구는 {limit}자까지 쓸 수 있어요.", "A consent text has 1 to {limit} characters.")


class ConsentTextUnknown(AppError):
    """The text is of another purpose, or is none of ours."""

    code = "CONSENT_TEXT_UNKNOWN"
    status = 422
    text = Text("이 용도의 동의 문구가 아니에요.", "This is no text for that purpose.")


class SaidBeforeErasure(AppError):
    """A consent or withdrawal of somebody who was erased afterwards: entering it would bring their address back."""

    code = "SAID_BEFORE_ERASURE"
    text = Text(
        "이 고객은 그 뒤에 삭제를 요청했어요. 이전 동의는 가져올 수 없어요.",
        "This customer was erased afterwards. What they said before cannot be entered.",
    )
