"""Naver TalkTalk on this machine: its sending API, its webhook, and the chat windows of its customers.

Rules and forms are those of https://github.com/navertalk/chatbot-api; "issue N" is what Naver's people answered there.
Nothing is signed, as Naver signs nothing: a delivery is believed by the address it is posted from, which is this
machine's in `config`. There are no reports of what became of a message, so `due` brings echoes only. How Naver words
the refusal of a message that breaks a limit is not documented: the double gives the code alone.
"""

import base64
import hashlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from mimetypes import guess_type
from typing import Any, ClassVar, Literal

import msgspec

from damso.channels.adapters.talktalk import bubbles
from damso.channels.adapters.talktalk.config import TalkTalkConfig
from damso.channels.content import Button, Buttons, Card, Content
from damso.channels.simulator import Act, Answer, Bubble, Call, Delivery, Person, PhoneSimulator, Rule

README = "https://github.com/navertalk/chatbot-api/blob/master/README.md"
HANDOVER = "https://github.com/navertalk/chatbot-api/blob/master/handover_v1.md"
PROFILE = "https://github.com/navertalk/chatbot-api/blob/master/profile_api_v1.md"
UPLOAD = "https://github.com/navertalk/chatbot-api/blob/master/imageupload_api_v1.md"
ISSUE = "https://github.com/navertalk/chatbot-api/issues/{}"

KEY = "ct_demo_0000000000000000000"
HEADERS = {"content-type": "application/json;charset=UTF-8", "accept": "application/json", "user-agent": "navertalk/v1"}
"""README "이벤트 기본 구조"; the user agent: issue 105."""
BURST, SPAN = 30, timedelta(seconds=3)
CONTENTS = ("textContent", "imageContent", "compositeContent")
UNREADABLE = "request json 문자열 파싱 오류"

Body = dict[str, Any]
Side = Literal["customer", "company", "notice"]


class _Chat:
    """One customer's chat window, and what Naver knows about it."""

    def __init__(self) -> None:
        self.bubbles: list[Bubble] = []
        self.said = 0
        self.is_handed_over = False
        self.is_asked = False


