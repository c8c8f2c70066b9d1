"""The log of links as people read it: who joined or parted what, when and why."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain, groupby
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from damso.customers.card import internal_identity
from damso.customers.cluster import Cluster, read_cluster
from damso.customers.graph import active, separations
from damso.customers.parting import act_of
from damso.customers.types import INTERNAL, VISITOR, Strength
from damso.customers.unmerge import is_undone
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale, Text

Decision = Literal["link", "merge", "unmerge", "separate", "undo"]
SHOWN_PARTIES = 8

_TITLES: Mapping[Decision, Text] = {
    "link": Text("연결됨", "Linked"),
    "merge": Text("고객을 합침", "Customers merged"),
    "unmerge": Text("고객을 나눔", "Customers taken apart"),
    "separate": Text("같은 고객이 아니라고 표시함", "Marked as different customers"),
    "undo": Text("결정을 취소함", "A decision undone"),
}
_REASONS = {
    "one_time_code": Text("고객이 인증번호로 직접 확인했어요.", "The customer proved it with a one-time code."),
    "identity_token": Text("쇼핑몰에 로그인해 확인됐어요.", "Proved by signing in at the shop."),
    "separated": Text("나눈 연락처에 새 고객을 만들었어요.", "A customer was made for an address taken apart."),
    "agent": Text("상담원이 결정했어요.", "An agent decided so."),
    "key": Text("연동 시스템이 API로 요청했어요.", "A connected system asked for it."),
    "system": Text("명령줄에서 실행했어요.", "Done on the command line."),
    "match": Text(
        "같은 고객 찾기 규칙이 연결했어요. 확인된 연결로 보지 않아요.",
        "Joined by the rule for possible duplicates. It counts as no proof.",
    ),
    "held": Text("보류된 연결을 담당자가 허용했어요.", "Somebody let a held join through."),
    "suggestion": Text("추천을 보고 상담원이 결정했어요.", "An agent followed a suggestion."),
}
_STRENGTHS: Mapping[Strength, Text] = {
    "proven": Text("고객이 확인한 연결이에요.", "Proven by the customer."),
    "asserted": Text("연동 시스템이 알려 준 연결이에요.", "Asserted by a connected system."),
    "matched": Text(
        "설정한 기준보다 비슷해서 규칙이 연결했어요.", "Joined by the rule: they are likelier one than its limit."
    ),
    "analytic": Text("추정일 뿐 합쳐지지는 않아요.", "Only a guess, which joins nobody."),
}


class Party(Struct, frozen=True, kw_only=True):
    """Whom a decision is about: an address, or (kind `internal`) a customer, whose name and address `label` then is."""

    identity_id: int
    customer_id: UUID
    kind: str
    label: str


class HistoryLine(Struct, frozen=True, kw_only=True):
    """One decision. `link_id` names it to whoever wants to undo it; `stands` is false once something took it back."""

    link_id: int
    decision: Decision
    title: str
    reason: str
    strength: Strength
    at: datetime
    actor_kind: str
    actor_name: str
    parties: list[Party]
    stands: bool
    can_undo: bool
    can_unmerge: bool


async def history(tx: Transaction, customer_id: UUID, locale: Locale) -> list[HistoryLine]:
    """All decisions about a customer's identities, newest first, in a handful of statements. Raises `NotFound`."""
    inner = await internal_identity(tx, customer_id)
    rows = await tx.rows(_ROWS, inner)
    # A separation also names somebody whom no link ever joined.
    cluster = await read_cluster(tx, {inner, *(one for row in rows for one in (row["identity_id"], row["other_id"]))})
    acts = [list(act) for _, act in groupby(rows, key=lambda row: row["act"])]
    told = _Told(cluster)
    parties = [told.parties(act) for act in acts]
    labels = await _labels(tx, set(chain.from_iterable(parties)))
    return [_line(told, act, [labels[one] for one in some], locale) for act, some in zip(acts, parties, strict=True)]


