"""Where a request comes from."""

import ipaddress
from typing import Any

from litestar.connection import ASGIConnection

from damso.kernel.settings import Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_of(connection: ASGIConnection[Any, Any, Any, Any], settings: Settings) -> Address | None:
    """The client's address. Behind a proxy, what the proxy itself appended: the last entry of X-Forwarded-For,
    since everything before it was written by the client."""
    text = connection.client.host if connection.client else ""
    if settings.trust_proxy and (forwarded := connection.headers.get("x-forwarded-for")):
        text = forwarded.rpartition(",")[2].strip()
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def network_of(address: Address | None) -> str:
    """What one subscriber has: an IPv4 address, or the /64 of an IPv6 address (RFC 6177)."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address or "unknown")