class TalkTalkSimulator(PhoneSimulator):
    """One partner account, its API and its customers."""

    channel: ClassVar[str] = "talktalk"
    hosts: ClassVar[tuple[str, ...]] = ("gw.talk.naver.com",)

    def __init__(self, now: Callable[[], datetime], *, account: str = "wdemo01") -> None:
        super().__init__(now)
        self._account = account
        self._chats: dict[str, _Chat] = {}
        self._echoes: deque[Delivery] = deque()
        self._called: deque[datetime] = deque()

    def config(self) -> TalkTalkConfig:
        return TalkTalkConfig(account=self._account, authorization=KEY, ranges=("127.0.0.0/8", "::1/128"))

    def user(self, person: Person) -> str:
        """The customer's id with this account: 22 characters, another with every account (issues 42, 114, 308)."""
        digest = hashlib.sha256(f"{self._account}:{person.id}".encode()).digest()
        return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")

    # --- What customers do

    def act(self, person: Person, act: Act) -> Sequence[Delivery]:
        self._chats.setdefault(self.user(person), _Chat())
        match act.what:
            case "says":
                self._show(person, "customer", act.text)
                return self._send(person, {"textContent": {"text": act.text, "inputType": "typing"}})
            case "presses" if act.button and act.button.action == "reply":
                self._show(person, "customer", act.button.label)
                return self._press(person, act.button)
            case "pictures":
                self._show(person, "customer", pictures=(act.picture,))
                return self._send(person, {"imageContent": {"imageUrl": act.picture}})
            case "opens":
                options = {"inflow": "list", "referer": "https://talk.naver.com/", "friend": False}
                ages = {"under14": False, "under19": False, "unreadMessage": False}
                return self._post(person, {"event": "open", "options": options | ages})
            case "leaves":
                self._show(person, "notice", "채팅방을 나갔어요")
                return self._post(person, {"event": "leave"})
            case "befriends":
                self._show(person, "notice", "소식받기를 시작했어요")
                return self._post(person, {"event": "friend", "options": {"set": "on"}})
            case "blocks":
                # TalkTalk knows no block: whoever stops being a friend may still be answered (README "friend 이벤트").
                self._show(person, "notice", "소식받기를 껐어요")
                return self._post(person, {"event": "friend", "options": {"set": "off"}})
        return ()

    def asks_about(self, person: Person, product: Mapping[str, str]) -> Sequence[Delivery]:
        """They press "톡톡문의" on a product's page; it is told with their first word (README "textContent")."""
        self._show(person, "customer", "이 상품을 문의합니다.")
        content = {"textContent": {"text": "이 상품을 문의합니다.", "inputType": "product"}}
        return self._send(person, content, options={"product": dict(product)})

    def withdraws(self, person: Person, *fields: str) -> Sequence[Delivery]:
        """They take back that Naver may tell us of them."""
        return self._post(person, {"event": "profile", "options": {"result": "WITHDRAW", "withdrawals": list(fields)}})

    def discloses(self, person: Person, **fields: Any) -> Sequence[Delivery]:
        """They let Naver tell us something; `asks_consent` is over."""
        self._chats.setdefault(self.user(person), _Chat()).is_asked = False
        return self._post(person, {"event": "profile", "options": {**fields, "result": "SUCCESS"}})

    def asks_consent(self, person: Person) -> None:
        """Naver asks them for a consent: nothing can be said to them meanwhile (profile_api_v1.md)."""
        self._chats.setdefault(self.user(person), _Chat()).is_asked = True

    def screen(self, person: Person) -> Sequence[Bubble]:
        chat = self._chats.get(self.user(person))
        return tuple(chat.bubbles) if chat else ()

    # --- What people in Naver's console do

    def console_says(self, person: Person, text: str) -> Sequence[Delivery]:
        """An echo that names its author (issue 102)."""
        self._show(person, "company", text)
        owner = 1 if self._chats[self.user(person)].is_handed_over else 10007
        options = {"mobile": False, "sourceId": 1, "threadOwnerId": owner, "managerNickname": "달빛상점"}
        return [
            self._echo(
                person_id=self.user(person),
                content={"textContent": {"text": text, "inputType": "typing"}},
                options=options,
            )
        ]

    def console_finishes(self, person: Person) -> Sequence[Delivery]:
        """They press "상담 완료하기": the thread is ours again (handover_v1.md)."""
        self._chats.setdefault(self.user(person), _Chat()).is_handed_over = False
        told = msgspec.json.encode({"managerNickname": "달빛상점", "autoEnd": False}).decode()
        options = {"control": "passThread", "metadata": told}
        return self._post(person, {"event": "handover", "partner": self._account, "options": options})

    def due(self) -> Sequence[Delivery]:
        """Echoes of what the company said by the API."""
        ready = list(self._echoes)
        self._echoes.clear()
        return ready

    # --- The sending API

    @property
    def rules(self) -> Sequence[Rule]:
        return (
            Rule(name="calls in a burst", source=ISSUE.format(268), refuses=self._too_often),
            Rule(name="key", source=f"{README}#오류-명세", refuses=self._no_key),
            Rule(name="JSON with an event", source=f"{README}#오류-명세", refuses=self._no_event),
            Rule(name="customer", source=ISSUE.format(308), refuses=self._nobody),
            Rule(name="consent being asked", source=PROFILE, refuses=self._being_asked),
            Rule(name="one content", source=f"{README}#send-이벤트", refuses=self._not_one_content),
            Rule(name="text", source=f"{README}#textcontent", refuses=self._wrong_text),
            Rule(name="quick replies", source=f"{README}#퀵-버튼", refuses=self._wrong_quick_replies),
            Rule(name="composites", source=f"{README}#compositecontent", refuses=self._wrong_composites),
            Rule(name="picture", source=UPLOAD, refuses=self._no_picture),
            Rule(name="handover", source=HANDOVER, refuses=self._wrong_handover),
        )

    def answer(self, call: Call) -> Answer:
        body, picture = _body(call), _path(call) == "/chatbot/v1/imageUpload"
        if picture:
            return _answered(True, "00", imageId=hashlib.sha256(call.body).hexdigest())
        match body["event"]:
            case "send":
                self._take(body)
            case "handover":
                self._chats[body["user"]].is_handed_over = body["options"]["control"] == "passThread"
        return _answered(True, "00")

    def _take(self, body: Body) -> None:
        content = {name: body[name] for name in CONTENTS if name in body}
        text, shown, quick = _seen(content)
        picture = content.get("imageContent", {}).get("imageUrl")
        self._put(body["user"], "company", text, content=shown, buttons=quick, pictures=(picture,) if picture else ())
        self._echoes.append(self._echo(body["user"], content, options={"mobile": False}))

    def _too_often(self, call: Call) -> Answer | None:
        """Naver does not tell how it answers then: the status is that of HTTP itself."""
        now = self.now()
        self._called.append(now)
        while self._called[0] <= now - SPAN:
            self._called.popleft()
        return Answer(status=429) if len(self._called) >= BURST else None

    def _no_key(self, call: Call) -> Answer | None:
        return None if call.headers.get("authorization") == KEY else _answered(False, "01", "Authorization 정보 오류")

    def _no_event(self, call: Call) -> Answer | None:
        try:
            body = msgspec.json.decode(call.body)
        except msgspec.DecodeError:
            return _answered(False, "02", UNREADABLE)
        known = isinstance(body, dict) and ("imageUrl" in body or "event" in body)
        return None if known else _answered(False, "02", UNREADABLE)

    def _nobody(self, call: Call) -> Answer | None:
        body = _body(call)
        if "event" not in body or body.get("user") in self._chats:
            return None
        return _answered(False, "99", f"잘못된 user 값 : {body.get('user')}")

    def _being_asked(self, call: Call) -> Answer | None:
        body = _body(call)
        asked = body.get("event") == "send" and self._chats[body["user"]].is_asked
        return _answered(False, "01", "현재 이 사용자에게 메시지를 보낼 수 없음") if asked else None

    def _not_one_content(self, call: Call) -> Answer | None:
        body = _body(call)
        if body.get("event") != "send" or sum(name in body for name in CONTENTS) == 1:
            return None
        return _answered(False, "02", UNREADABLE)

    def _wrong_text(self, call: Call) -> Answer | None:
        text = _body(call).get("textContent", {}).get("text", "-")
        return None if 0 < len(text) <= bubbles.TEXT else _answered(False, "99")

    def _wrong_quick_replies(self, call: Call) -> Answer | None:
        contents = [_body(call).get(name, {}) for name in CONTENTS]
        lists = [content["quickReply"]["buttonList"] for content in contents if "quickReply" in content]
        return next((refusal for one in lists if (refusal := _wrong_buttons(one, bubbles.QUICK_LABEL))), None)

    def _wrong_composites(self, call: Call) -> Answer | None:
        if "compositeContent" not in (body := _body(call)):
            return None
        forms = body["compositeContent"]["compositeList"]
        if not 0 < len(forms) <= bubbles.COMPOSITES:
            return _answered(False, "99")
        return next((refusal for form in forms if (refusal := _wrong_form(form))), None)

    def _no_picture(self, call: Call) -> Answer | None:
        """Naver fetches it; a double fetches nothing, so only an address that says by itself that it is no good is."""
        body = _body(call)
        url = body.get("imageUrl") or body.get("imageContent", {}).get("imageUrl") or ""
        kind = guess_type(url.partition("?")[0])[0]
        if ".invalid/" not in url and kind in (None, "image/jpeg", "image/png", "image/gif"):
            return None
        return _answered(False, "IMG-01", "이미지 업로드 - 포맷 불일치 또는 처리 실패")

    def _wrong_handover(self, call: Call) -> Answer | None:
        body = _body(call)
        if body.get("event") != "handover":
            return None
        options = body.get("options", {})
        known = (options.get("control"), options.get("targetId")) in (("passThread", 1), ("takeThread", None))
        return None if known else _answered(False, "02", UNREADABLE)

    # --- Deliveries and screens

    def _press(self, person: Person, button: Button) -> Sequence[Delivery]:
        """Told without `standby` even where people in the console have the thread (handover_v1.md)."""
        code = {"code": f"{bubbles.SAYS}{button.value}"} if button.value and button.value != button.label else {}
        content = {"textContent": {"text": button.label, **code, "inputType": "button"}}
        return self._post(
            person, {"event": "send", **self._numbered(self.user(person)), **content, "options": {"mobile": True}}
        )

    def _send(self, person: Person, content: Body, options: Body | None = None) -> Sequence[Delivery]:
        user = self.user(person)
        standby = {"standby": True} if self._chats[user].is_handed_over else {}
        more = {"options": {**(options or {}), "mobile": True}}
        return self._post(person, {**standby, "event": "send", **self._numbered(user), **content, **more})

    def _numbered(self, user: str) -> Body:
        """A message's number in its chat; not in the README (issue 228)."""
        return {"messageId": self._chats[user].said}

    def _echo(self, person_id: str, content: Body, options: Body) -> Delivery:
        told = {"event": "echo", "user": person_id, **self._numbered(person_id), **content, "options": options}
        return self._delivery({**told, "echoedEvent": "send"})

    def _post(self, person: Person, event: Body) -> Sequence[Delivery]:
        return [self._delivery({**event, "user": self.user(person)})]

    def _delivery(self, event: Body) -> Delivery:
        return Delivery(headers=HEADERS, body=msgspec.json.encode(event), due=self.now())

    def _show(self, person: Person, side: Side, text: str = "", **more: Any) -> None:
        self._put(self.user(person), side, text, **more)

    def _put(self, user: str, side: Side, text: str, **more: Any) -> None:
        """A new word; quick replies above it go away."""
        chat = self._chats.setdefault(user, _Chat())
        chat.said += side != "notice"
        chat.bubbles = [msgspec.structs.replace(bubble, buttons=()) for bubble in chat.bubbles]
        chat.bubbles.append(Bubble(id=f"{user}-{len(chat.bubbles) + 1}", side=side, text=text, at=self.now(), **more))


