"""Rows of customers: read, told apart, written. The company's own system vouches for their addresses (`asserted`).

A user id or an e-mail address is one person's, and joins. A phone number may be a family's: where another customer
has it already it joins nobody and is only noted down as a claim, as with exports of help desks. Two user ids of one
namespace are two people: a row that would make them one is refused.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from damso.conversations.tables.mapping import Uses
from damso.conversations.tables.people import Erased, Known, alone, known_people, person_keys
from damso.conversations.tables.types import Filing, Refusal, Row, Tally
from damso.conversations.tables.values import as_moment
from damso.customers.addresses import MAX_NAME, canonical_name
from damso.customers.bring_in import Newcomer, bring_in
from damso.customers.claim import keep_claim
from damso.customers.identify import Sighting, identify_all
from damso.customers.link import link
from damso.customers.protection.blocked import Blocked
from damso.customers.traits import TraitsGiven, dated_traits, fits, set_traits_of_many
from damso.customers.types import IdentityKey
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError
from damso.kernel.masking import mask_values
from damso.kernel.sensitive import SensitiveKind

SOURCE = "import"
EVIDENCE = {"rule": "import"}


class PersonRow(Struct, frozen=True, kw_only=True):
    """A customer as a row tells of one. `keys` begin with the main one; `again` says that the file named somebody of
    them before; `rival` that it gave one of them another user id, `shared` a phone number to somebody else."""

    line: int
    keys: tuple[IdentityKey, ...]
    name: str = ""
    locale: str | None = None
    timezone: str | None = None
    seen_at: datetime | None = None
    traits: dict[str, Any]
    warnings: tuple[str, ...] = ()
    again: bool = False
    rival: bool = False
    shared: frozenset[IdentityKey] = frozenset()

    @property
    def own(self) -> tuple[IdentityKey, ...]:
        """The keys that say who it is: a phone number only where there is nothing else."""
        return tuple(key for key in self.keys if key.kind != "phone") or self.keys[:1]


class CustomerRows:
    kind: ClassVar[str] = "customer"
    largest: ClassVar[int] = 400

    def __init__(self, filing: Filing, keyring: Keyring, blocked: Blocked, masked: frozenset[SensitiveKind]) -> None:
        self._filing = filing
        self._blocked = blocked
        self._uses = Uses(filing.mapping)
        self._masked = masked
        self._erased = Erased(keyring)
        self._seen: dict[int, int] = {}

    def read(self, row: Row) -> PersonRow | Refusal:
        cells = self._uses.cells(row)
        keys, warnings = person_keys(cells, self._filing.namespace, self._blocked)
        if not keys:
            return Refusal(row.line, alone(warnings))
        traits, sound = self._traits(cells)
        if not sound:
            warnings.append("VALUE_UNREADABLE")
        seen_at = as_moment(cells["seen_at"], self._filing.zone) if "seen_at" in cells else None
        if "seen_at" in cells and seen_at is None:
            warnings.append("VALUE_UNREADABLE")
        if row.surplus:
            warnings.append("COLUMN_UNKNOWN")
        try:
            name = canonical_name(str(cells["name"])) if "name" in cells else ""
        except AppError:
            name = ""
            warnings.append("NAME_TOO_LONG" if len(str(cells["name"])) > MAX_NAME else "NAME_INVALID")
        return PersonRow(
            line=row.line,
            keys=tuple(keys),
            name=name,
            locale=_short(cells, "locale"),
            timezone=_short(cells, "timezone"),
            seen_at=seen_at,
            traits=traits,
            warnings=tuple(dict.fromkeys(warnings)),
        )

    def _traits(self, cells: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        traits, sound = self._uses.values(cells, "trait:")
        whole = cells.get("traits")
        if isinstance(whole, dict):
            traits = {key: value for key, value in whole.items() if isinstance(key, str)} | traits
        fit = {key: value for key, value in traits.items() if fits(key, value) and not _holds_nul(value)}
        return mask_values(fit, self._masked), sound and len(fit) == len(traits)

    def keys(self, item: PersonRow) -> Sequence[IdentityKey]:
        return item.keys

    def remember(self, item: PersonRow) -> PersonRow:
        main = hash(item.keys[0])
        before = {key: self._seen[hash(key)] for key in item.keys if hash(key) in self._seen}
        own = [before[key] for key in item.own if key in before]
        user = item.keys[0].kind == "user"
        # Of a user id the number is even, of other keys odd: so it is known whether two differ in who they are.
        number = main * 2 + (not user)
        if user and any(one % 2 == 0 and one != number for one in own):
            return replace(item, rival=True)
        shared = frozenset(
            key for key, one in before.items() if key.kind == "phone" and key not in item.own and one != number
        )
        for key in item.keys:
            if key not in shared:
                self._seen.setdefault(hash(key), own[0] if own else number)
        return replace(item, again=bool(own), shared=shared)

    async def foresee(self, tx: Transaction, items: Sequence[PersonRow]) -> Tally:
        plan = await self._plan(tx, items)
        return plan.tally

    async def before(self, database: Database, items: Sequence[PersonRow]) -> Sequence[PersonRow]:
        return items

    async def bring(self, tx: Transaction, items: Sequence[PersonRow]) -> Tally:
        plan = await self._plan(tx, items)
        first = [_newcomer(one) for one in plan.first]
        main = dict(zip((one.line for one in plan.first), await bring_in(tx, first, source=SOURCE), strict=True))
        main |= await _speak(tx, plan.known)
        for one in plan.joining:
            main[one.line] = await _join(tx, one, plan.taken)
        told = [*plan.first, *plan.known, *plan.joining]
        given = [TraitsGiven(main[one.line], one.traits) for one in told if one.traits]
        if given:
            await set_traits_of_many(tx, given, source=SOURCE)
        return plan.tally

    async def _plan(self, tx: Transaction, items: Sequence[PersonRow]) -> "_Plan":
        """Tell them apart. The same for a dry run and for a run."""
        plan = _Plan()
        erased = await self._erased.among(tx, [key for one in items for key in one.keys])
        known = await known_people(tx, [key for one in items for key in one.keys])
        traits = await _traits_of(tx, [known.ids[one.keys[0]] for one in items if one.keys[0] in known.ids])
        for one in items:
            if any(key in erased for key in one.own):
                plan.tally.refuse(one.line, "ERASED")
                continue
            kept = replace(one, keys=tuple(key for key in one.keys if key not in erased))
            if kept.rival or known.would_mix(kept.own):
                plan.tally.refuse(one.line, "ANOTHER_USER")
                continue
            plan.add(kept, known, traits)
        return plan


class _Plan:
    """What becomes of rows: made in one go (`first`), told more of in one go (`known`), joined one by one."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.first: list[PersonRow] = []
        self.known: list[PersonRow] = []
        self.joining: list[PersonRow] = []
        self.taken: dict[int, frozenset[IdentityKey]] = {}

    def add(self, one: PersonRow, known: Known, traits: dict[int, dict[str, Any]]) -> None:
        for code in one.warnings:
            self.tally.warn(one.line, code)
        customers = {known.customers[key] for key in one.own if key in known.customers}
        others = frozenset(
            key
            for key in one.keys
            if key.kind == "phone" and key not in one.own and (known.is_of_others(key, customers) or key in one.shared)
        )
        if others:
            self.tally.warn(one.line, "PHONE_SHARED")
        if not customers:
            self.tally.count("repeated" if one.again else "new")
            self._take(one, others)
            return
        fresh = [key for key in one.keys if key not in known.ids]
        changed = bool(fresh) or len(customers) > 1 or _says_more(one, known, traits)
        self.tally.count("repeated" if one.again else "changed" if changed else "same")
        if fresh or len(customers) > 1 or (changed and others):
            self.joining.append(one)
            self.taken[one.line] = others
        elif changed:
            self.known.append(one)

    def _take(self, one: PersonRow, others: frozenset[IdentityKey]) -> None:
        if others:
            self.joining.append(one)
            self.taken[one.line] = others
        else:
            self.first.append(one)


