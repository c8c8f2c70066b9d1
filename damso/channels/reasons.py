"""What the errors of channels mean to a person, where one of them is the reason why work stands still."""

from collections.abc import Mapping

from damso.channels.failures import (
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientUnreachable,
    TryLater,
    WindowClosed,
)
from damso.kernel.i18n import Text

REASONS: Mapping[str, Text] = {
    CredentialsRejected.__name__: Text(
        "채널에 로그인할 수 없어요. 채널 설정에서 비밀번호나 키를 확인한 뒤에 다시 시도해 주세요.",
        "The channel refuses our sign-in. Check its password or key in the channel's settings, then try again.",
    ),
    TryLater.__name__: Text(
        "상대 서버가 오랫동안 받지 못했어요. 서버가 돌아오면 다시 시도해 주세요.",
        "The other side could not take it for a long time. Try again when it is back.",
    ),
    RecipientUnreachable.__name__: Text(
        "받는 사람에게 보낼 수 없는 주소예요.", "Nothing can be sent to the recipient's address."
    ),
    ContentRejected.__name__: Text("상대 서버가 내용을 거절했어요.", "The other side refused the content."),
    WindowClosed.__name__: Text("보낼 수 있는 시간이 지났어요.", "The time in which it could be sent is over."),
    OutcomeUnknown.__name__: Text(
        "보냈는지 확인할 수 없어요. 다시 시도하면 두 번 갈 수 있어요.",
        "Whether it left is not known. Trying again may send it twice.",
    ),
}
"""By the name that a lane parks with."""