def _path(call: Call) -> str:
    return call.path.partition("?")[0]


def _body(call: Call) -> Body:
    body: Body = msgspec.json.decode(call.body)
    return body


def _answered(success: bool, code: str, words: str | None = None, **more: str) -> Answer:
    body = {"success": success, "resultCode": code} | ({"resultMessage": words} if words else {}) | more
    return Answer(body=msgspec.json.encode(body), headers={"content-type": "application/json;charset=UTF-8"})


def _wrong_buttons(buttons: Sequence[Body], longest: int) -> Answer | None:
    if len(buttons) > bubbles.BUTTONS:
        return _answered(False, "99")
    for data in (button["data"] for button in buttons):
        if not 0 < len(data["title"]) <= longest or len(data.get("code", "")) > bubbles.CODE:
            return _answered(False, "99")
    links = [button["data"] for button in buttons if button["type"] == "LINK"]
    return None if all(one.get("url") and one.get("mobileUrl") for one in links) else _answered(False, "02", UNREADABLE)


def _wrong_form(form: Body) -> Answer | None:
    parts = {"title", "description", "elementList", "image", "buttonList"} & form.keys()
    if len(parts) < 2 or not parts & {"title", "description", "elementList"}:
        return _answered(False, "02", UNREADABLE)
    rows = form.get("elementList", {}).get("data", [])
    long = len(form.get("title", "")) > bubbles.TITLE or len(form.get("description", "")) > bubbles.DESCRIPTION
    long_rows = any(len(row.get(name, "")) > bubbles.ELEMENT for row in rows for name in ("title", "description"))
    if long or long_rows or len(rows) > bubbles.ELEMENTS:
        return _answered(False, "99")
    on_rows = [row["button"] for row in rows if "button" in row]
    return _wrong_buttons(form.get("buttonList", []), bubbles.LABEL) or _wrong_buttons(on_rows, bubbles.QUICK_LABEL)


def _seen(content: Body) -> tuple[str, Content | None, tuple[Button, ...]]:
    """Text, content and quick replies as a customer sees them."""
    if composite := content.get("compositeContent"):
        text, shown = bubbles.read_back(composite)
        return text, shown, shown.buttons if isinstance(shown, Card | Buttons) else ()
    replies = [one["quickReply"]["buttonList"] for one in content.values() if "quickReply" in one]
    _, shown = bubbles.read_back({"compositeList": [{"description": "-", "buttonList": one} for one in replies]})
    return content.get("textContent", {}).get("text", ""), None, shown.buttons if isinstance(shown, Buttons) else ()
