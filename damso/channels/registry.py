"""The channels there are: those that come with Damso, and those of installed packages."""

from collections.abc import Mapping
from importlib.metadata import entry_points

import structlog

from damso.channels.adapters.api.adapter import ApiAdapter
from damso.channels.adapters.chat.adapter import ChatAdapter
from damso.channels.adapters.email.adapter import EmailAdapter
from damso.channels.adapters.kakao.adapter import KakaoAdapter
from damso.channels.adapters.kakao_consult.adapter import ConsultAdapter
from damso.channels.adapters.sms.adapter import SmsAdapter
from damso.channels.adapters.talktalk.adapter import TalkTalkAdapter
from damso.channels.types import Adapter

log = structlog.get_logger()

GROUP = "damso.channels"
"""Entry point group of packages that bring a channel; an entry names an adapter class that needs no arguments."""

BUILT_IN: tuple[type[Adapter], ...] = (
    EmailAdapter,
    ChatAdapter,
    KakaoAdapter,
    ConsultAdapter,
    TalkTalkAdapter,
    SmsAdapter,
    ApiAdapter,
)


def load_adapters() -> Mapping[str, Adapter]:
    """Every channel by its name. A package cannot replace a built-in channel, and a broken one stops nothing."""
    adapters: dict[str, Adapter] = {kind.channel: kind() for kind in BUILT_IN}
    for entry in entry_points(group=GROUP):
        try:
            adapter: Adapter = entry.load()()
        except Exception:
            log.exception("channel.not_loaded", package=entry.value)
            continue
        if adapter.channel in adapters:
            log.error("channel.name_taken", package=entry.value, channel=adapter.channel)
            continue
        adapters[adapter.channel] = adapter
    return adapters
