"""Handing mails over: every fault at every step, told for what it is."""

import ssl
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from damso.channels.adapters.email.compose import ComposedMail, compose
from damso.channels.adapters.email.config import EmailConfig
from damso.channels.adapters.email.smtp import submit, try_sign_in
from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientBusy,
    RecipientUnreachable,
    TryLater,
)
from damso.channels.items import Address
from tests.channels.email.certificates import make_certificate
from tests.channels.email.dovecot import free_port
from tests.channels.email.messages import make_message
from tests.channels.email.peers import DROP, HANG, Inbound, SmtpPeer, honest_smtp, serving

ACCOUNT = ("help@shop.example", "비밀-1")
COPY = Address(kind="email", value="jiho@daum.example")


def make_config(port: int, **changed: object) -> EmailConfig:
    usual: dict[str, object] = {
        "address": ACCOUNT[0],
        "password": ACCOUNT[1],
        "imap_host": "127.0.0.1",
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "timeout": 0.3,
    }
    return msgspec.convert({**usual, **changed}, EmailConfig)


def make_letter(size: int = 0) -> ComposedMail:
    config = make_config(1)
    return compose(make_message(text="안녕하세요.\n.\n..점" + "가" * size, cc=(COPY,)), config)


@pytest.mark.parametrize(
    ("stage", "reply", "fact"),
    [
        ("greeting", "421 4.3.2 going down", TryLater),
        ("greeting", "554 5.7.1 not you", TryLater),
        ("greeting", HANG, TryLater),
        ("greeting", DROP, TryLater),
        ("ehlo", HANG, TryLater),
        ("ehlo", DROP, TryLater),
        ("ehlo", "250 no sign-in here", CredentialsRejected),
        ("auth", "535 5.7.8 wrong", CredentialsRejected),
        ("auth", "534 5.7.9 application-specific password required", CredentialsRejected),
        ("auth", "454 4.7.0 try again later", TryLater),
        ("auth", HANG, TryLater),
        ("auth", DROP, TryLater),
        ("mail", "451 4.3.0 busy", TryLater),
        ("mail", "530 5.7.0 sign in first", CredentialsRejected),
        ("mail", "553 5.7.1 not your address", CredentialsRejected),
        ("mail", "550 5.4.5 daily sending limit exceeded", TryLater),
        ("mail", "552 5.3.4 too big", ContentRejected),
        ("mail", HANG, TryLater),
        ("mail", DROP, TryLater),
        ("rcpt", "450 4.2.1 greylisted", RecipientBusy),
        ("rcpt", "421 4.7.0 too fast", TryLater),
        ("rcpt", "550 5.1.1 no such user", RecipientUnreachable),
        ("rcpt", "553 5.1.3 no address", RecipientUnreachable),
        ("rcpt", "552 5.2.2 mailbox full", TryLater),
        ("rcpt", HANG, TryLater),
        ("rcpt", DROP, TryLater),
        ("rcpt2", "450 4.2.1 greylisted", RecipientBusy),
        ("rcpt2", "550 5.1.1 no such user", ContentRejected),
        ("rcpt2", DROP, TryLater),
        ("data", "451 4.3.0 busy", TryLater),
        ("data", "554 5.5.1 no", ContentRejected),
        ("data", HANG, TryLater),
        ("data", DROP, TryLater),
    ],
)
async def test_a_fault_before_the_text_has_delivered_nothing(stage: str, reply: str, fact: type[ChannelError]) -> None:
    async with serving(SmtpPeer({stage: reply})) as peer:
        with pytest.raises(fact):
            await submit(make_letter(), make_config(peer.port), None)
    assert peer.complete == 0


@pytest.mark.parametrize(
    ("reply", "fact"),
    [
        ("451 4.3.0 scanner busy", TryLater),
        ("421 4.3.2 going down", TryLater),
        ("550 5.7.1 looks like spam", ContentRejected),
        ("552 5.3.4 too big", ContentRejected),
        (HANG, OutcomeUnknown),
        (DROP, OutcomeUnknown),
        ("what?", OutcomeUnknown),
        ("354 go on", OutcomeUnknown),
    ],
)
async def test_after_the_final_dot_only_a_reply_is_certain(reply: str, fact: type[ChannelError]) -> None:
    async with serving(SmtpPeer({"end": reply})) as peer:
        with pytest.raises(fact):
            await submit(make_letter(), make_config(peer.port), None)
    assert peer.complete == 1


