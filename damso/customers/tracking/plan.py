"""A source's tracking plan: what its events should look like, as JSON Schema of their properties."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import jsonschema_rs
from msgspec import Struct

from damso.customers.tracking.types import MAX_NAME, Mode, Unplanned
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text

MOST_SAID = 5
"""Violations that are told of one event."""
MAX_SCHEMA = 64 * 1024
MOST_PLANNED = 1000


class SchemaInvalid(AppError):
    code = "SCHEMA_INVALID"
    status = 422
    text = Text("JSON 스키마가 올바르지 않아요: {why}", "This is no valid JSON Schema: {why}")


class PlanFull(AppError):
    code = "PLAN_FULL"
    text = Text("트래킹 플랜에는 이벤트를 {most}개까지 넣을 수 있어요.", "A tracking plan has up to {most} events.")


class PlannedEvent(Struct, frozen=True, kw_only=True):
    """An event that a source should send."""

    name: str
    schema: dict[str, Any]
    mode: Mode
    updated_at: datetime


class SeenEvent(Struct, frozen=True, kw_only=True):
    """An event that a source was seen to send; `planned` is whether its plan names it."""

    name: str
    count: int
    first_at: datetime
    last_at: datetime
    planned: bool


class Finding(Struct, frozen=True):
    """What the plan says of an event: nothing, or what is wrong and whether that refuses it."""

    violations: Sequence[str] = ()
    refusal: Literal["", "PLAN_BROKEN", "UNPLANNED"] = ""


_FITS = Finding()


class Plan:
    """The schemas of one source, ready to be checked against."""

    def __init__(self, unplanned: Unplanned, events: Sequence[PlannedEvent] = ()) -> None:
        self._unplanned = unplanned
        self._events = {one.name: (one.mode, compiled(one.schema)) for one in events}

    def look_at(self, name: str, properties: Mapping[str, Any]) -> Finding:
        """Whether a tracked event is as it should be."""
        planned = self._events.get(name)
        if planned is None:
            return self._stranger()
        mode, validator = planned
        if validator.is_valid(properties):
            return _FITS
        said = [_say(error) for error, _ in zip(validator.iter_errors(properties), range(MOST_SAID), strict=False)]
        return Finding(said, "PLAN_BROKEN" if mode == "block" else "")

    def _stranger(self) -> Finding:
        if self._unplanned == "allow":
            return _FITS
        return Finding(["UNPLANNED"], "UNPLANNED" if self._unplanned == "block" else "")


def compiled(schema: Mapping[str, Any]) -> jsonschema_rs.Validator:
    """Raises `SchemaInvalid`. References to other addresses are never fetched, and patterns take linear time."""
    try:
        return jsonschema_rs.validator_for(
            dict(schema), mask="…", pattern_options=jsonschema_rs.RegexOptions(), retriever=_fetch_nothing
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise SchemaInvalid(field="schema", why=str(error).splitlines()[0][:200]) from error


def _fetch_nothing(uri: str) -> None:
    raise ValueError(f"{uri} is somewhere else")


def _say(error: jsonschema_rs.ValidationError) -> str:
    """Where, and what is wrong; without the value, which may be somebody's."""
    path = ".".join(str(part) for part in error.instance_path)
    return f"{path}: {error.message}" if path else error.message


async def planned_events(tx: Transaction, source_id: UUID) -> list[PlannedEvent]:
    """The plan, by name."""
    return await tx.all(
        PlannedEvent,
        "SELECT name, schema, mode, updated_at FROM planned_event WHERE source_id = $1 ORDER BY name",
        source_id,
    )


async def plan_event(tx: Transaction, source_id: UUID, name: str, schema: dict[str, Any], mode: Mode) -> PlannedEvent:
    """Say what an event should look like. Raises `SchemaInvalid`, `PlanFull`."""
    compiled(schema)
    known = await tx.values("SELECT name FROM planned_event WHERE source_id = $1", source_id)
    if name not in known and len(known) >= MOST_PLANNED:
        raise PlanFull(most=MOST_PLANNED)
    return await tx.one(
        PlannedEvent,
        """INSERT INTO planned_event (source_id, name, schema, mode, updated_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (source_id, name) DO UPDATE SET schema = $3, mode = $4, updated_at = $5
        RETURNING name, schema, mode, updated_at""",
        source_id,
        name[:MAX_NAME],
        schema,
        mode,
        tx.now,
    )


async def unplan_event(tx: Transaction, source_id: UUID, name: str) -> None:
    """Raises `NotFound`."""
    if not await tx.execute("DELETE FROM planned_event WHERE source_id = $1 AND name = $2", source_id, name):
        raise NotFound


async def seen_events(tx: Transaction, source_id: UUID, limit: int = 500) -> list[SeenEvent]:
    """What a source was seen to send, the latest first."""
    return await tx.all(
        SeenEvent,
        """SELECT s.name, s.count, s.first_at, s.last_at, p.name IS NOT NULL AS planned FROM seen_event s
        LEFT JOIN planned_event p USING (source_id, name)
        WHERE s.source_id = $1 ORDER BY s.last_at DESC, s.name LIMIT $2""",
        source_id,
        limit,
    )
