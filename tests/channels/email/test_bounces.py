"""Reports about mails we sent: recognised, tied to the mail, and judged."""

import json
from pathlib import Path

import pytest

from damso.channels.adapters.email.bounce_reasons import understand
from damso.channels.items import InboundMessage, InboundReceipt, Unsupported
from tests.channels.email.raw_mails import items, mail, message, parts_mail, receipt, recorded, unsupported

TOKEN = "dc1-AAAAAAAAAAAAAAAAAAAAAAAA"


def test_a_standard_report() -> None:
    found = receipt(recorded("bounce__dsn_user_unknown.eml"))
    assert (found.status, found.permanent, found.token) == ("failed", True, TOKEN)
    assert found.external_id == f"{TOKEN}.key1@shop.example"
    assert found.recipient is not None
    assert found.recipient.value == "nobody@daum.example"
    assert found.reason.startswith("user_unknown: 550 5.1.1")


def test_a_report_in_korean_words() -> None:
    found = receipt(recorded("bounce__korean_free_text.eml"))
    assert (found.status, found.permanent, found.token) == ("failed", True, TOKEN)
    assert found.recipient is not None
    assert found.recipient.value == "nobody@daum.example"


def test_the_address_it_came_to_names_the_mail_where_nothing_else_does() -> None:
    raw = mail(
        "Delivery to the following address failed:\n\n<a@b.example>:\n552 5.2.2 mailbox full\n",
        From="MAILER-DAEMON@mx.example",
        To=f"help+{TOKEN}@shop.example",
        Subject="failure notice",
    )
    found = receipt(raw)
    assert (found.token, found.external_id, found.permanent) == (TOKEN, None, False)


def report(status: str) -> bytes:
    return parts_mail(
        'report; report-type="delivery-status"',
        "Content-Type: text/plain\n\nA report.",
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{status}",
    )


def test_every_recipient_gets_a_receipt() -> None:
    blocks = [
        f"Final-Recipient: rfc822; {name}@b.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; {said}\n"
        for name, said in (("one", "550 User unknown"), ("two", "552 Quota exceeded"))
    ]
    found = items(report("\n".join(blocks)))
    assert [
        (item.recipient.value, item.permanent) for item in found if isinstance(item, InboundReceipt) and item.recipient
    ] == [
        ("one@b.example", True),
        ("two@b.example", False),
    ]


def test_a_delay_is_no_failure() -> None:
    assert unsupported(report("Final-Recipient: rfc822; a@b.example\nAction: delayed\nStatus: 4.4.1\n")).kind == "delay"


def test_a_delivery_is_told() -> None:
    assert (
        receipt(report("Final-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0\n")).status
        == "delivered"
    )


def test_a_complaint_is_feedback() -> None:
    raw = parts_mail(
        "report; report-type=feedback-report",
        "Content-Type: text/plain\n\nA complaint.",
        "Content-Type: message/feedback-report\n\nFeedback-Type: abuse",
    )
    assert unsupported(raw).kind == "feedback"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("반송 문의", "반송 택배를 보냈는데 배송 실패라고 떠요."),
        ("Undelivered parcel", "My parcel could not be delivered, what now?"),
        (
            "Fwd: Undelivered Mail Returned to Sender",
            "I got this:\n\n550 5.1.1 <a@b.example>: User unknown\nFrom: x\nTo: y\nSubject: z",
        ),
        ("unsubscribe", "please take me off"),
    ],
)
def test_people_who_write_about_delivery_are_people(subject: str, body: str) -> None:
    assert message(mail(body, Subject=subject)).text


@pytest.mark.parametrize(
    ("said", "word", "permanent"),
    [
        (
            "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table",
            "user_unknown",
            True,
        ),
        ("550 5.1.1 The email account that you tried to reach does not exist.", "user_unknown", True),
        ("550 No such user here", "user_unknown", True),
        ("존재하지 않는 사용자입니다", "user_unknown", True),
        ("수신자의 계정을 찾을 수 없습니다", "user_unknown", True),
        (
            "Host or domain name not found. Name service error for name=b.example type=MX: Host not found",
            "host_unknown",
            True,
        ),
        ("550 5.1.6 recipient no longer on server", "moved", True),
        ("556 5.1.10 RESOLVER.ADR.NullMX; Recipient not found, domain does not accept mail", "accepts_no_mail", True),
        ("552 5.2.2 Quota exceeded (mailbox for user is full)", "mailbox_full", False),
        ("452 4.2.2 The email account that you tried to reach is over quota", "mailbox_full", False),
        ("받는 사람의 메일함 용량이 초과되었습니다", "mailbox_full", False),
        ("552 5.3.4 Message size exceeds fixed limit", "too_large", False),
        (
            "550 5.7.26 Unauthenticated email from b.example is not accepted due to domain's DMARC policy",
            "authentication",
            False,
        ),
        ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", "blocked", False),
        ("550 5.7.1 message content rejected", "content", False),
        ("550 5.7.1 Our system has detected that this message is likely unsolicited mail", "spam", False),
        ("421 4.7.0 Too many connections from your host", "too_many", False),
        ("450 4.7.1 Client host rejected: cannot find your reverse hostname", "reverse_dns", False),
        ("550 5.2.1 The email account that you tried to reach is disabled", "suspended", False),
        ("550 User unknown (in reply to end of DATA command)", "filtered", False),
        ("421 4.4.2 Connection timed out", "temporary", False),
        ("554 5.4.6 Too many hops", "loop", False),
        ("", "unknown", False),
    ],
)
def test_reasons(said: str, word: str, permanent: bool) -> None:
    reason = understand(said)
    assert reason.permanent == permanent
    assert reason.word == word


def test_a_code_speaks_where_words_do_not() -> None:
    assert understand("", "5.1.1").permanent
    assert not understand("", "4.1.1").permanent


def test_figures_on_the_recorded_set(outside_data: Path) -> None:
    """Of 195 recorded reports: found at least 97 %, and at least 90 % judged right on whether the address is dead."""
    folder = outside_data / "email" / "bounces"
    cases = [json.loads(line) for line in (folder / "expected.jsonl").read_text().splitlines()]
    found = [(case["expected"], items((folder / case["file"]).read_bytes())) for case in cases]
    reports = [pair for pair in found if not isinstance(pair[1][0], InboundMessage)]
    assert len(reports) >= 0.97 * len(cases)
    judged = [
        (wanted["hardbounce"], isinstance(item, InboundReceipt) and item.permanent)
        for expected, got in found
        if expected[0]["reason"] not in ("feedback", "delivered")
        for wanted, item in zip(expected, [*got, *[None] * len(expected)], strict=False)
    ]
    assert sum(wanted == got for wanted, got in judged) >= 0.9 * len(judged)
    complaints = [got[0] for expected, got in found if expected[0]["reason"] == "feedback"]
    assert all(isinstance(item, Unsupported) and item.kind == "feedback" for item in complaints)
