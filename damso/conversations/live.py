"""The desk, live: rows and lines as soon as they are final, who is looking and typing as it happens."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from litestar import WebSocket

from damso.conversations.entries import entries_by_id
from damso.conversations.rows import rows_by_id
from damso.kernel.crypto import hash_secret
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import Locale
from damso.kernel.log import Position, Recorded
from damso.kernel.notify import LOST
from damso.kernel.realtime import Signals, Tail
from damso.kernel.sockets import RESET, Frame, LiveSocket, converse, encode, encode_all, hello
from damso.team.access import Caller
from damso.team.sessions import COOKIE, living_sessions

WELCOME_FOR = 4.0
"""Seconds until it is asked again whether those who listen may."""

_QUIET = {"conversation.seen"}
"""Facts that change no list and no line."""
_WHO = {"customer.merged", "customer.unmerged", "customer.renamed", "identity.proven"}
"""Facts after which a customer's cases are shown under another name, or reachable in another way."""


class DeskSocket(LiveSocket):
    """An agent's browser."""

    def __init__(self, agent_id: UUID, name: str, locale: Locale, session: bytes) -> None:
        super().__init__()
        self.agent_id = agent_id
        self.session = session
        self.name = name
        self.locale: Locale = locale
        self.viewing: UUID | None = None


class DeskLive:
    """All desks that are connected to this process."""

    def __init__(self, database: Database, tail: Tail, signals: Signals) -> None:
        self._database = database
        self._tail = tail
        self._signals = signals
        self._sockets: set[DeskSocket] = set()
        tail.follow(self._tell)
        signals.subscribe(self._relay)

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

    async def serve(self, socket: WebSocket[Any, Any, Any], caller: Caller, name: str) -> None:
        """Hold one desk's socket until it ends."""
        await socket.accept()
        first = await hello(socket)
        if first is None:
            await socket.close(4400)
            return
        desk = DeskSocket(caller.agent, name, caller.locale, hash_secret(socket.cookies.get(COOKIE, "")))
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
        frames = await self._frames(missed, at, desk.locale) if missed else []
        if missed is None:
            frames = [RESET]
        desk.resume((*frames, encode("ready", cursor=at.encode())))

    async def _tell(self, events: Sequence[Recorded], at: Position) -> None:
        for locale in {desk.locale for desk in self._sockets}:
            frames = await self._frames(events, at, locale)
            for desk in self._sockets:
                if desk.locale == locale:
                    for frame in frames:
                        desk.push(frame)
        self._mention(events)

    async def _frames(self, events: Sequence[Recorded], at: Position, locale: Locale) -> list[bytes]:
        """What desks are told of these facts: each conversation and each line once, as it is now."""
        moved = [event for event in events if event.name not in _QUIET]
        conversations = {event.conversation_id for event in moved if event.conversation_id}
        lines = {UUID(event.subject_id) for event in moved if event.subject_kind == "message"}
        frames: list[Frame] = []
        async with self._database.reading() as tx:
            touched = [event.identity_id for event in moved if event.name in _WHO and event.identity_id]
            customers, cases = await _around(tx, touched) if touched else (set(), set())
            conversations |= cases
            entries = await entries_by_id(tx, list(lines), locale) if lines else ()
            rows = await rows_by_id(tx, list(conversations)) if conversations else ()
        frames += [("entry", {"conversation_id": entry.conversation_id, "entry": entry}) for entry in entries]
        frames += [("conversation", {"row": row, "views_changed": True}) for row in rows]
        frames += [("customer", {"customer_id": customer_id}) for customer_id in customers]
        for event in moved:
            match event.subject_kind:
                case "agent":
                    frames.append(("agent", {**event.properties, "agent_id": event.subject_id}))
                case "inbox":
                    frames.append(("inbox", {"inbox_id": event.subject_id}))
        return encode_all(frames, at.encode())

    def _mention(self, events: Sequence[Recorded]) -> None:
        for event in events:
            for agent_id in event.properties.get("mentions", ()) if event.name == "note.written" else ():
                for desk in self._sockets:
                    if str(desk.agent_id) == agent_id and event.actor_id != agent_id:
                        desk.push(encode("mention", conversation_id=event.conversation_id, entry_id=event.subject_id))

    async def _hear(self, desk: DeskSocket, frame: dict[str, Any]) -> None:
        match frame:
            case {"type": "viewing", "conversation_id": conversation_id}:
                self._look_away(desk)
                desk.viewing = _uuid(conversation_id)
                self._signal(desk, "viewing", on=True)
            case {"type": "typing", "conversation_id": conversation_id, "on": bool(on)}:
                identity_id = frame.get("identity_id")
                if _uuid(conversation_id) == desk.viewing:
                    self._signal(desk, "typing", on=on, identity_id=identity_id)

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

    def _relay(self, signal: dict[str, Any]) -> None:
        """Tell every desk but the one it came from; a new viewer learns who else is there by their answer."""
        frame = encode("signal", **signal)
        for desk in self._sockets:
            if str(desk.agent_id) == signal.get("agent_id"):
                continue
            desk.push(frame)
            newcomer = signal.get("kind") == "viewing" and signal.get("on") and not signal.get("answer")
            if newcomer and desk.viewing and str(desk.viewing) == signal.get("conversation_id"):
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


async def _around(tx: Transaction, identity_ids: Sequence[int]) -> tuple[set[UUID], set[UUID]]:
    """The customers of these identities, and their cases that are not resolved."""
    rows = await tx.rows(
        """SELECT i.customer_id, c.id FROM identity t JOIN identity i ON i.customer_id = t.customer_id
            LEFT JOIN conversation c ON c.anchor_identity_id = i.id AND c.status <> 'resolved'
        WHERE t.id = ANY ($1) LIMIT 200""",
        list(identity_ids),
    )
    return {row["customer_id"] for row in rows}, {row["id"] for row in rows if row["id"]}


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
