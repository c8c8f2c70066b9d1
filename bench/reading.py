"""Lists, counts, opened conversations and search, asked over HTTP as the desk asks."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from bench import customers
from bench.results import CALLS, Result, timed
from bench.wire import Answer, Connection
from bench.world import World
from damso.kernel.pagination import encode_cursor

VIEWS = ("mine", "unassigned", "mentions", "open", "snoozed", "resolved")


async def measure_lists(world: World, port: int) -> list[Result]:
    """Each built-in view and one of a team, and some filters: first and second page."""
    async with Connection(port, await world.cookie()) as desk:
        asked = {view: {"view": view} for view in VIEWS}
        asked["a team's"] = {"view": f"team-{world.shop.teams[0]}"}
        asked["filter: a tag"] = {"tag_id": str(world.shop.tags[-1])}
        asked["filter: one agent, resolved"] = {"assignee": str(world.shop.agents[3]), "status": "resolved"}
        asked["filter: channel api, open"] = {"channel": "api", "status": "open"}
        found = []
        for name, query in asked.items():
            first = await _page(desk, "/api/conversations", query)
            found.append(await _timed_page(desk, f"list {name}", "/api/conversations", query))
            if first["next"]:
                second = {**query, "cursor": first["next"]}
                found.append(await _timed_page(desk, f"list {name}, page 2", "/api/conversations", second))
        found.append(await timed("all views with counts", lambda _: _get(desk, "/api/views")))
        found.append(await timed("what is offered before typing", lambda _: _get(desk, "/api/recent")))
    return found


async def measure_opening(world: World, port: int) -> list[Result]:
    """A conversation with its lines and its customer's story: another one each time, from all months."""
    async with world.parts.database.reading() as tx:
        rows = await tx.rows(
            """SELECT c.id, i.customer_id FROM conversation c TABLESAMPLE SYSTEM (1) REPEATABLE (7)
            JOIN identity i ON i.id = c.anchor_identity_id ORDER BY md5(c.id::text) LIMIT $1""",
            CALLS + 2,
        )
    async with Connection(port, await world.cookie()) as desk:
        return [
            await timed(what, lambda n, path=path: _get(desk, path.format(**rows[n % len(rows)])))  # type: ignore[misc]
            for what, path in (
                ("open a conversation", "/api/conversations/{id}"),
                ("its messages", "/api/conversations/{id}/messages"),
                ("its customer's card", "/api/customers/{customer_id}"),
                ("its customer's timeline", "/api/customers/{customer_id}/timeline"),
            )
        ]


async def measure_search(world: World, port: int) -> list[Result]:
    """Every kind of query, each with several words so that none is answered from habit alone."""
    async with Connection(port, await world.cookie()) as desk:
        return [
            await _timed_search(desk, what, words, narrow)
            for what, words, narrow in [
                *await _queries(world),
                *_narrowed(world),
                *await _of_customers(world),
                *await _later_pages(desk),
            ]
        ]


async def measure_customers(world: World, port: int) -> list[Result]:
    """The list of customers and its search."""
    async with Connection(port, await world.cookie()) as desk:
        return [
            await _timed_page(desk, f"customers: {name}", "/api/customers", {"q": q} if q else {})
            for name, q in customers.QUERIES.items()
        ]


Query = tuple[str, Sequence[str], dict[str, str]]


async def _queries(world: World) -> list[Query]:
    """Rare numbers are taken from what somebody said at any time."""
    async with world.parts.database.reading() as tx:
        texts = "\n".join(
            await tx.values("SELECT text FROM message TABLESAMPLE BERNOULLI (1) REPEATABLE (3) LIMIT 30000")
        )
    phones = re.findall(r"010-(\d{4}-\d{4})", texts)
    return [
        ("rare word: an order's number", _some(re.findall(r"주문번호 (\d{12})", texts)), {}),
        ("rare word: a product's number", _some(re.findall(r" ([A-Z]\d{3,4})\b", texts)), {}),
        ("part of a phone number, 8 digits", _some(phones), {}),
        ("part of a phone number, 4 digits", _some([phone[-4:] for phone in phones]), {}),
        ("common word 배송", ["배송"], {}),
        ("common words", ["주문", "확인", "고객님", "환불", "감사합니다"], {}),
        ("less common words", ["쿠폰", "새벽", "세금계산서", "자개", "전복", "캠핑", "보드게임"], {}),
        ("one syllable", ["송", "네", "꿀", "쌀", "등", "점"], {}),
        ("initial consonants", ["ㅂㅅ", "ㅎㅂ", "ㅈㅁㅎㅇ", "ㄱㅂㅈㅍ", "배ㅅ"], {}),
        ("two words", ["배송 조회", "환불 카드사", "자개 협탁", "쿠폰 노트", "서울 선물"], {}),
        ("English, common", ["order", "delivery", "refund", "tracking number"], {}),
        ("English, rare", ["Brompton hub", "Polaroid dock", "patagonia sleeve", "fujifilm nfc"], {}),
        ("mixed", ["AS 센터", "MacBook 호환", "USB-C 배송", "VIP 파손"], {}),
        ("nothing fits", ["뷁뛟", "zyzzyva", "99999999999"], {}),
    ]


