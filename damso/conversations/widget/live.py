"""The chat, live: a visitor is told what was said to them, and that somebody types.

Sockets are found by the identities whose messages they may see. A visitor who has not acted yet has none; the first
message of theirs puts their socket in its place.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from litestar import WebSocket

from damso.channels.inboxes import InboxRecord
from damso.conversations.widget.entries import (
    WidgetAuthor,
    WidgetEntry,
    own_identities,
    widget_entries_by_id,
)
from damso.conversations.widget.visitor import Visitor
from damso.customers.faces import initials_of
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.log import Position, Recorded
from damso.kernel.realtime import Signals, Tail
from damso.kernel.sockets import RESET, LiveSocket, converse, encode, encode_all

_GRAPH = {"identity.linked", "identity.unlinked"}
"""Facts after which a visitor may see more, or less: then the chat fetches everything anew."""


class VisitorSocket(LiveSocket):
    """A visitor's browser."""

    def __init__(self, visitor: Visitor, inbox: InboxRecord) -> None:
        super().__init__()
        self.visitor = visitor
        self.brand_id = inbox.brand_id
        self.identities: frozenset[int] = frozenset()


class WidgetLive:
    """All visitors that are connected to this process."""

    def __init__(self, database: Database, keyring: Keyring, tail: Tail, signals: Signals) -> None:
        self._database = database
        self._keyring = keyring
        self._tail = tail
        self._signals = signals
        self._by_identity: dict[int, set[VisitorSocket]] = defaultdict(set)
        self._unplaced: set[VisitorSocket] = set()
        tail.follow(self._tell)
        signals.subscribe(self._relay)

    async def serve(
        self, socket: WebSocket[Any, Any, Any], visitor: Visitor, inbox: InboxRecord, cursor: object
    ) -> None:
        """Hold one visitor's socket until it ends. The caller has checked who they are."""
        live = VisitorSocket(visitor, inbox)
        try:
            async with self._database.reading() as tx:
                await self._place(tx, live)
            await self._resume(live, cursor)
            await converse(socket, live, lambda frame: self._hear(live, frame), kind="visitor")
        finally:
            self._remove(live)

    async def _place(self, tx: Transaction, live: VisitorSocket) -> None:
        """Let the socket be found by the identities it may see now."""
        self._remove(live)
        live.identities = frozenset(await own_identities(tx, live.visitor.key))
        for identity_id in live.identities:
            self._by_identity[identity_id].add(live)
        if not live.identities:
            self._unplaced.add(live)

    async def _place_again(self, tx: Transaction, live: VisitorSocket) -> None:
        before = live.identities
        await self._place(tx, live)
        if live.identities != before:
            live.push(RESET)

    def _remove(self, live: VisitorSocket) -> None:
        self._unplaced.discard(live)
        for identity_id in live.identities:
            self._by_identity[identity_id].discard(live)
            if not self._by_identity[identity_id]:
                del self._by_identity[identity_id]

    async def _resume(self, live: VisitorSocket, cursor: object) -> None:
        at = self._tail.position
        missed = await self._tail.missed(cursor) if isinstance(cursor, str) else []
        frames = [RESET] if missed is None else []
        if missed and any(event.name in _GRAPH and event.identity_id in live.identities for event in missed):
            frames = [RESET]
        elif missed:
            async with self._database.reading() as tx:
                entries = await self._entries(tx, missed, live.brand_id)
            frames = _frames(live, entries, at)
        live.resume((*frames, encode("ready", cursor=at.encode())))

    async def _tell(self, events: Sequence[Recorded], at: Position) -> None:
        if not self._by_identity and not self._unplaced:
            return
        touched = {event.identity_id for event in events if event.identity_id}
        async with self._database.reading() as tx:
            if any(event.name in _GRAPH for event in events):
                for live in self._sockets_of(touched):
                    await self._place_again(tx, live)
            if self._unplaced:
                await self._place_newcomers(tx, touched)
            sockets = self._sockets_of(touched)
            for brand_id in {live.brand_id for live in sockets}:
                entries = await self._entries(tx, events, brand_id)
                for live in sockets:
                    for frame in _frames(live, entries, at) if live.brand_id == brand_id else ():
                        live.push(frame)

    async def _place_newcomers(self, tx: Transaction, touched: Iterable[int]) -> None:
        values = set(
            await tx.values(
                "SELECT value FROM identity WHERE id = ANY ($1) AND kind IN ('visitor', 'user')", list(touched)
            )
        )
        for live in [live for live in self._unplaced if live.visitor.key.value in values]:
            await self._place(tx, live)

    def _sockets_of(self, identities: Iterable[int]) -> list[VisitorSocket]:
        return list({live for identity_id in identities for live in self._by_identity.get(identity_id, ())})

    async def _entries(
        self, tx: Transaction, events: Sequence[Recorded], brand_id: UUID
    ) -> Sequence[tuple[int, WidgetEntry]]:
        """The messages that these facts are about, each with the identity that may see it."""
        messages = [UUID(event.subject_id) for event in events if event.subject_kind == "message"]
        seen = [event.conversation_id for event in events if event.name == "conversation.seen"]
        if seen:
            messages += await tx.values(
                """SELECT DISTINCT ON (conversation_id) id FROM message WHERE conversation_id = ANY ($1)
                AND direction = 'in' ORDER BY conversation_id, position_at DESC""",
                seen,
            )
        return await widget_entries_by_id(tx, self._keyring, messages, brand_id)

    async def _hear(self, live: VisitorSocket, frame: dict[str, Any]) -> None:
        match frame:
            case {"type": "typing", "on": bool(on)} if live.identities:
                async with self._database.reading() as tx:
                    conversation_id = await tx.value(
                        """SELECT conversation_id FROM message WHERE identity_id = ANY ($1) AND kind = 'message'
                        ORDER BY position_at DESC LIMIT 1""",
                        list(live.identities),
                    )
                if conversation_id:
                    self._signals.publish(
                        {
                            "conversation_id": str(conversation_id),
                            "kind": "customer_typing",
                            "agent_id": None,
                            "name": "",
                            "on": on,
                        }
                    )

    def _relay(self, signal: dict[str, Any]) -> None:
        """An agent types an answer in the chat: tell who it is for."""
        if signal.get("kind") != "typing" or not signal.get("identity_id"):
            return
        frame = encode("typing", on=signal["on"], author=WidgetAuthor(signal["name"], initials_of(signal["name"])))
        for live in self._by_identity.get(int(signal["identity_id"]), ()):
            live.push(frame)


def _frames(live: VisitorSocket, entries: Sequence[tuple[int, WidgetEntry]], at: Position) -> list[bytes]:
    """What one visitor is told: of these messages their own alone."""
    own = [entry for identity_id, entry in entries if identity_id in live.identities]
    return encode_all([("entry", {"entry": entry}) for entry in own], at.encode())
