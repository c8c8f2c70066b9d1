"""An event of a GA4 export to BigQuery as the tracking protocol has it. The table is in docs/importing.md.

The schema is Google's public one (BigQuery Export schema, GA4). BigQuery writes whole numbers as texts when it
exports to JSON, and CSV files hold nested columns as JSON or as names with dots.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

NAMES: Mapping[str, str] = {
    "view_item": "Product Viewed",
    "view_item_list": "Product List Viewed",
    "select_item": "Product Clicked",
    "add_to_cart": "Product Added",
    "remove_from_cart": "Product Removed",
    "view_cart": "Cart Viewed",
    "add_to_wishlist": "Product Added to Wishlist",
    "begin_checkout": "Checkout Started",
    "add_shipping_info": "Checkout Step Completed",
    "add_payment_info": "Payment Info Entered",
    "purchase": "Order Completed",
    "in_app_purchase": "Order Completed",
    "refund": "Order Refunded",
    "view_promotion": "Promotion Viewed",
    "select_promotion": "Promotion Clicked",
    "search": "Products Searched",
    "view_search_results": "Products Searched",
    "sign_up": "Signed Up",
    "login": "Signed In",
    "page_view": "Page Viewed",
    "screen_view": "Screen Viewed",
}
"""What Segment's vocabulary calls what GA4 calls so; every other event keeps its name."""
_OF_ONE = frozenset(
    {"Product Viewed", "Product Clicked", "Product Added", "Product Removed", "Product Added to Wishlist"}
)
"""Events about one product, whose fields stand in the event itself."""
_CALLS = {"page_view": "page", "screen_view": "screen"}
_ITEM = {
    "item_id": "product_id",
    "item_name": "name",
    "item_brand": "brand",
    "item_variant": "variant",
    "item_category": "category",
    "price": "price",
    "quantity": "quantity",
    "coupon": "coupon",
    "index": "position",
    "item_list_index": "position",
    "affiliation": "affiliation",
}
_PARAMS = {
    "page_location": "url",
    "page_title": "title",
    "page_referrer": "referrer",
    "search_term": "query",
    "item_list_id": "list_id",
    "item_list_name": "category",
    "transaction_id": "order_id",
    "promotion_id": "promotion_id",
    "firebase_screen": "name",
}
_SESSION = frozenset({"ga_session_id", "ga_session_number", "session_engaged", "engaged_session_event", "entrances"})
_NESTED: tuple[str, ...] = (
    "event_params",
    "user_properties",
    "items",
    "ecommerce",
    "device",
    "geo",
    "traffic_source",
    "app_info",
)
_NESTED += ("collected_traffic_source", "session_traffic_source_last_click")
_ABSENT = (None, "", "(not set)", "(none)", "(data deleted)")


