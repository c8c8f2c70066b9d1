"""What a message leaves as: by its length, its pictures, its template and its purpose."""

from typing import Literal

from msgspec import Struct

from damso.channels.adapters.sms import euckr
from damso.channels.adapters.sms.config import SmsConfig
from damso.channels.adapters.sms.numbers import Number, to_relay
from damso.channels.content import Filled
from damso.channels.failures import ContentRejected
from damso.channels.types import Blob, OutboundMessage

Kind = Literal["SMS", "LMS", "MMS", "ALIMTALK", "BRAND"]

PICTURE_BYTES = 200 * 1024
"""The smallest that a relay takes: SOLAPI 200 kB (solapi.com/developers, postStorage); NHN and SENS take 300 kB."""
BRAND_CHARACTERS = 1300
"""Text of a brand message (solapi-nodejs, bmsConstraints)."""
ALIMTALK_CHARACTERS = 1000


class Outgoing(Struct, frozen=True, kw_only=True):
    """One message, ready for any relay. `title` is shown above long texts, `subject` only what somebody typed."""

    kind: Kind
    to: Number
    text: str
    subject: str
    title: str
    send_key: str
    token: str
    advertising: bool = False
    pictures: tuple[Blob, ...] = ()
    template: Filled | None = None


def outgoing(message: OutboundMessage, config: SmsConfig) -> Outgoing:
    """Raises `ContentRejected` with what to change, `RecipientUnreachable` where there is no number."""
    text = message.text.replace("\r\n", "\n")
    template = message.content if isinstance(message.content, Filled) else None
    kind = _kind(message, text, template, config)
    if kind not in ("ALIMTALK", "BRAND"):
        _check_characters(text)
    return Outgoing(
        kind=kind,
        to=to_relay(message.to.value),
        text=text,
        subject=euckr.cut(message.subject, euckr.TITLE),
        title=euckr.cut(message.subject or message.brand.name, euckr.TITLE),
        send_key=message.send_key,
        token=message.token,
        advertising=message.purpose == "marketing",
        pictures=message.attachments,
        template=template,
    )


def _kind(message: OutboundMessage, text: str, template: Filled | None, config: SmsConfig) -> Kind:
    if template:
        return _alimtalk(message, text, config)
    if message.attachments:
        _check_pictures(message.attachments)
        _check_length(text)
        return "MMS"
    if message.purpose == "marketing" and config.brand_targeting:
        if len(text) > BRAND_CHARACTERS:
            raise ContentRejected(f"a brand message has at most {BRAND_CHARACTERS} characters")
        return "BRAND"
    if euckr.size(text) <= euckr.SMS:
        return "SMS"
    _check_length(text)
    return "LMS"


def _alimtalk(message: OutboundMessage, text: str, config: SmsConfig) -> Kind:
    if not config.kakao_channel:
        raise ContentRejected("no KakaoTalk channel is connected, so no AlimTalk can be sent")
    if message.purpose == "marketing":
        raise ContentRejected("AlimTalk carries no advertising")
    if message.attachments:
        raise ContentRejected("AlimTalk carries no files but those of its template")
    if len(text) > ALIMTALK_CHARACTERS:
        raise ContentRejected(f"an AlimTalk has at most {ALIMTALK_CHARACTERS} characters")
    return "ALIMTALK"


def _check_pictures(pictures: tuple[Blob, ...]) -> None:
    if len(pictures) > 1 or pictures[0].content_type not in ("image/jpeg", "image/jpg"):
        raise ContentRejected("a text carries one JPEG picture")
    if len(pictures[0].data) > PICTURE_BYTES:
        raise ContentRejected(f"the picture has more than {PICTURE_BYTES // 1024} kB")


def _check_length(text: str) -> None:
    if euckr.size(text) > euckr.LMS:
        raise ContentRejected(f"a text has at most {euckr.LMS} bytes (EUC-KR)")


def _check_characters(text: str) -> None:
    if letter := euckr.missing(text):
        raise ContentRejected(f"texts cannot carry the character {letter!r} (U+{ord(letter):04X})")
