"""Channels and inboxes over HTTP: connect, check, watch, replay."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter, SkipValidation
from litestar.types import ControllerRouterHandler
from msgspec import UNSET, Meta, Struct, structs

from damso.channels import config_form, deliveries
from damso.channels.attempts import AttemptLine, list_attempts
from damso.channels.channel_list import Channel, list_channels
from damso.channels.checks import check, keep
from damso.channels.connect import InboxChange, adapter_of, change, connect, remove, wanted_config
from damso.channels.inbox_list import InboxView, hidden, list_inboxes, show_inbox
from damso.channels.open_raw import open_raw
from damso.channels.reach import check_delivery, check_inbox, inboxes_within
from damso.channels.types import Adapter, Health, InboxConfig
from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.downloads import download_response
from damso.kernel.errors import AppError, Forbidden
from damso.kernel.i18n import Locale, Text
from damso.kernel.pagination import Page
from damso.kernel.settings import Settings
from damso.team import audit
from damso.team.access import Caller, needs
from damso.team.records.reasons import Reason
from damso.team.records.witness import Witness

Adapters = NamedDependency[SkipValidation[Mapping[str, Adapter]]]


class NewInbox(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connection to be made; `config` is what the channel's schema asks for."""

    channel: str
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    brand_id: UUID
    config: dict[str, Any]


class CheckRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings to be tried. With `inbox_id`, secrets left empty are those of that inbox."""

    channel: str
    config: dict[str, Any]
    inbox_id: UUID | None = None


class CheckResult(Struct, frozen=True, kw_only=True):
    """What a check found; `problems` are sentences in the reader's language."""

    ok: bool
    problems: list[str]
    facts: dict[str, str]


class Replayed(Struct, frozen=True):
    """How many deliveries are parsed again."""

    replayed: int


class DeliveryView(Struct, frozen=True, kw_only=True):
    """Something received. `reason` says in words why it is parked, `detail` is for administrators."""

    id: UUID
    inbox_id: UUID
    received_at: datetime
    state: str
    reason: str | None
    detail: str
    size: int
    items: int
    unsupported: int
    attempts: int


class CheckFailed(AppError):
    """The connection does not work, and nobody asked to save it all the same (`force=1`)."""

    code = "CHECK_FAILED"
    status = 422
    text = Text(
        "연결을 확인하지 못해서 저장하지 않았어요. 설정을 고치거나, 확인 없이 저장할 수 있어요.",
        "The connection does not work, so nothing was saved. Mend the settings, or save them unchecked.",
    )


def _check_result(health: Health, locale: Locale) -> CheckResult:
    problems = [ko if locale == "ko" else en for ko, en in health.problems]
    return CheckResult(ok=health.ok, problems=problems, facts=dict(health.facts))


async def _passed(
    adapter: Adapter, config: InboxConfig, http: httpx.AsyncClient, *, force: bool, locale: Locale
) -> Health:
    """Check before saving. Raises `CheckFailed` unless `force`."""
    health = await check(adapter, config, http)
    if health.ok or force:
        return health
    result = _check_result(health, locale)
    raise CheckFailed(field="config", extra={"problems": result.problems, "facts": result.facts})


@get("/api/channels", tags=["channels"], guards=[needs("channels.read")])
async def get_channels(adapters: Adapters) -> Sequence[Channel]:
    """The kinds of service that can be connected, each with the form that connects it."""
    return list_channels(adapters)


