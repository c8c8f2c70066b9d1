"""Rows of consents, entered into the ledger by the method `import`, with their line and what the file says as proof.

A consent needs the day it was given. One that is older than a withdrawal changes nothing, and one that is newer is
told, so that no file takes a withdrawal back in silence. A row that says again what a file said before is the same
entry.
"""

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from damso.conversations.tables.mapping import Uses
from damso.conversations.tables.people import alone, person_keys
from damso.conversations.tables.types import Filing, Refusal, Row, Tally
from damso.conversations.tables.values import as_moment, as_yes_no
from damso.customers.consent.bulk import ConsentGiven, foresee_many, record_many
from damso.customers.consent.may_contact import ContactRules
from damso.customers.consent.record import MOST_PROOF
from damso.customers.consent.types import ALL, BY_CHANNEL, Purpose
from damso.customers.protection.blocked import Blocked
from damso.customers.types import IdentityKey
from damso.kernel.database import Database, Transaction

_WORDS: Mapping[Purpose, str] = {
    "service": "service 서비스 서비스안내 정보성 이용약관",
    "marketing": "marketing ad ads 광고 마케팅 광고성 광고성정보 마케팅수신 광고성정보수신 홍보",
    "night_marketing": "night_marketing nightmarketing 야간 야간광고 야간수신 야간마케팅 야간광고성정보수신",
    "profiling": "profiling 프로파일링 맞춤 맞춤추천 개인화",
    "overseas": "overseas 국외이전 해외이전 개인정보국외이전",
    "third_party": "third_party thirdparty 제3자제공 제3자 개인정보제3자제공",
}
_PURPOSES: Mapping[str, Purpose] = {word: purpose for purpose, words in _WORDS.items() for word in words.split()}
_CHANNELS: Mapping[str, str] = {
    word: channel
    for channel, words in {
        "email": "email e-mail mail 이메일 메일",
        "sms": "sms lms mms text 문자 문자메시지 휴대폰",
        "phone": "phone call tm 전화",
        ALL: "all 전체 모두 모든채널",
    }.items()
    for word in words.split()
}
_PREFERRED: Mapping[str, tuple[str, ...]] = {"email": ("email",), "sms": ("phone",), "phone": ("phone",)}


class ConsentRow(Struct, frozen=True, kw_only=True):
    """What a row says. `again`: an earlier line of the file says the same."""

    line: int
    given: ConsentGiven
    surplus: bool = False
    again: bool = False

    @property
    def key(self) -> str:
        assert self.given.external_key is not None
        return self.given.external_key


