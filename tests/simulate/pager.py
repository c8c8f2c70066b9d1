"""A channel with a double, small enough to see through: signed calls both ways, short messages, and phones."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec
from standardwebhooks import Webhook

from damso.channels.adapters.api.adapter import ApiAdapter
from damso.channels.adapters.api.config import ApiConfig
from damso.channels.adapters.api.simulator import SPECIFICATION, SystemSimulator
from damso.channels.simulator import Act, Answer, Bubble, Call, Delivery, Person, PhoneSimulator, Rule
from tests.channels.api.system import SECRET

HOST = "pager.example"
LONGEST = 200


class PagerSimulator(PhoneSimulator):
    """Takes every id once. `answer` gives nothing to what breaks a rule; each message is reported as delivered."""

    channel: ClassVar[str] = "pager"
    hosts: ClassVar[tuple[str, ...]] = (HOST, "other.pager.example")

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._signed = SystemSimulator(SECRET)
        self._numbers = itertools.count(1)
        self._screens: dict[str, list[Bubble]] = {}
        self._reports: list[Delivery] = []

    def config(self) -> ApiConfig:
        return ApiConfig(system="pager", url=f"https://{HOST}/messages", secret=SECRET)

    @property
    def rules(self) -> Sequence[Rule]:
        return (*self._signed.rules, Rule(name="length", source=SPECIFICATION, refuses=_too_long))

    def answer(self, call: Call) -> Answer:
        event = msgspec.json.decode(call.body) if call.method == "POST" else {"type": "none"}
        known = set(self._signed.taken)
        answer = self._signed.answer(call)
        if event["type"] == "message.send" and call.headers["webhook-id"] not in known:
            data = event["data"]
            self._show(data["to"]["id"], "company", data["text"])
            told = {"id": msgspec.json.decode(answer.body)["id"], "status": "delivered"}
            self._reports.append(self._post("receipt", told))
        return answer

    def act(self, person: Person, act: Act) -> Sequence[Delivery]:
        words = act.button.label if act.button else act.text
        self._show(person.id, "customer", words, pictures=(act.picture,) if act.picture else ())
        files = [{"name": "p.png", "content_type": "image/png", "url": act.picture}] if act.picture else []
        told = {"id": f"m-{next(self._numbers)}", "sender": {"id": person.id, "name": person.name}, "text": words}
        return [self._post("message.received", told | {"attachments": files})]

    def due(self) -> Sequence[Delivery]:
        reports, self._reports = self._reports, []
        return reports

    def screen(self, person: Person) -> Sequence[Bubble]:
        return tuple(self._screens.get(person.id, ()))

    def _show(self, key: str, side: Any, text: str, **more: Any) -> None:
        bubble = Bubble(id=f"b-{next(self._numbers)}", side=side, text=text, at=self.now(), **more)
        self._screens.setdefault(key, []).append(bubble)

    def _post(self, kind: str, data: Mapping[str, Any]) -> Delivery:
        body, identifier = msgspec.json.encode({"type": kind, "data": data}), f"e-{next(self._numbers)}"
        headers = {
            "content-type": "application/json",
            "webhook-id": identifier,
            "webhook-timestamp": str(int(self.now().timestamp())),
            "webhook-signature": Webhook(SECRET).sign(identifier, self.now(), body.decode()),
        }
        return Delivery(headers=headers, body=body, due=self.now())


class PagerAdapter(ApiAdapter):
    """Implements `Simulated`."""

    channel: ClassVar[str] = "pager"
    hosts: ClassVar[tuple[str, ...]] = PagerSimulator.hosts

    def simulator(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> PagerSimulator:
        return PagerSimulator(now)


def _too_long(call: Call) -> Answer | None:
    data = msgspec.json.decode(call.body).get("data", {}) if call.method == "POST" else {}
    return Answer(status=422) if len(data.get("text", "")) > LONGEST else None
