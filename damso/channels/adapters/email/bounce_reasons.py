"""Why a mail was not delivered, from what servers write about it.

The code in a reply says less than its words: servers answer "5.1.1" to what they take for spam, and "5.0.0" to nearly
everything. So the words are read first, from the most telling to the least, and codes only where they say nothing.
`permanent` is kept for what makes an address no good: nobody there, no such host, moved away, takes no mail. A full or
locked mailbox, a block, a policy or a limit is about this moment or this message.
"""

import re
from typing import NamedTuple


class Reason(NamedTuple):
    """A word for the reason, and whether the address is no good."""

    word: str
    permanent: bool


UNKNOWN = Reason("unknown", False)

_ADDRESS = re.compile(r"<?[^\s<>@\"'(),;:]{1,128}@[^\s<>@\"'(),;:]{1,253}>?")
_URL = re.compile(r"(?:https?://|www\.)\S{1,500}", re.IGNORECASE)
_CONTINUED = re.compile(r"\s+[245]\d\d-[245]\.\d{1,3}\.\d{1,3}\s+|\s+")
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])[45]\d\d[ -]")
_AFTER_DATA = re.compile(r"in reply to (?:end of )?data|after end of data|\bdata command|smtp command data\b")

_WORDS: tuple[tuple[Reason, str], ...] = (
    (
        Reason("mailbox_full", False),
        r"mailbox(?: \S+)? (?:is |size |has )?(?:full|exceed)|mail ?box (?:is )?full|over ?quota"
        r"|quota (?:is )?(?:exceeded|full|violation)|exceed\w* (?:\S+ ){0,4}(?:quota|storage|allowed size|mailbox)"
        r"|quotaexceeded|exceeds allowed size|insufficient (?:disk|storage|space|quota)|(?:disk|storage"
        r"|space) (?:is )?(?:full|quota)|not enough (?:disk |storage )?space|out of storage|too much mail data"
        r"|(?:メールボックス|受信箱).{0,12}(?:一杯|いっぱい|満杯|超)|容量.{0,6}超|(?:메일함|편지함|사서함"
        r"|저장\s*공간|용량).{0,12}(?:가득|초과|부족|꽉)|bo[iî]te .{0,20}pleine|postfach .{0,20}voll|邮箱.{0,6}满"
        r"|ящик.{0,12}переполнен|buz[óo]n .{0,12}lleno",
    ),
    (
        Reason("too_large", False),
        r"(?:message|mail|file|size|content)[^.]{0,40}(?:too (?:large|big|long)|exceeds? [^.]{0,30}(?:size|limit"
        r"|maximum))|size limit|(?:maximum|max) (?:\S+ )?(?:message )?size|recipsizelimit|(?:크기|용량).{0,8}제한",
    ),
    (
        Reason("too_many", False),
        r"too many (?:\S+ )?(?:recipients|connections|messages|mails|concurrent|sessions|errors|requests|emails"
        r"|rcpt)|rate.?limit|throttl|frequency limit|(?:receiv|send)ing (?:\S+ )?(?:rate|mail too)"
        r"|unusual(?:ly high)? rate|exceeded (?:the )?(?:rate|limit|maximum|max|number)|limit exceeded|hourly limit"
        r"|daily (?:\S+ )?limit|slow down",
    ),
    (
        Reason("authentication", False),
        r"\b(?:dmarc|dkim|spf)\b|sender policy framework|unauthenticated (?:e?mail|sender)|sender is unauthenticated"
        r"|authentication (?:checks?|results?|required|failed|failure)|smtp authentication|without authentication"
        r"|purported responsible",
    ),
    (
        Reason("reverse_dns", False),
        r"reverse dns|\bptr\b|reverse (?:lookup|hostname|name)|cannot find your (?:hostname|reverse)|unverifyable"
        r"|no rdns|unable to (?:resolve|verify) (?:your )?(?:ip|hostname)|hostname verification",
    ),
    (
        Reason("relay", False),
        r"relay(?:ing)? (?:access |not |is )?(?:denied|permitted|allowed|prohibited)|not (?:permitted"
        r"|allowed) to relay|unable to relay|no relaying|relay not",
    ),
    (
        Reason("sender_rejected", False),
        r"sender (?:address |domain |e?mail )?(?:is )?(?:reject|denied|not|unknown|invalid|verify|domain must|ok)"
        r"|(?:return|sender|envelope) (?:address|domain)[^.]{0,30}(?:invalid|reject|not exist)|domain of sender"
        r"|unknown sender|mail from (?:command|domain)",
    ),
    (
        Reason("moved", True),
        r"(?:has|have) (?:moved|left)|mailbox (?:\S+ )?moved|no longer (?:on|at|with|work|employ|in (?:use|service)"
        r"|active|valid|available|exist|accept|monitor|here)|no forwarding address|not our (?:customer|user)"
        r"|address (?:has )?changed|new address is|탈퇴|해지된|転居|移転",
    ),
    (
        Reason("host_unknown", True),
        r"(?:host|domain|hostname|host or domain)(?: name)? (?:is )?(?:unknown|not found|does(?: not|n't) exist"
        r"|not exist|invalid|lookup failed)|unknown (?:host|domain|mail host)|no such (?:host|domain)"
        r"|name or service not known|nxdomain|non-?existent (?:host|domain)|illegal host|(?:can ?not|can't|couldn'?t"
        r"|could not|unable to) (?:find|resolve|look ?up|locate)[^.]{0,40}(?:host|domain|mail exchanger|\bmx\b)"
        r"|un-?routeable|unroutable|all relevant mx|no (?:\S+ )?mx (?:record|host)|bad destination system"
        r"|domain may not|invalid (?:domain|host)|host or domain name not found|도메인.{0,12}(?:없|찾을 수)"
        r"|存在しない(?:ドメイン|ホスト)",
    ),
    (
        Reason("accepts_no_mail", True),
        r"(?:host|domain|server|address|recipient)\S* (?:does|do|did)(?: not|n't) (?:accept"
        r"|receive) (?:any )?(?:mail|e-?mail|message)|null ?mx|no smtp service|does not accept mail|mx points to",
    ),
    (Reason("dns", False), r"dns error|dns type|dns server|name server (?:failure|error|timeout)|dns timeout"),
    (Reason("virus", False), r"virus|malware|trojan|infected|바이러스"),
    (
        Reason("content", False),
        r"content (?:was )?(?:reject|block|presents|denied|filter)|(?:message|mail|e-?mail) content"
        r"|blocked because its content|attachments? [^.]{0,30}(?:reject|block|not allowed|type)|not? (?:rfc"
        r"|compliant)|rfc ?\d+ compliant|addresses in from|multiple (?:addresses|subject|from)|header (?:are|is) not"
        r"|message[- ]filtered|illegal (?:attachment|content)|첨부",
    ),
    (
        Reason("spam", False),
        r"\bspam(?!\w*(?:score|d\b)|haus|cop)|unsolicited|\bube\b|\buce\b|bulk e?mail|junk ?mail|looks? like spam"
        r"|mcspamsignature|phish|스팸|迷惑メール|dm email not accepted|unwanted messages|mail rejet",
    ),
    (
        Reason("blocked", False),
        r"black ?list|block ?list|\brbl|\bdnsbl|blocked|banned|spamhaus|sorbs|spamcop|barracuda(?:central)?\b"
        r"|reputation|refused to talk|client host|no access from|open relay|bad (?:ip|host|reputation)"
        r"|access denied\.{3}|\(bl\)|smtp server of your isp|connection (?:was )?(?:rejected|refused|dropped)"
        r"|ip address[^.]{0,40}(?:block|list|reject|bad|bloq)|(?:block|reject|list)\w* [^.]{0,30}ip address"
        r"|your (?:ip|server|host)\b|\bip=|차단|수신\s*거부|拒否|被拒",
    ),
    (
        Reason("policy", False),
        r"polic(?:y|ies)|not (?:authorized|permitted|allowed)|message not allowed|permission|restrict(?:ed|ion)"
        r"|prohibited|(?<!rejected: )access denied|정책",
    ),
    (
        Reason("suspended", False),
        r"(?:account|mailbox|user|recipient|address|domain)\S*(?: \S+){0,4}? (?:is |has |been |was |temporar\w+ "
        r"|currently )*(?:disabled|suspended|inactive|locked|frozen|discontinued|deactivated|blocked|expired|on hold"
        r"|closed)|(?:disabled|inactive|suspended|locked|deactivated|closed) (?:\S+ )?(?:recipient|account|user"
        r"|mailbox|address)|not active|mailbox temporarily|休止|停止中|휴면|정지된|사용\s*중지",
    ),
    (
        Reason("loop", False),
        r"too many hops|hop count|maximum hop|mail loop|loops? back|loop(?:ing)? detected|routing loop|转发循环"
        r"|無限ループ",
    ),
    (
        Reason("mailer_error", False),
        r"^x-unix;|mailer error|local delivery failed|procmail|pipe (?:to|command)|error writing|child process"
        r"|internal (?:system )?error|transaction failed",
    ),
    (
        Reason("user_unknown", True),
        r"(?:user|recipient|mailbox|account|address|addressee|local part|email|destinataire|alias|userid"
        r"|id)\S*(?: \S+){0,4}? (?:is |was |are |has )?(?:unknown|not (?:found|exist|known|listed|valid"
        r"|recogni[sz]ed|a valid|one of|here)|does(?: not|n'?t) exist|doesn'?t have|inconnu|invalide|nonexistent"
        r"|non-existent|unavailable|no(?:t)? such|invalid)|unknown (?:user|recipient|local|account|address"
        r"|or illegal|mailbox)|no such (?:user|recipient|mailbox|address|person|account|local)|invalid (?:user"
        r"|recipient|mailbox|address|account|final delivery|local|email)|not (?:a )?(?:valid|known) (?:user|mailbox"
        r"|recipient)|no (?:user|mailbox|account) (?:by|with|here|found|named)|(?:does"
        r"|do) not have an? \S*\s?account|doesn'?t have an? |there is no (?:user|one)|recip\w*notfound|resolver\.adr"
        r"|address not found|unrouteable|bad destination mailbox|not listed in"
        r"|recipient address rejected: access denied|unable to find (?:user|recipient)|undeliverable address"
        r"|address rejected\.?\s*(?:$|\(|in reply|<?\s*$)|(?:존재하지\s*않|없)는\s*(?:메일|이메일|계정|사용자|수신"
        r"|주소|아이디)|(?:수신자|사용자|계정|주소|아이디).{0,12}(?:없습니다|존재하지|찾을 수)|(?:宛先|ユーザ"
        r"|アドレス|アカウント).{0,12}(?:存在し|見つか|不明|ありません)|用户不存在|不存在该用户|inconnu"
        r"|nicht (?:bekannt|gefunden)|unbekannt|no existe|нет такого|не существует|не найден",
    ),
    (
        Reason("temporary", False),
        r"temporar|time(?:d|\s)? ?out|expired|(?:try|retry)[^.]{0,20}(?:later|again)|delivery attempts|give up"
        r"|attempts|connect to|unreachable|did not accept our requests|service (?:currently )?(?:unavailable|refuse)"
        r"|resources|system error|busy|network error|not responding",
    ),
)
_PATTERNS = tuple((reason, re.compile(pattern, re.IGNORECASE)) for reason, pattern in _WORDS)

