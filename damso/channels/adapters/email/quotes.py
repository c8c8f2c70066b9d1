"""Which part of a mail's text is new, and which is quoted or a signature.

Nothing is cut out: the answer is how many leading characters are new, and what follows is folded. Every line is
classed once (text, quote, mark above a quote, signature), and the last line of text ends what is new. So an answer
below or between quotes stays visible as a whole, and where only a quote or only a forward is found, all is shown.
When in doubt more is shown: folding a customer's words is worse than showing a quote.
"""

import re
from enum import Enum

MAX_LINES = 20_000
"""Lines looked at; text that goes on after them counts as new."""

_LINE = 600
_SIGNATURE_LINES = 15
_SIGNATURE_CHARACTERS = 1200


class _Kind(Enum):
    BLANK = 0
    TEXT = 1
    QUOTE = 2
    MARK = 3
    SIGNATURE = 4


# --- The line above a quote: "On … wrote:" -------------------------------------------------------------------------

_VERB = re.compile(
    r"\bwrote\b|\bwrites\b|\bschrieb\b|\ba écrit\b|\bescribi[óo]\b|\bha scritto\b|\bscrisse\b|\bescreveu\b"
    r"|\bnapisał\w*|\bschreef\b|\bskrev\b|\bkirjoitti\b|написал|\bпишет\b|\bnapsal\w*|\bírta\b|\byazdı\b|έγραψε"
    r"|\bđã viết\b|\bmenulis\b|כתב|كتب|写道|寫道|のメール|書きました|(?:님이|님께서|이\(가\)|가|이)\s*(?:작성|쓴 글"
    r"|쓰신|썼|보낸|보내신)|작성(?:했습니다|하였습니다|함)?\s*[:：]|쓴 글\s*[:：]",
    re.IGNORECASE,
)
_MOMENT = re.compile(r"\d{1,4}\s?[./\-年년]\s?\d{1,2}|\d{1,2}[:：.h]\d{2}|\b(?:19|20)\d\d\b")
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,128}")
_ATTRIBUTION_START = re.compile(
    r"^\s*(?:on|am|le|el|il|em|op|den|på|dne|w dniu|dnia|vào|pada|в|\d{1,4}\s?[./\-年년]|(?:mon|tue|wed|thu|fri|sat"
    r"|sun)\w*,?)[\s\d]",
    re.IGNORECASE,
)
_ATTRIBUTION_LINES = 4

# --- What stands above an unmarked quote ---------------------------------------------------------------------------

_SPLITTER = re.compile(
    r"^\s*[-_=*]{2,}\s*(?:original (?:message|e-?mail|appointment)|reply message|원본\s*(?:메시지|메세지|이메일|메일"
    r"|편지)|원문|ursprüngliche nachricht|original[- ]?nachricht|message d'origine|message original|mensaje original"
    r"|mensagem original|messaggio originale|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse"
    r"|opprinnelig melding|alkuperäinen viesti|исходное сообщение|пересылаемое сообщение|(?:wiadomość oryginalna"
    r"|oryginalna wiadomość)|元のメッセージ|original ?メッセージ|原始邮件|原始郵件|原邮件)\s*[-_=*]{2,}\s*$",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"^\s*(?:[-_=*]{2,}\s*(?:forwarded (?:message|mail|by)|전달된\s*(?:메시지|메세지|이메일|메일)|전달\s*(?:메시지"
    r"|메일)|weitergeleitete nachricht|message transf[ée]r[ée]|mensaje reenviado|messaggio inoltrato"
    r"|mensagem encaminhada|doorgestuurd bericht|vidarebefordrat|videresendt|пересланное сообщение|転送メッセージ"
    r"|转发的?邮件|轉寄)|begin forwarded message|전달된 메시지 시작|anfang der weitergeleiteten"
    r"|début du message (?:transféré|réexpédié)|inicio del mensaje reenviado|inizio messaggio inoltrato"
    r"|転送されたメッセージ|下記は転送)",
    re.IGNORECASE,
)
_KEYS = {
    "from": "from|보낸\\s?사람|보낸\\s?이|보내는\\s?사람|발신(?:자|인)?|von|de|da|van|från|fra|lähettäjä|od|kimden|от"
    "|差出人|送信者|发件人|寄件者|寄件人",
    "to": "to|받는\\s?사람|받는\\s?이|수신(?:자|인)?|an|à|para|a|aan|till|til|vastaanottaja|do|kime|кому|宛先|收件人"
    "|收件者",
    "date": "date|sent|보낸\\s?날짜|보낸\\s?시간|보낸\\s?일시|날짜|일시|일자|gesendet|datum|envoyé|enviado(?: el)?"
    "|enviada(?: em)?|fecha|data|inviato|verzonden|skickat|sendt|dato|lähetetty|wysłano|gönderme(?: tarihi)?"
    "|tarih|дата|отправлено|送信日時|日時|日付|发送时间|日期|寄件日期|傳送時間",
    "subject": "subject|제목|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|konu|тема|件名|主题"
    "|主旨",
    "cc": "cc|참조|kopie|kopia|copia|копия|抄送|副本",
}
_FIELD = re.compile(
    r"^[\s*_|]{0,6}(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _KEYS.items()) + r")[*_]{0,2}\s?[:：]",
    re.IGNORECASE,
)
_DIVIDER = re.compile(r"^\s*[-_=*─━]{5,}\s*$")
_BLOCK_LINES = 9

