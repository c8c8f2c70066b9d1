"""Which mails prove their sender. Every refusal here is a way in for somebody else."""

import pytest

from damso.channels.adapters.email.authentication import read_results
from tests.channels.email.raw_mails import MAILBOX, mail, message

HOP = "Received: from out.customer.example by mx.shop.example; Sat, 21 Nov 2026 15:20:01 +0900\r\n"
OLD_HOP = "Received: from laptop by out.customer.example; Sat, 21 Nov 2026 15:20:00 +0900\r\n"
PASS = "Authentication-Results: mx.shop.example; dmarc=pass header.from=customer.example\r\n"
FAIL = "Authentication-Results: mx.shop.example; dmarc=fail header.from=customer.example\r\n"


def results(value: str) -> str:
    return f"Authentication-Results: mx.shop.example; {value}\r\n"


def proven(above: str, **headers: str | None) -> bool:
    return message(mail(above=above, **headers)).authenticated


@pytest.mark.parametrize(
    "above",
    [
        PASS + HOP + OLD_HOP,
        HOP + PASS + OLD_HOP,
        PASS,
        results("spf=pass smtp.mailfrom=x@other.example; dmarc=pass (p=NONE; dis=NONE) header.from=Customer.Example")
        + HOP,
        results("dkim=pass (2048-bit key; secure) header.d=customer.example header.s=k") + HOP,
        results("dkim=pass header.i=@customer.example") + HOP,
        results('dkim = pass header.d="customer.example"') + HOP,
        results("spf=pass") + PASS + HOP,
        'Authentication-Results: "MX.shop.example" 1; dmarc=pass header.from=customer.example\r\n' + HOP,
        "Authentication-Results: mx.shop.example;\r\n\tdkim=fail (bad (nested; dkim=pass) comment);\r\n dmarc=pass\r\n"
        + HOP,
    ],
)
def test_proven(above: str) -> None:
    assert proven(above)


@pytest.mark.parametrize(
    "above",
    [
        "",
        HOP,
        FAIL + HOP + PASS,  # the sender's own line below ours
        HOP + FAIL + PASS + OLD_HOP,
        FAIL + HOP + OLD_HOP + PASS,
        "Authentication-Results: mx.evil.example; dmarc=pass header.from=customer.example\r\n" + HOP,
        "Authentication-Results: mx.shop.example.evil.example; dmarc=pass\r\n" + HOP,
        "Authentication-Results: (mx.shop.example) evil.example; dmarc=pass\r\n" + HOP,
        HOP + "DKIM-Signature: v=1\r\n" + PASS,
        results("dmarc=pass header.from=other.example") + HOP,
        results("dmarc=bestguesspass header.from=customer.example") + HOP,
        results("dkim=pass header.d=evil.example") + HOP,
        results("dkim=pass header.d=evilcustomer.example") + HOP,
        results("dkim=pass header.d=mail.customer.example") + HOP,
        results("dkim=pass header.d=example") + HOP,
        results("dkim=fail header.d=customer.example (dkim=pass)") + HOP,
        results('dkim=fail reason="; dmarc=pass"') + HOP,
        results("spf=pass smtp.mailfrom=customer.example") + HOP,
        results("none") + HOP,
    ],
)
def test_not_proven(above: str) -> None:
    assert not proven(above)


def test_a_domain_above_the_senders_speaks_for_it() -> None:
    assert proven(results("dkim=pass header.d=customer.example") + HOP, From="a@mail.customer.example")


@pytest.mark.parametrize(
    "sender",
    ["mina@customer.example, other@customer.example", "mina@customer.example\r\nFrom: other@customer.example", "Mina"],
)
def test_not_exactly_one_sender_proves_nothing(sender: str) -> None:
    assert not proven(PASS + HOP, From=sender)


@pytest.mark.parametrize(
    "sender",
    [
        "<mina@evil.example> <mina@customer.example>",
        "mina@evil.example <mina@customer.example>",
        '"mina@evil.example" <mina@customer.example>',
    ],
)
def test_a_server_that_does_not_say_whom_it_checked_may_have_meant_another(sender: str) -> None:
    assert not proven(results("dmarc=pass") + HOP, From=sender)


def test_an_inbox_that_trusts_no_server_proves_nobody() -> None:
    trusting_none = type(MAILBOX)(address="help@shop.example", imap_host="127.0.0.1", smtp_host="127.0.0.1")
    assert not message(mail(above=PASS + HOP), trusting_none).authenticated


def test_the_evidence_says_who_found_what() -> None:
    assert message(mail(above=PASS + HOP)).evidence == "mx.shop.example: dmarc=pass (customer.example)"
    assert message(mail(above=FAIL + HOP)).evidence == "mx.shop.example: dmarc=fail"


def test_the_grammar() -> None:
    server, found = read_results('mx.a 1; dkim/1=pass (a;b) reason="x; y" header.d=c.d; arc=none')
    assert server == "mx.a"
    assert [(result.method, result.result, result.properties) for result in found] == [
        ("dkim", "pass", {"header.d": "c.d"}),
        ("arc", "none", {}),
    ]
