"""Calls to HappyTalk, and what its codes mean.

Every message has a serial number of its own, and the same one again is refused (-504, documented), so a call may be
repeated: what was taken before counts as handed over.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import msgspec

from damso.channels.adapters.kakao_consult.config import ConsultConfig
from damso.channels.calls import Answered, call
from damso.channels.content import Button, Buttons, with_text
from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientUnreachable,
    TryLater,
    WindowClosed,
)
from damso.channels.types import Blob, Health, OutboundMessage, Receipt
from damso.kernel.i18n import Text

HOSTS = {"production": "kakao-api.happytalk.io", "test": "patch-kakao-api.happytalk.io"}
PLAIN, RICH = (f"/kakaoWebhook/v3/bzc/chat/send/{kind}" for kind in ("plain", "rich"))
SENT_SCOPE = "kakao_consult:sent"

MAX_TEXT = 1000
MAX_SERIAL = 30
MAX_BUTTONS = 5
MAX_LABEL = 14
MAX_IMAGE = 5 * 1024 * 1024
MAX_FILE = 20 * 1024 * 1024
"""Bytes; what is larger, the dealer does not take."""
IMAGES = ("image/jpeg", "image/png", "image/gif")

NO_SESSION, DUPLICATE = -502, -504

FACTS: Mapping[int, type[ChannelError]] = {
    -400: CredentialsRejected,
    -500: CredentialsRejected,
    -501: CredentialsRejected,
    NO_SESSION: WindowClosed,
    -503: RecipientUnreachable,
    -505: ContentRejected,
    -506: ContentRejected,
    -507: CredentialsRejected,
    -508: CredentialsRejected,
    -509: ContentRejected,
    -510: ContentRejected,
    -511: RecipientUnreachable,
    -512: CredentialsRejected,
    -600: OutcomeUnknown,
    -601: OutcomeUnknown,
}
"""The dealer's codes (api_code_dict). Those that speak of the profile, the channel or the contract are of the
connection; a sending that failed inside may have arrived."""


# --- Messages -------------------------------------------------------------------------------------------------------


async def write(message: OutboundMessage, config: ConsultConfig, http: httpx.AsyncClient) -> Receipt:
    """The file first: where that is refused, nothing has been said yet. Raises a `ChannelError`."""
    bubbles = [*[await _file_bubble(file, config, http) for file in message.attachments], *_text_bubbles(message)]
    if not bubbles:
        raise ContentRejected("there is nothing to say")
    for number, (path, bubble) in enumerate(bubbles):
        serial = serial_number(message.send_key, number)
        body = {"user_key": message.to.value, "serial_number": serial, **bubble}
        answered = await _post(path, body, config, http)
        if _code(answered) not in (0, DUPLICATE):
            raise _fact(answered)
    return Receipt(external_id=serial, dedupe_scope=SENT_SCOPE, status_code=answered.status)


def serial_number(send_key: str, number: int) -> str:
    """The same for each try of one bubble."""
    return hashlib.sha256(f"{send_key}:{number}".encode()).hexdigest()[:MAX_SERIAL]


def _text_bubbles(message: OutboundMessage) -> Iterator[tuple[str, dict[str, Any]]]:
    buttons = _shown(message)
    text = message.text if buttons else with_text(message.text, message.content)
    if len(text) > MAX_TEXT:
        raise ContentRejected(f"{len(text)} characters are more than {MAX_TEXT}")
    if text and buttons:
        yield RICH, {"chat_bubble_type": "TEXT", "message": text, "attachment": {"buttons": buttons}}
    elif text:
        yield PLAIN, {"chat_bubble_type": "TEXT", "message": text}


def _shown(message: OutboundMessage) -> list[dict[str, str]]:
    """The buttons under the text; empty where there are none, or they have to be spelled."""
    match message.content:
        case Buttons(buttons=buttons) if message.text and len(buttons) <= MAX_BUTTONS:
            shown = [_button(button) for button in buttons]
            return [one for one in shown if one] if all(shown) else []
    return []


def _button(button: Button) -> dict[str, str] | None:
    """WL opens an address, BK says the button's own words; there is none that dials."""
    if len(button.label) > MAX_LABEL:
        return None
    match button.action:
        case "link":
            return {"name": button.label, "type": "WL", "url_mobile": button.value, "url_pc": button.value}
        case "reply":
            return {"name": button.label, "type": "BK"}
    return None


async def _file_bubble(file: Blob, config: ConsultConfig, http: httpx.AsyncClient) -> tuple[str, dict[str, Any]]:
    url = file.ref or await upload(file, config, http)
    kind = bubble_type(file)
    if kind == "IMAGE":
        return PLAIN, {"chat_bubble_type": kind, "attachment": {"image": {"img_url": url}}}
    told = {"file_url": url, "file_name": file.name, "file_size": len(file.data)}
    return PLAIN, {"chat_bubble_type": kind, "attachment": {"file": told}}


def bubble_type(file: Blob) -> str:
    """How a file is shown; a picture that is too large for one, as a file."""
    if file.content_type in IMAGES and len(file.data) <= MAX_IMAGE:
        return "IMAGE"
    kind = file.content_type.partition("/")[0]
    return {"video": "VIDEO", "audio": "AUDIO"}.get(kind, "FILE")