# --- Signatures ----------------------------------------------------------------------------------------------------

_DASHES = re.compile(r"^(?:-- ?|—|_{2,3}|--- ?)$")
_MOBILE = re.compile(
    r"^\W{0,3}(?:(?:sent|skickat|sendt|envoy[ée]|enviado|inviato|gesendet|verstuurd|verzonden|wysłane"
    r"|отправлено) (?:from|via|with|by|från|fra|de|depuis|desde|do|da|dal|von|vanaf|met|mit|aus|z|с|из)\b.{0,80}"
    r"|von meine?m .{1,40} gesendet.{0,20}|get outlook for .{1,40}|download outlook .{1,40}"
    r"|yahoo mail on android.{0,60}|.{0,20}(?:나의|내|제)?\s?(?:iphone|ipad|아이폰|아이패드|galaxy|갤럭시|samsung"
    r"|삼성|lg|스마트폰|휴대폰|모바일|outlook|네이버|naver|다음|daum|카카오|kakao|지메일|gmail"
    r"|mail)\S*(?: \S+){0,4}?\s?(?:에서|으로|로|앱에서|을 통해)\s?(?:보냄|보냈|보낸|전송|발송|작성).{0,20}|(?:iphone"
    r"|ipad|android|スマートフォン).{0,16}から送信.{0,10}|发自我的.{1,30}|從我的.{1,30}(?:傳送"
    r"|寄出))\W{0,3}(?:<?https?://\S{1,200})?\s*$",
    re.IGNORECASE,
)
_POINTS_DOWN = re.compile(
    r"\b(?:see|answers?|answered|comments?|commented|repl(?:y|ies|ied)|responses?|notes?"
    r"|in ?line)\b.{0,30}\b(?:below|in ?line|in ?between|in (?:red|blue|green|bold)|under)|(?:아래|하기|본문"
    r"|밑)\S{0,3}.{0,24}(?:답변|답|회신|기재|표시|적|작성|코멘트)|(?:빨간|파란|붉은|파랑|빨강)\S{0,2}\s?(?:색|글씨)"
    r"|人下记|下記に.{0,10}(?:回答|記載)",
    re.IGNORECASE,
)


def fresh_length(text: str, quoted: frozenset[int] = frozenset()) -> int:
    """How many leading characters of `text` are new; all of them where nothing new can be told from the rest.

    `quoted` are numbers of lines that the mail's HTML marked as quoted.
    """
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        return len(text)
    short = [line[:_LINE] for line in lines]
    kinds = [_kind(line, number in quoted) for number, line in enumerate(short)]
    forward = next((n for n, line in enumerate(short) if kinds[n] is _Kind.TEXT and _FORWARD.match(line)), len(lines))
    _mark_attributions(short, kinds)
    cut = _cut(short, kinds)
    if forward < cut:
        return len(text)
    for number in range(cut, len(lines)):
        kinds[number] = _Kind.QUOTE
    _mark_signatures(short, kinds)
    last = max((number for number, kind in enumerate(kinds) if kind is _Kind.TEXT), default=-1)
    if last < 0:
        return len(text)
    end = sum(len(line) + 1 for line in lines[: last + 1]) - 1
    if cut < len(lines) and end < 500 and _POINTS_DOWN.search(text[:end]):
        return len(text)  # "my answers are below": the answers stand in what looks like a quote
    return end


def _kind(line: str, quoted: bool) -> _Kind:
    bare = line.strip()
    if not bare:
        return _Kind.BLANK
    return _Kind.QUOTE if quoted or bare.startswith(">") else _Kind.TEXT


# --- Marks ---------------------------------------------------------------------------------------------------------


