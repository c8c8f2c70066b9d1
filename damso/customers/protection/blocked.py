"""Values that name nobody: what programs write where they know of none, and what a company has found shared."""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Annotated

from msgspec import Meta, Struct

from damso.customers.protection.rules import WAKES
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text
from damso.kernel.log import Actor
from damso.team import audit

MOST = 1_000
SHORTEST = 3
"""Signs of a pattern beside its stars: `*@*` would block everybody."""

_NOBODY = re.compile(
    r"[0\-]*|-1|0?\.0+|null|\(null\)|nil|none|nan|undefined|unknown|anonymous|guest|true|false|n/a|test|user|userid|"
    r"user_id|id|email|distinct_id|\[object object\]|\{.*\}|\[.*\]",
    re.IGNORECASE | re.DOTALL,
)
SHIPPED: tuple[tuple[str, str], ...] = (
    *(("email", pattern) for pattern in ("test@*", "noreply@*", "no-reply@*", "none@*", "null@*", "a@a.*")),
    *(("email", f"*@{host}") for host in ("test.com", "test.test", "localhost.localdomain")),
    *(("phone", pattern) for pattern in ("+821000000000", "+821011111111", "+821012341234")),
)
"""By kind. Beside them: null, 0, undefined, guest and the like, as ids."""


class TooManyBlocked(AppError):
    code = "TOO_MANY_BLOCKED"
    status = 409
    text = Text("차단한 값은 {limit}개까지 둘 수 있어요.", "Up to {limit} values can be blocked.")


class PatternTooWide(AppError):
    code = "PATTERN_TOO_WIDE"
    status = 422
    text = Text(
        "* 말고 글자를 {least}자 이상 적어 주세요. 그렇지 않으면 거의 모든 사람이 막혀요.",
        "Write at least {least} signs beside *: otherwise nearly everybody would be blocked.",
    )


class BlockedValue(Struct, frozen=True, kw_only=True):
    """`kind` empty: an identity of any kind. In `pattern` a `*` stands for anything."""

    id: int
    kind: str
    pattern: str
    note: str
    added_at: datetime
    added_by: str | None


class NewBlocked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value to be blocked."""

    pattern: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: Annotated[str, Meta(max_length=40)] = ""
    note: Annotated[str, Meta(max_length=200)] = ""


class Blocked:
    """All that names nobody, ready to be asked."""

    def __init__(self, patterns: Iterable[tuple[str, str]] = ()) -> None:
        by_kind: dict[str, list[str]] = {}
        for kind, pattern in (*SHIPPED, *patterns):
            by_kind.setdefault(kind, []).append(_as_regex(pattern))
        self._found = {kind: re.compile("|".join(some), re.IGNORECASE | re.DOTALL) for kind, some in by_kind.items()}

    def names_nobody(self, kind: str, value: str) -> bool:
        bare = value.strip().strip("\"'")
        if _NOBODY.fullmatch(bare):
            return True
        return any(found.fullmatch(bare) for one in ("", kind) if (found := self._found.get(one)))


def _as_regex(pattern: str) -> str:
    """Each part is looked for once, where it comes first, and never again (atomic groups): the time is that of the
    value's length, however many stars there are."""
    first, *parts = (re.escape(part) for part in pattern.split("*"))
    return first + "".join(f"(?>.*?{part})" for part in parts[:-1]) + "".join(f".*{part}" for part in parts[-1:])


@lru_cache(maxsize=8)
def _compiled(patterns: tuple[tuple[str, str], ...]) -> Blocked:
    return Blocked(patterns)


async def blocked_of(tx: Transaction) -> Blocked:
    rows = await tx.rows("SELECT kind, pattern FROM blocked_value ORDER BY kind, pattern")
    return _compiled(tuple((row["kind"], row["pattern"]) for row in rows))


async def blocked_values(tx: Transaction) -> list[BlockedValue]:
    """What was added, the newest first."""
    return await tx.all(
        BlockedValue, "SELECT id, kind, pattern, note, added_at, added_by FROM blocked_value ORDER BY id DESC"
    )


async def block(tx: Transaction, wanted: NewBlocked, actor: Actor) -> BlockedValue:
    """From now on nobody is recognised by it. Saying it again changes nothing. Raises `PatternTooWide`,
    `TooManyBlocked`."""
    pattern = wanted.pattern.strip().lower()
    if ("*" in pattern and len(pattern.replace("*", "").strip("@.+")) < SHORTEST) or not pattern:
        raise PatternTooWide(field="pattern", least=SHORTEST)
    await tx.execute("LOCK TABLE blocked_value IN SHARE ROW EXCLUSIVE MODE")
    if await tx.value("SELECT count(*) FROM blocked_value") >= MOST:
        raise TooManyBlocked(limit=MOST)
    made = await tx.maybe(
        BlockedValue,
        """INSERT INTO blocked_value (kind, pattern, note, added_by, added_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (kind, pattern) DO NOTHING RETURNING id, kind, pattern, note, added_at, added_by""",
        wanted.kind,
        pattern,
        wanted.note.strip(),
        actor.id,
        tx.now,
    )
    if made is None:
        return await tx.one(
            BlockedValue,
            """SELECT id, kind, pattern, note, added_at, added_by FROM blocked_value
            WHERE kind = $1 AND pattern = $2""",
            wanted.kind,
            pattern,
        )
    # The value may be somebody's address: the audit log names it by its number.
    await audit.record(tx, actor, "identity.value_blocked", str(made.id), kind=made.kind)
    tx.wake(WAKES)
    return made


async def unblock(tx: Transaction, number: int, actor: Actor) -> None:
    """Raises `NotFound`."""
    kind = await tx.value("DELETE FROM blocked_value WHERE id = $1 RETURNING kind", number)
    if kind is None:
        raise NotFound
    await audit.record(tx, actor, "identity.value_unblocked", str(number), kind=kind)
    tx.wake(WAKES)
