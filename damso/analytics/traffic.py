"""Where visits come from: a documented table from links, campaigns and referring sites to source and medium.

The first that applies: what the campaign says (the kit's `context.campaign`, or utm_source), the mark of a paid click
in the address, the referring site if it is another one (its name from the table, else its host), else a direct visit.
docs/analytics.md shows the table; `tests/docs/test_analytics.py` holds them together.
"""

from typing import Any as Expression

import ibis
from msgspec import Struct

DIRECT, NONE = "(direct)", "(none)"


class Origin(Struct, frozen=True):
    """A site by its host, of which its other hosts end; `host` may be a regular expression for all countries."""

    host: str
    source: str
    medium: str


CLICK_IDS: tuple[tuple[str, str], ...] = (
    ("gclid", "google"),
    ("gbraid", "google"),
    ("wbraid", "google"),
    ("msclkid", "bing"),
    ("ttclid", "tiktok"),
    ("n_media", "naver"),
    ("n_ad", "naver"),
)
"""Marks that advertising systems put into a landing page's address, each with whose it is; the medium is `cpc`."""

ORIGINS: tuple[Origin, ...] = (
    Origin("mail.google.com", "gmail", "email"),
    Origin("gemini.google.com", "gemini", "ai"),
    Origin("mail.naver.com", "naver mail", "email"),
    Origin("blog.naver.com", "naver blog", "social"),
    Origin("cafe.naver.com", "naver cafe", "social"),
    Origin("band.us", "band", "social"),
    Origin("shopping.naver.com", "naver shopping", "shopping"),
    Origin("smartstore.naver.com", "naver shopping", "shopping"),
    Origin("naver.com", "naver", "organic"),
    Origin("mail.daum.net", "daum mail", "email"),
    Origin("cafe.daum.net", "daum cafe", "social"),
    Origin("daum.net", "daum", "organic"),
    Origin("kakao.com", "kakao", "social"),
    Origin("tistory.com", "tistory", "social"),
    Origin("zum.com", "zum", "organic"),
    Origin("nate.com", "nate", "organic"),
    Origin("bing.com", "bing", "organic"),
    Origin("duckduckgo.com", "duckduckgo", "organic"),
    Origin("search.yahoo.com", "yahoo", "organic"),
    Origin("search.yahoo.co.jp", "yahoo", "organic"),
    Origin("baidu.com", "baidu", "organic"),
    Origin("yandex.ru", "yandex", "organic"),
    Origin("yandex.com", "yandex", "organic"),
    Origin("ecosia.org", "ecosia", "organic"),
    Origin("instagram.com", "instagram", "social"),
    Origin("facebook.com", "facebook", "social"),
    Origin("fb.com", "facebook", "social"),
    Origin("messenger.com", "facebook", "social"),
    Origin("threads.net", "threads", "social"),
    Origin("threads.com", "threads", "social"),
    Origin("youtube.com", "youtube", "social"),
    Origin("youtu.be", "youtube", "social"),
    Origin("t.co", "x", "social"),
    Origin("twitter.com", "x", "social"),
    Origin("x.com", "x", "social"),
    Origin("tiktok.com", "tiktok", "social"),
    Origin("linkedin.com", "linkedin", "social"),
    Origin("lnkd.in", "linkedin", "social"),
    Origin("pinterest.com", "pinterest", "social"),
    Origin("reddit.com", "reddit", "social"),
    Origin("line.me", "line", "social"),
    Origin("outlook.live.com", "outlook", "email"),
    Origin("mail.yahoo.com", "yahoo mail", "email"),
    Origin("chatgpt.com", "chatgpt", "ai"),
    Origin("perplexity.ai", "perplexity", "ai"),
    Origin("claude.ai", "claude", "ai"),
    Origin("copilot.microsoft.com", "copilot", "ai"),
    Origin("danawa.com", "danawa", "shopping"),
    Origin("enuri.com", "enuri", "shopping"),
)
"""The first that fits counts. Google has a host in each country: see `GOOGLE`."""
GOOGLE = r"(^|\.)google\.(com|[a-z]{2}|com?\.[a-z]{2})$"


def parameter(address: Expression, name: str) -> Expression:
    """A parameter of an address as it is written there; null where it is missing or empty."""
    return address.re_extract(rf"[?&]{name}=([^&#]*)", 1).nullif("")


def host_of(address: Expression) -> Expression:
    """The host of an address, without `www.` and a port; null where there is none."""
    return address.lower().re_extract(r"^[a-z][a-z0-9+.\-]*://(?:www\.)?([^/?#:]+)", 1).nullif("")


def origin_of(referring: Expression) -> Expression:
    """Source and medium of a referring host, with a tabulator between: so that the table is gone through once."""
    known = [(_is_at(referring, one.host), f"{one.source}\t{one.medium}") for one in ORIGINS]
    other = referring + ibis.literal("\treferral")
    return ibis.cases(*known, (referring.re_search(GOOGLE), "google\torganic"), else_=other)


def source_of(campaign: Expression, click: Expression, origin: Expression, foreign: Expression) -> Expression:
    """From what a campaign says, whose paid click it was, the origin, and whether that is another site."""
    return ibis.coalesce(campaign.lower(), click, ibis.ifelse(foreign, origin.split("\t")[0], DIRECT))


def medium_of(
    campaign: Expression, medium: Expression, click: Expression, origin: Expression, foreign: Expression
) -> Expression:
    """The medium that belongs to `source_of`."""
    of_click = ibis.ifelse(click.notnull(), "cpc", ibis.null("string"))
    of_campaign = ibis.ifelse(campaign.notnull(), ibis.coalesce(medium.lower(), NONE), ibis.null("string"))
    return ibis.coalesce(of_campaign, of_click, ibis.ifelse(foreign, origin.split("\t")[1], NONE))


def is_foreign(referring: Expression, own: Expression) -> Expression:
    """Whether a referring host is there and not the site's own."""
    return (referring.notnull() & (own.isnull() | (referring != own))).fill_null(False)


def click_of(address: Expression) -> Expression:
    """Whose paid click led to an address; null for none."""
    return ibis.cases(
        *[(parameter(address, mark).notnull(), source) for mark, source in CLICK_IDS], else_=ibis.null("string")
    )


def _is_at(referring: Expression, host: str) -> Expression:
    return (referring == host) | referring.endswith(f".{host}")