def _says_more(one: PersonRow, known: Known, traits: dict[int, dict[str, Any]]) -> bool:
    main = known.ids.get(one.keys[0])
    if main is None or (one.name and any(known.names[key] != one.name for key in one.own if key in known.names)):
        return True
    locale, timezone = known.speaks[one.keys[0]]
    if (one.locale and not locale) or (one.timezone and not timezone):
        return True
    had = traits.get(main, {})
    return any(had.get(key) != value for key, value in one.traits.items())


async def _traits_of(tx: Transaction, identity_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for one in await dated_traits(tx, identity_ids) if identity_ids else ():
        found.setdefault(one.identity_id, {}).setdefault(one.key, one.value)
    return found


async def _speak(tx: Transaction, people: Sequence[PersonRow]) -> dict[int, int]:
    """Note what is said of people of whom all addresses are known; the main identity of each, by line."""
    if not people:
        return {}
    pairs = [(one, key) for one in people for key in one.own]
    found = await identify_all(tx, [_sighting(one, key) for one, key in pairs])
    main: dict[int, int] = {}
    for (one, _), identified in zip(pairs, found, strict=True):
        main.setdefault(one.line, identified.identity_id)
    return main


async def _join(tx: Transaction, one: PersonRow, taken: dict[int, frozenset[IdentityKey]]) -> int:
    """Somebody of whom something is known already: what is new of them is added. The main identity."""
    own = [key for key in one.keys if key not in taken[one.line]]
    found = [identified.identity_id for identified in await identify_all(tx, [_sighting(one, key) for key in own])]
    main = found[0]
    for other in found[1:]:
        if other != main:
            await link(tx, main, other, strength="asserted", evidence=EVIDENCE)
    for key in sorted(taken[one.line]):
        await keep_claim(tx, main, "phone", key.value, source=SOURCE)
    return main


def _sighting(one: PersonRow, key: IdentityKey) -> Sighting:
    return Sighting(
        key=key,
        proof="asserted",
        source=SOURCE,
        name=one.name,
        locale=one.locale,
        timezone=one.timezone,
        seen_at=one.seen_at,
    )


def _newcomer(one: PersonRow) -> Newcomer:
    return Newcomer(keys=one.keys, name=one.name, locale=one.locale, timezone=one.timezone, seen_at=one.seen_at)


def _short(cells: dict[str, Any], key: str) -> str | None:
    text = str(cells.get(key, "")).strip()
    return text if 0 < len(text) <= 60 and text.isprintable() else None


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any("\x00" in str(key) or _holds_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))
