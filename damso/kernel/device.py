"""What a User-Agent says of a device, by the rules of uap-core as the library `ua-parser` has them."""

from functools import lru_cache
from typing import Literal

from msgspec import Struct

Kind = Literal["desktop", "phone", "tablet", "bot", "other"]
_PHONES, _TABLETS = (
    frozenset({"iOS", "Android", "KaiOS", "HarmonyOS"}),
    ("ipad", "tablet", "galaxy tab", "sm-t", "sm-x"),
)
_DESKTOPS = frozenset({"Windows", "Mac OS X", "Linux", "Ubuntu", "Chrome OS", "Fedora"})


class Device(Struct, frozen=True):
    """The kind of device, its operating system, and the browser; empty where nothing is known."""

    kind: Kind
    system: str
    browser: str


@lru_cache(maxsize=4096)
def device_of(agent: str, system: str = "") -> Device:
    """`system` is what an app says of itself where it sends no User-Agent."""
    # Its rules take 40 ms and some megabytes: only who asks pays for them.
    from ua_parser import parse

    said = parse(agent[:500]) if agent else None
    browser = said.user_agent.family if said and said.user_agent else ""
    found = said.os.family if said and said.os else system
    family = said.device.family if said and said.device else ""
    return Device(_kind(found, family, agent), found, browser)


def _kind(system: str, family: str, agent: str) -> Kind:
    if family == "Spider" or "bot" in agent.lower():
        return "bot"
    if system in _PHONES or system.lower() in ("ipados", "android", "ios"):
        said = f"{family} {agent} {system}".lower()
        # An Android tablet leaves out the word Mobile (Chrome's own documentation of its User-Agent).
        is_tablet = any(mark in said for mark in _TABLETS) or ("android" in said and agent and "mobile" not in said)
        return "tablet" if is_tablet or system.lower() == "ipados" else "phone"
    return "desktop" if system in _DESKTOPS else "other"
