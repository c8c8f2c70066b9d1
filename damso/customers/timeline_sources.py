"""What this room tells in a customer's timeline: addresses, claims, traits, and what the log says of the customer."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from damso.customers.consent.timeline import ConsentLines
from damso.customers.timeline import Kind, Place, TimelineEntry
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text

_NAMES = {
    "email": Text("이메일", "E-mail"),
    "phone": Text("전화번호", "Phone number"),
    "name": Text("이름", "Name"),
    "visitor": Text("웹사이트 방문", "Website visit"),
    "user": Text("회원 계정", "Account"),
    "anonymous": Text("익명 방문", "Anonymous visit"),
    "counter": Text("매장에서 말한 번호", "Number said in a shop"),
}


def _title(kind: str, ko: str, en: str) -> Text:
    """A title with the word for a kind in it, e.g. `이메일 확인`."""
    word = _NAMES.get(kind, Text("연락처", "Address"))
    return Text(ko.format(word.ko), en.format(word.en))


class IdentityLines:
    """When an address was first seen."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"identity"})

    async def entries(
        self, tx: Transaction, identity_ids: Sequence[int], before: Place, limit: int
    ) -> list[TimelineEntry]:
        rows = await tx.rows(
            """SELECT 'identity:' || id AS key, first_seen_at AS at, kind,
                CASE WHEN kind IN ('visitor', 'anonymous') THEN '' ELSE value END AS text, source
            FROM identity WHERE id = ANY ($1) AND kind <> 'internal' AND first_seen_at <= $2
                AND (first_seen_at < $2 OR 'identity:' || id < $3 COLLATE "C")
            ORDER BY first_seen_at DESC, ('identity:' || id) COLLATE "C" DESC LIMIT $4""",
            list(identity_ids),
            before.at,
            before.id,
            limit,
        )
        return [
            TimelineEntry(
                id=row["key"],
                at=row["at"],
                kind="identity",
                title=_title(row["kind"], "{} 추가", "{} added"),
                text=row["text"],
                source=row["source"],
            )
            for row in rows
        ]


class ClaimLines:
    """What the person said about themselves."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"claim"})

    async def entries(
        self, tx: Transaction, identity_ids: Sequence[int], before: Place, limit: int
    ) -> list[TimelineEntry]:
        rows = await tx.rows(
            """SELECT 'claim:' || id AS key, at, kind, value, source FROM claim
            WHERE identity_id = ANY ($1) AND at <= $2 AND (at < $2 OR 'claim:' || id < $3 COLLATE "C")
            ORDER BY at DESC, ('claim:' || id) COLLATE "C" DESC LIMIT $4""",
            list(identity_ids),
            before.at,
            before.id,
            limit,
        )
        return [
            TimelineEntry(
                id=row["key"],
                at=row["at"],
                kind="claim",
                title=_title(row["kind"], "{} 직접 입력", "{} typed in"),
                text=row["value"],
                source=row["source"],
            )
            for row in rows
        ]


class TraitLines:
    """Properties that got a value or lost it."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"event"})

    async def entries(
        self, tx: Transaction, identity_ids: Sequence[int], before: Place, limit: int
    ) -> list[TimelineEntry]:
        rows = await tx.rows(
            """SELECT 'trait:' || id AS key, at, key AS name, value, source FROM trait_change
            WHERE identity_id = ANY ($1) AND at <= $2 AND (at < $2 OR 'trait:' || id < $3 COLLATE "C")
            ORDER BY at DESC, ('trait:' || id) COLLATE "C" DESC LIMIT $4""",
            list(identity_ids),
            before.at,
            before.id,
            limit,
        )
        return [
            TimelineEntry(
                id=row["key"],
                at=row["at"],
                kind="event",
                title=_TRAIT_SET if row["value"] is not None else _TRAIT_REMOVED,
                text=row["name"] if row["value"] is None else f"{row['name']}: {_shown(row['value'])}",
                source=row["source"],
            )
            for row in rows
        ]


_TRAIT_SET = Text("속성 변경", "Trait set")
_TRAIT_REMOVED = Text("속성 삭제", "Trait removed")


def _shown(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


_TOLD = {
    "customer.created": Text("고객 등록", "Customer added"),
    "customer.renamed": Text("이름 변경", "Name changed"),
    "customer.merged": Text("다른 고객과 합침", "Joined with another customer"),
    "customer.unmerged": Text("합친 고객을 다시 나눔", "Joined customers taken apart"),
    "identity.proven": Text("연락처 확인 완료", "Address verified"),
    "company.joined": Text("고객사에 추가", "Added to a company"),
    "company.left": Text("고객사에서 제외", "Removed from a company"),
    "consent.age_noted": Text("만 14세 미만 여부 확인", "Age noted"),
    "consent.link_made": Text("수신 설정 링크 전달", "Preferences link given"),
    "consent.notice_sent": Text("동의 안내 발송", "Notice of consent sent"),
    "member.link_made": Text("회원 QR 링크 만듦", "Link to the member code made"),
    "member.link_revoked": Text("회원 QR 링크 해지", "Link to the member code revoked"),
    "identity.bounced": Text("메일이 되돌아옴", "Mail bounced"),
}
"""Events of this room that have no line by another source."""


class LogLines:
    """What the log says happened to the customer."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"event"})

    async def entries(
        self, tx: Transaction, identity_ids: Sequence[int], before: Place, limit: int
    ) -> list[TimelineEntry]:
        rows = await tx.rows(
            """SELECT e.key, e.at, e.name, e.actor_kind FROM unnest($1::bigint[]) AS own(id) CROSS JOIN LATERAL (
                SELECT 'event:' || epoch || '.' || id AS key, occurred_at AS at, name, actor_kind FROM care_event
                WHERE identity_id = own.id AND occurred_at <= $2 AND name = ANY ($5)
                    AND (occurred_at < $2 OR 'event:' || epoch || '.' || id < $3 COLLATE "C")
                ORDER BY occurred_at DESC, ('event:' || epoch || '.' || id) COLLATE "C" DESC LIMIT $4) e
            ORDER BY e.at DESC, e.key COLLATE "C" DESC LIMIT $4""",
            list(identity_ids),
            before.at,
            before.id,
            limit,
            list(_TOLD),
        )
        return [
            TimelineEntry(id=row["key"], at=row["at"], kind="event", title=_TOLD[row["name"]], source=row["actor_kind"])
            for row in rows
        ]


SOURCES = (IdentityLines(), ClaimLines(), TraitLines(), ConsentLines(), LogLines())
"""The sources of this room."""
