"""The page of phones, and the small JSON API that it and tests speak.

It is for this machine alone: who calls it by another name is refused, so that no site can make a browser speak to it
under its own name (DNS rebinding), and what changes something has to come from this page or from no browser at all.
"""

import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from msgspec import Struct

from damso.channels.simulator import Act, Answer, Bubble, Call
from damso.kernel.i18n import Text
from damso.simulate.people import CUSTOMERS, person_of
from damso.simulate.switches import MEANINGS, NAMES, Switch
from damso.simulate.world import App, World

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; "
    "img-src 'self' data: http: https:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""Pictures come from wherever the company's message says, as on a phone."""
_ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
PATIENCE = 20.0
"""Seconds after which a question for news is answered without any."""
MOST = 10 * 1024 * 1024
"""Bytes of a picture."""


class PersonView(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    phone: str
    mailbox: str


class SwitchView(Struct, frozen=True, kw_only=True):
    id: Switch
    name: Text
    meaning: Text


class About(Struct, frozen=True, kw_only=True):
    """What does not change while it runs. `mail` is empty where no demo's mail server runs beside it."""

    people: list[PersonView]
    switches: list[SwitchView]
    hosts: list[str]
    desk: str
    mail: str


class ChatView(Struct, frozen=True, kw_only=True):
    """`title` is the company as the customer knows it, empty where no inbox is connected. `said` counts what the
    company has said there."""

    id: str
    app: App
    channel: str
    name: Text
    says: bool
    title: str
    said: int


class Phone(Struct, frozen=True, kw_only=True):
    """One person's phone with one chat open. `missed` is why Damso did not take what was posted to it, `config` the
    settings by which an inbox is connected to this double."""

    version: int
    chats: list[ChatView]
    bubbles: list[Bubble]
    switches: list[Switch]
    missed: list[str]
    config: dict[str, Any]


class Doing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person does in a chat."""

    person: str
    chat: str
    act: Act


class Where(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    chat: str


class Switching(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    chat: str
    switches: frozenset[Switch]


class Kept(Struct, frozen=True):
    """A picture's address at the provider."""

    address: str


class Page:
    """Answers whatever is asked of the program itself. `mail` is the address of the customers' mailboxes."""

    def __init__(self, world: World, mail: str = "") -> None:
        self._world = world
        self._mail = mail
        self._posts: Mapping[str, Callable[[Call, Mapping[str, str]], Awaitable[Answer]]] = {
            "/api/acts": self._act,
            "/api/pictures": self._keep_picture,
            "/api/switches": self._switch,
            "/api/again": self._again,
        }

    async def answer(self, call: Call) -> Answer:
        url = urlsplit(call.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        try:
            if call.method == "GET":
                answer = await self._get(url.path, query)
            elif call.method == "POST" and url.path in self._posts:
                answer = Answer(status=403) if _is_foreign(call) else await self._posts[url.path](call, query)
            else:
                answer = Answer(status=404)
        except KeyError:
            answer = Answer(status=404)
        except msgspec.DecodeError as error:  # `ValidationError` is one
            answer = Answer(status=422, body=str(error).encode(), headers={"content-type": "text/plain"})
        return msgspec.structs.replace(answer, headers=_ALWAYS | dict(answer.headers))

    async def _get(self, path: str, query: Mapping[str, str]) -> Answer:
        if path == "/":
            return _asset("index.html")
        if path.startswith("/assets/"):
            return _asset(path.removeprefix("/assets/"))
        if path == "/api/about":
            return _json(self._about())
        if path == "/api/phone":
            return _json(await self._phone(query))
        if path.startswith("/at/"):
            host, _, rest = path.removeprefix("/at/").partition("/")
            return self._file(host, f"/{rest}")
        if path.startswith("/lent/"):
            return _shown(await self._world.desk.fetch(path))
        return Answer(status=404)

    def _about(self) -> About:
        return About(
            people=[
                PersonView(id=one.person.id, name=one.person.name, phone=one.person.phone, mailbox=one.mailbox)
                for one in CUSTOMERS
            ],
            switches=[SwitchView(id=one, name=NAMES[one], meaning=MEANINGS[one]) for one in Switch],
            hosts=list(self._world.hosts),
            desk=self._world.desk.origin,
            mail=self._mail,
        )

    async def _phone(self, query: Mapping[str, str]) -> Phone:
        """Answered when there is news: with `after`, what is newer than that version."""
        world, person = self._world, person_of(query["person"])
        chat = world.chat(query["chat"]) if "chat" in query else next(iter(world.chats.values()), None)
        if query.get("after", "").isdigit():
            await world.news.after(int(query["after"]), PATIENCE)
        version = world.news.version
        chats = [
            ChatView(
                id=one.id,
                app=one.app,
                channel=one.channel,
                name=one.name,
                says=one.says,
                title=next((inbox.name for inbox in await world.desk.inboxes(one.channel)), ""),
                said=sum(bubble.side == "company" for bubble in world.screen(person, one)),
            )
            for one in world.chats.values()
        ]
        if chat is None:
            return Phone(version=version, chats=chats, bubbles=[], switches=[], missed=[], config={})
        return Phone(
            version=version,
            chats=chats,
            bubbles=world.screen(person, chat),
            switches=sorted(world.switches[chat.channel]),
            missed=[letter.why for letter in world.postmen[chat.channel].missed],
            config=msgspec.to_builtins(world.doubles[chat.channel].config()),
        )

    def _file(self, host: str, path: str) -> Answer:
        """A picture that lies at a provider."""
        channel = self._world.channel_at(host)
        if channel is None:
            return Answer(status=404)
        call = Call(method="GET", path=unquote(path), headers={"host": host}, body=b"")
        return _shown(self._world.file(channel, call))

    async def _act(self, call: Call, query: Mapping[str, str]) -> Answer:
        doing = msgspec.json.decode(call.body, type=Doing)
        self._world.act(person_of(doing.person), self._world.chat(doing.chat), doing.act)
        return Answer(status=204)

    async def _keep_picture(self, call: Call, query: Mapping[str, str]) -> Answer:
        if len(call.body) > MOST:
            return Answer(status=413)
        kind = call.headers.get("content-type", "")
        return _json(Kept(self._world.keep_picture(self._world.chat(query["chat"]), kind, call.body)))

    async def _switch(self, call: Call, query: Mapping[str, str]) -> Answer:
        wanted = msgspec.json.decode(call.body, type=Switching)
        switches = self._world.switches[self._world.chat(wanted.chat).channel]
        switches.clear()
        switches |= wanted.switches
        self._world.news.tell()
        return Answer(status=204)

    async def _again(self, call: Call, query: Mapping[str, str]) -> Answer:
        where = msgspec.json.decode(call.body, type=Where)
        self._world.postmen[self._world.chat(where.chat).channel].again()
        self._world.news.tell()
        return Answer(status=204)


def _is_foreign(call: Call) -> bool:
    """Whether another site's page asks: browsers say so, older ones by the origin alone."""
    origin = call.headers.get("origin", "")
    other = origin != "" and urlsplit(origin).netloc != call.headers.get("host")
    return other or call.headers.get("sec-fetch-site", "none") not in ("same-origin", "none")


def _asset(name: str) -> Answer:
    folder = files("damso.simulate").joinpath("assets")
    known = {one.name for one in folder.iterdir()}
    if name not in known:
        return Answer(status=404)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    kind = "text/javascript" if name.endswith(".js") else kind
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    return Answer(body=folder.joinpath(name).read_bytes(), headers={"content-type": f"{kind}{charset}"})


def _shown(answer: Answer) -> Answer:
    """A picture, and nothing that is not one."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status != 200 or not kind.startswith("image/") or kind == "image/svg+xml":
        return Answer(status=404)
    return Answer(body=answer.body, headers={"content-type": kind})


def _json(value: Any) -> Answer:
    return Answer(body=msgspec.json.encode(value), headers={"content-type": "application/json"})
