"""Views: lists one returns to, with counts that are live because they are cheap."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.conversations.rows import Filter, conditions_of
from damso.conversations.types import ConversationStatus
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.ids import new_id
from damso.team.access import Caller


class View(Struct, frozen=True, kw_only=True):
    """A list one returns to, with how many conversations it holds; `capped` means more than `count`."""

    id: str
    kind: Literal["mine", "unassigned", "mentions", "open", "snoozed", "resolved", "team", "saved"]
    name: str | None
    team_id: UUID | None
    filter: Filter
    count: int
    capped: bool
    shared: bool


COUNT_CAP = 999
"""Counting stops here: beyond it the number tells nobody anything, and counting a million rows takes seconds."""

_ACTIVE: list[ConversationStatus] = ["open", "pending"]
_BUILT_IN: dict[str, Filter] = {
    "mine": Filter(status=_ACTIVE, assignee="me"),
    "unassigned": Filter(status=["open"], assignee="none"),
    "mentions": Filter(mentioned=True),
    "open": Filter(status=_ACTIVE),
    "snoozed": Filter(status=["snoozed"]),
    "resolved": Filter(status=["resolved"]),
}
_UNCOUNTED = {"resolved"}


async def views_of(tx: Transaction, caller: Caller) -> list[View]:
    """All lists of an agent: the built-in ones, those of their teams, the saved ones. Counted in one statement."""
    found = [_plain(kind, kind, chosen) for kind, chosen in _BUILT_IN.items()]
    teams = await tx.rows(
        "SELECT t.id, t.name FROM team t JOIN team_member m ON m.team_id = t.id WHERE m.agent_id = $1 ORDER BY t.name",
        caller.agent,
    )
    found += [
        _plain("team", f"team-{team['id']}", Filter(status=_ACTIVE, team_id=team["id"]), team["name"]) for team in teams
    ]
    kept = await tx.rows(
        "SELECT id, name, filter, shared FROM saved_view WHERE agent_id = $1 OR shared ORDER BY name", caller.agent
    )
    found += [
        _plain(
            "saved", str(saved["id"]), msgspec.convert(saved["filter"], Filter), saved["name"], shared=saved["shared"]
        )
        for saved in kept
    ]
    return await _counted(tx, found, caller)


def _plain(kind: Any, view_id: str, chosen: Filter, name: str | None = None, *, shared: bool = False) -> View:
    return View(
        id=view_id, kind=kind, name=name, team_id=chosen.team_id, filter=chosen, count=0, capped=False, shared=shared
    )


async def _counted(tx: Transaction, views: list[View], caller: Caller) -> list[View]:
    """Each view with its count, up to the cap, in one statement."""
    args: list[object] = []
    counts = ["0" if view.kind in _UNCOUNTED else _count(view.filter, caller, args) for view in views]
    row = await tx.row(f"SELECT ARRAY[{', '.join(counts)}] AS counts", *args)
    assert row is not None
    return [
        msgspec.structs.replace(view, count=min(count, COUNT_CAP), capped=count > COUNT_CAP)
        for view, count in zip(views, row["counts"], strict=True)
    ]


def _count(chosen: Filter, caller: Caller, args: list[object]) -> str:
    stretches = (
        f"(SELECT 1 FROM conversation c WHERE {condition} LIMIT {COUNT_CAP + 1})"
        for condition in conditions_of(chosen, caller, args)
    )
    return f"(SELECT count(*) FROM ({' UNION ALL '.join(stretches)}))"


async def filter_of(tx: Transaction, view_id: str, agent_id: UUID) -> Filter:
    """What a view shows. Raises `NotFound` for one that is not there or is somebody else's."""
    if view_id in _BUILT_IN:
        return _BUILT_IN[view_id]
    kind, _, rest = view_id.partition("team-")
    try:
        wanted = UUID(rest or kind)
    except ValueError as error:
        raise NotFound from error
    if rest:
        return Filter(status=_ACTIVE, team_id=wanted)
    saved = await tx.value(
        "SELECT filter FROM saved_view WHERE id = $1 AND (agent_id = $2 OR shared)", wanted, agent_id
    )
    if saved is None:
        raise NotFound
    return msgspec.convert(saved, Filter)


async def save_view(tx: Transaction, caller: Caller, name: str, chosen: Filter, *, shared: bool) -> View:
    view_id = new_id()
    await tx.execute(
        "INSERT INTO saved_view (id, agent_id, name, filter, shared, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        view_id,
        caller.agent,
        name,
        msgspec.to_builtins(chosen),
        shared,
        tx.now,
    )
    return (await _counted(tx, [_plain("saved", str(view_id), chosen, name, shared=shared)], caller))[0]


async def change_view(
    tx: Transaction, caller: Caller, view_id: UUID, name: str | None, chosen: Filter | None, shared: bool | None
) -> View:
    """Change one's own view; None leaves a part as it is. Raises `NotFound`."""
    row = await tx.row(
        """UPDATE saved_view SET name = coalesce($3, name), filter = coalesce($4, filter), shared = coalesce($5, shared)
        WHERE id = $1 AND agent_id = $2 RETURNING name, filter, shared""",
        view_id,
        caller.agent,
        name,
        msgspec.to_builtins(chosen) if chosen else None,
        shared,
    )
    if row is None:
        raise NotFound
    saved = _plain("saved", str(view_id), msgspec.convert(row["filter"], Filter), row["name"], shared=row["shared"])
    return (await _counted(tx, [saved], caller))[0]


async def delete_view(tx: Transaction, agent_id: UUID, view_id: UUID) -> None:
    if not await tx.execute("DELETE FROM saved_view WHERE id = $1 AND agent_id = $2", view_id, agent_id):
        raise NotFound
