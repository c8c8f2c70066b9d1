"""Where a request comes from."""

import ipaddress
from collections.abc import Sequence
from typing import Any

from litestar.connection import ASGIConnection

from damso.kernel.settings import Network, Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_of(connection: ASGIConnection[Any, Any, Any, Any], settings: Settings) -> Address | None:
    """The client's address. Where a trusted proxy calls, the last entry of X-Forwarded-For that is not a trusted proxy
    itself: that one a trusted proxy has seen, and everything before it was written by the client."""
    caller = _address(connection.client.host if connection.client else "")
    trusted = settings.proxy_networks
    seen = caller
    if trusted and caller is not None and _is_in(caller, trusted):
        for text in reversed(connection.headers.get("x-forwarded-for", "").split(",")):
            forwarded = _address(text.strip())
            if forwarded is None:
                break
            seen = forwarded
            if not _is_in(forwarded, trusted):
                break
    return seen


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in network for network in networks)


def network_of(address: Address | None) -> str:
    """What one subscriber has: an IPv4 address, or the /64 of an IPv6 address (RFC 6177)."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address or "unknown")
