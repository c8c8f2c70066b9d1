"""Why something cannot be said or done here."""

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text


class AnsweredMeanwhile(AppError):
    """Another answer went out since the agent looked; `extra["message"]` is that answer."""

    code = "ANSWERED_MEANWHILE"
    text = Text(
        "작성하시는 동안 다른 답변이 나갔어요. 확인한 뒤 그래도 보낼 수 있어요.",
        "Another answer went out while you were writing. Look at it, then send anyway if you like.",
    )


class WindowHasClosed(AppError):
    code = "WINDOW_CLOSED"
    text = Text(
        "이 채널에서 답할 수 있는 시간이 지났어요. 다른 채널로 이어가 주세요.",
        "The time to answer on this channel is over. Please go on by another one.",
    )


class NotReachable(AppError):
    code = "NOT_REACHABLE"
    text = Text(
        "이 주소로는 보낼 수 없어요. 다른 연락처를 골라 주세요.",
        "Nothing can be sent to this address. Please choose another.",
    )


class InboxOff(AppError):
    code = "INBOX_OFF"
    text = Text("꺼져 있는 채널이에요. 설정에서 켜 주세요.", "This channel is turned off. Turn it on in the settings.")


class ReplyToDiffers(AppError):
    code = "REPLY_TO_DIFFERS"
    text = Text(
        "글을 쓴 사람과 다른 주소({address})로 답장을 보내려고 해요. 맞는지 확인해 주세요.",
        "This goes to {address}, which is not the address that wrote. Please confirm.",
    )


class TextTooLong(AppError):
    code = "TEXT_TOO_LONG"
    status = 422
    text = Text(
        "이 채널은 {limit:,}자까지 보낼 수 있어요. 지금 {length:,}자예요.",
        "This channel takes up to {limit:,} characters; this has {length:,}.",
    )


class SensitiveNumber(AppError):
    """`extra["kinds"]` says of what kind."""

    code = "SENSITIVE_NUMBER"
    status = 422
    text = Text(
        "주민등록번호나 카드번호처럼 보이는 번호가 있어요. 그래도 보내면 번호는 가려진 채로 나가요.",
        "This holds what looks like an identity or card number. If you send it, the number goes out masked.",
    )


class NothingToSend(AppError):
    code = "NOTHING_TO_SEND"
    status = 422
    text = Text("내용을 입력하거나 파일을 붙여 주세요.", "Write something or attach a file.")


class MediaNotAllowed(AppError):
    code = "MEDIA_NOT_ALLOWED"
    status = 422
    text = Text("이 채널로 보낼 수 없는 파일이에요: {name}", "This channel does not take this file: {name}")


class TooManyFiles(AppError):
    code = "TOO_MANY_FILES"
    status = 422
    text = Text("한 번에 파일 {limit}개까지 보낼 수 있어요.", "One message takes up to {limit} files.")


class ConsentMissing(AppError):
    """Advertising to somebody who must not get it; `extra.reason` says why, in the words of `may_contact`."""

    code = "CONSENT_MISSING"
    text = Text(
        "이 고객에게는 광고성 메시지를 보낼 수 없어요. 고객 화면의 동의 내역을 확인해 주세요.",
        "This customer must not get advertising. See the consents on the customer's page.",
    )


class AdGateClosed(AppError):
    """The customer has consented, but nothing yet puts the label, the sender and the free refusal into advertising
    (Network Act art. 50(4)), so none leaves."""

    code = "AD_GATE_CLOSED"
    text = Text(
        "광고 표기와 무료 수신거부를 자동으로 넣는 기능이 없어 아직 광고성 메시지를 보낼 수 없어요.",
        "Advertising cannot be sent yet: its label and free way to refuse are not put in automatically.",
    )


class TooLate(AppError):
    code = "TOO_LATE"
    text = Text("이미 전송되어 취소할 수 없어요.", "It has left already and cannot be taken back.")


class NothingToSettle(AppError):
    code = "NOTHING_TO_SETTLE"
    text = Text("이미 처리된 메시지예요.", "This message has been settled already.")


class CannotJoin(AppError):
    code = "CANNOT_JOIN"
    text = Text("서로 다른 고객의 상담은 합칠 수 없어요.", "Cases of different customers cannot be joined.")


class CannotSplit(AppError):
    code = "CANNOT_SPLIT"
    status = 422
    text = Text(
        "나눌 메시지를 고르고, 원래 상담에도 메시지를 하나는 남겨 주세요.",
        "Choose messages to split off, and leave at least one in the case.",
    )


class UndoTooLate(AppError):
    """It was done too long ago, or it was undone already."""

    code = "UNDO_TOO_LATE"
    text = Text("되돌릴 수 있는 시간이 지났어요.", "It is too late to undo this.")


class ChangedMeanwhile(AppError):
    """Undoing would take away what somebody did since."""

    code = "CHANGED_MEANWHILE"
    text = Text("그사이 상담이 바뀌어서 되돌리지 않았어요.", "The case has changed since, so nothing was undone.")


class TooManyCases(AppError):
    code = "TOO_MANY_CASES"
    status = 422
    text = Text("한 번에 상담 {limit:,}개까지 바꿀 수 있어요.", "One act takes up to {limit:,} cases.")


class NoWayToSend(AppError):
    """There is no channel by which this customer can be answered now."""

    code = "NO_WAY_TO_SEND"
    text = Text("지금 이 고객에게 답할 수 있는 채널이 없어요.", "There is no open way to answer this customer now.")


class AlreadyDecided(AppError):
    code = "ALREADY_DECIDED"
    text = Text("이미 보냈거나 취소한 답변이에요.", "This answer was sent or cancelled already.")


class TimeIsPast(AppError):
    code = "TIME_IS_PAST"
    status = 422
    text = Text("지금보다 뒤의 시간을 골라 주세요.", "Please choose a time to come.")
