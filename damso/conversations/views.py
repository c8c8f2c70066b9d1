"""Views: lists one returns to, with counts that are live because they are cheap."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from damso.conversations.rows import Filter, conditions_of
from damso.conversations.types import ConversationStatus
from damso.kernel.database import Transaction
from damso.kernel.errors import Forbidden, Invalid, NotFound
from damso.kernel.ids import new_id
from damso.team.access import Caller


class View(Struct, frozen=True, kw_only=True):
    """A list one returns to, with how many conversations it holds; `capped` means more than `count`.

    A saved one is its owner's, a team's (`team_id`) or everybody's (`shared`); `editable` by who asks.
    """

    id: str
    kind: Literal["mine", "unassigned", "mentions", "reminders", "open", "snoozed", "resolved", "team", "saved"]
    name: str | None
    team_id: UUID | None
    filter: Filter
    count: int
    capped: bool
    shared: bool
    icon: str
    colour: str
    editable: bool
    owner_name: str | None


COUNT_CAP = 999
"""Counting stops here: beyond it the number tells nobody anything, and counting a million rows takes seconds."""

_ACTIVE: list[ConversationStatus] = ["open", "pending"]
_BUILT_IN: dict[str, Filter] = {
    "mine": Filter(status=_ACTIVE, assignee="me"),
    "unassigned": Filter(status=["open"], assignee="none"),
    "mentions": Filter(mentioned=True),
    "reminders": Filter(reminded=True),
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
        f"""{_SELECT} LEFT JOIN view_order o ON o.agent_id = $1 WHERE {_SEEN}
        ORDER BY array_position(o.view_ids, v.id), lower(v.name), v.id""",
        caller.agent,
    )
    found += [_saved(row, caller) for row in kept]
    return await _counted(tx, found, caller)


_SELECT = """SELECT v.id, v.agent_id, v.name, v.filter, v.shared, v.team_id, v.icon, v.colour, a.name AS owner_name
FROM saved_view v JOIN agent a ON a.id = v.agent_id"""
_SEEN = """(v.agent_id = $1 OR v.shared OR v.team_id IN (SELECT team_id FROM team_member WHERE agent_id = $1))"""


def _plain(kind: Any, view_id: str, chosen: Filter, name: str | None = None) -> View:
    return View(
        id=view_id,
        kind=kind,
        name=name,
        team_id=chosen.team_id,
        filter=chosen,
        count=0,
        capped=False,
        shared=False,
        icon="",
        colour="grey",
        editable=False,
        owner_name=None,
    )


def _saved(row: Any, caller: Caller) -> View:
    own = row["agent_id"] == caller.agent_id
    return View(
        id=str(row["id"]),
        kind="saved",
        name=row["name"],
        team_id=row["team_id"],
        filter=msgspec.convert(row["filter"], Filter),
        count=0,
        capped=False,
        shared=row["shared"],
        icon=row["icon"],
        colour=row["colour"],
        editable=own or caller.may("team.manage"),
        owner_name=None if own else row["owner_name"],
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
    saved = await tx.value(f"SELECT filter FROM saved_view v WHERE id = $2 AND {_SEEN}", agent_id, wanted)
    if saved is None:
        raise NotFound
    return msgspec.convert(saved, Filter)


class ViewDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A view to keep. `team_id` shares it with a team, `shared` with everybody. `icon` is a name the desk knows."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    filter: Filter
    shared: bool = False
    team_id: UUID | None = None
    icon: Annotated[str, Meta(pattern="^[a-z-]{0,30}$")] = ""
    colour: Annotated[str, Meta(pattern="^[a-z]{3,10}$")] = "grey"


async def save_view(tx: Transaction, caller: Caller, draft: ViewDraft) -> View:
    """Raises `Invalid`, `NotFound` for a team that is not there or out of reach."""
    view_id = new_id()
    await _check_audience(tx, caller, draft)
    await tx.execute(
        """INSERT INTO saved_view (id, agent_id, name, filter, shared, team_id, icon, colour, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        view_id,
        caller.agent,
        draft.name,
        msgspec.to_builtins(draft.filter),
        draft.shared,
        draft.team_id,
        draft.icon,
        draft.colour,
        tx.now,
    )
    return await _view(tx, caller, view_id)


class ViewChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not given stays."""

    name: Annotated[str, Meta(min_length=1, max_length=100)] | UnsetType = UNSET
    filter: Filter | UnsetType = UNSET
    shared: bool | UnsetType = UNSET
    team_id: UUID | UnsetType | None = UNSET
    icon: Annotated[str, Meta(pattern="^[a-z-]{0,30}$")] | UnsetType = UNSET
    colour: Annotated[str, Meta(pattern="^[a-z]{3,10}$")] | UnsetType = UNSET


async def change_view(tx: Transaction, caller: Caller, view_id: UUID, wanted: ViewChange) -> View:
    """Change a view: one's own, or, for those who keep the team, one that is shared. Raises `Forbidden`, `NotFound`,
    `Invalid`."""
    view = await _view(tx, caller, view_id)
    if not view.editable:
        raise Forbidden
    given = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not UNSET}
    known = {name: getattr(view, name) for name in ViewDraft.__struct_fields__}
    draft = ViewDraft(**known | given)
    if draft.team_id != view.team_id:
        await _check_audience(tx, caller, draft)
    if draft.shared and draft.team_id:
        raise Invalid(field="team_id")
    await tx.execute(
        """UPDATE saved_view SET name = $2, filter = $3, shared = $4, team_id = $5, icon = $6, colour = $7
        WHERE id = $1""",
        view_id,
        draft.name,
        msgspec.to_builtins(draft.filter),
        draft.shared,
        draft.team_id,
        draft.icon,
        draft.colour,
    )
    return await _view(tx, caller, view_id)


async def _view(tx: Transaction, caller: Caller, view_id: UUID) -> View:
    row = await tx.row(f"{_SELECT} WHERE v.id = $2 AND {_SEEN}", caller.agent, view_id)
    if row is None:
        raise NotFound
    return (await _counted(tx, [_saved(row, caller)], caller))[0]


async def _check_audience(tx: Transaction, caller: Caller, draft: ViewDraft) -> None:
    """A view is shared with a team that there is, or with everybody, not both."""
    if draft.team_id is None:
        return
    if draft.shared:
        raise Invalid(field="team_id")
    caller.check_team(draft.team_id)
    if not await tx.value("SELECT true FROM team WHERE id = $1 FOR KEY SHARE", draft.team_id):
        raise NotFound(field="team_id")


async def delete_view(tx: Transaction, caller: Caller, view_id: UUID) -> None:
    """Raises `Forbidden`, `NotFound`."""
    if not (await _view(tx, caller, view_id)).editable:
        raise Forbidden
    await tx.execute("DELETE FROM saved_view WHERE id = $1", view_id)


async def order_views(tx: Transaction, caller: Caller, view_ids: Sequence[UUID]) -> None:
    """In which order the caller wants to see saved views."""
    await tx.execute(
        """INSERT INTO view_order (agent_id, view_ids) VALUES ($1, $2)
        ON CONFLICT (agent_id) DO UPDATE SET view_ids = excluded.view_ids""",
        caller.agent,
        list(view_ids),
    )
