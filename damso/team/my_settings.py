"""The desk as one agent has made it theirs: kept on the server, so that it is so on every computer.

What is shown everywhere about a person (name, language, zone, theme) stands with the agent, see `change_me`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.team.keymap import MOST, Action, Combo, Preset, check_keys, keys_of

Density = Literal["comfortable", "compact"]
Dates = Literal["relative", "exact"]
Occasion = Literal["assigned", "mentioned", "team", "answer", "reminder", "unsent"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Moment = Annotated[str, Meta(max_length=5, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class QuietHours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No sound and nothing from the browser between two times of the agent's own zone, on nights or days that begin
    on `days`. An end before the begin is on the next day."""

    begins: Moment = "19:00"
    ends: Moment = "09:00"
    days: Annotated[list[Weekday], Meta(max_length=7)] = msgspec.field(
        default_factory=lambda: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    )


class Notifications(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of what an agent is told, and how. A muted inbox tells of mentions and reminders alone."""

    occasions: Annotated[list[Occasion], Meta(max_length=6)] = msgspec.field(
        default_factory=lambda: ["assigned", "mentioned", "answer", "reminder", "unsent"]
    )
    desktop: bool = True
    sound: bool = False
    quiet: QuietHours | None = None
    muted_inbox_ids: Annotated[list[UUID], Meta(max_length=500)] = msgspec.field(default_factory=list)


class Keys(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A preset, and the keys that were chosen instead of its own; an empty list takes an action's keys away."""

    preset: Preset = "damso"
    own: dict[Action, Annotated[list[Combo], Meta(max_length=MOST)]] = msgspec.field(default_factory=dict)


class Kept(Struct, frozen=True, kw_only=True):
    """What is kept; what somebody has never changed is as it stands here."""

    density: Density = "comfortable"
    dates: Dates = "relative"
    send_with: Literal["mod_enter", "enter"] = "mod_enter"
    after_send: Literal["stay", "next"] = "stay"
    notifications: Notifications = msgspec.field(default_factory=Notifications)
    keys: Keys = msgspec.field(default_factory=Keys)


class MySettings(Kept, frozen=True, kw_only=True):
    """`keymap` is what `keys` come to. `version` grows with each change."""

    version: int
    keymap: dict[Action, list[str]]


class SettingsChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`version` is the one that was changed; what is left out stays."""

    version: Annotated[int, Meta(ge=0)]
    density: Density | UnsetType = UNSET
    dates: Dates | UnsetType = UNSET
    send_with: Literal["mod_enter", "enter"] | UnsetType = UNSET
    after_send: Literal["stay", "next"] | UnsetType = UNSET
    notifications: Notifications | UnsetType = UNSET
    keys: Keys | UnsetType = UNSET


class SettingsChanged(AppError):
    code = "SETTINGS_CHANGED"
    text = Text(
        "다른 창에서 먼저 바꿨어요. 지금 설정을 확인하고 다시 바꿔 주세요.",
        "Another window changed them first. Look at how they are now and try again.",
    )


async def my_settings(tx: Transaction, agent_id: UUID) -> MySettings:
    row = await tx.row("SELECT version, kept FROM agent_settings WHERE agent_id = $1", agent_id)
    return _view(row["version"], _read(row["kept"])) if row else _view(0, Kept())


async def change_settings(tx: Transaction, agent_id: UUID, change: SettingsChange) -> MySettings:
    """Raises `SettingsChanged` where another window was first, and what `check_keys` raises."""
    now = await my_settings(tx, agent_id)
    wanted = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not UNSET}
    version = wanted.pop("version")
    kept = replace(_bare(now), **wanted)
    if change.keys is not UNSET:
        check_keys(change.keys.preset, change.keys.own)
    stored = await tx.value(
        """INSERT INTO agent_settings (agent_id, version, kept, changed_at) VALUES ($1, 1, $3, $4)
        ON CONFLICT (agent_id) DO UPDATE SET version = agent_settings.version + 1, kept = excluded.kept,
            changed_at = excluded.changed_at
        WHERE agent_settings.version = $2 RETURNING version""",
        agent_id,
        version,
        msgspec.to_builtins(kept),
        tx.now,
    )
    if stored is None or now.version != version:
        raise SettingsChanged(extra={"version": now.version})
    return _view(stored, kept)


def _bare(settings: MySettings) -> Kept:
    return Kept(**{name: getattr(settings, name) for name in Kept.__struct_fields__})


def _view(version: int, kept: Kept) -> MySettings:
    fields = {name: getattr(kept, name) for name in Kept.__struct_fields__}
    return MySettings(version=version, keymap=keys_of(kept.keys.preset, kept.keys.own), **fields)


def _read(stored: Mapping[str, Any]) -> Kept:
    """What a row holds; a part that this version no longer understands is as if it had never been chosen."""
    known: dict[str, Any] = {}
    for field in msgspec.structs.fields(Kept):
        try:
            if field.name in stored:
                known[field.name] = msgspec.convert(stored[field.name], field.type)
        except msgspec.ValidationError:
            continue
    return Kept(**known)
