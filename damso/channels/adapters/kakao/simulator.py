"""Kakao's double: a channel with a chatbot, its callbacks, the Event API, and the phones of its customers.

What it posts and answers is as documented: GUIDE is the Kakao business guide, CHANNEL developers.kakao.com on news of
the channel, GROUP Kakao's guide to skill servers of group chats, whose results of events are the same. Where a document
leaves something open, the rule says so.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import unquote

import msgspec

from damso.channels.adapters.kakao import screen
from damso.channels.adapters.kakao.config import KakaoConfig
from damso.channels.simulator import Act, Answer, Bubble, Call, Delivery, Person, PhoneSimulator, Rule

GUIDE = "https://kakaobusiness.gitbook.io/main/tool/chatbot"
CALLBACKS = f"{GUIDE}/skill_guide/ai_chatbot_callback_guide"
FORMAT = f"{GUIDE}/skill_guide/answer_json_format"
EVENTS = f"{GUIDE}/main_notions/event-api"
CHANNEL = "https://developers.kakao.com/docs/latest/ko/kakaotalk-channel/callback"

BOT = "667e5382f2b2f84cb555091c"
CHANNEL_ID = "_daldal"
USERS = ("appUserId", "plusfriendUserKey", "botUserKey")

ANSWER_WITHIN = timedelta(seconds=5)
CALLBACK_GOOD_FOR = timedelta(minutes=1)
MOST_USERS = 100

_CALLBACK_PATH = re.compile(r"^/v1/bots/(?P<bot>[^/]+)/callback/(?P<token>[^/]+)$")
_TALK_PATH = re.compile(r"^/v2/bots/(?P<bot>[^/]+)/talk$")
_TASK_PATH = re.compile(r"^/v1/tasks/(?P<task>[^/]+)$")


class _Token(msgspec.Struct):
    """A callback, good once and for a minute after the bot has promised to use it."""

    person: str
    until: datetime
    promised: bool = False
    used: bool = False


class KakaoSimulator(PhoneSimulator):
    """`callbacks` is whether Kakao has granted them to the bot; `results_after` is how late results of events come."""

    channel: ClassVar[str] = "kakao"
    hosts: ClassVar[tuple[str, ...]] = ("bot-api.kakao.com", "dev-bot-api.kakao.com")

    def __init__(self, now: Callable[[], datetime], *, callbacks: bool = True) -> None:
        super().__init__(now)
        self.callbacks = callbacks
        self.results_after = timedelta(0)
        self.late: list[str] = []
        self._friends: dict[str, bool] = {}
        self._screens: dict[str, list[Bubble]] = {}
        self._people: dict[str, str] = {}
        self._tokens: dict[str, _Token] = {}
        self._tasks: dict[str, tuple[datetime, Mapping[str, Any]]] = {}
        self._count = 0

    def config(self) -> KakaoConfig:
        return KakaoConfig(
            bot_id=BOT,
            secret="a-skill-secret-of-the-double",  # noqa: S106 - nobody else knows this double
            admin_key="an-admin-key-of-the-double",
            rest_api_key="a-rest-api-key-of-the-double",
            event_name="damso_answer",
            quick_replies="배송 조회, 상담 시간",
        )

    # --- What customers do

    def act(self, person: Person, act: Act) -> Sequence[Delivery]:
        match act.what:
            case "says":
                return [self._skill(person, act.text)]
            case "presses":
                return self._press(person, act)
            case "pictures":
                return [self._picture(person, act.picture)]
            case "blocks" | "befriends":
                self._friends[person.id] = act.what == "befriends"
                return [self._news(person, "added" if act.what == "befriends" else "blocked")]
        return []  # opening and leaving the chat is told to nobody

    def take(self, person: Person, delivery: Delivery, answer: Answer) -> None:
        """Show what the skill answered; too late, or in no known form, it shows nothing."""
        if "x-kakao-resource-id" in delivery.headers:
            return
        told = _json(answer.body)
        if answer.status != 200 or self.now() - delivery.due > ANSWER_WITHIN or told.get("version") != "2.0":
            self.late.append(delivery.headers["x-request-id"])
        elif told.get("useCallback") is True:
            token = self._tokens.get(_callback_in(delivery))
            if token:
                token.promised = True
                self._show(person.id, {"simpleText": {"text": told.get("data", {}).get("text", "")}})
        elif not screen.faults(told):
            self._show_template(person.id, told["template"])

    def screen(self, person: Person) -> Sequence[Bubble]:
        return tuple(self._screens.get(person.id, ()))

    def _press(self, person: Person, act: Act) -> Sequence[Delivery]:
        """A choice is said for the customer; links open and numbers are dialled without the company hearing of it."""
        if act.button is None or act.button.action != "reply":
            return []
        return [self._skill(person, act.button.value or act.button.label)]

    def _skill(self, person: Person, utterance: str, **params: Any) -> Delivery:
        self._add(person.id, Bubble(id=self._number(), side="customer", text=utterance, at=self.now()))
        return self._call(person, utterance, params)

    def _picture(self, person: Person, url: str) -> Delivery:
        """As implementers have seen it: the address stands in `params.media`, and is what was said."""
        self._add(person.id, Bubble(id=self._number(), side="customer", text="", at=self.now(), pictures=(url,)))
        return self._call(person, url, {"media": {"type": "image", "url": url}})

    def _call(self, person: Person, utterance: str, params: Mapping[str, Any]) -> Delivery:
        keys = {name: self._key(person, name) for name in USERS}
        said: dict[str, Any] = {
            "timezone": "Asia/Seoul",
            "params": {"surface": "Kakaotalk.plusfriend", **params},
            "block": {"id": "62654c249ac8ed78441532de", "name": "폴백 블록"},
            "utterance": utterance,
            "lang": "ko",
            "user": {
                "id": keys["botUserKey"],
                "type": "botUserKey",
                "properties": {"plusfriendUserKey": keys["plusfriendUserKey"], "botUserKey": keys["botUserKey"]}
                | ({"isFriend": True} if self._friends.get(person.id) else {}),
            },
        }
        if self.callbacks:
            token = self._number()
            self._tokens[token] = _Token(person=person.id, until=self.now() + CALLBACK_GOOD_FOR)
            said["callbackUrl"] = f"https://{self.hosts[0]}/v1/bots/{BOT}/callback/{token}"
        body = {
            "bot": {"id": BOT, "name": "달빛상점"},
            "intent": {"id": "62654c249ac8ed78441532de", "name": "폴백 블록"},
            "action": {"id": "5a56ebaa211ee046633e958d", "name": "담소", "params": {}, "detailParams": {}},
            "userRequest": said,
            "contexts": [],
        }
        config = self.config()
        headers = {
            "content-type": "application/json;charset=UTF-8",
            "x-request-id": self._number(),
            config.header.lower(): config.secret,
        }
        return Delivery(headers=headers, body=msgspec.json.encode(body), due=self.now())

    def _news(self, person: Person, event: str) -> Delivery:
        body = {
            "event": event,
            "id": self._key(person, "appUserId"),
            "id_type": "app_user_id",
            "channel_public_id": CHANNEL_ID,
            "channel_uuid": "@달빛상점",
            "updated_at": self.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        headers = {
            "content-type": "application/json",
            "user-agent": "KakaoOpenAPI/1.0",
            "authorization": f"KakaoAK {self.config().admin_key}",
            "x-kakao-resource-id": self._number(),
        }
        return Delivery(headers=headers, body=msgspec.json.encode(body), due=self.now())

    def _key(self, person: Person, name: str) -> str:
        """What Kakao calls a person in one of its namespaces: each has another id for them."""
        digest = hashlib.sha256(f"{name}:{person.id}".encode()).hexdigest()
        key = str(int(digest[:12], 16))[:10] if name == "appUserId" else digest[: 12 if name[0] == "p" else 64]
        self._people[key] = person.id
        return key

    # --- What the company calls

    @property
    def rules(self) -> Sequence[Rule]:
        return (
            Rule(name="callback token", source=CALLBACKS, refuses=self._bad_token),
            Rule(name="useCallback was answered", source=CALLBACKS, refuses=self._not_promised),
            Rule(name="form of bubbles", source=FORMAT, refuses=self._bad_bubbles),
            Rule(name="REST API key (its answer's form is not documented)", source=EVENTS, refuses=self._bad_key),
            Rule(name="event's name and users", source=EVENTS, refuses=self._bad_event),
        )

    def answer(self, call: Call) -> Answer:
        if found := _CALLBACK_PATH.match(call.path):
            return self._answer_callback(self._tokens[found["token"]], call)
        if _TALK_PATH.match(call.path) and call.method == "POST":
            return self._answer_event(_json(call.body))
        if found := _TASK_PATH.match(call.path):
            return self._result(unquote(found["task"]))
        return Answer(status=404)

    def _bad_token(self, call: Call) -> Answer | None:
        found = _CALLBACK_PATH.match(call.path)
        if found is None:
            return None
        token = self._tokens.get(found["token"])
        good = token is not None and not token.used and self.now() < token.until and unquote(found["bot"]) == BOT
        return None if good else _fail("Invalid callback token. Check your callback token.")

    def _not_promised(self, call: Call) -> Answer | None:
        found = _CALLBACK_PATH.match(call.path)
        if found is None or self._tokens[found["token"]].promised:
            return None
        return _fail("The skill server settings are incorrect. Use callback true setting required.")

    def _bad_bubbles(self, call: Call) -> Answer | None:
        if not _CALLBACK_PATH.match(call.path) or not screen.faults(_json(call.body)):
            return None
        return _fail("Invalid json response from bot-skill.")

    def _bad_key(self, call: Call) -> Answer | None:
        if _CALLBACK_PATH.match(call.path):
            return None
        shown = call.headers.get("authorization", "")
        return None if shown == f"KakaoAK {self.config().rest_api_key}" else Answer(status=401)

    def _bad_event(self, call: Call) -> Answer | None:
        if not _TALK_PATH.match(call.path):
            return None
        told = _json(call.body)
        users = told.get("user") or []
        ids = [user.get("id") for user in users]
        known = told.get("event", {}).get("name") == self.config().event_name
        fits = 0 < len(users) <= MOST_USERS and len(set(ids)) == len(ids)
        types = all(user.get("type") in USERS for user in users)
        return None if known and fits and types else _fail("Invalid request.")

    def _answer_callback(self, token: _Token, call: Call) -> Answer:
        token.used = True
        self._show_template(token.person, _json(call.body)["template"])
        return self._task({})

    def _answer_event(self, told: Mapping[str, Any]) -> Answer:
        """The block of the event shows `{{#current.event.data.text}}`, to friends of the channel."""
        failed, unknown = [], 0
        for user in told["user"]:
            person = self._people.get(user["id"])
            if person is None:
                unknown += 1
            elif not self._friends.get(person):
                failed.append({"userId": user["id"], "errorMsg": "채널을 추가하지 않은 사용자"})
            else:
                self._show(person, {"simpleText": {"text": told["event"].get("data", {}).get("text", "")}})
        count = len(failed) + unknown
        result = {
            "status": f"{count} FAIL" if count else "ALL SUCCESS",
            "allRequestCount": len(told["user"]),
            "successCount": len(told["user"]) - count,
            "fail": {"count": count, "list": failed},
        }
        return self._task(result | ({"userKeyResolvingFailCount": unknown} if unknown else {}))

    def _task(self, result: Mapping[str, Any]) -> Answer:
        task = f"5f767a00-2ac6-408a-865b-{self._number():0>12}"
        self._tasks[task] = (self.now() + self.results_after, {"taskId": task, **result})
        stamp = int(self.now().timestamp() * 1000)
        return _json_answer({"taskId": task, "status": "SUCCESS", "message": "", "timestamp": stamp})

    def _result(self, task: str) -> Answer:
        """What is told of a task that still runs is not documented: here, that there is none."""
        due, result = self._tasks.get(task, (None, {}))
        return Answer(status=404) if due is None or self.now() < due else _json_answer(result)

    # --- Screens

    def _show_template(self, person: str, template: Mapping[str, Any]) -> None:
        outputs = template["outputs"]
        for number, output in enumerate(outputs, 1):
            choices = template.get("quickReplies", []) if number == len(outputs) else []
            self._show(person, output, choices)

    def _show(self, person: str, output: Mapping[str, Any], choices: Sequence[Mapping[str, Any]] = ()) -> None:
        self._add(person, screen.bubble(self._number(), output, choices, self.now()))

    def _add(self, person: str, bubble: Bubble) -> None:
        """Choices below the last bubble go away with the next word."""
        shown = self._screens.setdefault(person, [])
        if shown and shown[-1].content is None:
            shown[-1] = msgspec.structs.replace(shown[-1], buttons=())
        shown.append(bubble)

    def _number(self) -> str:
        self._count += 1
        return f"{self._count:08d}"


def _callback_in(delivery: Delivery) -> str:
    return str(_json(delivery.body)["userRequest"].get("callbackUrl", "")).rpartition("/")[2]


def _json(body: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _json_answer(told: Mapping[str, Any]) -> Answer:
    return Answer(body=msgspec.json.encode(told), headers={"content-type": "application/json"})


def _fail(message: str) -> Answer:
    """With which HTTP status Kakao says so is not documented."""
    return _json_answer({"status": "FAIL", "message": message})