_ROWS = """
WITH own AS MATERIALIZED (
    SELECT i.id FROM identity me JOIN identity i ON i.customer_id = me.customer_id WHERE me.id = $1
)
SELECT l.id, l.kind, l.strength, l.identity_id, l.other_id, l.evidence, l.actor_kind, l.at,
    coalesce(l.act_id::text, l.id::text) AS act, coalesce(a.name, '') AS actor_name,
    min(l.id) OVER (PARTITION BY coalesce(l.act_id::text, l.id::text)) AS first
FROM link l LEFT JOIN agent a ON l.actor_kind = 'agent' AND a.id::text = l.actor_id
WHERE l.id IN (SELECT id FROM link WHERE identity_id IN (SELECT id FROM own)
    UNION SELECT id FROM link WHERE other_id IN (SELECT id FROM own)
    UNION SELECT link_id FROM link_side WHERE identity_id IN (SELECT id FROM own))
ORDER BY first DESC, l.id LIMIT 2000
"""


async def _labels(tx: Transaction, identity_ids: set[int]) -> dict[int, Party]:
    rows = await tx.rows(
        """SELECT i.id, i.customer_id, i.kind, CASE WHEN i.kind = $2 THEN '' WHEN i.kind <> $3 THEN i.value
            ELSE concat_ws(' · ', nullif(c.own_name, ''), (SELECT a.value FROM identity a WHERE a.home_id = i.home_id
                AND a.kind NOT IN ($2, $3) ORDER BY a.id LIMIT 1)) END AS label
        FROM identity i JOIN customer c ON c.id = i.home_id WHERE i.id = ANY ($1)""",
        list(identity_ids),
        VISITOR,
        INTERNAL,
    )
    return {
        row["id"]: Party(identity_id=row["id"], customer_id=row["customer_id"], kind=row["kind"], label=row["label"])
        for row in rows
    }


class _Told:
    """The entries of a cluster, by what is asked for each decision."""

    def __init__(self, cluster: Cluster) -> None:
        self.entries = cluster.entries
        standing = active(cluster.entries)
        # A separation may have been taken back bit by bit.
        self.standing = {entry.id for entry in standing if entry.kind != "separate"}
        self.standing |= {one.entry.id for one in separations(standing)}
        self._entry = {entry.id: entry for entry in cluster.entries}

    def parties(self, act: Sequence[Any]) -> list[int]:
        """Whom a decision is about, as far as it is shown; of a separation first one of each side."""
        entries = [self._entry[row["id"]] for row in _telling(act)]
        named = chain.from_iterable((one.one, one.other, *sorted((*one.one_side, *one.other_side))) for one in entries)
        return list(dict.fromkeys(named))[:SHOWN_PARTIES]


def _line(told: _Told, act: Sequence[Any], parties: list[Party], locale: Locale) -> HistoryLine:
    first = act[0]
    decision: Decision = first["evidence"].get("act") or _decision({row["kind"] for row in act})
    entries = act_of(told.entries, first["id"])
    stands = any(entry.id in told.standing for entry in entries)
    proven = decision == "link" and first["strength"] == "proven"
    undone = is_undone(told.entries, entries)
    return HistoryLine(
        link_id=first["id"],
        decision=decision,
        title=_TITLES[decision].say(locale),
        reason=reason_of(first, decision).say(locale),
        strength=first["strength"],
        at=first["at"],
        actor_kind=first["actor_kind"],
        actor_name=first["actor_name"],
        parties=parties,
        stands=stands and not undone,
        can_undo=not proven and not undone and decision != "undo",
        can_unmerge=stands
        and not undone
        and decision in ("merge", "link")
        and first["strength"] in ("asserted", "matched"),
    )


def _decision(kinds: set[str]) -> Decision:
    """What a decision was, told by its entries: a rule's, or one whose evidence was erased with its customer."""
    if "unmerge" in kinds or kinds == {"separate", "merge"}:
        return "unmerge"
    if "merge" in kinds:
        return "merge"
    if "separate" in kinds:
        return "separate"
    return "link" if "link" in kinds else "undo"


def _telling(act: Sequence[Any]) -> Sequence[Any]:
    """The entries that say best whom an act is about: between customers or addresses, not between each two."""
    return [row for row in act if row["kind"] in ("merge", "link", "unmerge")] or act


def reason_of(row: Any, decision: Decision) -> Text:
    """Why an entry was written, by its evidence."""
    code = row["evidence"].get("by") or row["evidence"].get("rule")
    return _REASONS.get(code) or (_STRENGTHS[row["strength"]] if decision == "link" else _REASONS["system"])