@pytest.mark.parametrize(
    ("reply", "fact"),
    [(DROP, TryLater), (HANG, TryLater), ("552 5.3.4 enough", ContentRejected), ("451 4.3.1 disk full", TryLater)],
)
async def test_a_fault_in_the_middle_of_the_text_has_delivered_nothing(reply: str, fact: type[ChannelError]) -> None:
    async with serving(SmtpPeer({"text": reply})) as peer:
        with pytest.raises(fact):
            await submit(make_letter(size=2_000_000), make_config(peer.port), None)
    assert peer.complete == 0


async def test_nobody_listening_is_a_fault_that_passes() -> None:
    with pytest.raises(TryLater):
        await submit(make_letter(), make_config(free_port()), None)


async def test_a_mail_taken_stays_taken_though_the_goodbye_fails() -> None:
    async with serving(SmtpPeer({"quit": DROP})) as peer:
        await submit(make_letter(), make_config(peer.port), None)
    assert peer.complete == 1


async def test_a_mail_past_the_servers_limit_is_not_offered() -> None:
    async with serving(SmtpPeer(size=1000)) as peer:
        with pytest.raises(ContentRejected, match="takes 1000"):
            await submit(make_letter(), make_config(peer.port), None)
    assert "MAIL" not in peer.commands


async def test_a_wrong_password_is_tried_once() -> None:
    async with serving(SmtpPeer({"auth": "535 5.7.8 wrong"})) as peer:
        with pytest.raises(CredentialsRejected):
            await submit(make_letter(), make_config(peer.port), None)
    assert peer.commands.count("AUTH") == 1


@pytest.mark.parametrize(
    "script", [{"rcpt": "550 5.1.1 <mina@naver.example> unknown"}, {"end": "550 mina@naver.example no"}]
)
async def test_what_the_server_said_is_told_without_addresses(script: Mapping[str, str]) -> None:
    async with serving(SmtpPeer(script)) as peer:
        with pytest.raises(ChannelError) as told:
            await submit(make_letter(), make_config(peer.port), None)
    assert "550" in str(told.value)
    assert "@" not in str(told.value)


async def test_the_server_gets_every_byte_and_every_recipient() -> None:
    inbound, letter = Inbound(), make_letter(size=100_000)
    async with honest_smtp(inbound, account=ACCOUNT) as port:
        await submit(letter, make_config(port), None)
    (envelope,) = inbound.envelopes
    assert envelope.content == letter.raw
    assert (envelope.mail_from, envelope.rcpt_tos) == (letter.sender, list(letter.recipients))


async def test_an_honest_server_refuses_a_wrong_password() -> None:
    async with honest_smtp(Inbound(), account=(ACCOUNT[0], "other")) as port:
        with pytest.raises(CredentialsRejected):
            await try_sign_in(make_config(port), None)


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    make_certificate(tmp_path)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    async with honest_smtp(Inbound(), account=ACCOUNT, tls=server) as port:
        with pytest.raises(TryLater, match="CERTIFICATE_VERIFY_FAILED"):
            await try_sign_in(make_config(port, smtp_security="tls", timeout=3), None)


async def test_a_companys_own_authority_can_be_trusted(tmp_path: Path) -> None:
    authority = make_certificate(tmp_path)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    inbound = Inbound()
    async with honest_smtp(inbound, account=ACCOUNT, tls=server) as port:
        config = make_config(port, smtp_security="tls", ca_certificate=authority, timeout=3)
        await submit(make_letter(size=300_000), config, None)
    assert len(inbound.envelopes) == 1


async def test_a_server_without_starttls_is_not_trusted_with_the_password() -> None:
    async with serving(SmtpPeer()) as peer:
        with pytest.raises(TryLater, match="STARTTLS"):
            await try_sign_in(make_config(peer.port, smtp_security="starttls"), None)
    assert "AUTH" not in peer.commands
