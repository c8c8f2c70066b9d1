"""Connecting a channel: an inbox is made, changed, switched off, removed."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import UNSET, Struct, UnsetType

from damso.channels import config_form
from damso.channels.abilities import Refreshes
from damso.channels.inboxes import CHANNEL
from damso.channels.outage import share_of
from damso.channels.types import Adapter, InboxConfig
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, FieldProblem, Invalid
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM, Actor, Event, append
from damso.kernel.shares import let_go

NO_CHANNEL = Text("설치되지 않은 채널이에요.", "This channel is not installed.")
NO_BRAND = Text("없는 브랜드예요.", "There is no such brand.")
NO_NAME = Text("이름을 입력해 주세요.", "Please enter a name.")


_SELECT = "SELECT channel, name, brand_id, enabled, config, refresh_at FROM inbox WHERE id = $1"


@asynccontextmanager
async def _brand_exists(tx: Transaction) -> AsyncIterator[None]:
    """Turns a missing brand into a problem of its field."""
    try:
        async with tx.savepoint():
            yield
    except asyncpg.ForeignKeyViolationError as error:
        raise Invalid(problems=(FieldProblem("brand_id", "UNKNOWN", NO_BRAND),)) from error


class InboxInUse(AppError):
    """Conversations came through it: they would lose where they are from."""

    code = "INBOX_IN_USE"
    text = Text(
        "이 채널로 주고받은 대화가 있어서 지울 수 없어요. 대신 끌 수 있어요.",
        "Conversations came through this connection, so it cannot be deleted. You can switch it off instead.",
    )


class InboxChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different. In `config`, a secret left empty stays as it is and null clears it."""

    name: str | UnsetType = UNSET
    brand_id: UUID | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    config: dict[str, Any] | UnsetType = UNSET


def adapter_of(adapters: Mapping[str, Adapter], channel: str) -> Adapter:
    """Raises `Invalid` where the channel is not installed."""
    if adapter := adapters.get(channel):
        return adapter
    raise Invalid(problems=(FieldProblem("channel", "UNKNOWN", NO_CHANNEL),))


async def connect(
    tx: Transaction,
    adapters: Mapping[str, Adapter],
    keyring: Keyring,
    *,
    channel: str,
    name: str,
    brand_id: UUID,
    config: Mapping[str, Any],
    actor: Actor = SYSTEM,
    key: str | None = None,
) -> UUID:
    """Make an inbox and start to use it. Raises `Invalid`."""
    adapter = adapter_of(adapters, channel)
    decoded = config_form.accept(adapter.config, config)
    inbox_id = new_id()
    async with _brand_exists(tx):
        await tx.execute(
            """INSERT INTO inbox (id, key, name, channel, brand_id, enabled, config, check_due_at, created_at,
                refresh_at) VALUES ($1, $2, $3, $4, $5, true, $6, $7, $7, $8)""",
            inbox_id,
            key or secrets.token_urlsafe(12),
            _named(name),
            channel,
            brand_id,
            config_form.sealed(decoded, keyring),
            tx.now,
            refresh_at(adapter, decoded),
        )
    await _tell(tx, "inbox.connected", inbox_id, brand_id, actor, channel=channel)
    return inbox_id


def refresh_at(adapter: Adapter, config: InboxConfig) -> datetime | None:
    """When the connection's token is to be renewed, where it has one that ends."""
    return adapter.refresh_at(config) if isinstance(adapter, Refreshes) else None


class _Stored(Struct, frozen=True, kw_only=True):
    channel: str
    name: str
    brand_id: UUID
    enabled: bool
    config: dict[str, Any]
    refresh_at: datetime | None


