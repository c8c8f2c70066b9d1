"""Why a conversation cannot go on elsewhere. Which of several reasons holds is nobody's business but the customer's."""

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text


class ContinuationInvalid(AppError):
    """Forged, over, opened by somebody else, or confirmed already."""

    code = "CONTINUATION_INVALID"
    status = 410
    text = Text(
        "이어가기 링크가 만료되었거나 이미 쓰였어요. 상담원에게 새 링크를 요청해 주세요.",
        "This link has expired or was used already. Please ask for a new one.",
    )


class CannotContinueThere(AppError):
    """It is the channel they write on already, another brand's, or one that is off."""

    code = "CANNOT_CONTINUE_THERE"
    status = 422
    text = Text("이 상담은 그 채널로 이어갈 수 없어요.", "This conversation cannot go on by that channel.")


class NotOpened(AppError):
    code = "CONTINUATION_NOT_OPENED"
    text = Text("고객이 아직 링크를 열지 않았어요.", "The customer has not opened the link yet.")
