"""The desk, live: rows and lines as soon as they are final, who is looking and typing as it happens."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from litestar import WebSocket
from msgspec.structs import replace

from damso.conversations.news import News, gather
from damso.conversations.reach import check_conversation
from damso.kernel.crypto import hash_secret
from damso.kernel.database import Database
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Locale
from damso.kernel.log import Position, Recorded
from damso.kernel.notify import LOST, STANDSTILL
from damso.kernel.realtime import Signals, Tail
from damso.kernel.sockets import RESET, LiveSocket, converse, encode, encode_all, hello
from damso.team.access import Caller, allowed
from damso.team.addresses import Address
from damso.team.change_agent import RIGHTS_CHANGED
from damso.team.my_settings_api import OWN_SETTINGS
from damso.team.queries import rights_of
from damso.team.records.access_log import AccessLog
from damso.team.sessions import living_sessions

WELCOME_FOR = 4.0
"""Seconds until it is asked again whether those who listen may."""


class DeskSocket(LiveSocket):
    """An agent's browser."""

    def __init__(self, caller: Caller, name: str, session: bytes, address: Address | None) -> None:
        super().__init__()
        self.caller = caller
        self.agent_id = caller.agent
        self.session = session
        self.name = name
        self.address = address
        self.locale: Locale = caller.locale
        self.viewing: UUID | None = None


