"""The kinds of service that can be connected, as people see them."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from damso.channels.abilities import Polls
from damso.channels.config_form import json_schema
from damso.channels.types import Adapter, ChannelPolicy, MediaRule
from damso.kernel.i18n import Text


class Policy(Struct, frozen=True, kw_only=True):
    """What a channel can do, as far as the composer has to know. Where we `may_start`, we can write first to identities
    of the kind `reaches`."""

    text_limit: int
    media: MediaRule | None
    subject: bool
    rich_text: bool
    copies: bool
    typing: bool
    recall: bool
    undo_seconds: float
    receipts: list[str]
    may_start: bool
    reaches: str


class Channel(Struct, frozen=True, kw_only=True):
    """A kind of service. `schema` is the JSON Schema of its settings: each property carries `title`, `description` and
    both in Korean under `ko`; secrets have `writeOnly`. `polls`: we ask it, nothing has to be set up on its side."""

    channel: str
    name: Text
    description: Text
    policy: Policy
    schema: dict[str, Any]
    polls: bool
    hosted: bool


def policy_of(policy: ChannelPolicy) -> Policy:
    return Policy(
        text_limit=policy.text_limit,
        media=policy.media,
        subject=policy.subject,
        rich_text=policy.rich_text,
        copies=policy.copies,
        typing=policy.typing,
        recall=policy.recall,
        undo_seconds=policy.undo.total_seconds(),
        receipts=sorted(policy.receipts),
        may_start=policy.may_start,
        reaches=policy.reaches,
    )


def list_channels(adapters: Mapping[str, Adapter]) -> list[Channel]:
    """Every channel that is installed, in the order in which they are offered."""
    return [
        Channel(
            channel=adapter.channel,
            name=adapter.name,
            description=adapter.description,
            policy=policy_of(adapter.policy),
            schema=json_schema(adapter.config),
            polls=isinstance(adapter, Polls),
            hosted=adapter.policy.hosted,
        )
        for adapter in adapters.values()
    ]