async def upload(file: Blob, config: ConsultConfig, http: httpx.AsyncClient) -> str:
    """Only files that are at Kakao can be shown. Raises a `ChannelError`; trying again does no harm."""
    if len(file.data) > MAX_FILE:
        raise ContentRejected(f"more than {MAX_FILE // 1024 // 1024} MB")
    kind = bubble_type(file)
    field = "image" if kind == "IMAGE" else "file"
    request = http.build_request(
        "POST",
        f"https://{HOSTS[config.server]}/kakaoWebhook/v3/bzc/{field}/upload",
        headers=_credentials(config),
        data={"sender_key": config.sender_key} | ({"file_type": kind.lower()} if field == "file" else {}),
        files={field: (file.name, file.data, file.content_type)},
    )
    answered = await _answered(request, http)
    url = answered.fields.get(field)
    if _code(answered) != 0 or not isinstance(url, str):
        raise _fact(answered)
    return url


async def end(path: str, fields: Mapping[str, str], config: ConsultConfig, http: httpx.AsyncClient) -> None:
    """A session that is over already is no fault."""
    answered = await _post(path, fields, config, http)
    if _code(answered) not in (0, NO_SESSION):
        raise _fact(answered)


# --- The connection -------------------------------------------------------------------------------------------------

_UNPROVEN = "how messages arrive: the dealer's documents of it are of 2022, and nothing was tried with a contract"
_NO_KEY = Text(
    "발신프로필 키나 HT-Client 값이 없어요. 딜러사에서 받은 값을 모두 넣어 주세요.",
    "The sender profile key or an HT-Client value is missing. Enter all that the dealer gave you.",
)
_REFUSED = Text(
    "해피톡이 연결 정보를 거절했어요. ({why}) HT-Client 값과 발신프로필 키를 확인해 주세요.",
    "HappyTalk refuses the connection. ({why}) Check the HT-Client values and the sender profile key.",
)
_INACTIVE = Text(
    "발신프로필이 정상 상태가 아니에요. ({why}) 카카오톡 채널과 상담톡 계약 상태를 확인해 주세요.",
    "The sender profile is not active. ({why}) Check the KakaoTalk channel and the contract.",
)
_UNREACHABLE = Text("해피톡에 연결하지 못했어요. ({why})", "HappyTalk cannot be reached. ({why})")


async def check(config: ConsultConfig, http: httpx.AsyncClient) -> Health:
    """Ask for the profile, and for the address that messages are posted to."""
    if not (config.sender_key and config.client_id and config.client_secret):
        return _ill(_NO_KEY)
    try:
        profile = await _post("/v1/center/sender", {}, config, http)
        domain = await _post("/v1/center/domain/search", {}, config, http)
    except ChannelError as error:
        return _ill(_UNREACHABLE, why=str(error))
    if _code(profile) != 200:
        return _ill(_REFUSED, why=_words(profile))
    told = profile.fields.get("data")
    state: Mapping[str, Any] = told if isinstance(told, dict) else {}
    wrong = [name for name in ("block", "dormant") if state.get(name)]
    wrong += [f"{name}={state.get(name)}" for name in ("status", "profileStatus") if state.get(name) != "A"]
    if wrong:
        return _ill(_INACTIVE, why=", ".join(wrong))
    facts = {"channel": str(state.get("name", "")), "posts to": _domain(domain), "unproven": _UNPROVEN}
    return Health(ok=True, facts=facts)


def _domain(answered: Answered) -> str:
    data = answered.fields.get("data")
    first = data[0] if isinstance(data, list) and data else data
    return str(first.get("domain", "")) if isinstance(first, dict) else ""


def _ill(problem: Text, **fields: object) -> Health:
    said = (problem.say("ko", **fields), problem.say("en", **fields))
    return Health(ok=False, problems=(said,), facts={"unproven": _UNPROVEN})


# --- Calls ----------------------------------------------------------------------------------------------------------


async def _post(path: str, fields: Mapping[str, Any], config: ConsultConfig, http: httpx.AsyncClient) -> Answered:
    body = msgspec.json.encode({"sender_key": config.sender_key, **fields})
    headers = {"content-type": "application/json", **_credentials(config)}
    request = http.build_request("POST", f"https://{HOSTS[config.server]}{path}", content=body, headers=headers)
    return await _answered(request, http)


async def _answered(request: httpx.Request, http: httpx.AsyncClient) -> Answered:
    """Raises `TryLater` also where the line broke: the serial number keeps a repetition from arriving twice."""
    try:
        return await call(request, http)
    except OutcomeUnknown as error:
        raise TryLater(str(error)) from error


def _credentials(config: ConsultConfig) -> dict[str, str]:
    return {"HT-Client-Id": config.client_id, "HT-Client-Secret": config.client_secret}


def _code(answered: Answered) -> int | None:
    """Success is 0, "0" or "0000", by call and by version."""
    try:
        return int(answered.fields["code"])
    except (KeyError, TypeError, ValueError):
        return None


def _fact(answered: Answered) -> ChannelError:
    code = _code(answered)
    if code is not None and code in FACTS:
        return answered.fact(FACTS[code], _words(answered))
    if code is None and (answered.status == 429 or answered.status >= 500):
        return answered.fact(TryLater, f"HTTP {answered.status}")
    if answered.status in (401, 403):
        return answered.fact(CredentialsRejected, f"HTTP {answered.status}")
    if code is None and 400 <= answered.status < 500:
        return answered.fact(ContentRejected, f"HTTP {answered.status}")
    return answered.fact(OutcomeUnknown, _words(answered))


def _words(answered: Answered) -> str:
    """The code and its name, without what the dealer puts in brackets: that may name keys."""
    name = str(answered.fields.get("message", "")).partition("(")[0]
    return f"{_code(answered)} {name}".strip()[:200]
