"""What a mail says and carries: parts, renderings, files."""

import struct

import pytest

from damso.channels.adapters.email.file_names import clean_name
from tests.channels.email.raw_mails import mail, message, multipart, parts_mail

PLAIN = "Content-Type: text/plain; charset=utf-8\n\n평범한 글"
HTML = "Content-Type: text/html; charset=utf-8\n\n<p>꾸민 <b>글</b></p>"
PNG = "Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\nContent-ID: <pic@x>\n\niVBORw0KGgo="


def test_the_plain_part_is_the_text_and_the_html_is_kept() -> None:
    found = message(parts_mail("alternative", PLAIN, HTML))
    assert (found.text, found.html) == ("평범한 글", "<p>꾸민 <b>글</b></p>")


def test_without_a_plain_part_the_text_comes_from_the_html() -> None:
    assert message(parts_mail("alternative", HTML)).text == "꾸민 글"


@pytest.mark.parametrize(
    "plain", ["", "  \n", "This e-mail needs an HTML-capable mail client.", "HTML 메일을 볼 수 없어요."]
)
def test_a_plain_part_that_says_nothing_is_passed_over(plain: str) -> None:
    rich = f"Content-Type: text/html; charset=utf-8\n\n<p>{'진짜 내용이에요. ' * 10}</p>"
    found = message(parts_mail("alternative", f"Content-Type: text/plain; charset=utf-8\n\n{plain}", rich))
    assert found.text.startswith("진짜 내용이에요.")


def test_the_charset_of_unlabelled_html_is_in_its_meta_element() -> None:
    rich = '<meta http-equiv="Content-Type" content="text/html; charset=shift_jis"><p>日本語'.encode("shift_jis")
    assert message(mail(rich, Content_Type="text/html")).text == "日本語"


def test_texts_around_a_picture_belong_together() -> None:
    found = message(parts_mail("mixed", PLAIN, PNG, "Content-Type: text/plain\n\nafter"))
    assert found.text == "평범한 글\n\nafter"
    assert [(file.name, file.content_id, file.inline) for file in found.attachments] == [("a.png", "pic@x", False)]


def test_a_picture_of_the_html_is_inline() -> None:
    found = message(parts_mail("related", "<html>".join(["Content-Type: text/html\n\n", '<img src="cid:pic@x">']), PNG))
    assert [(file.content_id, file.inline, file.data) for file in found.attachments] == [
        ("pic@x", True, b"\x89PNG\r\n\x1a\n")
    ]


def test_multiparts_inside_one_another() -> None:
    alternative, kind = multipart("alternative", PLAIN, HTML)
    inner = b"Content-Type: " + kind.replace("=b", "=c").encode() + b"\r\n\r\n" + alternative.replace(b"--=b", b"--=c")
    found = message(parts_mail("mixed", inner, PNG))
    assert (found.text, len(found.attachments)) == ("평범한 글", 1)


def test_a_forwarded_mail_is_kept_byte_for_byte() -> None:
    inner = mail("inner text", Subject="=?utf-8?B?7JuQ67O4?=")
    found = message(parts_mail("mixed", PLAIN, b"Content-Type: message/rfc822\r\n\r\n" + inner))
    (file,) = found.attachments
    assert (file.name, file.content_type, file.data) == ("원본.eml", "message/rfc822", inner)


def test_an_encrypted_mail_is_files_and_no_text() -> None:
    found = message(
        parts_mail(
            "encrypted",
            "Content-Type: application/pgp-encrypted\n\nVersion: 1",
            "Content-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----",
        )
    )
    assert (found.text, found.html) == ("", None)
    assert [file.name for file in found.attachments] == ["file.pgp", "encrypted.asc"]


def test_an_invitation_is_a_file() -> None:
    found = message(parts_mail("alternative", PLAIN, "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR"))
    assert [(file.name, file.content_type) for file in found.attachments] == [("invite.ics", "text/calendar")]


