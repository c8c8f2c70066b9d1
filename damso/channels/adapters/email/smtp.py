"""A mail handed to a submission server, with an exact answer to the one question that matters: was it taken?

RFC 5321 makes the server responsible from its reply to the final dot on (section 4.2.5). So the dialogue is driven
step by step: whatever fails before the dot leaves us is certain not to have been delivered; whatever fails between
the dot and its reply is unknown; a reply is what it says.

A mail leaves for all its recipients or for none: a refused copy stops it before the text is handed over, because a
copy dropped in silence would be lost and a repeated mail would reach the others twice.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import cast

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol, normalize_message_line_endings
from aiosmtplib.response import SMTPResponse

from damso.channels.adapters.email.compose import ComposedMail, envelope_address
from damso.channels.adapters.email.config import EmailConfig
from damso.channels.adapters.email.tls import tls_context
from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientBusy,
    RecipientUnreachable,
    TryLater,
)
from damso.kernel.egress import open_checked

CHUNK = 64 * 1024
BUSY = 60.0
"""Seconds to wait after a temporary refusal (RFC 5321 section 4.5.4.1 asks for 30 minutes between relays; a person
waits for this answer, and submission servers refuse for seconds)."""

DAILY_LIMIT = 3600.0

_FINAL_REPLY = 1.5
"""Times the usual timeout granted to the reply after the dot, when servers scan the mail: longer means fewer unknown
outcomes, and an unknown one still shows within a minute."""

_ADDRESS = re.compile(r"[^\s<>\"']+@[^\s<>\"']+")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_SIGN_IN_CODES = frozenset({530, 534, 535, 538})
_NOT_THIS_SENDER = frozenset({550, 551, 553, 554})
_TOO_BIG = frozenset({"5.2.3", "5.3.4"})
_LIMIT_REACHED = frozenset({"5.4.5", "4.4.5"})
_BUSY_RECIPIENT = frozenset({450, 451, 452, 552})
"""To RCPT: the mailbox is in use or full, or its server lets strangers wait (RFC 5321 section 4.2.3, RFC 6647); or
there are too many recipients, which servers that obey RFC 821 say with 552 (RFC 5321 section 4.5.3.1.10)."""


async def submit(mail: ComposedMail, config: EmailConfig, token: str | None) -> None:
    """Hand the mail over. Returns when the server has taken it; raises a `ChannelError` that tells what is certain."""
    async with _signed_in(config, token) as smtp:
        with _before_the_dot():
            _refuse_too_big(smtp, mail)
            await _envelope(smtp, mail)
        await _data(smtp, mail.raw, config.timeout)


async def try_sign_in(config: EmailConfig, token: str | None) -> None:
    """Connect and sign in, send nothing."""
    async with _signed_in(config, token):
        return


# --- Connection ----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _signed_in(config: EmailConfig, token: str | None) -> AsyncIterator[aiosmtplib.SMTP]:
    with _before_the_dot():
        line = await open_checked(config.smtp_host, config.smtp_port, config.timeout)
        smtp = aiosmtplib.SMTP(
            hostname=config.smtp_host,
            sock=line,
            use_tls=config.smtp_security == "tls",
            start_tls=config.smtp_security == "starttls",
            tls_context=None if config.smtp_security == "none" else tls_context(config),
            local_hostname=_greeting(config),
            timeout=config.timeout,
        )
    try:
        with _before_the_dot():
            await smtp.connect()
            await _sign_in(smtp, config, token)
        yield smtp
        with suppress(aiosmtplib.SMTPException, OSError, ValueError):
            await smtp.quit(timeout=min(config.timeout, 2))
    finally:
        smtp.close()


def _greeting(config: EmailConfig) -> str:
    """What EHLO says: our mail domain, not the name of a machine in our network."""
    address = envelope_address(config.address)
    return address.rpartition("@")[2] if address else "localhost"


async def _sign_in(smtp: aiosmtplib.SMTP, config: EmailConfig, token: str | None) -> None:
    """One attempt by one method: servers lock accounts that try them all with a wrong password."""
    if not token and not config.password:
        return
    await smtp.ehlo()
    username = config.username or config.address
    offered = smtp.server_auth_methods
    if token:
        await smtp.auth_xoauth2(username, token)
    elif "plain" in offered:
        await smtp.auth_plain(username, config.password)
    elif "login" in offered:
        await smtp.auth_login(username, config.password)
    elif "cram-md5" in offered:
        await smtp.auth_crammd5(username, config.password)
    else:
        raise CredentialsRejected("the SMTP server offers no sign-in method that takes a password")


# --- Envelope ------------------------------------------------------------------------------------------------------


def _refuse_too_big(smtp: aiosmtplib.SMTP, mail: ComposedMail) -> None:
    limit = smtp.esmtp_extensions.get("size", "")
    if limit.isdigit() and 0 < int(limit) < len(mail.raw):
        raise ContentRejected(f"the mail has {len(mail.raw)} bytes, the server takes {limit}")


async def _envelope(smtp: aiosmtplib.SMTP, mail: ComposedMail) -> None:
    try:
        await smtp.mail(mail.sender)
    except aiosmtplib.SMTPSenderRefused as refused:
        raise _sender_refused(refused) from refused
    for number, recipient in enumerate(mail.recipients):
        try:
            await smtp.rcpt(recipient)
        except aiosmtplib.SMTPRecipientRefused as refused:
            raise _recipient_refused(refused, number, len(mail.recipients) - 1) from refused


def _sender_refused(refused: aiosmtplib.SMTPResponseException) -> ChannelError:
    if refused.code in _NOT_THIS_SENDER and not _enhanced(refused) & (_TOO_BIG | _LIMIT_REACHED):
        return CredentialsRejected(f"this account may not send as the mailbox's address: {_told(refused)}")
    return _refused(refused)


def _recipient_refused(refused: aiosmtplib.SMTPResponseException, number: int, copies: int) -> ChannelError:
    """The first recipient is the customer, the others are copies."""
    if refused.code in _BUSY_RECIPIENT and not _enhanced(refused) & _LIMIT_REACHED:
        return RecipientBusy(_told(refused), after=BUSY)
    if refused.code < 500 or refused.code in _SIGN_IN_CODES or _enhanced(refused) & _LIMIT_REACHED:
        return _refused(refused)
    if number == 0:
        return RecipientUnreachable(_told(refused))
    return ContentRejected(f"copy {number} of {copies} is refused: {_told(refused)}")


# --- Text ----------------------------------------------------------------------------------------------------------


async def _data(smtp: aiosmtplib.SMTP, raw: bytes, patience: float) -> None:
    """Hand over the text. `patience` is in seconds for each step."""
    with _before_the_dot():
        start = await smtp.execute_command(b"DATA")
        if start.code != 354:
            raise aiosmtplib.SMTPDataError(start.code, start.message)
    protocol, transport = smtp.protocol, cast(asyncio.WriteTransport, smtp.transport)
    if protocol is None:
        raise TryLater("the SMTP server closed the line", after=BUSY)
    # A drained write has left this process. (0 would stop a TLS transport for good: it pauses when empty.)
    transport.set_write_buffer_limits(high=1, low=0)
    reply = asyncio.ensure_future(protocol.read_response())
    try:
        await _write_text(protocol, raw, reply, patience)
        with _before_the_dot():
            protocol.write(b".\r\n")
        _judge(await _final_reply(reply, patience * _FINAL_REPLY))
    finally:
        reply.cancel()
        await asyncio.gather(reply, return_exceptions=True)


async def _write_text(protocol: SMTPProtocol, raw: bytes, reply: asyncio.Future[SMTPResponse], patience: float) -> None:
    """Write everything but the final dot. Whatever goes wrong here, the server cannot have a whole mail."""
    text = re.sub(rb"(?m)^\.", b"..", normalize_message_line_endings(raw))
    for start in range(0, len(text), CHUNK):
        with _before_the_dot():
            try:
                protocol.write(text[start : start + CHUNK])
                await asyncio.wait_for(protocol._drain_helper(), patience)
            finally:
                await _heed_early(reply)


async def _heed_early(reply: asyncio.Future[SMTPResponse]) -> None:
    """A server that has seen enough refuses in the middle of the text, and often hangs up at once."""
    await asyncio.sleep(0)
    if not reply.done():
        return
    early = reply.result()
    if early.code >= 400:
        raise aiosmtplib.SMTPDataError(early.code, early.message)
    raise TryLater(f"the server answered {early.code} before the mail was complete", after=BUSY)


async def _final_reply(reply: asyncio.Future[SMTPResponse], patience: float) -> SMTPResponse:
    try:
        return await asyncio.wait_for(asyncio.shield(reply), patience)
    except (TimeoutError, aiosmtplib.SMTPException, OSError) as error:
        raise OutcomeUnknown(f"no answer after the whole mail was handed over ({type(error).__name__})") from error


def _judge(reply: SMTPResponse) -> None:
    if 200 <= reply.code < 300:
        return
    if 400 <= reply.code < 600:
        raise _refused(aiosmtplib.SMTPDataError(reply.code, reply.message))
    raise OutcomeUnknown(f"the server answered {reply.code} to the whole mail")


# --- What a failure means ------------------------------------------------------------------------------------------


@contextmanager
def _before_the_dot() -> Iterator[None]:
    """Nothing has been delivered in here: every fault of line or server becomes a `ChannelError` that says so."""
    try:
        yield
    except aiosmtplib.SMTPConnectResponseError as error:
        raise TryLater(f"the SMTP server does not serve us: {_told(error)}", after=BUSY) from error
    except aiosmtplib.SMTPAuthenticationError as error:
        raise _sign_in_refused(error) from error
    except aiosmtplib.SMTPResponseException as error:
        raise _refused(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise TryLater(f"the SMTP server cannot be reached ({_fault(error)})", after=BUSY) from error


def _fault(error: BaseException) -> str:
    """The name of the fault, with what the certificate check or STARTTLS said."""
    cause = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error
    if isinstance(cause, ssl.SSLError):
        return f"TLS: {cause.reason}"
    if type(error) is aiosmtplib.SMTPException:
        return error.message
    return type(error).__name__


def _sign_in_refused(error: aiosmtplib.SMTPAuthenticationError) -> ChannelError:
    if 400 <= error.code < 500:
        return TryLater(f"the SMTP server cannot check the sign-in now: {_told(error)}", after=BUSY)
    return CredentialsRejected(f"the SMTP server refuses the sign-in: {_told(error)}")


def _refused(error: aiosmtplib.SMTPResponseException) -> ChannelError:
    """What a reply means where the step it answers does not matter."""
    if error.code in _SIGN_IN_CODES:
        return CredentialsRejected(_told(error))
    if _enhanced(error) & _LIMIT_REACHED:
        return TryLater(f"the server's sending limit is reached: {_told(error)}", after=DAILY_LIMIT)
    if error.code < 500:
        return TryLater(_told(error), after=BUSY)
    return ContentRejected(_told(error))


def _enhanced(error: aiosmtplib.SMTPResponseException) -> set[str]:
    """The enhanced status code of the reply (RFC 3463), if it has one."""
    found = _ENHANCED.match(error.message)
    return {found.group()} if found else set()


def _told(error: aiosmtplib.SMTPResponseException) -> str:
    """The server's own words, one line, without addresses."""
    words = " ".join(_ADDRESS.sub("…", error.message).split())
    return f"{error.code} {words[:200]}".strip()