class DeskLive:
    """All desks that are connected to this process."""

    def __init__(self, database: Database, tail: Tail, signals: Signals, access_log: AccessLog) -> None:
        self._database = database
        self._access_log = access_log
        self._tail = tail
        self._signals = signals
        self._sockets: set[DeskSocket] = set()
        tail.follow(self._tell)
        signals.subscribe(self._relay)
        database.notifier.subscribe(STANDSTILL, self._tell_standstill)

    async def watch(self) -> None:
        """Close, for ever, the sockets of those who were signed out or disabled: they ask nothing that a guard sees."""
        while True:
            await asyncio.sleep(WELCOME_FOR)
            with suppress(*LOST):
                await self._ask_who_is_welcome()

    async def _ask_who_is_welcome(self) -> None:
        if not self._sockets:
            return
        desks = list(self._sockets)
        async with self._database.reading() as tx:
            welcome = await living_sessions(tx, {desk.session for desk in desks})
        for desk in desks:
            if desk.session not in welcome:
                desk.unwelcome.set()

    async def serve(
        self, socket: WebSocket[Any, Any, Any], caller: Caller, name: str, secret: str, address: Address | None
    ) -> None:
        """Hold one desk's socket until it, or the session with this secret, ends."""
        await socket.accept()
        first = await hello(socket)
        if first is None:
            await socket.close(4400)
            return
        desk = DeskSocket(caller, name, hash_secret(secret), address)
        # Joined before the missed facts are read, so that nothing falls between; a repeat is dropped by its id.
        self._sockets.add(desk)
        try:
            await self._resume(desk, first.get("cursor"))
            await converse(socket, desk, lambda frame: self._hear(desk, frame), kind="desk")
        finally:
            self._sockets.discard(desk)
            self._look_away(desk)

    async def _resume(self, desk: DeskSocket, cursor: object) -> None:
        at = self._tail.position
        missed = await self._tail.missed(cursor) if isinstance(cursor, str) else []
        frames = [RESET] if missed is None else await self._told(desk, missed, at)
        desk.resume((*frames, encode("ready", cursor=at.encode())))

    async def _told(self, desk: DeskSocket, events: Sequence[Recorded], at: Position) -> list[bytes]:
        if not events:
            return []
        news = await self._gather(events, [desk])
        chosen = news.chosen(desk.caller)
        frames = encode_all(news.frames(chosen), at.encode())
        self._note(desk, news, chosen)
        return [*frames, RESET] if news.took_away(desk.caller) else frames

    async def _tell(self, events: Sequence[Recorded], at: Position) -> None:
        await self._renew_rights(events)
        for locale in {desk.locale for desk in self._sockets}:
            desks = [desk for desk in self._sockets if desk.locale == locale]
            news = await self._gather(events, desks)
            encoded: dict[tuple[int, ...], list[bytes]] = {}
            for desk in desks:
                chosen = news.chosen(desk.caller)
                if chosen not in encoded:
                    encoded[chosen] = encode_all(news.frames(chosen), at.encode())
                for frame in encoded[chosen]:
                    desk.push(frame)
                self._note(desk, news, chosen)
                self._mention(desk, events, news)
                self._remind(desk, events)
                if news.took_away(desk.caller):
                    self._take_away(desk, news)

    def _note(self, desk: DeskSocket, news: News, chosen: Collection[int]) -> None:
        """What is pushed to a desk counts as listed to its agent."""
        if customers := news.customers(chosen):
            self._access_log.pushed(desk.caller.actor, desk.address, "live", customers)

    async def _gather(self, events: Sequence[Recorded], desks: Sequence[DeskSocket]) -> News:
        async with self._database.reading() as tx:
            for_limited = any(desk.caller.limits.narrows_rows for desk in desks)
            return await gather(tx, events, desks[0].locale, for_limited=for_limited)

    async def _renew_rights(self, events: Sequence[Recorded]) -> None:
        """Whose role or limits were changed sees from now on what they may see from now on."""
        changed = {UUID(event.subject_id) for event in events if event.name == RIGHTS_CHANGED}
        desks = [desk for desk in self._sockets if desk.agent_id in changed]
        if not desks:
            return
        async with self._database.reading() as tx:
            rights = await rights_of(tx, changed)
        for desk in desks:
            role, limits = rights[desk.agent_id]
            desk.caller = replace(desk.caller, role=role, limits=limits, permissions=allowed(role, limits))
            self._look_away(desk)
            desk.push(RESET)

    def _take_away(self, desk: DeskSocket, news: News) -> None:
        """What is on the screen is fetched afresh, without what went out of reach."""
        if desk.viewing and desk.viewing in news.left and not news.shows(desk.caller, desk.viewing):
            self._look_away(desk)
        desk.push(RESET)

    def _mention(self, desk: DeskSocket, events: Sequence[Recorded], news: News) -> None:
        for event in events:
            if event.name != "note.written" or event.conversation_id is None or event.actor_id == str(desk.agent_id):
                continue
            named = str(desk.agent_id) in event.properties.get("mentions", ())
            if named and desk.caller.may("conversations.read") and news.shows(desk.caller, event.conversation_id):
                desk.push(encode("mention", conversation_id=event.conversation_id, entry_id=event.subject_id))

    def _remind(self, desk: DeskSocket, events: Sequence[Recorded]) -> None:
        """Reminders are personal: only whose it is hears of it."""
        for event in events:
            if event.name.startswith("reminder.") and event.properties.get("agent_id") == str(desk.agent_id):
                due = event.name == "reminder.due"
                desk.push(
                    encode("reminder", conversation_id=event.conversation_id, reminder_id=event.subject_id, due=due)
                )

    async def _hear(self, desk: DeskSocket, frame: dict[str, Any]) -> None:
        match frame:
            case {"type": "viewing", "conversation_id": conversation_id}:
                self._look_away(desk)
                wanted = _uuid(conversation_id)
                desk.viewing = wanted if wanted and await self._may_view(desk.caller, wanted) else None
                self._signal(desk, "viewing", on=True)
            case {"type": "typing", "conversation_id": conversation_id, "on": bool(on)}:
                identity_id = frame.get("identity_id")
                if _uuid(conversation_id) == desk.viewing and desk.caller.may("conversations.write"):
                    self._signal(desk, "typing", on=on, identity_id=identity_id)

    async def _may_view(self, caller: Caller, conversation_id: UUID) -> bool:
        if not caller.may("conversations.read"):
            return False
        async with self._database.reading() as tx:
            with suppress(NotFound):
                await check_conversation(tx, caller, conversation_id)
                return True
        return False

    def _look_away(self, desk: DeskSocket) -> None:
        if desk.viewing:
            self._signal(desk, "viewing", on=False)
            desk.viewing = None

    def _signal(self, desk: DeskSocket, kind: str, *, on: bool, identity_id: object = None) -> None:
        """Tell all desks; `identity_id` is whom an answer is being written to, so that their chat can show it."""
        if desk.viewing:
            self._signals.publish(
                {
                    "conversation_id": str(desk.viewing),
                    "kind": kind,
                    "agent_id": str(desk.agent_id),
                    "name": desk.name,
                    "on": on,
                    "identity_id": identity_id if isinstance(identity_id, int) else None,
                }
            )

    def _tell_standstill(self, _: str) -> None:
        """Something was parked or put back to work: whoever looks after the system looks again."""
        for desk in self._sockets:
            if desk.caller.may("settings.manage"):
                desk.push(encode("system"))

    def _relay(self, signal: dict[str, Any]) -> None:
        """Tell every desk but the one it came from; a new viewer learns who else is there by their answer.

        Who does not see every conversation hears only of the one they look at, which was found to be in their reach.
        """
        if signal.get("kind") == OWN_SETTINGS:
            self._tell_own_windows(str(signal.get("agent_id")))
            return
        frame = encode("signal", **signal)
        for desk in self._sockets:
            if str(desk.agent_id) == signal.get("agent_id"):
                continue
            looks_at_it = desk.viewing is not None and str(desk.viewing) == signal.get("conversation_id")
            if looks_at_it or _sees_everything(desk.caller):
                desk.push(frame)
            newcomer = signal.get("kind") == "viewing" and signal.get("on") and not signal.get("answer")
            if newcomer and looks_at_it:
                self._signals.publish(
                    {
                        "conversation_id": str(desk.viewing),
                        "kind": "viewing",
                        "agent_id": str(desk.agent_id),
                        "name": desk.name,
                        "on": True,
                        "answer": True,
                    }
                )

    def _tell_own_windows(self, agent_id: str) -> None:
        """Somebody's own settings were changed: their windows fetch them, that which changed them too."""
        for desk in self._sockets:
            if str(desk.agent_id) == agent_id:
                desk.push(encode("settings"))


def _sees_everything(caller: Caller) -> bool:
    return caller.may("conversations.read") and not caller.limits.narrows_rows


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
