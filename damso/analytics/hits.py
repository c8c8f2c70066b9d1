"""What sites and apps sent, one row each, with the columns that every question is asked of."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any as Expression

import ibis
from ibis import _

from damso.analytics.engine import Said, any_of, first_of, microseconds, read_places
from damso.analytics.span import MICROSECOND
from damso.analytics.traffic import click_of, host_of, parameter
from damso.segments.json_values import amount_at

Table = Expression
"""An `ibis.Table`; its columns are known at run time only."""

_CALLS = ("page", "screen", "track")
_OF_DEVICES = tuple(("$context", key) for key in ("page", "screen", "userAgent", "device", "os"))
"""What only a browser or an app sends."""
_OF_CLICKS = tuple((key,) for key in ("label", "text", "element", "href"))
"""What names what was clicked, the best first."""
_PLACES = (
    *(("url",), ("search",), ("path",), ("referrer",), ("title",)),
    *(("$context", "page", key) for key in ("url", "search", "path", "referrer", "title")),
    *(("$context", "campaign", key) for key in ("source", "medium", "name")),
    *(("$context", "locale"), ("$context", "os", "name"), ("$context", "location", "country")),
    *(("$anonymous",), ("$name",), ("order_id",), ("currency",)),
    *_OF_DEVICES,
    *_OF_CLICKS,
)
_REGION = r"^[A-Za-z]{2,3}[-_](?:[A-Za-z]{4}[-_])?([A-Za-z]{2})\b"
"""The country in a language tag, such as KR in ko-KR (RFC 5646 section 2.2.4)."""


def hits(event: Table, identity: Table, since: int, until: int, sources: Sequence[str] = ()) -> Table:
    """Events from one time until another, of these sources (none: of all). Columns:

    - number, at (microseconds, never later than when it reached us), name, call, visitor (the identity of the random id
      of a browser or an app, else of who it was), person (their customer; who is not known yet, by the identity)
    - on_device: sent by a browser or an app, and so part of a visit; is_view; host, page, title, target (what was
      clicked; null of what is no click)
    - campaign_source, campaign_medium, campaign, click, referring: where a visit comes from, if it begins here
    - agent, system, locale, country
    - order (its number, else the event's), amount, currency: what a conversion is worth
    """
    tracked = event.filter(
        event.stream == "tracked",
        event.day >= (datetime.fromtimestamp(since // MICROSECOND, UTC) - timedelta(days=1)).date(),
        event.subject_kind.isin(_CALLS),
    )
    if sources:
        tracked = tracked.filter(tracked.actor_id.isin(sources))
    timed = tracked.mutate(at=microseconds(ibis.least(tracked.occurred_at, tracked.recorded_at)))
    read = read_places(timed.filter(timed.at >= since, timed.at < until), "properties", _PLACES)
    return _read(_whose(read, identity))


def _whose(event: Table, identity: Table) -> Table:
    """With the browser's or app's own random id where a user was named beside it, so that who signs in on the way is
    still one visit."""
    known = event.mutate(random_id=Said(event, _PLACES).text("$anonymous"))
    random = identity.filter(identity.kind == "anonymous").group_by("value").aggregate(random_identity=_.id.min())
    joined = known.left_join(random, known.random_id == random.value)
    seen = joined.mutate(visitor=ibis.coalesce(joined.random_identity, joined.identity_id))
    seen = seen.filter(seen.visitor.notnull())
    whose = identity.select(whose_id="id", customer="customer_id")
    with_customer = seen.left_join(whose, seen.visitor == whose.whose_id)
    return with_customer.mutate(
        person=ibis.coalesce(with_customer.customer, ibis.literal("i") + with_customer.visitor.cast("string"))
    )


def _read(event: Table) -> Table:
    said = Said(event, _PLACES)
    address = first_of(said.text("url"), said.text("$context", "page", "url"))
    search = first_of(said.text("search"), said.text("$context", "page", "search"), address)
    read = event.mutate(
        address=address,
        search=search,
        path=first_of(
            said.text("path"),
            said.text("$context", "page", "path"),
            address.re_extract(r"^[a-zA-Z][a-zA-Z0-9+.\-]*://[^/?#]+(/[^?#]*)", 1).nullif(""),
        ),
        referrer=first_of(said.text("referrer"), said.text("$context", "page", "referrer")),
        locale_tag=said.text("$context", "locale"),
    )
    said = Said(read, _PLACES)
    return read.select(
        "at",
        "name",
        "visitor",
        "person",
        number=read.id,
        call=read.subject_kind,
        source=read.actor_id,
        on_device=(read.subject_kind != "track") | any_of(*(said.has(*one) for one in _OF_DEVICES)),
        is_view=read.subject_kind != "track",
        host=ibis.coalesce(host_of(read.address), ""),
        page=ibis.coalesce(read.path, said.text("$name"), ""),
        title=ibis.coalesce(said.text("title"), said.text("$context", "page", "title"), ""),
        target=ibis.ifelse(read.subject_kind == "track", _target(read), ibis.null("string")),
        campaign_source=ibis.coalesce(
            said.text("$context", "campaign", "source"), parameter(read.search, "utm_source")
        ),
        campaign_medium=ibis.coalesce(
            said.text("$context", "campaign", "medium"), parameter(read.search, "utm_medium")
        ),
        campaign=ibis.coalesce(said.text("$context", "campaign", "name"), parameter(read.search, "utm_campaign"), ""),
        click=click_of(read.search),
        referring=host_of(read.referrer),
        agent=ibis.coalesce(said.text("$context", "userAgent"), ""),
        system=ibis.coalesce(said.text("$context", "os", "name"), ""),
        locale=ibis.coalesce(read.locale_tag, ""),
        country=ibis.coalesce(
            said.text("$context", "location", "country"),
            read.locale_tag.re_extract(_REGION, 1).nullif(""),
            "",
        ).upper(),
        order=ibis.coalesce(said.text("order_id"), ibis.literal("#") + read.id.cast("string")),
        amount=ibis.coalesce(*(amount_at(read.properties, key) for key in ("total", "revenue", "value"))),
        currency=ibis.coalesce(said.text("currency"), "").upper(),
    )


def _target(event: Table) -> Expression:
    """What was clicked: an event tells by an element or a link it names, or is called so."""
    said = Said(event, _PLACES)
    named = first_of(*(said.text(*one) for one in _OF_CLICKS))
    is_click = any_of(said.has("element"), said.has("href"), event.name.lower().re_search("click(ed)?$"))
    return ibis.ifelse(is_click, ibis.coalesce(named, event.name), ibis.null("string"))