class InboxController(Controller):
    """Connections of channels."""

    path = "/api/inboxes"
    tags = ("channels",)

    @get(guards=[needs("channels.read")])
    async def list_inboxes(
        self,
        database: NamedDependency[Database],
        adapters: Adapters,
        settings: NamedDependency[Settings],
        locale: NamedDependency[Locale],
        caller: NamedDependency[Caller],
    ) -> Sequence[InboxView]:
        """Every connection in reach and how it is doing. Only who manages channels sees their settings."""
        async with database.reading() as tx:
            views = await list_inboxes(tx, adapters, settings, locale)
        views = [view for view in views if caller.limits.admit_inbox(view.id, view.brand_id)]
        return views if "channels.manage" in caller.permissions else [hidden(view) for view in views]

    @post(guards=[needs("channels.manage")])
    async def connect_inbox(
        self,
        data: JSONBody[NewInbox],
        database: NamedDependency[Database],
        adapters: Adapters,
        keyring: NamedDependency[Keyring],
        http: NamedDependency[httpx.AsyncClient],
        settings: NamedDependency[Settings],
        locale: NamedDependency[Locale],
        caller: NamedDependency[Caller],
        force: FromQuery[bool] = False,
    ) -> InboxView:
        """Connect a channel. The connection is tried first; `force=1` saves it though it does not work."""
        if caller.limits.inboxes:
            raise Forbidden
        caller.check_brand(data.brand_id)
        adapter = adapter_of(adapters, data.channel)
        config = config_form.accept(adapter.config, data.config)
        health = await _passed(adapter, config, http, force=force, locale=locale)
        async with database.transaction() as tx:
            inbox_id = await connect(
                tx,
                adapters,
                keyring,
                channel=data.channel,
                name=data.name,
                brand_id=data.brand_id,
                config=data.config,
                actor=caller.actor,
            )
            await keep(tx, inbox_id, 1, health)
            await audit.record(tx, caller.actor, "inbox.connected", inbox_id, channel=data.channel, name=data.name)
            return await show_inbox(tx, adapters, settings, locale, inbox_id)

    @patch("/{inbox_id:uuid}", guards=[needs("channels.manage")])
    async def change_inbox(
        self,
        inbox_id: FromPath[UUID],
        data: JSONBody[InboxChange],
        database: NamedDependency[Database],
        adapters: Adapters,
        keyring: NamedDependency[Keyring],
        http: NamedDependency[httpx.AsyncClient],
        settings: NamedDependency[Settings],
        locale: NamedDependency[Locale],
        caller: NamedDependency[Caller],
        force: FromQuery[bool] = False,
    ) -> InboxView:
        """Change a connection. New settings are tried first; `force=1` saves them though they do not work."""
        health = None
        if isinstance(data.config, dict):
            async with database.reading() as tx:
                await check_inbox(tx, caller, inbox_id)
                channel, config = await wanted_config(tx, adapters, keyring, inbox_id, data.config)
            health = await _passed(adapters[channel], config, http, force=force, locale=locale)
        async with database.transaction() as tx:
            await check_inbox(tx, caller, inbox_id)
            revision = await change(tx, adapters, keyring, inbox_id, data, caller.actor)
            if health:
                await keep(tx, inbox_id, revision, health)
            await audit.record(tx, caller.actor, "inbox.changed", inbox_id, fields=changed_fields(data))
            return await show_inbox(tx, adapters, settings, locale, inbox_id)

    @delete("/{inbox_id:uuid}", guards=[needs("channels.manage")])
    async def remove_inbox(
        self, inbox_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Delete a connection nobody ever wrote through."""
        async with database.transaction() as tx:
            await check_inbox(tx, caller, inbox_id)
            await remove(tx, inbox_id, caller.actor)
            await audit.record(tx, caller.actor, "inbox.removed", inbox_id)

    @post("/check", status_code=200, guards=[needs("channels.manage")])
    async def check_inbox(
        self,
        data: JSONBody[CheckRequest],
        database: NamedDependency[Database],
        adapters: Adapters,
        keyring: NamedDependency[Keyring],
        http: NamedDependency[httpx.AsyncClient],
        locale: NamedDependency[Locale],
        caller: NamedDependency[Caller],
    ) -> CheckResult:
        """Try settings without saving them."""
        adapter = adapter_of(adapters, data.channel)
        if data.inbox_id is None:
            config = config_form.accept(adapter.config, data.config)
        else:
            async with database.reading() as tx:
                await check_inbox(tx, caller, data.inbox_id)
                channel, config = await wanted_config(tx, adapters, keyring, data.inbox_id, data.config)
            adapter = adapters[channel]
        return _check_result(await check(adapter, config, http), locale)

    @post("/{inbox_id:uuid}/replay", status_code=200, guards=[needs("channels.manage")])
    async def replay_inbox(
        self, inbox_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> Replayed:
        """Parse the parked deliveries of a connection again, the oldest 500 first."""
        async with database.transaction() as tx:
            await check_inbox(tx, caller, inbox_id)
            replayed = Replayed(await deliveries.replay_all(tx, inbox_id, caller.actor))
            await audit.record(tx, caller.actor, "inbox.replayed", inbox_id)
            return replayed

    @get("/{inbox_id:uuid}/attempts", guards=[needs("channels.manage")])
    async def list_attempts(
        self,
        inbox_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cursor: FromQuery[str | None] = None,
    ) -> Page[AttemptLine]:
        """Every try to hand over a message, newest first."""
        async with database.reading() as tx:
            await check_inbox(tx, caller, inbox_id)
            return await list_attempts(tx, inbox_id, cursor)


class DeliveryController(Controller):
    """What was received, raw."""

    path = "/api/deliveries"
    tags = ("channels",)
    guards = (needs("channels.manage"),)

    @get()
    async def list_deliveries(
        self,
        database: NamedDependency[Database],
        locale: NamedDependency[Locale],
        caller: NamedDependency[Caller],
        inbox_id: FromQuery[UUID | None] = None,
        which: Annotated[Literal["parked", "all"], QueryParameter(name="state")] = "parked",
        cursor: FromQuery[str | None] = None,
    ) -> Page[DeliveryView]:
        """What could not be parsed (`parked`), or everything, newest first."""
        async with database.reading() as tx:
            if inbox_id:
                await check_inbox(tx, caller, inbox_id)
            inboxes = [inbox_id] if inbox_id else await inboxes_within(tx, caller)
            page = await deliveries.page(tx, inboxes=inboxes, parked_only=which == "parked", cursor=cursor)
        return Page([_delivery_view(line, locale) for line in page.items], page.next)

    @post("/{delivery_id:uuid}/replay", status_code=204)
    async def replay_delivery(
        self, delivery_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Parse a parked delivery again."""
        async with database.transaction() as tx:
            await check_delivery(tx, caller, delivery_id)
            await deliveries.replay(tx, delivery_id, caller.actor)
            await audit.record(tx, caller.actor, "delivery.replayed", delivery_id)

    @get("/{delivery_id:uuid}/raw")
    async def download_delivery(
        self,
        delivery_id: FromPath[UUID],
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        reason: NamedDependency[Reason],
        keyring: NamedDependency[Keyring],
    ) -> Response[bytes]:
        """The bytes as they came, for a reason. The audit log says which; nobody has read yet whose they are.

        What holds masked numbers asks for the right to see these.
        """
        async with database.transaction() as tx:
            await check_delivery(tx, caller, delivery_id)
            delivery = await deliveries.find(tx, delivery_id)
            await audit.record(tx, caller.actor, "delivery.downloaded", delivery_id)
            if delivery.body is None:
                data = await open_raw(tx, blobs, keyring, caller, delivery.body_ref or "", delivery_id, reason)
            else:
                data = delivery.body
        await witness.downloaded(reason, [])
        return download_response(data, f"{delivery_id}.bin", "application/octet-stream")


def changed_fields(data: InboxChange) -> list[str]:
    """The names of the fields that somebody sent; values may be secrets."""
    return [name for name in data.__struct_fields__ if getattr(data, name) is not UNSET]


def _delivery_view(line: deliveries.DeliveryLine, locale: Locale) -> DeliveryView:
    reason = deliveries.REASONS.get(line.reason or "", deliveries.REASONS["FAULT"]) if line.reason else None
    return DeliveryView(**structs.asdict(line) | {"reason": reason.say(locale) if reason else None})


CONTROLLERS: Sequence[ControllerRouterHandler] = (get_channels, InboxController, DeliveryController)
