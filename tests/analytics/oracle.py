"""What the questions mean, in plain Python over a list of events: slow and obvious on purpose."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct

from damso.analytics.funnel import Step
from damso.analytics.traffic import CLICK_IDS, ORIGINS

MINUTE = 60_000_000
CLICKED = ("element", "href")


class Sent(Struct, frozen=True, kw_only=True):
    """An event as the log holds it; `at` in microseconds."""

    number: int
    name: str
    call: str
    at: int
    identity: int
    source: str
    properties: dict[str, Any]


class Person(Struct, frozen=True, kw_only=True):
    identity: int
    kind: str
    value: str
    customer: str | None


class Hit(Struct, frozen=True, kw_only=True):
    sent: Sent
    visitor: int
    person: str

    @property
    def at(self) -> int:
        return self.sent.at

    @property
    def context(self) -> dict[str, Any]:
        return self.sent.properties.get("$context") or {}

    @property
    def page_context(self) -> dict[str, Any]:
        found = self.context.get("page")
        return found if isinstance(found, dict) else {}

    def said(self, key: str) -> str:
        return self.sent.properties.get(key) or self.page_context.get(key) or ""

    @property
    def is_view(self) -> bool:
        return self.sent.call != "track"

    @property
    def on_device(self) -> bool:
        return self.is_view or any(key in self.context for key in ("page", "screen", "userAgent", "device", "os"))

    @property
    def host(self) -> str:
        return _host(self.said("url"))

    @property
    def page(self) -> str:
        return self.said("path") or urlsplit(self.said("url")).path or self.sent.properties.get("$name", "")

    @property
    def target(self) -> str | None:
        properties = self.sent.properties
        named = [properties[key] for key in ("label", "text", "element", "href") if key in properties]
        is_click = any(key in properties for key in CLICKED) or self.sent.name.lower().endswith(("click", "clicked"))
        return (named[0] if named else self.sent.name) if is_click and not self.is_view else None

    @property
    def query(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(urlsplit(self.said("url")).query).items()}

    def campaign(self, key: str, parameter: str) -> str:
        return (self.context.get("campaign") or {}).get(key) or self.query.get(parameter, "")

    @property
    def origin(self) -> tuple[str, str, str]:
        """Source, medium and campaign."""
        name = self.campaign("name", "utm_campaign")
        if source := self.campaign("source", "utm_source"):
            return source.lower(), self.campaign("medium", "utm_medium").lower() or "(none)", name
        for mark, source in CLICK_IDS:
            if mark in self.query:
                return source, "cpc", name
        referring = _host(self.said("referrer"))
        if not referring or referring == self.host:
            return "(direct)", "(none)", name
        for one in ORIGINS:
            if f".{referring}".endswith(f".{one.host}"):
                return one.source, one.medium, name
        is_google = "google" in referring.split(".")[-3:-1]
        return ("google", "organic", name) if is_google else (referring, "referral", name)

    @property
    def locale(self) -> str:
        return self.context.get("locale") or ""

    @property
    def country(self) -> str:
        found = re.search(r"-([A-Z]{2})$", self.locale)
        return (self.context.get("location") or {}).get("country") or (found[1] if found else "")


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


class Visit(Struct, frozen=True):
    hits: Sequence[Hit]

    @property
    def began(self) -> int:
        return self.hits[0].at

    @property
    def person(self) -> str:
        return self.hits[0].person

    @property
    def views(self) -> list[Hit]:
        return [hit for hit in self.hits if hit.is_view]


class World:
    """All that was sent, and what is asked of it, in a span of days in a zone."""

    def __init__(self, sent: Sequence[Sent], people: Sequence[Person], first: date, last: date, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._first = first
        self.start = int(datetime.combine(first, datetime.min.time(), self._zone).timestamp()) * 1_000_000
        end = datetime.combine(last + timedelta(days=1), datetime.min.time(), self._zone)
        self.end = int(end.timestamp()) * 1_000_000
        self.hits = sorted((self._hit(one, people) for one in sent), key=lambda hit: (hit.at, hit.sent.number))
        self.visits = [one for one in self._visits() if self.start <= one.began < self.end]
        self.inside = [hit for hit in self.hits if self.start <= hit.at < self.end]

    def _hit(self, sent: Sent, people: Sequence[Person]) -> Hit:
        random_ids = [
            one.identity for one in people if one.kind == "anonymous" and one.value == sent.properties.get("$anonymous")
        ]
        visitor = min(random_ids, default=sent.identity)
        customer = next((one.customer for one in people if one.identity == visitor and one.customer), None)
        return Hit(sent=sent, visitor=visitor, person=customer or f"i{visitor}")

    def _visits(self) -> list[Visit]:
        found: dict[int, list[list[Hit]]] = defaultdict(list)
        for hit in self.hits:
            if hit.at >= self.end or not hit.on_device:
                continue
            own = found[hit.visitor]
            if not own or hit.at - own[-1][-1].at > 30 * MINUTE:
                own.append([])
            own[-1].append(hit)
        return [Visit(hits) for own in found.values() for hits in own]

    def day(self, at: int) -> int:
        return (datetime.fromtimestamp(at // 1_000_000, UTC).astimezone(self._zone).date() - self._first).days

    def conversions(self, name: str) -> list[Hit]:
        last: dict[str, Hit] = {}
        for hit in self.inside:
            if hit.sent.name == name:
                last[hit.sent.properties.get("order_id") or f"#{hit.sent.number}"] = hit
        return list(last.values())

    def converters(self, name: str) -> set[str]:
        return {hit.person for hit in self.conversions(name)}

    def totals(self, name: str) -> dict[str, int]:
        people = {visit.person for visit in self.visits}
        return {
            "people": len(people),
            "visits": len(self.visits),
            "converted": len(people & self.converters(name)),
            "views": sum(hit.is_view for hit in self.inside),
            "bounces": sum(len(visit.hits) == 1 for visit in self.visits),
            "seconds": sum((visit.hits[-1].at - visit.began) // 1_000_000 for visit in self.visits),
        }

    def revenue(self, name: str) -> dict[str, tuple[float, int]]:
        found: dict[str, list[float]] = defaultdict(list)
        for hit in self.conversions(name):
            properties = hit.sent.properties
            amount = next((properties[key] for key in ("total", "revenue", "value") if key in properties), None)
            if amount is not None and properties.get("currency"):
                found[properties["currency"].upper()].append(amount)
        return {currency: (sum(amounts), len(amounts)) for currency, amounts in found.items()}

    def grouped(self, key: Any, name: str) -> dict[Any, tuple[int, int, int]]:
        """Visits, people, and those who converted, by something of the visit's first hit."""
        found: dict[Any, list[Visit]] = defaultdict(list)
        for visit in self.visits:
            found[key(visit.hits[0])].append(visit)
        converters = self.converters(name)
        people = {one: {visit.person for visit in visits} for one, visits in found.items()}
        return {one: (len(visits), len(people[one]), len(people[one] & converters)) for one, visits in found.items()}

    def pages(self) -> dict[tuple[str, str], tuple[int, int, int, int]]:
        found: dict[tuple[str, str], tuple[int, int, int, int]] = {}
        for place in {(hit.host, hit.page) for hit in self.inside if hit.is_view}:
            seen = [hit for hit in self.inside if hit.is_view and (hit.host, hit.page) == place]
            walks = [[(hit.host, hit.page) for hit in visit.views] for visit in self.visits if visit.views]
            found[place] = (
                len(seen),
                len({hit.person for hit in seen}),
                sum(walk[0] == place for walk in walks),
                sum(walk[-1] == place for walk in walks),
            )
        return found

    def clicks(self) -> dict[tuple[str, str, str | None], tuple[int, int, int]]:
        found: dict[tuple[str, str, str | None], list[Hit]] = defaultdict(list)
        for hit in self.inside:
            if hit.target is not None:
                found[(hit.host, hit.page, hit.target)].append(hit)
        return {
            place: (
                len(hits),
                len({hit.person for hit in hits}),
                sum(hit.is_view and (hit.host, hit.page) == place[:2] for hit in self.inside),
            )
            for place, hits in found.items()
        }

    def funnel(self, steps: Sequence[Step], within: int) -> list[int]:
        walks: dict[str, list[Hit]] = defaultdict(list)
        for hit in self.hits:
            walks[hit.person].append(hit)
        return [
            sum(self._walks(walk, steps[: number + 1], within) for walk in walks.values())
            for number in range(len(steps))
        ]

    def _walks(self, walk: Sequence[Hit], steps: Sequence[Step], within: int) -> bool:
        """Whether anybody can go all the steps in this order, by trying each beginning."""
        for place, begin in enumerate(walk):
            if not (self.start <= begin.at < self.end and _is(steps[0], begin)):
                continue
            left = list(steps[1:])
            for hit in walk[place + 1 :]:
                if left and hit.at - begin.at <= within * 1_000_000 and _is(left[0], hit):
                    left.pop(0)
            if not left:
                return True
        return False


def _is(step: Step, hit: Hit) -> bool:
    return hit.sent.name == step.name and (not step.page or (hit.is_view and hit.page.startswith(step.page)))
