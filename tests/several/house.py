"""A company that several processes serve: who works there, who writes to it, each through the process they are told."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from damso.team.sessions import COOKIE
from tests.channels.api.system import said, signed
from tests.faults.company import Company
from tests.faults.peers import MailServer, WebhookReceiver
from tests.several.fleet import Fleet, Member


class House:
    """The fleet, who works in it and who stands outside."""

    def __init__(self, fleet: Fleet, company: Company, webhooks: WebhookReceiver, mails: MailServer) -> None:
        self.fleet = fleet
        self.company = company
        self.webhooks = webhooks
        self.mails = mails
        self.http = httpx.AsyncClient(timeout=10)

    async def desk(self, web: Member, method: str, path: str, body: object = None) -> Any:
        headers = {"x-damso": "desk", "cookie": f"{COOKIE}={self.company.session}"}
        answer = await self.http.request(method, f"{web.address}{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def visitor(self, web: Member) -> str:
        answer = await self.http.post(f"{web.address}/widget/v1/{self.company.chat_key}/session", json={})
        return str(answer.json()["visitor"])

    async def visitor_says(self, web: Member, visitor: str, text: str) -> None:
        message = {"client_id": str(uuid4()), "text": text}
        await self.chat(web, visitor, "/widget/v1/messages", message)

    async def chat(self, web: Member, visitor: str, path: str, body: object) -> None:
        answer = await self.http.post(f"{web.address}{path}", json=body, headers={"authorization": f"Bearer {visitor}"})
        assert answer.is_success, answer.text

    async def system_says(self, web: Member, user: str, number: int, *, patience: float = 10) -> None:
        event = said(f"{user}-{number}", f"{user}: {number}", sender={"id": user, "name": user})
        call = signed(json.dumps(event).encode(), identifier=f"{user}-{number}", at=datetime.now(UTC))
        url = f"{web.address}/hooks/{self.company.system_key}"
        answer = await self.http.post(url, content=call.body, headers=dict(call.headers), timeout=patience)
        assert answer.status_code == 200

    async def conversation_of(self, user: str) -> str:
        query = "SELECT c.id FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id WHERE i.value = $1"
        await self.fleet.comes_true(f"SELECT EXISTS ({query})", user)
        return str((await self.fleet.values(query, user))[0])

    async def route(self, web: Member, conversation: str, channel: str) -> Any:
        view = await self.desk(web, "GET", f"/api/conversations/{conversation}")
        return next(route for route in view["routes"] if route["channel"] == channel)

    async def writes_mail(self, web: Member, address: str) -> None:
        customer = await self.desk(web, "POST", "/api/customers", {"name": address, "email": address})
        card = await self.desk(web, "GET", f"/api/customers/{customer['id']}")
        (identity,) = [identity for identity in card["identities"] if identity["kind"] == "email"]
        message = {"subject": "안내", "text": "안녕하세요", "send_key": str(uuid4()), "customer_id": customer["id"]}
        route = {"inbox_id": str(self.company.mailbox_id), "identity_id": identity["id"]}
        await self.desk(web, "POST", "/api/conversations", message | route)

    async def answer(self, web: Member, conversation: str, text: str, channel: str) -> str:
        route = await self.route(web, conversation, channel)
        message = {name: route[name] for name in ("inbox_id", "identity_id")} | {"text": text, "send_anyway": True}
        path = f"/api/conversations/{conversation}/messages"
        return str((await self.desk(web, "POST", path, message | {"send_key": str(uuid4())}))["id"])
