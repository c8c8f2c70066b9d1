"""Four weeks of visits to the sample company's site, as its kit would have sent them; the same on every start."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from msgspec import Struct

from damso.customers.tracking.people import sight
from damso.customers.types import ANONYMOUS, IdentityKey
from damso.kernel.database import Transaction
from damso.kernel.log import Event, append

DAYS = 28
_SITE = "https://shop.damso.example"
_VISITORS = 160
_PAGES = (("/", "달빛상점"), ("/p/mug-01", "달빛 머그컵"), ("/p/tea-02", "밤 우롱차"), ("/p/lmp-03", "달항아리 조명"))
_CART, _DONE = ("/cart", "장바구니"), ("/done", "주문 완료")
_FROM: tuple[tuple[str, str], ...] = (
    ("", ""),
    ("", ""),
    ("https://m.search.naver.com/search.naver?query=머그컵", ""),
    ("https://m.search.naver.com/", ""),
    ("https://www.google.com/", ""),
    ("https://l.instagram.com/", "?utm_source=instagram&utm_medium=social&utm_campaign=autumn"),
    ("", "?utm_source=kakao&utm_medium=message&utm_campaign=friends"),
    ("https://blog.naver.com/tea", ""),
)
_AGENTS = (
    "Mozilla/5.0 (Linux; Android 14; SM-S928N) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
)


class _Visit(Struct, frozen=True):
    """Who comes, when, from where, on what."""

    identity_id: int
    began: datetime
    referrer: str
    query: str
    agent: str
    locale: str

    def event(self, after: int, call: str, name: str, page: tuple[str, str], **own: Any) -> Event:
        path, title = page
        query = self.query if after == 0 else ""
        said = {"path": path, "url": f"{_SITE}{path}{query}", "title": title, "referrer": self.referrer}
        context = {"userAgent": self.agent, "locale": self.locale, "page": said}
        return Event(
            stream="tracked",
            name=name,
            subject_kind=call,
            subject_id=f"demo-{self.identity_id}-{self.began:%d%H%M}-{after}",
            occurred_at=self.began + timedelta(seconds=after),
            identity_id=self.identity_id,
            properties=(said if call == "page" else own) | {"$context": context},
        )


async def visit(tx: Transaction, now: datetime) -> None:
    """Let people look around, and a few of them buy."""
    keys = [IdentityKey(ANONYMOUS, f"demo-visitor-{number}") for number in range(_VISITORS)]
    known = await sight(tx, keys, {})
    chance = Random(20)  # noqa: S311 - the demo is to be the same every time, not hard to guess
    ids = [known[key].id for key in keys]
    await append(tx, *(event for one in _visits(chance, ids, now) for event in _walk(chance, one)))


def _visits(chance: Random, ids: list[int], now: datetime) -> Iterator[_Visit]:
    for days in range(DAYS * 2):
        for _ in range(chance.randint(6, 13) - days // 12):
            referrer, query = chance.choice(_FROM)
            began = now - timedelta(days=days, minutes=chance.randint(5, 1200))
            locale = "ko-KR" if chance.random() < 0.9 else "en-US"
            yield _Visit(chance.choice(ids), began, referrer, query, chance.choice(_AGENTS), locale)


def _walk(chance: Random, one: _Visit) -> Iterator[Event]:
    """From page to page; each step fewer go on."""
    page = chance.choice(_PAGES)
    yield one.event(0, "page", "Page Viewed", page)
    if chance.random() < 0.35:
        return
    page = chance.choice(_PAGES[1:])
    yield one.event(40, "page", "Page Viewed", page)
    if chance.random() < 0.5:
        return
    yield one.event(70, "track", "Button Clicked", page, text="장바구니에 담기", element="button.add")
    yield one.event(71, "track", "Added To Cart", page, sku=page[0].rpartition("/")[2].upper())
    yield one.event(90, "page", "Page Viewed", _CART)
    if chance.random() < 0.55:
        return
    # Without a number it counts as a conversion, and makes no order of a customer's.
    paid = chance.choice((16000, 28000, 31000, 48000))
    yield one.event(200, "track", "Order Completed", _DONE, total=paid, currency="KRW")
    yield one.event(201, "page", "Page Viewed", _DONE)
