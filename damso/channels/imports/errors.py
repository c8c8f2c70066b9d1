"""Why an export cannot be read at all, and why a record of one cannot be brought in."""

from damso.kernel.errors import AppError
from damso.kernel.i18n import Locale, Text


class ExportUnreadable(AppError):
    """There is nothing in it that can be read, or it is made to do harm. `why` is one of `WHOLE`."""

    code = "EXPORT_UNREADABLE"
    status = 422
    text = Text("이 파일은 가져올 수 없어요. {place}: {why}", "This export cannot be read. {place}: {why}")

    def __init__(self, why: str, place: str) -> None:
        super().__init__(place=place)
        self.why = why

    def say(self, locale: Locale) -> str:
        return self.text.say(locale, why=WHOLE[self.why].say(locale), **self.fields)


class RecordInvalid(Exception):
    """One record does not fit; `code` is one of `REASONS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


WHOLE: dict[str, Text] = {
    "MISSING": Text("파일이나 폴더가 없어요", "there is no such file or folder"),
    "NOTHING": Text("내보낸 데이터를 찾지 못했어요", "nothing in it looks like an export"),
    "ZIP": Text("ZIP 파일이 손상되었어요", "the zip file is damaged"),
    "TOO_LARGE": Text("항목 하나가 64MB보다 커요", "one record is larger than 64 MB"),
    "BOMB": Text("압축을 풀면 지나치게 커져요", "it grows beyond measure when unpacked"),
    "ENCODING": Text("글자를 읽을 수 없어요. UTF-8로 저장해 주세요", "its letters cannot be read; save it as UTF-8"),
    "NOT_JSON": Text("올바른 JSON이 아니에요", "it is no valid JSON"),
    "NOT_XML": Text("올바른 XML이 아니거나 DTD가 들어 있어요", "it is no valid XML, or brings a DTD"),
    "TOO_DEEP": Text("지나치게 깊이 중첩되어 있어요", "it is nested too deeply"),
    "TOO_MANY_COLUMNS": Text("열이 300개를 넘어요", "it has more than 300 columns"),
    "CELL_OPEN": Text(
        "여기서 시작한 따옴표가 닫히지 않았거나 한 칸이 지나치게 커요",
        "a quotation mark that begins here is not closed, or a cell is too large",
    ),
    "LINE_TOO_LARGE": Text("한 줄이 4MB보다 커요", "a line is larger than 4 MB"),
    "SHEET": Text("엑셀 파일이 손상되었거나 암호가 걸려 있어요", "the Excel file is damaged or locked by a password"),
    "SHEET_TOO_LARGE": Text(
        "엑셀 파일이 너무 커요. CSV로 저장해 주세요", "the Excel file is too large; save it as CSV"
    ),
    "OLD_SHEET": Text(
        "예전 엑셀 형식(.xls)이거나 암호가 걸려 있어요. .xlsx나 CSV로 저장해 주세요",
        "it is an old Excel file (.xls) or locked by a password; save it as .xlsx or CSV",
    ),
    "NOT_A_TABLE": Text("표가 들어 있는 파일이 아니에요", "it is no file with a table"),
    "NOT_LINES": Text(
        "JSON 배열이에요. 한 줄에 하나씩 적은 JSONL로 저장해 주세요", "it is a JSON array; save it as JSON Lines"
    ),
    "CHANGED": Text("처음 읽었을 때와 열이 달라요. 다시 올려 주세요", "its columns are not those it had; begin anew"),
}

REASONS: dict[str, Text] = {
    "NOT_JSON": Text("올바른 JSON이 아니에요", "not valid JSON"),
    "TOO_DEEP": Text("지나치게 깊이 중첩되어 있어요", "nested too deeply"),
    "NOT_MAIL": Text("메일이 아니에요", "it is no mail"),
    "TOO_LARGE": Text("메일 하나가 100MB보다 커요", "the mail is larger than 100 MB"),
    "UNREADABLE": Text("읽을 수 없는 파일이에요", "the file cannot be read"),
    "NO_ID": Text("번호(ID)가 없어요", "it has no id"),
    "DELETED": Text("그쪽에서 이미 지운 대화예요", "it was deleted there"),
    "NO_DATE": Text("날짜가 없거나 읽을 수 없어요", "its date is missing or cannot be read"),
    "NO_PERSON": Text("누구의 대화인지 적혀 있지 않아요", "it does not say whose conversation it is"),
    "NO_CASE": Text("속한 대화가 내보내기에 없어요", "its conversation is not in the export"),
    "UNKNOWN_SHAPE": Text("알 수 없는 형식이에요", "its shape is not known"),
    "PERSON_NOT_IN_EXPORT": Text(
        "고객 정보가 내보내기에 없어서 번호만으로 만들었어요",
        "the customer is not in the export and was made with an id alone",
    ),
    "EMAIL_INVALID": Text("이메일 주소가 올바르지 않아 뺐어요", "an e-mail address is not valid and was left out"),
    "PHONE_INVALID": Text("전화번호가 올바르지 않아 뺐어요", "a phone number is not valid and was left out"),
    "ADDRESS_BLOCKED": Text(
        "차단한 값이라 연락처로 쓰지 않았어요",
        "an address is a blocked value, which names nobody, and was left out",
    ),
    "JOIN_HELD": Text(
        "한 고객에게 식별 정보가 너무 많아져서 연결을 보류했어요",
        "not joined: one customer would get too many identities; it waits for a decision",
    ),
    "PHONE_SHARED": Text(
        "다른 고객의 전화번호라서 알려진 번호로만 적어 두었어요",
        "the phone number is another customer's, so it was only noted down",
    ),
    "COLLEAGUE_UNKNOWN": Text(
        "같은 이메일의 상담원이 없어서 이름만 남겼어요",
        "no agent here has this e-mail address, so only the name was kept",
    ),
    "TEAM_UNKNOWN": Text("같은 이름의 팀이 없어서 배정하지 않았어요", "no team here has this name, so it was left out"),
    "ERASED": Text("요청에 따라 삭제한 고객이라 가져오지 않았어요", "erased on request, left out"),
    "CHANGED_HERE": Text(
        "담소에서 이미 바뀐 대화라서 그대로 두었어요",
        "the conversation was changed here meanwhile and was left as it is",
    ),
}
"""Both why something was refused, and what somebody should know of what came in (`WARNINGS`)."""

WARNINGS = frozenset(
    {
        "PERSON_NOT_IN_EXPORT",
        "EMAIL_INVALID",
        "PHONE_INVALID",
        "ADDRESS_BLOCKED",
        "JOIN_HELD",
        "PHONE_SHARED",
        "COLLEAGUE_UNKNOWN",
        "TEAM_UNKNOWN",
        "CHANGED_HERE",
    }
)