def unfolded(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record of a CSV file as BigQuery's JSON has it: cells of JSON opened, names with dots put into each other."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        head, _, rest = name.partition(".")
        if value in _ABSENT:
            continue
        if rest:
            inner = found.setdefault(head, {})
            if isinstance(inner, dict):
                inner[rest] = value
        elif name in _NESTED and isinstance(value, str):
            found[name] = _opened(value)
        else:
            found[name] = value
    return found


def _opened(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None


def call_of(record: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """The event. `digest` tells it from all others: the same record in another file is the same event."""
    name = str(record.get("event_name", ""))
    params = _params(record.get("event_params"))
    said = NAMES.get(name, name)
    return {
        "type": _CALLS.get(name, "track"),
        "event": said,
        "name": params.get("page_title") if name == "page_view" else params.get("firebase_screen"),
        "messageId": f"ga4:{digest}",
        "userId": _text(record.get("user_id")),
        "anonymousId": _text(record.get("user_pseudo_id")),
        "properties": _properties(said, record, params),
        "context": _context(record, params),
    }


def traits_of(record: Mapping[str, Any]) -> dict[str, Any]:
    return _params(record.get("user_properties"))


def micros_of(record: Mapping[str, Any]) -> str:
    """When it happened, in microseconds since 1970, as `as_moment` reads them."""
    return str(record.get("event_timestamp", "")).strip()


def _properties(said: str, record: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    found = {_PARAMS.get(key, key): value for key, value in params.items() if key not in _SESSION}
    found |= _ecommerce(said, record.get("ecommerce"), found)
    products = [_item(one) for one in _list(record.get("items")) if isinstance(one, dict)]
    if said in _OF_ONE and len(products) == 1:
        found = products[0] | found
    elif products:
        found["products"] = products
    return {key: value for key, value in found.items() if not key.startswith("$")}


def _ecommerce(said: str, told: Any, params: dict[str, Any]) -> dict[str, Any]:
    """Money of orders. GA4's `value` is what the goods cost together, without shipping and tax."""
    ecommerce = told if isinstance(told, dict) else {}
    found = {
        "order_id": _text(ecommerce.get("transaction_id")),
        "tax": _number(ecommerce.get("tax_value")),
        "shipping": _number(ecommerce.get("shipping_value")),
    }
    if said == "Order Completed":
        found["revenue"] = _number(ecommerce.get("purchase_revenue")) or _number(params.get("value"))
    elif said == "Order Refunded":
        found["total"] = _number(ecommerce.get("refund_value")) or _number(params.get("value"))
    return {key: value for key, value in found.items() if value is not None}


def _item(one: Mapping[str, Any]) -> dict[str, Any]:
    """A product; GA4's id of an item is what feeds call its SKU."""
    found = {ours: value for theirs, ours in _ITEM.items() if (value := one.get(theirs)) not in _ABSENT}
    found |= {key: _number(found[key]) for key in ("price", "quantity", "position") if key in found}
    if "product_id" in found:
        found["sku"] = found["product_id"] = str(found["product_id"])
    return {key: value for key, value in found.items() if value is not None}


def _context(record: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    device, geo, app = (_dict(record.get(name)) for name in ("device", "geo", "app_info"))
    web = _dict(device.get("web_info"))
    page = {"url": params.get("page_location"), "title": params.get("page_title")}
    context: dict[str, Any] = {
        "library": {"name": "ga4"},
        "page": _present(page | {"referrer": params.get("page_referrer")}),
        "campaign": _campaign(record),
        "locale": device.get("language"),
        "device": _present(
            {
                "type": device.get("category"),
                "manufacturer": device.get("mobile_brand_name"),
                "model": device.get("mobile_model_name"),
            }
        ),
        "os": _present({"name": device.get("operating_system"), "version": device.get("operating_system_version")}),
        "browser": _present(
            {
                "name": web.get("browser") or device.get("browser"),
                "version": web.get("browser_version") or device.get("browser_version"),
            }
        ),
        "location": _present({name: geo.get(name) for name in ("country", "region", "city")}),
        "app": _present({"namespace": app.get("id"), "version": app.get("version")}),
        "sessionId": _number(params.get("ga_session_id")),
        "sessionNumber": _number(params.get("ga_session_number")),
        "platform": record.get("platform"),
        "stream": _text(record.get("stream_id")),
    }
    return {key: value for key, value in context.items() if value not in (*_ABSENT, {})}


def _campaign(record: Mapping[str, Any]) -> dict[str, Any]:
    """Where the visit came from: of this event, else of its session, else of the user's first visit."""
    event = _dict(record.get("collected_traffic_source"))
    session = _dict(_dict(record.get("session_traffic_source_last_click")).get("manual_campaign"))
    first = _dict(record.get("traffic_source"))
    ways = (
        (event.get("manual_source"), event.get("manual_medium"), event.get("manual_campaign_name"), "event"),
        (session.get("source"), session.get("medium"), session.get("campaign_name"), "session"),
        (first.get("source"), first.get("medium"), first.get("name"), "first_visit"),
    )
    for source, medium, name, of in ways:
        if found := _present({"source": source, "medium": medium, "name": name}):
            return found | {"of": of}
    return {}


def _params(listed: Any) -> dict[str, Any]:
    """A list of keys with their values, or an object where somebody flattened it already."""
    if isinstance(listed, dict):
        return {str(key): value for key, value in listed.items() if value not in _ABSENT}
    found: dict[str, Any] = {}
    for one in _list(listed):
        if isinstance(one, dict) and isinstance(key := one.get("key"), str):
            value = _value(_dict(one.get("value")))
            if value not in _ABSENT:
                found[key] = value
    return found


def _value(value: Mapping[str, Any]) -> Any:
    if (text := value.get("string_value")) is not None:
        return text
    numbers = (value.get(name) for name in ("int_value", "double_value", "float_value"))
    return next((_number(number) for number in numbers if number is not None), None)


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool) or value in _ABSENT:
        return None
    if isinstance(value, int | float):
        return value
    try:
        return int(value)
    except (TypeError, ValueError):
        try:
            return float(value)
        except (TypeError, ValueError):
            return None


def _text(value: Any) -> str | None:
    return None if value in _ABSENT else str(value)


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in _ABSENT}
