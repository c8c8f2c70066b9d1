"""What a merge or an un-merge would do, before anybody does it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from msgspec import Struct

from damso.customers.card import identities_in
from damso.customers.cluster import Cluster
from damso.customers.faces import colour_of, initials_of
from damso.customers.merge import Union
from damso.customers.parting import Plan
from damso.customers.traits import dated_traits
from damso.customers.types import INTERNAL, CaseSource, DividedCase, Identity
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale, Text

K = TypeVar("K")

_NOT_DISCLOSED = Text(
    "상담원이 합쳐도 고객에게는 새로 보이는 것이 없어요. 채팅과 메일에는 고객이 직접 확인한 연락처의 대화만 나와요.",
    "The customer sees nothing new: chat and mail show only what was said at addresses that they proved themselves.",
)
_STAYS = Text(
    "내부 메모, 담당자, 태그, 지표는 상담이 시작된 연락처에 남아요.",
    "Notes, assignment, tags and metrics stay with the address that a case began with.",
)
_KEPT_APART = Text(
    "나눈 뒤에는 누군가 다시 합칠 때까지 자동으로 합쳐지지 않아요.",
    "Once apart, no rule joins them again until a person does.",
)


class Side(Struct, frozen=True, kw_only=True):
    """One customer, before a merge or after an un-merge; `customer_id` is None for one that is yet to be made."""

    customer_id: UUID | None
    name: str
    initials: str
    colour: int
    identities: list[Identity]
    conversations: int
    messages: int
    traits: int


class ValueOf(Struct, frozen=True, kw_only=True):
    """What one side says a trait is."""

    customer_id: UUID
    value: Any
    source: str
    at: datetime
    wins: bool


class Conflict(Struct, frozen=True, kw_only=True):
    """A trait on which sides differ; the value said last is shown, and all are kept."""

    key: str
    values: list[ValueOf]


class MergePreview(Struct, frozen=True, kw_only=True):
    """What becomes one. `customer_id` is who remains; `separated` tells that somebody said they are not the same."""

    customer_id: UUID
    sides: list[Side]
    conflicts: list[Conflict]
    separated: bool
    not_disclosed: str


class UnmergePreview(Struct, frozen=True, kw_only=True):
    """What goes where: the sides, whose cases lose messages to a case of their own, and what stays."""

    sides: list[Side]
    divided: list[DividedCase]
    stays: str
    kept_apart: str


async def merge_preview(
    tx: Transaction, cluster: Cluster, union: Union, cases: CaseSource, locale: Locale
) -> MergePreview:
    """Describe a union of `damso.customers.merge.plan_merge`."""
    side_of = {one: customer for one, customer in cluster.customer_of.items() if customer in union.customer_ids}
    return MergePreview(
        customer_id=union.kept,
        sides=await _sides(tx, _groups(side_of), {one: one for one in union.customer_ids}, cases),
        conflicts=await _conflicts(tx, side_of),
        separated=bool(union.lifted),
        not_disclosed=_NOT_DISCLOSED.say(locale),
    )


async def unmerge_preview(
    tx: Transaction, customer_id: UUID, cluster: Cluster, plan: Plan, cases: CaseSource, locale: Locale
) -> UnmergePreview:
    """Describe a plan of `damso.customers.unmerge.plan_unmerge`."""
    shown = next(node.customer_id for node in cluster.nodes if node.home_id == customer_id and node.kind == INTERNAL)
    side_of = {one: plan.partition[one] for one, customer in cluster.customer_of.items() if customer == shown}
    groups = _groups(side_of)
    whose = await _customers_then(tx, cluster, groups)
    sides = await _sides(tx, groups, whose, cases)
    return UnmergePreview(
        sides=sorted(sides, key=lambda side: side.customer_id != shown),
        divided=list(await cases.divided(tx, side_of)),
        stays=_STAYS.say(locale),
        kept_apart=_KEPT_APART.say(locale),
    )


def _groups(side_of: Mapping[int, K]) -> dict[K, list[int]]:
    groups: defaultdict[K, list[int]] = defaultdict(list)
    for identity_id, side in sorted(side_of.items()):
        groups[side].append(identity_id)
    return dict(groups)


async def _customers_then(
    tx: Transaction, cluster: Cluster, groups: Mapping[int, Collection[int]]
) -> dict[int, UUID | None]:
    """Who each side is shown as: the oldest customer that was made for one of its identities."""
    homes = {side: {h for h, inner in cluster.internal_of.items() if inner in ids} for side, ids in groups.items()}
    everybody = [home for some in homes.values() for home in some]
    rows = await tx.rows("SELECT id, created_at FROM customer WHERE id = ANY ($1)", everybody)
    ages = {row["id"]: row["created_at"] for row in rows}
    return {side: min(some, key=lambda home: (ages[home], home), default=None) for side, some in homes.items()}


async def _sides(
    tx: Transaction, groups: Mapping[K, Sequence[int]], whose: Mapping[K, UUID | None], cases: CaseSource
) -> list[Side]:
    everybody = [one for ids in groups.values() for one in ids]
    known = {identity.id: identity for identity in await identities_in(tx, everybody)}
    prints = {one.identity_id: one for one in await cases.footprints(tx, everybody)}
    traits: defaultdict[int, set[str]] = defaultdict(set)
    for trait in await dated_traits(tx, everybody):
        traits[trait.identity_id].add(trait.key)
    names = await _own_names(tx, everybody)
    return [
        _side(
            whose[key],
            next((names[one] for one in ids if names.get(one)), ""),
            [known[one] for one in ids if known[one].kind != INTERNAL],
            conversations=sum(prints[one].conversations for one in ids if one in prints),
            messages=sum(prints[one].messages for one in ids if one in prints),
            traits=len({key for one in ids for key in traits[one]}),
        )
        for key, ids in groups.items()
    ]


def _side(
    customer_id: UUID | None, name: str, identities: list[Identity], *, conversations: int, messages: int, traits: int
) -> Side:
    name = name or next((identity.name for identity in identities if identity.name), "")
    return Side(
        customer_id=customer_id,
        name=name,
        initials=initials_of(name),
        colour=colour_of(customer_id) if customer_id else 0,
        identities=identities,
        conversations=conversations,
        messages=messages,
        traits=traits,
    )


async def _own_names(tx: Transaction, identity_ids: Sequence[int]) -> dict[int, str]:
    """What the customers were called whose inner selves are among these, best source first."""
    rows = await tx.rows(
        """SELECT i.id, c.own_name FROM identity i JOIN customer c ON c.id = i.home_id
        WHERE i.id = ANY ($1) AND i.kind = $2 AND c.own_name <> ''""",
        list(identity_ids),
        INTERNAL,
    )
    return {row["id"]: row["own_name"] for row in rows}


async def _conflicts(tx: Transaction, side_of: Mapping[int, UUID]) -> list[Conflict]:
    newest: defaultdict[str, dict[UUID, ValueOf]] = defaultdict(dict)
    # Newest first, so the first of each side is what that side says, and the first of all is what holds.
    for trait in await dated_traits(tx, list(side_of)):
        sides = newest[trait.key]
        sides.setdefault(
            side_of[trait.identity_id],
            ValueOf(
                customer_id=side_of[trait.identity_id],
                value=trait.value,
                source=trait.source,
                at=trait.at,
                wins=not sides,
            ),
        )
    return [
        Conflict(key=key, values=list(sides.values()))
        for key, sides in sorted(newest.items())
        if any(one.value != other.value for one in sides.values() for other in sides.values())
    ]
