"""Clients that do not give up: each says what it has to say under one id until somebody says that it is stored."""

import asyncio
import json
import random
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from damso.team.sessions import COOKIE
from tests.channels.api.system import said, signed
from tests.faults.company import Company
from tests.faults.installation import Installation

AGAIN_SECONDS = 0.05
AT_ONCE = 24
"""Calls that are under way at a time."""
WHOLE = 3
"""How often a call of a system without order is made under one id."""
MOST_EVENTS = 60
NONSENSE = 0.02
"""The share of calls that are followed by one that nobody can read."""


class Progress:
    """What is known to be stored, and how much was said for it, repetitions included; whoever waits for a moment in the
    middle is woken there."""

    def __init__(self) -> None:
        self.said = 0
        self.calls = 0
        self.began = time.monotonic()
        self.stored: dict[str, dict[str, None]] = {}
        self._moved = asyncio.Condition()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    async def note(self, who: str, *what: str) -> None:
        """One call said all this, and was answered: it is stored, perhaps not for the first time."""
        async with self._moved:
            self.calls += 1
            self.said += len(what)
            self.stored.setdefault(who, {}).update(dict.fromkeys(what))
            self._moved.notify_all()

    async def reaches(self, said: int) -> None:
        async with self._moved:
            await self._moved.wait_for(lambda: self.said >= said)


class Traffic:
    """Everybody who talks with the company."""

    def __init__(self, installation: Installation, company: Company, progress: Progress) -> None:
        self._installation = installation
        self._company = company
        self._progress = progress
        self._chance = random.Random(7)
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(10, pool=None), limits=httpx.Limits(max_connections=AT_ONCE)
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def _insists(self, *statuses: int, method: str = "POST", path: str, **call: Any) -> httpx.Response:
        """Call until the answer is one of these: whatever else comes, or nothing, is tried again."""
        while True:
            with suppress(httpx.HTTPError):
                address = self._chance.choice(self._installation.addresses)
                answer = await self._client.request(method, address + path, **call)
                if answer.status_code in statuses:
                    return answer
                assert answer.status_code >= 500, f"{path}: {answer.status_code} {answer.text}"
            await self._installation.revive()
            await asyncio.sleep(AGAIN_SECONDS)

    async def system_says(self, user: str, count: int) -> None:
        """A user of the company's app writes; their system repeats every call under its id, at least twice."""
        for number in range(count):
            identifier = f"{user}-{number}"
            event = said(identifier, f"{user}: {number}", sender={"id": user, "name": user})
            for _ in range(2):
                await self._calls(identifier, json.dumps(event).encode())
                await self._progress.note(user, identifier)

    async def system_repeats(self, user: str, count: int, times: int, begun: datetime) -> None:
        """The same from a system that keeps no order: each message in so many calls of any size, shuffled, all of which
        are repeated whole, shuffled again, and some of which nobody can read."""
        events = [
            said(
                f"{user}-{number}",
                f"{user}: {number}",
                sender={"id": user, "name": user},
                sent_at=(begun + timedelta(seconds=number)).isoformat(),
            )
            for number in range(count)
            for _ in range(times)
        ]
        self._chance.shuffle(events)
        calls: list[tuple[str, list[dict[str, Any]]]] = []
        while events:
            size = self._chance.randint(1, MOST_EVENTS)
            calls += [(str(uuid4()), events[:size])] * WHOLE
            events = events[size:]
        self._chance.shuffle(calls)
        for identifier, told in calls:
            # What is large is kept as a file, which a full disk refuses in another way.
            padding = b" " * (70_000 if identifier < "4" else 0)
            await self._calls(identifier, json.dumps(told).encode() + padding)
            await self._progress.note(user, *(event["data"]["id"] for event in told))
            if self._chance.random() < NONSENSE:
                nonsense = str(uuid4())
                await self._calls(nonsense, b"[1, 2, ")
                await self._progress.note("nonsense", nonsense)

    async def _calls(self, identifier: str, body: bytes) -> None:
        call = signed(body, identifier=identifier, at=datetime.now(UTC))
        path = f"/hooks/{self._company.system_key}"
        await self._insists(200, path=path, content=call.body, headers=dict(call.headers))

    async def visitor_says(self, name: str, count: int) -> None:
        """A visitor writes in the chat, and the widget repeats each message under its id."""
        opened = await self._insists(200, path=f"/widget/v1/{self._company.chat_key}/session", json={})
        headers = {"authorization": f"Bearer {opened.json()['visitor']}"}
        for number in range(count):
            message = {"client_id": str(uuid4()), "text": f"{name}: {number}"}
            for _ in range(2):
                await self._insists(200, 201, path="/widget/v1/messages", json=message, headers=headers)
                await self._progress.note(name, message["client_id"])

    async def agent_answers(self, user: str, count: int) -> None:
        """An agent answers a user of the app, each answer under its send key, clicking twice."""
        conversation = await self._conversation_of(user)
        view = (await self._desk(200, method="GET", path=f"/api/conversations/{conversation}")).json()
        (route,) = [route for route in view["routes"] if route["inbox_id"] == str(self._company.system_id)]
        for number in range(count):
            message = {
                "send_key": str(uuid4()),
                "inbox_id": route["inbox_id"],
                "identity_id": route["identity_id"],
                "text": f"{user}님께: {number}",
                "send_anyway": True,
            }
            for _ in range(2):
                await self._desk(201, path=f"/api/conversations/{conversation}/messages", json=message)
                await self._progress.note("answers", message["send_key"])

    async def agent_writes(self, address: str) -> None:
        """An agent writes a mail to somebody new, clicking twice."""
        customer = await self._desk(201, 409, path="/api/customers", json={"name": address, "email": address})
        if customer.status_code == 409:  # stored, and the answer was lost
            found = await self._desk(200, method="GET", path=f"/api/customers?q={address}")
            customer_id = found.json()["items"][0]["id"]
        else:
            customer_id = customer.json()["id"]
        card = (await self._desk(200, method="GET", path=f"/api/customers/{customer_id}")).json()
        (identity,) = [identity for identity in card["identities"] if identity["kind"] == "email"]
        message = {
            "customer_id": customer_id,
            "inbox_id": str(self._company.mailbox_id),
            "identity_id": identity["id"],
            "subject": "안내",
            "text": f"{address} 고객님께",
            "send_key": str(uuid4()),
        }
        for _ in range(2):
            await self._desk(201, path="/api/conversations", json=message)
            await self._progress.note("mails", message["send_key"])

    async def _conversation_of(self, user: str) -> str:
        while True:
            rows = await self._installation.rows(
                """SELECT c.id FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id
                WHERE i.value = $1""",
                user,
            )
            if rows:
                return str(rows[0]["id"])
            await asyncio.sleep(AGAIN_SECONDS)

    async def _desk(self, *statuses: int, **call: Any) -> httpx.Response:
        headers = {"x-damso": "desk", "cookie": f"{COOKIE}={self._company.session}"}
        return await self._insists(*statuses, headers=headers, **call)
