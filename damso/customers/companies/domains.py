"""Domains of companies: whoever writes from an address there belongs to the company, unless somebody said otherwise.

An address that nothing vouches for (`proof` none) says nothing: anybody may type one.
"""

import re
from collections.abc import Collection
from uuid import UUID

from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.ngrams import gram_keys, query_grams

FREE_MAIL = frozenset(
    {
        "126.com",
        "163.com",
        "aol.com",
        "daum.net",
        "dreamwiz.com",
        "empal.com",
        "fastmail.com",
        "gmail.com",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hanmail.net",
        "hey.com",
        "hotmail.com",
        "icloud.com",
        "kakao.com",
        "korea.com",
        "live.com",
        "mac.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "nate.com",
        "naver.com",
        "outlook.com",
        "outlook.kr",
        "pm.me",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "tuta.com",
        "tutanota.com",
        "web.de",
        "yahoo.co.jp",
        "yahoo.co.kr",
        "yahoo.co.uk",
        "yahoo.com",
        "yandex.com",
        "yandex.ru",
        "zohomail.com",
    }
)
"""Services where anybody may open an address, so that a shared domain tells of no shared company. Written down by hand
from the domains that these services offer or once offered to newcomers; one too many does no harm, since
people can still be added by hand."""

_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")
MAX_DOMAIN = 253
"""RFC 1035 section 2.3.4, less the final dot."""


class DomainInvalid(AppError):
    code = "DOMAIN_INVALID"
    status = 422
    text = Text("도메인을 확인해 주세요. 예: company.co.kr", "Please check the domain, e.g. company.com.")


class DomainFree(AppError):
    code = "DOMAIN_FREE"
    status = 422
    text = Text(
        "{domain}은(는) 누구나 쓰는 메일이라 고객사를 구별할 수 없어요.",
        "Anybody may have an address at {domain}, so it says nothing about a company.",
    )


class DomainTaken(AppError):
    code = "DOMAIN_TAKEN"
    text = Text("이미 다른 고객사의 도메인이에요.", "This domain belongs to another company.")


def canonical_domain(typed: str) -> str:
    """A domain in lower case; of an address or a link its host. Raises `DomainInvalid`, `DomainFree`."""
    host = typed.strip().lower().rpartition("@")[2].removeprefix("https://").removeprefix("http://")
    domain = host.partition("/")[0].removeprefix("www.").rstrip(".")
    if len(domain) > MAX_DOMAIN or not _DOMAIN.fullmatch(domain):
        raise DomainInvalid(field="domain")
    if domain in FREE_MAIL:
        raise DomainFree(field="domain", domain=domain)
    return domain


async def claim_domain(tx: Transaction, company_id: UUID, typed: str) -> str:
    """Give a company a domain, and whoever has an address there; the domain. Raises as `canonical_domain` does, and
    `DomainTaken`."""
    domain = canonical_domain(typed)
    owner = await tx.value(
        """INSERT INTO company_domain (domain, company_id) VALUES ($1, $2)
        ON CONFLICT (domain) DO UPDATE SET domain = excluded.domain RETURNING company_id""",
        domain,
        company_id,
    )
    if owner != company_id:
        raise DomainTaken(field="domain")
    # Found through the n-grams of customers: addresses have no index by their ends.
    await tx.execute(
        _JOIN.format(
            some="""i.customer_id IN (SELECT customer_id FROM customer_search WHERE grams @> $2::integer[])
            AND d.domain = $3"""
        ),
        tx.now,
        gram_keys(query_grams(domain)),
        domain,
    )
    return domain


async def release_domain(tx: Transaction, company_id: UUID, domain: str) -> bool:
    """Take a domain from a company, and with it whoever belongs there by nothing else; whether it was theirs."""
    gone = await tx.execute("DELETE FROM company_domain WHERE domain = $1 AND company_id = $2", domain, company_id)
    if gone:
        await tx.execute(
            """DELETE FROM customer_company b USING identity i WHERE b.company_id = $1 AND b.source = 'domain'
                AND b.left_at IS NULL AND i.id = b.identity_id AND split_part(i.value, '@', 2) = $2""",
            company_id,
            domain,
        )
    return bool(gone)


async def join_by_domain(tx: Transaction, identity_ids: Collection[int]) -> None:
    """Let these identities belong to the company whose domain their address is of."""
    if not identity_ids:
        return
    await tx.execute(_JOIN.format(some="i.id = ANY ($2::bigint[])"), tx.now, list(identity_ids))


_JOIN = """
INSERT INTO customer_company (identity_id, company_id, source, at)
SELECT i.id, d.company_id, 'domain', $1 FROM identity i JOIN company_domain d ON d.domain = split_part(i.value, '@', 2)
WHERE i.kind = 'email' AND i.proof <> 'none' AND {some}
ON CONFLICT DO NOTHING
"""
