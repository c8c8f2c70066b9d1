"""What the webmail says."""

from damso.kernel.i18n import Text

TITLE = Text(ko="데모 메일", en="Demo mail")
EXPLAIN = Text(
    ko="고객이 되어 메일을 주고받아 보세요. 이 컴퓨터 안에서만 오가는 메일이에요.",
    en="Be the customer for a while. These mails never leave this computer.",
)
COMPOSE = Text(ko="메일 쓰기", en="Compose")
MAILBOXES = Text(ko="메일함", en="Mailboxes")
MAILS = Text(ko="받은 메일과 보낸 메일", en="Mail received and sent")
EMPTY = Text(ko="아직 메일이 없어요", en="No mail yet")
EMPTY_HINT = Text(
    ko="고객센터에 첫 메일을 보내 보세요. 담소 상담 화면에 바로 도착해요.",
    en="Write to the help desk. It arrives on the agent's screen at once.",
)
CHOOSE = Text(ko="메일을 선택해 주세요", en="Choose a mail")
CHOOSE_HINT = Text(
    ko="왼쪽 목록에서 메일을 고르면 대화가 여기에 보여요.",
    en="Pick one from the list and the whole conversation shows here.",
)
NO_SUBJECT = Text(ko="(제목 없음)", en="(no subject)")
TO = Text(ko="받는 사람", en="To")
SUBJECT = Text(ko="제목", en="Subject")
BODY = Text(ko="내용", en="Message")
FILES = Text(ko="파일 첨부", en="Attach files")
SEND = Text(ko="보내기", en="Send")
REPLY = Text(ko="답장", en="Reply")
REPLY_TO = Text(ko="{name}님에게 답장", en="Reply to {name}")
BACK = Text(ko="목록", en="Back")
ME_TO = Text(ko="나 → {name}", en="me → {name}")
QUOTE = Text(ko="인용된 내용 보기", en="Show quoted text")
HEADERS = Text(ko="메일 헤더", en="Mail headers")
COPY_CODE = Text(ko="인증 번호 복사", en="Copy code")
COPIED = Text(ko="복사했어요", en="Copied")
UNREAD = Text(ko="읽지 않음", en="unread")
COUNT = Text(ko="메일 {count}통", en="{count} mails")
FORGED = Text(
    ko="다른 사람이 이 주소를 사칭해 보내기",
    en="Send as an impostor using this address",
)
FORGED_HINT = Text(
    ko="DMARC 인증에 실패한 메일이 돼요. 담소가 기존 고객의 상담에 연결하지 않는지 확인할 때 써 보세요.",
    en="The mail fails DMARC. Use it to see that Damso does not join it to the customer's case.",
)
BAD_ADDRESS = Text(ko="보내지 못했어요. 받는 사람 주소를 확인해 주세요.", en="Not sent. Check the recipient's address.")
