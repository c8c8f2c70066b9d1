"""Conversions: how often the event of choice happened, to how many people, and what it was worth."""

from typing import Any as Expression

import ibis

from damso.analytics.hits import Table
from damso.analytics.span import Span, inside


def conversions(hits: Table, name: str, span: Span) -> Table:
    """One row for each conversion, at, person, amount, currency: an order counts once, also where both the page and
    the shop's server tell of it. It has what it was worth when it was told of last."""
    told = hits.filter(hits.name == name, inside(hits.at, span))
    place = ibis.row_number().over(group_by=told.order, order_by=[told.at.desc(), told.number.desc()])
    last = told.mutate(place=place)
    return last.filter(last.place == 0).select("at", "person", "amount", "currency", "order")


def revenue(conversions: Table) -> Table:
    """currency, amount, orders: of conversions that say what they were worth, by currency."""
    worth = conversions.filter(conversions.amount.notnull() & (conversions.currency != ""))
    return worth.group_by("currency").aggregate(amount=worth.amount.sum(), orders=worth.count())


def count(conversions: Table) -> Table:
    """conversions, converters: in one row."""
    return conversions.aggregate(conversions=conversions.count(), converters=conversions.person.nunique())


def has_converted(table: Table, conversions: Table) -> Expression:
    """Whether the person of a row is among those who converted."""
    return table.person.isin(conversions.person)