async def change(
    tx: Transaction,
    adapters: Mapping[str, Adapter],
    keyring: Keyring,
    inbox_id: UUID,
    wanted: InboxChange,
    actor: Actor = SYSTEM,
) -> int:
    """Change an inbox; its new revision. Faults are forgotten: whoever meets one notes it again, and what waited goes
    on. Raises `NotFound`, `Invalid`."""
    old = await _locked(tx, inbox_id)
    config, refresh = old.config, old.refresh_at
    if wanted.config is not UNSET:
        decoded = _next_config(adapters, keyring, old, wanted.config)
        config = config_form.sealed(decoded, keyring)
        refresh = refresh_at(adapter_of(adapters, old.channel), decoded)
    brand_id = old.brand_id if wanted.brand_id is UNSET else wanted.brand_id
    enabled = old.enabled if wanted.enabled is UNSET else wanted.enabled
    async with _brand_exists(tx):
        revision: int = await tx.value(
            """UPDATE inbox SET name = $2, brand_id = $3, enabled = $4, config = $5, revision = revision + 1,
                check_due_at = CASE WHEN $4 THEN $6::timestamptz END, refresh_at = $7
            WHERE id = $1 RETURNING revision""",
            inbox_id,
            old.name if wanted.name is UNSET else _named(wanted.name),
            brand_id,
            enabled,
            config,
            tx.now,
            refresh,
        )
    await tx.execute("DELETE FROM inbox_fault WHERE inbox_id = $1", inbox_id)
    await let_go(tx, share_of(inbox_id))
    await _tell(tx, "inbox.changed", inbox_id, brand_id, actor, channel=old.channel, enabled=enabled)
    return revision


async def wanted_config(
    tx: Transaction, adapters: Mapping[str, Adapter], keyring: Keyring, inbox_id: UUID, given: Mapping[str, Any]
) -> tuple[str, InboxConfig]:
    """The channel, and the configuration that a change would lead to, to be checked before it is saved. Raises as
    `change`."""
    old = await tx.one(_Stored, _SELECT, inbox_id)
    return old.channel, _next_config(adapters, keyring, old, given)


def _next_config(
    adapters: Mapping[str, Adapter], keyring: Keyring, old: _Stored, given: Mapping[str, Any]
) -> InboxConfig:
    kind = adapter_of(adapters, old.channel).config
    return config_form.accept(kind, config_form.merged(kind, config_form.readable(kind, old.config, keyring), given))


async def keep_renewed(
    tx: Transaction, adapter: Adapter, keyring: Keyring, inbox_id: UUID, before: InboxConfig, after: InboxConfig
) -> None:
    """Store what renewing the token has changed. What a person has entered meanwhile stays theirs; whatever else they
    have changed does not lose the new token. Raises `NotFound`."""
    old = await _locked(tx, inbox_id)
    stored = config_form.readable(adapter.config, old.config, keyring)
    was: dict[str, Any] = msgspec.to_builtins(before)
    news: dict[str, Any] = msgspec.to_builtins(after)
    fresh = {name: news[name] for name in news if news[name] != was.get(name) and stored.get(name) == was.get(name)}
    config = config_form.decode(adapter.config, stored | fresh)
    await tx.execute(
        "UPDATE inbox SET config = $2, refresh_at = $3, revision = revision + 1 WHERE id = $1",
        inbox_id,
        config_form.sealed(config, keyring),
        refresh_at(adapter, config),
    )
    await _tell(tx, "inbox.renewed", inbox_id, old.brand_id, SYSTEM, channel=old.channel)


async def remove(tx: Transaction, inbox_id: UUID, actor: Actor = SYSTEM) -> None:
    """Delete an inbox nobody ever wrote through. Raises `NotFound`, `InboxInUse`."""
    old = await _locked(tx, inbox_id)
    try:
        async with tx.savepoint():
            await tx.execute("DELETE FROM inbox WHERE id = $1", inbox_id)
    except asyncpg.ForeignKeyViolationError as error:
        raise InboxInUse from error
    await _tell(tx, "inbox.removed", inbox_id, old.brand_id, actor, channel=old.channel)


async def _locked(tx: Transaction, inbox_id: UUID) -> _Stored:
    return await tx.one(_Stored, _SELECT + " FOR UPDATE", inbox_id)


def _named(name: str) -> str:
    if not (name := name.replace("\0", "").strip()):
        raise Invalid(problems=(FieldProblem("name", "REQUIRED", NO_NAME),))
    return name[:100]


async def _tell(
    tx: Transaction, event: str, inbox_id: UUID, brand_id: UUID, actor: Actor, **properties: object
) -> None:
    tx.wake(CHANNEL)
    await append(
        tx,
        Event(
            name=event,
            subject_kind="inbox",
            subject_id=str(inbox_id),
            inbox_id=inbox_id,
            brand_id=brand_id,
            actor=actor,
            properties=properties,
        ),
    )
