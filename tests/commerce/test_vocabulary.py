"""What the events of shops say, read as tolerantly as the vocabulary is."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damso.commerce.sentences import sentence
from damso.commerce.types import Item
from damso.commerce.vocabulary import MEANINGS, VOCABULARY, products_in, read_event


def test_an_order_is_read_with_its_products() -> None:
    read = read_event(
        "Order Completed",
        {
            "order_id": 20451,
            "total": "27.5",
            "shipping": 3,
            "currency": "usd",
            "cart_id": "c1",
            "products": [{"product_id": "p1", "sku": "S-1", "name": "머그컵", "price": 12.25, "quantity": "2"}],
        },
    )

    assert read is not None
    assert (read.number, read.cart, read.meaning.change) == ("20451", "c1", "completed")
    assert (read.said.total, read.said.shipping, read.said.currency) == (Decimal("27.5"), Decimal(3), "USD")
    assert read.said.items == (Item(product_key="p1", sku="S-1", name="머그컵", price=Decimal("12.25"), quantity=2),)
    assert read.said.problems == ()


def test_what_cannot_be_read_is_a_problem_and_the_rest_is_taken() -> None:
    read = read_event(
        "Order Completed",
        {
            "orderId": "1",
            "total": "a lot",
            "currency": "WON",
            "products": [
                {"sku": "S-1", "quantity": 1.5, "image_url": "javascript:alert(1)", "price": -3},
                {"price": 3},
                "Coupon",
            ],
        },
    )

    assert read is not None
    assert read.said.problems == (
        "AMOUNT_UNREADABLE",
        "CURRENCY_UNKNOWN",
        "PRODUCT_UNNAMED",
        "QUANTITY_UNREADABLE",
        "URL_UNREADABLE",
    )
    assert read.said.items == (Item(sku="S-1"),)


@pytest.mark.parametrize("properties", [{}, {"order_id": ""}, {"order_id": None}, {"order_id": ["1"]}])
def test_an_order_without_a_number_is_none(properties: dict[str, Any]) -> None:
    assert read_event("Order Completed", properties) is None


JSON = (
    st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        [
            None,
            True,
            [],
            {},
            [None],
            [{}],
            ["x"],
            [{"sku": "A", "price": []}],
            [{"sku": 3, "quantity": "1e400"}],
            "1e9",
            "-1",
        ]
    )
)
FIELDS = (
    "order_id",
    "cart_id",
    "total",
    "revenue",
    "currency",
    "products",
    "sku",
    "price",
    "quantity",
    "url",
    "coupon",
)


@given(st.sampled_from(sorted(VOCABULARY)), st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_nothing_that_is_sent_breaks_the_reading(name: str, properties: dict[str, Any]) -> None:
    read_event(name, properties)
    products_in(name, properties)
    assert sentence(name, properties)


def _calls(samples: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Every event of the vocabulary among the samples of the specification."""
    found = []
    for sample in samples:
        for call in sample.get("calls", ()):
            args = call["args"]
            if len(args) == 2 and isinstance(args[0], str) and isinstance(args[1], dict):
                found.append((args[0], args[1]))
        payload = sample.get("payload")
        if isinstance(payload, dict) and isinstance(payload.get("properties"), dict):
            found.append((str(payload.get("event")), payload["properties"]))
    return [(name, properties) for name, properties in found if name in VOCABULARY]


def test_the_samples_of_the_specification_are_read_without_a_problem(outside_data: Path) -> None:
    calls = _calls(json.loads((outside_data / "webhooks/segment/segment_spec_samples.json").read_text()))
    of_orders = [(name, read_event(name, properties)) for name, properties in calls if name in MEANINGS]

    assert len(calls) >= 20
    assert [name for name, read in of_orders if read is None or read.said.problems] == []
    assert all(products_in(name, properties) for name, properties in calls if "product_id" in properties)