def _mark_attributions(lines: list[str], kinds: list[_Kind]) -> None:
    for number, line in enumerate(lines):
        if kinds[number] is not _Kind.TEXT or not line.rstrip().endswith((":", "：", "작성", "wrote", "写道")):
            continue
        begin = _attribution_start(lines, kinds, number)
        for marked in range(begin, number + 1):
            kinds[marked] = _Kind.MARK


def _attribution_start(lines: list[str], kinds: list[_Kind], end: int) -> int:
    """The first line of the attribution that ends in line `end`, or the line after it where there is none."""
    quote_follows = _next(kinds, end + 1) is _Kind.QUOTE
    joined = ""
    for begin in range(end, max(end - _ATTRIBUTION_LINES, -1), -1):
        if kinds[begin] is not _Kind.TEXT:
            break
        joined = f"{lines[begin].strip()} {joined}"
        if _is_attribution(joined, quote_follows):
            return _with_first_line(lines, kinds, begin, end)
    return end + 1


def _is_attribution(joined: str, quote_follows: bool) -> bool:
    verb, moment = bool(_VERB.search(joined)), bool(_MOMENT.search(joined))
    address = bool(_ADDRESS.search(joined))
    if len(joined) > _LINE:
        return False
    return (moment and (verb or address)) or (quote_follows and (moment or verb))


def _with_first_line(lines: list[str], kinds: list[_Kind], begin: int, end: int) -> int:
    """A wrapped attribution may be understood before its first line ("On Monday") is reached."""
    above = begin - 1
    if _ATTRIBUTION_START.match(lines[begin]) or above < 0 or end - above >= _ATTRIBUTION_LINES:
        return begin
    wrapped = kinds[above] is _Kind.TEXT and len(lines[above]) < 100 and _ATTRIBUTION_START.match(lines[above])
    return above if wrapped and _MOMENT.search(lines[above]) else begin


def _next(kinds: list[_Kind], start: int) -> _Kind | None:
    return next((kind for kind in kinds[start : start + 4] if kind is not _Kind.BLANK), None)


def _cut(lines: list[str], kinds: list[_Kind]) -> int:
    """The first line of a quote that is not marked line by line, or the number of lines."""
    written = False
    for number, line in enumerate(lines):
        kind = kinds[number]
        if kind is _Kind.MARK and written and _ends_marks(kinds, number) and _next(kinds, number + 1) is _Kind.TEXT:
            return _begin_of_marks(kinds, number)
        if kind is _Kind.TEXT and (_SPLITTER.match(line) or _is_header_block(lines, number)):
            return _above(lines, number) if written else len(lines)
        written |= kind is _Kind.TEXT and not _DIVIDER.match(line)
    return len(lines)


def _ends_marks(kinds: list[_Kind], number: int) -> bool:
    return number + 1 >= len(kinds) or kinds[number + 1] is not _Kind.MARK


def _begin_of_marks(kinds: list[_Kind], number: int) -> int:
    while number > 0 and kinds[number - 1] is _Kind.MARK:
        number -= 1
    return number


def _is_header_block(lines: list[str], start: int) -> bool:
    """A sender line with at least two of date, recipient and subject close by, as Outlook and Naver write them."""
    first = _FIELD.match(lines[start])
    if first is None or first.lastgroup not in ("from", "date"):
        return False
    names = {
        found.lastgroup
        for line in lines[start : start + _BLOCK_LINES]
        if (found := _FIELD.match(line)) and found.lastgroup
    }
    return "from" in names and len(names) >= 3


def _above(lines: list[str], number: int) -> int:
    """Dividers and blank lines above belong to what they divide off."""
    while number > 0 and (not lines[number - 1].strip() or _DIVIDER.match(lines[number - 1])):
        number -= 1
    return number


def _mark_signatures(lines: list[str], kinds: list[_Kind]) -> None:
    begun = False
    for number, line in enumerate(lines):
        if kinds[number] is not _Kind.TEXT:
            continue
        if begun and _DASHES.match(line.rstrip("\r")):
            _mark_signature(lines, kinds, number)
        elif _MOBILE.match(line.strip()[:200]):
            kinds[number] = _Kind.SIGNATURE
        begun |= kinds[number] is _Kind.TEXT


def _mark_signature(lines: list[str], kinds: list[_Kind], start: int) -> None:
    """From the dashes to the next quote, if that is short enough for a signature."""
    written: list[int] = []
    for number in range(start, len(kinds)):
        if kinds[number] in (_Kind.QUOTE, _Kind.MARK):
            break
        if kinds[number] is _Kind.TEXT:
            written.append(number)
        if len(written) > _SIGNATURE_LINES:
            return
    if sum(len(lines[number]) for number in written) <= _SIGNATURE_CHARACTERS:
        for number in written:
            kinds[number] = _Kind.SIGNATURE
