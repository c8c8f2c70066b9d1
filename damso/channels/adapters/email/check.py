"""Is this mailbox fit for work? Both sign-ins, the folder, and what the world thinks of mail from its domain."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver

from damso.channels.adapters.email.compose import envelope_address
from damso.channels.adapters.email.config import EmailConfig
from damso.channels.adapters.email.imap import CommandRefused
from damso.channels.adapters.email.mailbox import open_line
from damso.channels.adapters.email.smtp import try_sign_in
from damso.channels.failures import ChannelError, CredentialsRejected
from damso.channels.types import Health
from damso.kernel.i18n import Text

DNS_PATIENCE = 3.0
"""Seconds for one question. DNS that does not answer is no fault of the mailbox and is told as a fact only."""

_RESERVED = frozenset({"test", "example", "invalid", "localhost", "local", "internal"})
"""Top-level domains that no public DNS knows (RFC 2606, RFC 6762): a demo, or a company's own network."""

_USUAL_SELECTORS = ("default", "google", "selector1", "selector2", "mail", "dkim", "s1", "s2", "k1")

_SIGN_IN = Text(
    ko="{server} 로그인이 거절됐어요. 아이디와 비밀번호(또는 앱 비밀번호)를 확인해 주세요. 서버 응답: {why}",
    en="{server} refuses the sign-in. Check user name and password (or app password). The server says: {why}",
)
_UNREACHABLE = Text(
    ko="{server} 서버에 연결하지 못했어요. 주소, 포트, 보안 방식을 확인해 주세요. ({why})",
    en="The {server} server cannot be reached. Check host, port and security. ({why})",
)
_NO_FOLDER = Text(
    ko="메일함 '{folder}'을(를) 열 수 없어요. 폴더 이름을 확인해 주세요.",
    en="The folder '{folder}' cannot be opened. Check its name.",
)
_NO_ADDRESS = Text(
    ko="이메일 주소 형식이 올바르지 않아요.",
    en="This is not a complete e-mail address.",
)
_NO_SPF = Text(
    ko="{domain}에 SPF 레코드가 없어요. 보낸 메일이 스팸으로 분류될 수 있으니 DNS에 추가해 주세요.",
    en="{domain} has no SPF record, so your mail may land in spam. Add one to the DNS.",
)
_TWO_SPF = Text(
    ko="{domain}에 SPF 레코드가 여러 개예요. 하나로 합쳐 주세요. 여러 개면 모두 무효가 돼요.",
    en="{domain} has several SPF records, which makes all of them void. Merge them into one.",
)
_OPEN_SPF = Text(
    ko="{domain}의 SPF가 '+all'이라 누구나 이 도메인으로 메일을 보낼 수 있어요. '~all'이나 '-all'로 바꿔 주세요.",
    en="The SPF record of {domain} ends in '+all': anybody may send as you. Change it to '~all' or '-all'.",
)
_NO_DKIM = Text(
    ko="DKIM 키({selector}._domainkey.{domain})를 찾을 수 없어요. 메일 서비스 관리 화면에서 DKIM을 켜 주세요.",
    en="No DKIM key at {selector}._domainkey.{domain}. Turn DKIM on in your mail service's settings.",
)
_NO_DMARC = Text(
    ko="{domain}에 DMARC 레코드가 없어요. Gmail과 Yahoo는 대량 발송에 DMARC를 요구해요.",
    en="{domain} has no DMARC record. Gmail and Yahoo require one of whoever sends much mail.",
)

Problem = tuple[str, str]
Token = Callable[[], Awaitable[str | None]]


async def check_mailbox(
    config: EmailConfig, token: Token, resolver: dns.asyncresolver.Resolver | None = None
) -> Health:
    """`ok` is whether mail can come and go; what is wrong in the DNS is a problem that stops neither."""
    address = envelope_address(config.address)
    if address is None:
        return Health(ok=False, problems=(_both(_NO_ADDRESS),))
    imap, smtp, (dns_problems, facts) = await asyncio.gather(
        _imap(config, token), _smtp(config, token), _domain(address.rpartition("@")[2], config.dkim_selector, resolver)
    )
    connection = [*imap, *smtp]
    return Health(ok=not connection, problems=(*connection, *dns_problems), facts=facts)


