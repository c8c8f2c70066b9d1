"""Companies as lists and their pages show them, as far as the caller may see.

A company is in reach if one of its people is, or if the caller made it; of one in reach only those people are told who
are in reach themselves (docs/adr/0018).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from damso.customers.search import Within, everybody
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.pagination import Page, decode_cursor, encode_cursor

PAGE = 50
SHOWN_PEOPLE = 200
"""On a company's page, those seen last first; its timeline is told of them."""


class Sight(Struct, frozen=True):
    """Who asks: `within` whom they may see, and by which id they made companies."""

    within: Within = everybody
    caller_id: str = ""

    def condition(self, args: list[object]) -> str:
        """A condition on the company `k`; appends its arguments to `args`."""
        person = self.within(args, "u")
        if not person:
            return "true"
        args.append(self.caller_id)
        people = """SELECT FROM customer_company b JOIN identity i ON i.id = b.identity_id
            JOIN customer u ON u.id = i.customer_id WHERE b.company_id = k.id AND b.left_at IS NULL"""
        return f"(k.created_by = ${len(args)}::text OR EXISTS ({people} AND {person}))"


class ListedCompany(Struct, frozen=True, kw_only=True):
    """A company in the list; `people` counts whom the caller may see."""

    id: UUID
    name: str
    domains: list[str]
    people: int


class Company(Struct, frozen=True, kw_only=True):
    """A company without its people."""

    id: UUID
    name: str
    note: str
    domains: list[str]
    traits: dict[str, Any]
    trait_sources: dict[str, Any]
    created_at: datetime


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who belongs to a company: as what, who said so (`domain`: their address), and one address of theirs."""

    id: UUID
    name: str
    role: str
    source: str
    at: datetime
    last_seen_at: datetime
    kind: str | None
    value: str | None


_DOMAINS = "ARRAY(SELECT domain FROM company_domain d WHERE d.company_id = k.id ORDER BY domain) AS domains"


async def list_companies(
    tx: Transaction, *, q: str = "", cursor: str | None = None, limit: int = PAGE, sight: Sight | None = None
) -> Page[ListedCompany]:
    """A page of companies by name; `q` is part of a name or a domain."""
    sight = sight or Sight()
    after = decode_cursor(cursor, str, UUID) if cursor else ["", UUID(int=0)]
    args: list[object] = [*after, q.strip(), limit + 1]
    condition = sight.condition(args)
    person = sight.within(args, "u") or "true"
    rows = await tx.all(
        ListedCompany,
        f"""SELECT k.id, k.name, {_DOMAINS}, (
            SELECT count(DISTINCT u.id) FROM customer_company b JOIN identity i ON i.id = b.identity_id
                JOIN customer u ON u.id = i.customer_id
            WHERE b.company_id = k.id AND b.left_at IS NULL AND {person}) AS people
        FROM company k WHERE (lower(k.name), k.id) > ($1, $2::uuid) AND ($3 = ''
            OR position(lower($3) IN lower(k.name)) > 0
            OR EXISTS (SELECT FROM company_domain d WHERE d.company_id = k.id AND position(lower($3) IN d.domain) > 0))
            AND {condition}
        ORDER BY lower(k.name), k.id LIMIT $4""",
        *args,
    )
    shown = rows[:limit]
    last = encode_cursor(shown[-1].name.lower(), shown[-1].id) if len(rows) > limit else None
    return Page(items=shown, next=last)


async def company(tx: Transaction, company_id: UUID, sight: Sight | None = None) -> Company:
    """Raises `NotFound`, also where it is out of reach."""
    args: list[object] = [company_id]
    condition = (sight or Sight()).condition(args)
    return await tx.one(
        Company,
        f"""SELECT k.id, name, note, {_DOMAINS}, traits, trait_sources, created_at FROM company k
        WHERE k.id = $1 AND {condition}""",
        *args,
    )


async def check_company(tx: Transaction, company_id: UUID, sight: Sight) -> None:
    """Raises `NotFound` where it is not there or out of reach."""
    args: list[object] = [company_id]
    if not await tx.value(f"SELECT true FROM company k WHERE k.id = $1 AND {sight.condition(args)}", *args):
        raise NotFound


async def people_of(tx: Transaction, company_id: UUID, sight: Sight | None = None) -> list[Person]:
    """All people of a company, those seen last first."""
    args: list[object] = [company_id]
    person = (sight or Sight()).within(args, "u") or "true"
    return await tx.all(
        Person,
        f"""SELECT u.id, u.name, b.role, b.source, b.at, u.last_seen_at, a.kind, a.value FROM (
            SELECT DISTINCT ON (i.customer_id) i.customer_id, role, b.source, at FROM customer_company b
            JOIN identity i ON i.id = b.identity_id WHERE b.company_id = $1 AND b.left_at IS NULL
            ORDER BY i.customer_id, role = '', at DESC
        ) b JOIN customer u ON u.id = b.customer_id LEFT JOIN LATERAL (
            SELECT kind, value FROM identity WHERE customer_id = u.id AND kind IN ('email', 'phone')
            ORDER BY kind, last_seen_at DESC LIMIT 1) a ON true
        WHERE {person} ORDER BY u.last_seen_at DESC, u.id DESC""",
        *args,
    )


async def identities_of_people(tx: Transaction, people: list[Person]) -> list[int]:
    """All identities of these people, for the story of their company."""
    ids: list[int] = await tx.values(
        "SELECT id FROM identity WHERE customer_id = ANY ($1) ORDER BY id", [person.id for person in people]
    )
    return ids