_BY_STATUS: dict[str, Reason] = {
    "1.1": Reason("user_unknown", True),
    "1.2": Reason("host_unknown", True),
    "1.3": Reason("user_unknown", True),
    "1.6": Reason("moved", True),
    "1.10": Reason("accepts_no_mail", True),
    "4.4": Reason("host_unknown", True),
    "2.1": Reason("suspended", False),
    "2.2": Reason("mailbox_full", False),
    "2.3": Reason("too_large", False),
    "3.4": Reason("too_large", False),
    "4.6": Reason("loop", False),
    "4.7": Reason("temporary", False),
    "7.1": Reason("policy", False),
}


def understand(words: str, status: str = "", *, more: str = "") -> Reason:
    """The reason in what a server said (`words`), else in `more` text around it, else in the status code.

    A user who is "unknown" only after the whole message was sent was filtered: many providers answer so to mail they
    do not want. A code of another kind beside the words says the same, unless it answered the address itself.
    """
    plain, around = _plain(words), _plain(more)
    replies = "\n".join(line for line in words.split("\n") if _REPLY.search(line))
    reason = _by_words(_plain(replies)) or _by_words(plain) or _by_words(around)
    if reason is None:
        return _by_status(words, status)
    if reason.word == "user_unknown" and _was_filtered(words, f"{plain} {around}"):
        return Reason("filtered", False)
    return reason


def _was_filtered(words: str, said: str) -> bool:
    code = _STATUS.search(_URL.sub(" ", words))
    kind = (code[2], code[3]) if code else None
    if kind == ("1", "1") or "in reply to rcpt" in said:
        return False
    return bool(_AFTER_DATA.search(said)) or kind in {("2", "0"), ("2", "1"), ("7", "1")}


def _plain(text: str) -> str:
    """The words of a server without addresses, links and the codes of continued lines."""
    without = _URL.sub(" ", _ADDRESS.sub("<>", text[:20_000]))
    return _CONTINUED.sub(" ", without).strip().lower()


def _by_words(plain: str) -> Reason | None:
    if not plain:
        return None
    return next((reason for reason, pattern in _PATTERNS if pattern.search(plain)), None)


def _by_status(words: str, status: str) -> Reason:
    for found in (_STATUS.search(words), _STATUS.search(status)):
        if found is not None and found[1] == "5":
            reason = _BY_STATUS.get(f"{int(found[2])}.{int(found[3])}")
            if reason is not None:
                return reason
    return UNKNOWN
