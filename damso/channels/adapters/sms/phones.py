"""Customers' phones behind the doubles of relays: what they show, and what becomes of what is sent to them.

All doubles keep a text until its fate is told: it arrives, unless the test says otherwise by number. An AlimTalk that
cannot arrive goes on as a text where the company asked for that.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import phonenumbers
from msgspec import Struct

from damso.channels.adapters.sms.euckr import SMS, size
from damso.channels.content import Button, Filled
from damso.channels.simulator import Act, Answer, Bubble, Call, Delivery, Person, PhoneSimulator

SENDER = "0215440000"
PICTURE_LIMIT = 300 * 1024
NO_WAY_BACK = "이 중계사는 답장 문자를 회사에 전달하지 않아요."


class Template(Struct, frozen=True, kw_only=True):
    """An approved template of the double."""

    code: str
    name: str
    text: str
    buttons: tuple[Button, ...] = ()
    state: str = "approved"

    def filled(self, variables: dict[str, str]) -> str | None:
        """The text with its variables in place, or None where one is missing."""
        text = self.text
        for name, value in variables.items():
            text = text.replace(f"#{{{name}}}", value)
        return None if "#{" in text else text


ORDERED = Template(
    code="TP01ORDER",
    name="주문 접수",
    text="[달빛상점] #{이름}님, 주문 #{주문번호}번을 받았어요.",
    buttons=(Button(label="배송 조회", action="link", value="https://shop.example/orders"),),
)
WAITING = Template(code="TP02SHIP", name="배송 출발", text="#{이름}님, 상품이 출발했어요.", state="reviewing")


class Sent(Struct, kw_only=True):
    """One message on its way. `kind` changes when AlimTalk goes on as a text; `code` is the relay's word for its
    fate, empty until then."""

    id: str
    phone: str
    kind: str
    text: str
    at: datetime
    fallback: bool = False
    replaced: bool = False
    code: str = ""
    template: Filled | None = None
    pictures: tuple[str, ...] = ()
    advertising: bool = False
    group: str = ""
    custom: dict[str, str] = {}


class Phones(PhoneSimulator):
    """`fates` are result codes by number for what comes next; `report_after` is how long a report takes, and
    `backwards` lets later ones overtake."""

    delivered = ""
    no_kakao = ""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self.sent: dict[str, Sent] = {}
        self.templates = {one.code: one for one in (ORDERED, WAITING)}
        self.files: dict[str, str] = {}
        self.fates: dict[str, list[str]] = {}
        self.without_kakao: set[str] = set()
        self.opted_out: set[str] = set()
        self.report_after = timedelta(seconds=2)
        self.backwards = False
        self._said: dict[str, list[Bubble]] = {}
        self._unreported: list[Sent] = []

    # --- What a double does with a message it has taken

    def keep(self, sent: Sent) -> None:
        """Carry it to the phone, and have its report ready."""
        self.sent[sent.id] = sent
        fates = self.fates.get(sent.phone)
        sent.code = fates.pop(0) if fates else self._natural(sent)
        if sent.code != self.delivered and sent.fallback and sent.kind not in ("SMS", "LMS", "MMS"):
            sent.kind = "SMS" if size(sent.text) <= SMS else "LMS"
            sent.replaced, sent.code = True, self.delivered
        if sent.code == self.delivered:
            self._said.setdefault(sent.phone, []).append(self._bubble(sent))
        self._unreported.append(sent)

    def _natural(self, sent: Sent) -> str:
        on_kakao = sent.kind not in ("SMS", "LMS", "MMS")
        return self.no_kakao if on_kakao and sent.phone in self.without_kakao else self.delivered

    def _bubble(self, sent: Sent) -> Bubble:
        shown = sent.template if not sent.replaced else None
        return Bubble(
            id=sent.id,
            side="company",
            text=sent.text,
            at=sent.at,
            content=shown,
            buttons=shown.buttons if shown else (),
            pictures=sent.pictures,
            advertising=sent.advertising,
        )

    # --- What a customer does

    def act(self, person: Person, act: Act) -> Sequence[Delivery]:
        """No relay documents how a text back would reach the company, so none does: the phone says so."""
        if act.what == "blocks":
            self.opted_out.add(person.phone)
            return self.told_of_opting_out(person)
        if act.what in ("says", "presses"):
            words = act.text or (act.button.label if act.button else "")
            self._say(person, "customer", words)
            self._say(person, "notice", NO_WAY_BACK)
        return ()

    def told_of_opting_out(self, person: Person) -> Sequence[Delivery]:
        """What the relay posts when somebody called the 080 number."""
        return ()

    def _say(self, person: Person, side: Any, text: str) -> None:
        bubbles = self._said.setdefault(person.phone, [])
        bubbles.append(Bubble(id=f"{person.id}-{len(bubbles)}", side=side, text=text, at=self.now()))

    def screen(self, person: Person) -> Sequence[Bubble]:
        return tuple(self._said.get(person.phone, ()))

    # --- Reports

    def due(self) -> Sequence[Delivery]:
        reports = [self.report(sent) for sent in self._unreported]
        self._unreported.clear()
        return tuple(reversed(reports) if self.backwards else reports)

    def report(self, sent: Sent) -> Delivery:
        """What the relay posts of it."""
        raise NotImplementedError


def e164(digits: str, country: str = "82") -> str | None:
    """None where it is no number."""
    try:
        number = phonenumbers.parse(digits if country == "82" else f"+{country}{digits}", "KR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def local(phone: str) -> str:
    """As relays write a Korean number."""
    return "0" + phone.removeprefix("+82")


def answer(body: Any, status: int = 200) -> Answer:
    return Answer(status=status, body=msgspec.json.encode(body), headers={"content-type": "application/json"})


def json_of(call: Call) -> Any:
    try:
        return msgspec.json.decode(call.body)
    except msgspec.DecodeError:
        return None
