"""The doubles of all providers together, the chats on their customers' phones, and what these hold."""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import structlog
from msgspec import Struct

from damso.channels.content import Filled
from damso.channels.simulator import Act, Answer, Bubble, Call, Delivery, Person, PhoneSimulator, Simulated
from damso.channels.types import Adapter
from damso.kernel.i18n import Text
from damso.simulate.desk import Desk
from damso.simulate.journal import Acted, Called, Entry, Journal, Pictured, Taken
from damso.simulate.people import person_of
from damso.simulate.postman import Postman
from damso.simulate.switches import SLOW, Switch

log = structlog.get_logger()

App = Literal["kakao", "talktalk", "sms", "other"]

_APPS: dict[str, tuple[App, Text]] = {
    "kakao": ("kakao", Text("카카오톡", "KakaoTalk")),
    "kakao_consult": ("kakao", Text("카카오 상담톡", "Kakao consult")),
    "talktalk": ("talktalk", Text("네이버 톡톡", "Naver TalkTalk")),
    "sms": ("sms", Text("문자", "Messages")),
}
"""In which app a customer sees a channel, and what they call it; any other has an app of its own."""
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
_PICTURES = "/pictures-of-customers/"
ALIMTALK = "alimtalk"
"""What relays bring to KakaoTalk stands there, not among the text messages."""


class Chat(Struct, frozen=True, kw_only=True):
    """One conversation on a phone: in which app, by which channel. `says` is whether the customer can write there."""

    id: str
    channel: str
    app: App
    name: Text
    says: bool = True


class News:
    """Changes whenever something can be seen that could not before."""

    def __init__(self) -> None:
        self.version = 0
        self._changed = asyncio.Event()

    def tell(self) -> None:
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def after(self, version: int, seconds: float) -> None:
        """Wait until there is something newer than `version`, but not for ever."""
        try:
            async with asyncio.timeout(seconds):
                while self.version == version:
                    await self._changed.wait()
        except TimeoutError:
            pass


class World:
    """`switches` are by channel, and so are `postmen`."""

    def __init__(
        self, adapters: Mapping[str, Adapter], desk: Desk, journal: Journal | None = None, slow: float = SLOW
    ) -> None:
        self._journal = journal or Journal()
        self._then: datetime | None = None
        simulated = [adapter for adapter in adapters.values() if isinstance(adapter, Simulated)]
        self.news = News()
        self.desk = desk
        doubles = [adapter.simulator(self._now) for adapter in simulated]
        self.doubles: dict[str, PhoneSimulator] = {double.channel: double for double in doubles}
        self.chats = _chats(adapters, self.doubles)
        self.switches: dict[str, set[Switch]] = {channel: set() for channel in self.doubles}
        self.postmen = {
            channel: Postman(double, desk, self.switches[channel], self.news.tell, partial(self._take, channel), slow)
            for channel, double in self.doubles.items()
        }
        self._hosts = {host: one.channel for one in simulated for host in one.hosts}
        self._pictures: dict[str, tuple[str, bytes]] = {}
        self._remember()

    @property
    def hosts(self) -> Sequence[str]:
        """Whatever is played here."""
        return tuple(self._hosts)

    def channel_at(self, host: str) -> str | None:
        """Whose host it is."""
        return self._hosts.get(host)

    # --- What the company calls

    def reply(self, channel: str, call: Call) -> Answer:
        """What the provider answers, and what follows from it."""
        if call.path in self._pictures:
            return self.file(channel, call)
        with self._at(self._now()) as now:
            self._journal.write(Called(at=now, channel=channel, call=call))
            answer = self.doubles[channel].reply(call)
        self.postmen[channel].put(self.doubles[channel].due())
        self.news.tell()
        return answer

    def file(self, channel: str, call: Call) -> Answer:
        """What lies at the provider; nothing follows from looking at it."""
        picture = self._pictures.get(call.path)
        if picture is None:
            return self.doubles[channel].reply(call)
        return Answer(body=picture[1], headers={"content-type": picture[0]})

    # --- What customers do

    def chat(self, key: str) -> Chat:
        """Raises `KeyError`."""
        return self.chats[key]

    def act(self, person: Person, chat: Chat, act: Act) -> None:
        with self._at(self._now()) as now:
            self._journal.write(Acted(at=now, channel=chat.channel, person=person.id, act=act))
            deliveries = self.doubles[chat.channel].act(person, act)
        self.postmen[chat.channel].put(deliveries, person)
        self.news.tell()

    def screen(self, person: Person, chat: Chat) -> list[Bubble]:
        """What stands in the chat, oldest first."""
        shown = self.doubles[chat.channel].screen(person)
        if chat.channel != "sms":
            return list(shown)
        return [bubble for bubble in shown if _is_in_kakao(bubble) == (chat.id == ALIMTALK)]

    def keep_picture(self, chat: Chat, kind: str, data: bytes) -> str:
        """Its address at the provider, where Damso fetches it. Raises `KeyError` for what no phone sends."""
        path = f"{_PICTURES}{hashlib.sha256(data).hexdigest()[:20]}.{_SUFFIXES[kind]}"
        self._pictures[path] = (kind, data)
        self._journal.write(Pictured(at=self._now(), path=path, content_type=kind, data=data))
        return f"https://{_file_host(self.doubles[chat.channel])}{path}"

    def _take(self, channel: str, person: Person, delivery: Delivery, answer: Answer) -> None:
        with self._at(self._now()) as now:
            taken = Taken(at=now, channel=channel, person=person.id, delivery=delivery, answer=answer)
            self._journal.write(taken)
            self.doubles[channel].take(person, delivery, answer)

    # --- Time

    def _now(self) -> datetime:
        return self._then or datetime.now(UTC)

    @contextmanager
    def _at(self, moment: datetime) -> Iterator[datetime]:
        """Nothing takes time for a double, so that the same happens when it is remembered."""
        self._then = moment
        try:
            yield moment
        finally:
            self._then = None

    def _remember(self) -> None:
        """Let everything happen again that the journal tells. What was posted then is not posted again."""
        for entry in self._journal.entries():
            try:
                with self._at(entry.at):
                    self._repeat(entry)
            except Exception:
                log.exception("simulate.not_remembered")
        for double in self.doubles.values():
            double.due()

    def _repeat(self, entry: Entry) -> None:
        match entry:
            case Acted():
                self.doubles[entry.channel].act(person_of(entry.person), entry.act)
            case Called():
                self.doubles[entry.channel].reply(entry.call)
            case Taken():
                self.doubles[entry.channel].take(person_of(entry.person), entry.delivery, entry.answer)
            case Pictured():
                self._pictures[entry.path] = (entry.content_type, entry.data)


def _file_host(double: PhoneSimulator) -> str:
    return double.file_host or double.hosts[0]


def _is_in_kakao(bubble: Bubble) -> bool:
    return isinstance(bubble.content, Filled) or bubble.advertising


def _chats(adapters: Mapping[str, Adapter], doubles: Mapping[str, PhoneSimulator]) -> dict[str, Chat]:
    chats = []
    for channel in doubles:
        app, name = _APPS.get(channel, ("other", adapters[channel].name))
        chats.append(Chat(id=channel, channel=channel, app=app, name=name))
    if "sms" in doubles:
        name = Text("알림톡", "AlimTalk")
        chats.append(Chat(id=ALIMTALK, channel="sms", app="kakao", name=name, says=False))
    order = ("kakao", "talktalk", "sms", "other")
    return {chat.id: chat for chat in sorted(chats, key=lambda chat: order.index(chat.app))}
