"""HappyTalk's double, and behind it a channel with consultation talk: sessions, serial numbers, uploads, and the phones
of its customers.

DEALER is the dealer's developer center and the older copy of its sources; SESSIONS another dealer's account of what
Kakao does. What it posts has the form of that copy of 2022, which is not proven against the dealer.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any, ClassVar

import msgspec

from damso.channels.adapters.kakao_consult.config import ConsultConfig
from damso.channels.content import Button
from damso.channels.simulator import Act, Answer, Bubble, Call, Delivery, Person, PhoneSimulator, Rule

DEALER = "https://developer-center.happytalk.io/KakaoWebhook"
CODES = (
    "https://github.com/happytalkLC/mkdocs-test/blob/main/web/docs/kakaotalk_webhook/reference_docs/api_code_dict.md"
)
SESSIONS = "http://doc.nexus.co.kr/r/viewer/content/api/33063baac364c6b8"

SESSION = timedelta(days=30)
FILES = "http://dn-m.talk.kakao.com/talkm"

_SENDING = ("/kakaoWebhook/v3/bzc/chat/send/plain", "/kakaoWebhook/v3/bzc/chat/send/rich")
_ENDING = ("/v1/chat/end", "/kakaoWebhook/v3/bzc/chat/endWithBot")
_UPLOADING = ("/kakaoWebhook/v3/bzc/image/upload", "/kakaoWebhook/v3/bzc/file/upload")
_BUTTONS = ("WL", "AL", "BK", "MD", "BT")


class _Session(msgspec.Struct):
    """Of one customer, for thirty days after their last words."""

    id: str
    last_words: datetime
    open: bool = True


class ConsultSimulator(PhoneSimulator):
    """`profile` is what the dealer tells of the sender profile."""

    channel: ClassVar[str] = "kakao_consult"
    hosts: ClassVar[tuple[str, ...]] = (
        "kakao-api.happytalk.io",
        "patch-kakao-api.happytalk.io",
        "dn-m.talk.kakao.com",
    )
    file_host: ClassVar[str] = hosts[2]

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self.profile: dict[str, Any] = {
            "name": "달빛상점",
            "status": "A",
            "block": False,
            "dormant": False,
            "profileStatus": "A",
        }
        self._sessions: dict[str, _Session] = {}
        self._blocked: set[str] = set()
        self._serials: set[str] = set()
        self._files: dict[str, tuple[str, bytes]] = {}
        self._screens: dict[str, list[Bubble]] = {}
        self._count = 0

    def config(self) -> ConsultConfig:
        return ConsultConfig(
            channel_id="@달빛상점",
            sender_key="07c2c1b0661cfa374ccc8a9fa9fa2adac1fe89ca",
            client_id="client-of-the-double",
            client_secret="secret-of-the-double",  # noqa: S106 - nobody else knows this double
        )

    # --- What customers do

    def act(self, person: Person, act: Act) -> Sequence[Delivery]:
        match act.what:
            case "says":
                return [self._said(person, "text", act.text)]
            case "presses":
                pressed = act.button is not None and act.button.action == "reply"
                return [self._said(person, "text", act.button.label)] if act.button and pressed else []
            case "pictures":
                return [self._said(person, "photo", act.picture)]
            case "opens":
                return [self._asked(person, act.text)]
            case "leaves" | "blocks":
                self._blocked |= {user_key(person)} if act.what == "blocks" else set()
                return self._ended(user_key(person))
            case "befriends":
                self._blocked -= {user_key(person)}
        return []

    def due(self) -> Sequence[Delivery]:
        """Ends of sessions that nobody wrote in for thirty days."""
        over = [key for key, one in self._sessions.items() if self.now() >= one.last_words + SESSION]
        return [delivery for key in over for delivery in self._ended(key)]

    def screen(self, person: Person) -> Sequence[Bubble]:
        return tuple(self._screens.get(user_key(person), ()))

    def _said(self, person: Person, kind: str, content: str) -> Delivery:
        key = user_key(person)
        pictures = (content,) if kind == "photo" else ()
        self._add(key, Bubble(id=self._number(), side="customer", text="" if pictures else content, at=self.now()))
        if pictures:
            self._screens[key][-1] = msgspec.structs.replace(self._screens[key][-1], pictures=pictures)
        session = self._begin(key)
        session.last_words = self.now()
        number = 2_795_231_627_445_000_000 + int(self._number())
        return self._post(key, session, serial_number=number, type=kind, content=content)

    def _asked(self, person: Person, words: str) -> Delivery:
        """Pressing the company's button for a consultation, with what its page says."""
        key = user_key(person)
        reference = {"extra": words, "text": "", "lastText": "", "appUserId": None}
        return self._post(key, self._begin(key), app_user_id=None, reference=reference, last_reference=None)

    def _ended(self, key: str) -> list[Delivery]:
        session = self._sessions.get(key)
        if session is None or not session.open:
            return []
        session.open = False
        self._add(key, Bubble(id=self._number(), side="notice", text="상담이 종료되었습니다.", at=self.now()))
        return [self._post(key, session)]

    def _begin(self, key: str) -> _Session:
        session = self._sessions.get(key)
        if session is None or not self._is_open(key):
            session = self._sessions[key] = _Session(id=str(160_000_000 + int(self._number())), last_words=self.now())
        return session

    def _is_open(self, key: str) -> bool:
        session = self._sessions.get(key)
        return session is not None and session.open and self.now() < session.last_words + SESSION

    def _post(self, key: str, session: _Session, **told: Any) -> Delivery:
        body = {
            "user_key": key,
            "sender_key": self.config().sender_key,
            "session_id": session.id,
            "time": int(self.now().timestamp() * 1000),
            **told,
        }
        headers = {"content-type": "application/json"}
        return Delivery(headers=headers, body=msgspec.json.encode(body), due=self.now())

    # --- What the company calls

    @property
    def rules(self) -> Sequence[Rule]:
        return (
            Rule(name="credentials", source=CODES, refuses=self._without_credentials),
            Rule(name="sender profile", source=CODES, refuses=self._of_another_profile),
            Rule(name="customer", source=CODES, refuses=self._of_nobody),
            Rule(name="session", source=SESSIONS, refuses=self._without_session),
            Rule(name="serial number", source=f"{DEALER}/MessageSend/plain", refuses=self._repeated),
            Rule(name="length", source=f"{DEALER}/MessageSend/plain", refuses=self._too_long),
            Rule(name="form of messages", source=f"{DEALER}/MessageSend/rich", refuses=self._malformed),
            Rule(name="files are at Kakao", source=f"{DEALER}/Upload/image", refuses=self._elsewhere),
        )

    def answer(self, call: Call) -> Answer:
        if call.host == self.hosts[2]:
            kind, data = self._files.get(call.path, ("", b""))
            return Answer(body=data, headers={"content-type": kind}) if kind else Answer(status=404)
        if call.path in _SENDING:
            return self._send(_json(call.body))
        if call.path in _ENDING:
            return self._end(_json(call.body)["user_key"])
        if call.path in _UPLOADING:
            return self._upload(call)
        if call.path == "/v1/center/sender":
            return _told(code="200", data=self.profile)
        if call.path == "/v1/center/domain/search":
            return _told(code="200", data=[{"domain": "https://help.shop.example/hooks/key"}])
        return Answer(status=404)

    def _without_credentials(self, call: Call) -> Answer | None:
        config = self.config()
        shown = (call.headers.get("ht-client-id"), call.headers.get("ht-client-secret"))
        mine = call.host == self.hosts[2] or shown == (config.client_id, config.client_secret)
        return None if mine else _refused(-500, "UnauthorizedException")

    def _of_another_profile(self, call: Call) -> Answer | None:
        told = self._upload_fields(call) if call.path in _UPLOADING else _json(call.body)
        if call.host == self.hosts[2] or told.get("sender_key") == self.config().sender_key:
            return None
        return _refused(-501, "InvalidSenderException(senderKey)")

    def _of_nobody(self, call: Call) -> Answer | None:
        key = _json(call.body).get("user_key") if call.path in _SENDING else None
        if key in self._blocked:
            return _refused(-511, "BlockedUserMessageException")
        return None if key is None or 0 < len(key) <= 20 else _refused(-503, "InvalidUserKeyException")

    def _without_session(self, call: Call) -> Answer | None:
        if call.path not in (*_SENDING, *_ENDING) or self._is_open(str(_json(call.body).get("user_key"))):
            return None
        return _refused(-502, "InvalidSessionException")

    def _repeated(self, call: Call) -> Answer | None:
        serial = str(_json(call.body).get("serial_number", "")) if call.path in _SENDING else None
        if serial is not None and not 0 < len(serial) <= 30:
            return _refused(-509, "NoValueJsonElementException")
        return _refused(-504, "DuplicateSerialNumberException") if serial in self._serials else None

    def _too_long(self, call: Call) -> Answer | None:
        words = _json(call.body).get("message") or "" if call.path in _SENDING else ""
        return _refused(-506, "MessageLengthOverLimitException") if len(words) > 1000 else None

    def _malformed(self, call: Call) -> Answer | None:
        if call.path not in _SENDING:
            return None
        told = _json(call.body)
        kind, attached = told.get("chat_bubble_type"), told.get("attachment") or {}
        words = kind != "TEXT" or told.get("message")
        known = kind in ("TEXT", "IMAGE", "VIDEO", "AUDIO", "FILE")
        buttons = attached.get("buttons") or []
        fits = len(buttons) <= 5 and all(one.get("name") and one.get("type") in _BUTTONS for one in buttons)
        linked = all(one.get("url_mobile") for one in buttons if one.get("type") == "WL")
        return None if known and words and fits and linked else _refused(-510, "InvalidMessageException")

    def _elsewhere(self, call: Call) -> Answer | None:
        if call.path not in _SENDING:
            return None
        attached = _json(call.body).get("attachment") or {}
        urls = [attached.get("image", {}).get("img_url"), attached.get("file", {}).get("file_url")]
        unknown = any(url and url.removeprefix("http://dn-m.talk.kakao.com") not in self._files for url in urls)
        return _refused(-505, "InvalidImageException") if unknown else None

    def _send(self, told: Mapping[str, Any]) -> Answer:
        self._serials.add(told["serial_number"])
        attached = told.get("attachment") or {}
        picture, file = attached.get("image", {}).get("img_url"), attached.get("file", {}).get("file_url")
        shown = Bubble(
            id=self._number(),
            side="company",
            text=told.get("message", ""),
            at=self.now(),
            buttons=tuple(map(_button, attached.get("buttons") or [])),
            pictures=(picture,) if picture else (),
            files=(file,) if file else (),
        )
        self._add(told["user_key"], shown)
        return _told(code=0, created_at=self.now().strftime("%Y-%m-%dT%H:%M:%S.000"))

    def _end(self, key: str) -> Answer:
        """Whether the end that the company asked for is posted to it as well is not documented; here it is not."""
        session = self._sessions[key]
        session.open = False
        self._add(key, Bubble(id=self._number(), side="notice", text="상담이 종료되었습니다.", at=self.now()))
        return _told(code=0, session_id=session.id)

    def _upload(self, call: Call) -> Answer:
        field = "image" if "/image/" in call.path else "file"
        name, kind, data = self._upload_fields(call)[field]
        if field == "image" and (kind not in ("image/jpeg", "image/png", "image/gif") or len(data) > 5 * 1024 * 1024):
            return _refused(-505, "InvalidImageException")
        path = f"/talkm/{hashlib.sha256(data).hexdigest()[:16]}/{self._number()}"
        self._files[path] = (kind, data)
        url = f"http://dn-m.talk.kakao.com{path}"
        return _told(code="0000", **({field: url} | ({"name": name, "size": len(data)} if field == "file" else {})))

    @staticmethod
    def _upload_fields(call: Call) -> dict[str, Any]:
        """The fields of a form: texts, and of files their name, type and bytes."""
        head = b"Content-Type: " + call.headers["content-type"].encode() + b"\r\n\r\n"
        fields: dict[str, Any] = {}
        for part in message_from_bytes(head + call.body, policy=policy.HTTP).iter_parts():
            name, data = part.get_filename(), part.get_payload(decode=True)
            field = str(part.get_param("name", header="content-disposition"))
            fields[field] = (name, part.get_content_type(), data) if name else bytes(data).decode()
        return fields

    def _add(self, key: str, bubble: Bubble) -> None:
        self._screens.setdefault(key, []).append(bubble)

    def _number(self) -> str:
        self._count += 1
        return f"{self._count:06d}"


def user_key(person: Person) -> str:
    """What the sender profile knows a person by: at most 20 characters."""
    return hashlib.sha256(person.id.encode()).hexdigest()[:12]


def _button(button: Mapping[str, str]) -> Button:
    if button["type"] == "WL":
        return Button(label=button["name"], action="link", value=button["url_mobile"])
    return Button(label=button["name"])


def _json(body: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _told(**fields: Any) -> Answer:
    return Answer(body=msgspec.json.encode(fields), headers={"content-type": "application/json"})


def _refused(code: int, name: str) -> Answer:
    return _told(code=code, message=name)