class ConsentRows:
    kind: ClassVar[str] = "consent"
    largest: ClassVar[int] = 200

    def __init__(self, filing: Filing, blocked: Blocked, rules: ContactRules) -> None:
        self._filing = filing
        self._blocked = blocked
        self._uses = Uses(filing.mapping)
        self._rules = rules
        self._seen: set[str] = set()

    def read(self, row: Row) -> ConsentRow | Refusal:
        cells = self._uses.cells(row)
        keys, codes = person_keys(cells, self._filing.namespace, self._blocked)
        if not keys:
            return Refusal(row.line, alone(codes))
        said = as_yes_no(cells.get("given", ""))
        purpose = _PURPOSES.get(_word(cells.get("purpose", "marketing")))
        if said is None or purpose is None:
            return Refusal(row.line, "GIVEN_UNREADABLE" if said is None else "PURPOSE_UNKNOWN")
        moments = [as_moment(cells[field], self._filing.zone) if field in cells else None for field in _MOMENTS]
        if any(moment is None and field in cells for moment, field in zip(moments, _MOMENTS, strict=True)):
            return Refusal(row.line, "DATE_UNREADABLE")
        at, confirmed_at = moments
        if said and at is None:
            return Refusal(row.line, "CONSENT_WITHOUT_DATE")
        channel = _channel(cells, purpose)
        key = _whose(keys, channel)
        proof: dict[str, str | int] = {"line": row.line}
        if text := str(cells.get("proof", "")).strip():
            proof["text"] = text
            if len(text) > MOST_PROOF:
                return Refusal(row.line, "PROOF_TOO_LONG")
        given = ConsentGiven(
            kind=key.kind,  # type: ignore[arg-type]
            value=key.value,
            scope=key.scope,
            purpose=purpose,
            channel=channel,
            given=said,
            method="import",
            at=at,
            confirmed_at=confirmed_at,
            proof=proof,
        )
        own = str(cells.get("external_key", "")).strip()
        return ConsentRow(
            line=row.line,
            given=replace(given, external_key=f"import:{own[:180] or self._digest(row.line, given)}"),
            surplus=row.surplus,
        )

    def _digest(self, line: int, given: ConsentGiven) -> str:
        """By what it says; what has no date is of its line."""
        said = msgspec.json.encode(replace(given, proof={}))
        if given.at is None:
            said += f"{self._filing.fingerprint}:{line}".encode()
        return hashlib.blake2b(said, digest_size=16).hexdigest()

    def keys(self, item: ConsentRow) -> Sequence[Hashable]:
        return (item.key,)

    def remember(self, item: ConsentRow) -> ConsentRow:
        if item.key in self._seen:
            return replace(item, again=True)
        self._seen.add(item.key)
        return item

    async def foresee(self, tx: Transaction, items: Sequence[ConsentRow]) -> Tally:
        tally, fresh = await self._known(tx, items)
        warnings = await self._withdrawn(tx, fresh)
        refused = await foresee_many(tx, self._rules, [item.given for item in fresh])
        return _tell(tally, fresh, {number: error.code for number, error in refused.items()}, warnings)

    async def before(self, database: Database, items: Sequence[ConsentRow]) -> Sequence[ConsentRow]:
        return items

    async def bring(self, tx: Transaction, items: Sequence[ConsentRow]) -> Tally:
        tally, fresh = await self._known(tx, items)
        warnings = await self._withdrawn(tx, fresh)
        done = await record_many(tx, self._rules, [item.given for item in fresh], actor=self._filing.actor)
        return _tell(tally, fresh, {number: error.code for number, error in done.refused}, warnings)

    async def _known(self, tx: Transaction, items: Sequence[ConsentRow]) -> tuple[Tally, list[ConsentRow]]:
        """Those that were not entered before, beside a tally of those that were."""
        before = set(
            await tx.values(
                "SELECT external_key FROM consent WHERE external_key = ANY ($1)", [item.key for item in items]
            )
        )
        fresh = [item for item in items if item.key not in before and not item.again]
        tally = Tally()
        if len(fresh) < len(items):
            tally.count("same", len(items) - len(fresh))
        return tally, fresh

    async def _withdrawn(self, tx: Transaction, items: Sequence[ConsentRow]) -> dict[int, str]:
        """What there is to tell of consents whose customer has withdrawn here, by line. What this import itself entered
        is not asked, so that a dry run tells the same."""
        asked = [item for item in items if item.given.given]
        rows = await tx.rows(
            _WITHDRAWN,
            [
                {
                    "line": item.line,
                    "kind": item.given.kind,
                    "value": item.given.value,
                    "scope": item.given.scope,
                    "purpose": item.given.purpose,
                    "channel": item.given.channel,
                    "at": item.given.at,
                }
                for item in asked
            ],
            self._filing.begun_at,
            ALL,
        )
        return {row["line"]: "WITHDRAWN_BEFORE" if row["later"] else "STAYS_WITHDRAWN" for row in rows}


_MOMENTS = ("at", "confirmed_at")
_WITHDRAWN = """
SELECT g.line, g.at > last.at AS later
FROM jsonb_to_recordset($1) AS g(line bigint, kind text, value text, scope text, purpose text, channel text,
    at timestamptz)
JOIN identity own ON own.kind = g.kind AND own.value = g.value AND own.scope = g.scope
CROSS JOIN LATERAL (
    SELECT c.given, c.at FROM identity i JOIN consent c ON c.identity_id = i.id
    WHERE i.customer_id = own.customer_id AND c.purpose = g.purpose AND (c.channel IN (g.channel, $3) OR g.channel = $3)
        AND NOT (c.method = 'import' AND c.recorded_at >= $2)
    ORDER BY c.at DESC, c.given, c.id DESC LIMIT 1) AS last
WHERE NOT last.given
"""


def _tell(tally: Tally, items: Sequence[ConsentRow], refused: Mapping[int, str], warnings: Mapping[int, str]) -> Tally:
    for number, item in enumerate(items):
        if number in refused:
            tally.refuse(item.line, refused[number])
            continue
        tally.count("new")
        if item.line in warnings:
            tally.warn(item.line, warnings[item.line])
        if item.surplus:
            tally.warn(item.line, "COLUMN_UNKNOWN")
    return tally


def _word(cell: Any) -> str:
    return str(cell).strip().lower().replace(" ", "")


def _channel(cells: Mapping[str, Any], purpose: Purpose) -> str:
    """A word of ours, or what the file says where that is none; what there is no channel for is then refused."""
    if purpose not in BY_CHANNEL:
        return ALL
    word = _word(cells.get("channel", ALL))
    return _CHANNELS.get(word, word[:200].replace("\x00", ""))


def _whose(keys: Sequence[IdentityKey], channel: str) -> IdentityKey:
    """The address that the channel writes to, else the main one."""
    return next((key for key in keys if key.kind in _PREFERRED.get(channel, ())), keys[0])