async def _imap(config: EmailConfig, token: Token) -> list[Problem]:
    try:
        line = await open_line(config, await token())
    except ChannelError as error:
        return [_connection_problem("IMAP", error)]
    try:
        await line.run(line.line.select, config.imap_folder)
    except CommandRefused:
        return [_both(_NO_FOLDER, folder=config.imap_folder)]
    except ChannelError as error:
        return [_connection_problem("IMAP", error)]
    finally:
        await line.close()
    return []


async def _smtp(config: EmailConfig, token: Token) -> list[Problem]:
    try:
        await try_sign_in(config, await token())
    except ChannelError as error:
        return [_connection_problem("SMTP", error)]
    return []


def _connection_problem(server: str, error: ChannelError) -> Problem:
    text = _SIGN_IN if isinstance(error, CredentialsRejected) else _UNREACHABLE
    return _both(text, server=server, why=str(error))


def _both(text: Text, **fields: object) -> Problem:
    return text.say("ko", **fields), text.say("en", **fields)


# --- DNS -----------------------------------------------------------------------------------------------------------


async def _domain(
    domain: str, selector: str, resolver: dns.asyncresolver.Resolver | None
) -> tuple[list[Problem], dict[str, str]]:
    if domain.rpartition(".")[2] in _RESERVED or "." not in domain:
        return [], {"dns": "not public"}
    try:
        ask = resolver or dns.asyncresolver.Resolver()
        findings = await asyncio.gather(_spf(ask, domain), _dkim(ask, domain, selector), _dmarc(ask, domain))
    except (dns.exception.DNSException, OSError):
        return [], {"dns": "no answer"}
    problems = [problem for found, _ in findings for problem in found]
    return problems, {name: value for _, facts in findings for name, value in facts.items()}


Finding = tuple[list[Problem], dict[str, str]]


async def _spf(ask: dns.asyncresolver.Resolver, domain: str) -> Finding:
    """RFC 7208: exactly one record, and one that does not let everybody pass."""
    records = [text for text in await _texts(ask, domain) if text.lower().split(" ")[0] == "v=spf1"]
    if not records:
        return [_both(_NO_SPF, domain=domain)], {"spf": "missing"}
    facts = {"spf": records[0]}
    if len(records) > 1:
        return [_both(_TWO_SPF, domain=domain)], facts
    if {"all", "+all"} & set(records[0].lower().split()):
        return [_both(_OPEN_SPF, domain=domain)], facts
    return [], facts


async def _dkim(ask: dns.asyncresolver.Resolver, domain: str, selector: str) -> Finding:
    """RFC 6376. Selectors cannot be listed, so without a configured one a missing key is no finding."""
    for name in (selector,) if selector else _USUAL_SELECTORS:
        if any("p=" in text and not _revoked(text) for text in await _texts(ask, f"{name}._domainkey.{domain}")):
            return [], {"dkim": name}
    if selector:
        return [_both(_NO_DKIM, selector=selector, domain=domain)], {"dkim": "missing"}
    return [], {"dkim": "unknown selector"}


def _revoked(record: str) -> bool:
    """An empty p= withdraws the key (RFC 6376 section 3.6.1)."""
    tags = dict(tag.strip().partition("=")[::2] for tag in record.split(";"))
    return not tags.get("p", "").strip()


async def _dmarc(ask: dns.asyncresolver.Resolver, domain: str) -> Finding:
    """RFC 7489 section 6.6.3, the organisational domain found by walking up instead of a public suffix list."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        for text in await _texts(ask, "_dmarc." + ".".join(labels[start:])):
            if text.replace(" ", "").lower().startswith("v=dmarc1"):
                return [], {"dmarc": text}
    return [_both(_NO_DMARC, domain=domain)], {"dmarc": "missing"}


async def _texts(ask: dns.asyncresolver.Resolver, name: str) -> list[str]:
    """The TXT records of a name, none where it does not exist. Raises where nobody answers."""
    with suppress(dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong):
        answer = await ask.resolve(name, "TXT", lifetime=DNS_PATIENCE)
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
    return []
