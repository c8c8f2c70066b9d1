"""A provider's OAuth2 endpoints on loopback: tokens by refresh token, and what a mail server asks about them."""

import asyncio
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from tests.channels.email.dovecot import ADDRESS


@dataclass
class OauthServer:
    """Grants a new access token for each request with a known refresh token.

    `answer` replaces the grant by a status and a body, `renewed` is a refresh token handed out with each grant.
    """

    refresh_tokens: set[str] = field(default_factory=lambda: {"refresh-1"})
    answer: tuple[int, str] | None = None
    renewed: str = ""
    lifetime: int = 3600
    port: int = 0
    granted: list[str] = field(default_factory=list)
    good: set[str] = field(default_factory=set)

    @property
    def token_url(self) -> str:
        """Where tokens are asked for."""
        return f"http://127.0.0.1:{self.port}/token"

    @property
    def introspection_url(self) -> str:
        """Where a mail server asks whether a token is good (RFC 7662)."""
        return f"http://127.0.0.1:{self.port}/introspect"

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One HTTP request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next((int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")), 0)
        form = parse_qs((await reader.readexactly(length)).decode())
        status, body = self._grant(form) if head.startswith("post /token") else self._introspect(form)
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Retry-After: 7\r\nConnection: close\r\n\r\n{body}".encode()
        )
        await writer.drain()
        writer.close()

    def _grant(self, form: dict[str, list[str]]) -> tuple[int, str]:
        if self.answer:
            return self.answer
        if form.get("refresh_token", [""])[0] not in self.refresh_tokens or form["grant_type"] != ["refresh_token"]:
            return 400, '{"error": "invalid_grant", "error_description": "Token of help@shop.example was revoked"}'
        token = f"access-{len(self.granted) + 1}"
        self.granted.append(token)
        self.good.add(token)
        grant = {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime}
        return 200, json.dumps(grant | ({"refresh_token": self.renewed} if self.renewed else {}))

    def _introspect(self, form: dict[str, list[str]]) -> tuple[int, str]:
        active = form.get("token", [""])[0] in self.good
        return 200, json.dumps({"active": active, "username": ADDRESS})
