"""The one client for outgoing calls. It cannot reach private addresses, except origins the company allows.

The address is checked where the connection is made, after the name was resolved, so a name that resolves to a
private address (or changes its mind between two look-ups) is refused as well.
"""

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import anyio
import httpcore
import httpx

TIMEOUT = httpx.Timeout(10, connect=5)


class EgressRefused(httpx.ConnectError):
    """The address is private and not in DAMSO_EGRESS_ALLOW."""


class _GuardedBackend(httpcore.AnyIOBackend):
    """Connects to public addresses only."""

    def __init__(self, allowed: frozenset[tuple[str, int]]) -> None:
        self._allowed = allowed

    async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        if (host, port) in self._allowed:
            return await super().connect_tcp(host, port, *args, **options)
        try:
            found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} is not known") from error
        for family, _, _, _, address in found:
            if family in (socket.AF_INET, socket.AF_INET6) and ipaddress.ip_address(address[0]).is_global:
                return await super().connect_tcp(str(address[0]), port, *args, **options)
        raise EgressRefused(f"{host}:{port} has no public address (DAMSO_EGRESS_ALLOW)")


def open_http(allowed_origins: Iterable[str]) -> httpx.AsyncClient:
    """`allowed_origins` are the private ones, e.g. `http://127.0.0.1:9000`. Redirects are not followed."""
    allowed = frozenset(
        (url.host, url.port or (443 if url.scheme == "https" else 80)) for url in map(httpx.URL, allowed_origins)
    )
    transport = httpx.AsyncHTTPTransport(retries=0)
    transport._pool._network_backend = _GuardedBackend(allowed)
    return httpx.AsyncClient(transport=transport, timeout=TIMEOUT, headers={"user-agent": "Damso"}, trust_env=False)