def test_soft_line_breaks_are_undone() -> None:
    flowed = "긴 문장이 \n이어져요.\n> 인용 \n> 도요\n-- \n서명"
    found = message(mail(flowed, Content_Type="text/plain; charset=utf-8; format=flowed"))
    assert found.text == "긴 문장이 이어져요.\n> 인용 도요\n-- \n서명"


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("base64", b"aGVs\r\nbG8", "hello"),
        ("base64", b"aGVsbG8=\r\n-- \r\nA list adds this.", "hello"),
        ("base64", b"aGVsbG8=aGVsbG8=", "hellohello"),
        ("base64", b"aGVs\r\n*bG8*=", "hello"),
        ("quoted-printable", b"h=65llo=", "hello"),
        ("x-uuencode", b"begin 644 x\r\n%:&5L;&\\\r\n`\r\nend", "hello"),
        ("nonsense", b"hello", "hello"),
    ],
)
def test_transfer_encodings(encoding: str, body: bytes, expected: str) -> None:
    assert message(mail(body, Content_Transfer_Encoding=encoding)).text == expected


def test_a_boundary_that_is_not_the_one_named() -> None:
    body, _ = multipart("mixed", PLAIN, PNG)
    found = message(mail(body, Content_Type="multipart/mixed; boundary=another"))
    assert (found.text, len(found.attachments)) == ("평범한 글", 1)


def test_text_that_follows_the_headers_at_once() -> None:
    raw = b"From: a@b.example\nSubject: x\nNo empty line before this text\n\nsecond paragraph\n"
    assert message(raw).text == "No empty line before this text\n\nsecond paragraph"


@pytest.mark.parametrize(
    ("given", "expected"),
    [("../../etc/passwd", "passwd"), ("C:\\x\\사진.png", "사진.png"), ("a\x00\nb.txt", "a_b.txt"), ("...", "")],
)
def test_file_names_are_safe(given: str, expected: str) -> None:
    assert clean_name(given) == expected


def test_a_long_file_name_keeps_its_ending() -> None:
    assert clean_name("가" * 500 + ".pdf").endswith("가.pdf")


# --- winmail.dat ---------------------------------------------------------------------------------------------------


def _attribute(level: int, name: int, value: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def _property(kind: int, name: int, value: bytes) -> bytes:
    return struct.pack("<HHII", kind, name, 1, len(value)) + value + b"\x00" * (-len(value) % 4)


def winmail() -> bytes:
    """A small one: a Korean text, and a file with a long name and a short."""
    file = struct.pack("<I", 2) + _property(0x1F, 0x3707, "견적서 최종.pdf\0".encode("utf-16-le"))
    file += _property(0x1E, 0x370E, b"application/pdf\0")
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + _attribute(1, 0x9007, struct.pack("<II", 949, 0))
        + _attribute(1, 0x800C, "윈메일 본문\0".encode("cp949"))
        + _attribute(2, 0x9002, b"\x00" * 14)
        + _attribute(2, 0x8010, b"SHORT~1.PDF\0")
        + _attribute(2, 0x800F, b"%PDF-")
        + _attribute(2, 0x9005, file)
    )


TNEF = b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n"


def test_winmail_is_unpacked() -> None:
    (file,) = message(parts_mail("mixed", PLAIN, TNEF + winmail())).attachments
    assert (file.name, file.content_type, file.data) == ("견적서 최종.pdf", "application/pdf", b"%PDF-")


def test_the_text_of_winmail_counts_only_where_there_is_no_other() -> None:
    assert message(parts_mail("mixed", PLAIN, TNEF + winmail())).text == "평범한 글"
    assert message(parts_mail("mixed", TNEF + winmail())).text == "윈메일 본문"


@pytest.mark.parametrize("broken", [b"", b"no tnef", winmail()[:6]])
def test_winmail_that_cannot_be_read_is_kept_as_a_file(broken: bytes) -> None:
    (file,) = message(parts_mail("mixed", PLAIN, TNEF + broken)).attachments
    assert (file.name, file.data) == ("winmail.dat", broken)


@pytest.mark.parametrize("end", range(7, len(winmail()), 9))
def test_winmail_cut_short_gives_what_can_be_had(end: int) -> None:
    assert message(parts_mail("mixed", PLAIN, TNEF + winmail()[:end])).text == "평범한 글"