def _narrowed(world: World) -> list[Query]:
    agent, inbox = str(world.shop.agents[3]), str(world.shop.api.id)
    return [
        ("배송, open", ["배송"], {"status": "open"}),
        ("배송, snoozed", ["배송"], {"status": "snoozed"}),
        ("배송, resolved", ["배송"], {"status": "resolved"}),
        ("배송, one agent", ["배송"], {"assignee": agent}),
        ("배송, one agent, snoozed", ["배송"], {"assignee": agent, "status": "snoozed"}),
        ("less common words, open", ["쿠폰", "자개", "전복"], {"status": "open"}),
        ("less common words, one agent", ["쿠폰", "자개", "전복"], {"assignee": agent}),
        ("rare words, open", ["patagonia sleeve", "K2931", "흑단 버너"], {"status": "open"}),
        ("배송, one inbox", ["배송"], {"inbox_id": inbox}),
        ("less common words, by API", ["쿠폰", "자개", "전복"], {"channel": "api"}),
        ("환불, up to two years ago", ["환불"], {"until": _days_ago(730)}),
        ("자개, two years ago, one month", ["자개"], {"since": _days_ago(760), "until": _days_ago(730)}),
    ]


async def _of_customers(world: World) -> list[Query]:
    """One who wrote often, and one who wrote once."""
    async with world.parts.database.reading() as tx:
        cases = await tx.rows(
            """SELECT i.customer_id, count(*) AS cases FROM conversation c TABLESAMPLE BERNOULLI (5) REPEATABLE (5)
            JOIN identity i ON i.id = c.anchor_identity_id GROUP BY 1 ORDER BY 2 DESC, 1"""
        )
    return [
        ("배송, one customer with many cases", ["배송"], {"customer": str(cases[0]["customer_id"])}),
        ("배송, one customer with few", ["배송"], {"customer": str(cases[-1]["customer_id"])}),
    ]


async def _later_pages(desk: Connection) -> list[Query]:
    found: list[Query] = []
    query = {"q": "배송", "kind": "message"}
    for number in (2, 3):
        query["cursor"] = (await _page(desk, "/api/search", query))["next"]
        found.append((f"배송, page {number}", ["배송"], {"cursor": query["cursor"]}))
    old = encode_cursor(datetime.fromisoformat(_days_ago(700)), UUID(int=0))
    return [*found, ("자개, a page of two years ago", ["자개"], {"cursor": old})]


def _days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _some(words: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(words))[:CALLS]


async def _timed_search(desk: Connection, what: str, words: Sequence[str], narrow: dict[str, str]) -> Result:
    paths = [f"/api/search?{urlencode({'q': word, 'kind': 'message', **narrow})}" for word in words]
    asked = list(islice(cycle(paths), CALLS))
    counts = [_told((await _get(desk, path)).json()) for path in paths[:5]]
    return await timed(f"search {what}", lambda n: _get(desk, asked[n]), note=lambda: f"{', '.join(counts)} hits")


def _told(found: Any) -> str:
    return f"{found['count']}{'+' if found['more_than'] else ''}"


async def _timed_page(desk: Connection, what: str, path: str, query: dict[str, str]) -> Result:
    address = f"{path}?{urlencode(query)}"
    rows = len((await _get(desk, address)).json()["items"])
    return await timed(what, lambda _: _get(desk, address), note=lambda: f"{rows} rows")


async def _page(desk: Connection, path: str, query: dict[str, str]) -> Any:
    return (await _get(desk, f"{path}?{urlencode(query)}")).json()


async def _get(desk: Connection, path: str) -> Answer:
    answer = await desk.get(path)
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {answer.body[:500]!r}")
    return answer
