"""A skill response on the customer's screen: what Kakao refuses of it, and how the rest looks.

Limits from the Kakao business guide, answer_json_format; written apart from the adapter's own, so that each shows a
mistake in the other.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from damso.channels.content import Button, Card, Carousel, Content, Listing, ListRow, Product
from damso.channels.simulator import Bubble

_DOES = {"webLink": "webLinkUrl", "message": "messageText", "phone": "phoneNumber"}


def faults(response: Mapping[str, Any]) -> list[str]:
    """Why Kakao would not show it; empty where it would."""
    return list(_faults(response))


def _faults(response: Mapping[str, Any]) -> Iterator[str]:
    if response.get("version") != "2.0":
        yield "version"
    if len(msgspec.json.encode(response)) > 30_720:
        yield "size"
    template = response.get("template") or {}
    outputs, choices = template.get("outputs") or [], template.get("quickReplies") or []
    if not 1 <= len(outputs) <= 3:
        yield "outputs"
    if len(choices) > 10:
        yield "quickReplies"
    if any(not one.get("label") or one.get("action") not in ("message", "block") for one in choices):
        yield "quickReply"
    for output in outputs:
        for kind, fields in output.items():
            yield from _component_faults(kind, fields)


def _component_faults(kind: str, fields: Mapping[str, Any], in_row: bool = False) -> Iterator[str]:
    title, words = fields.get("title", ""), fields.get("description", "")
    match kind:
        case "simpleText":
            fits = 1 <= len(fields.get("text", "")) <= 1000
        case "simpleImage":
            fits = _is_address(fields.get("imageUrl")) and len(fields.get("altText", "")) <= 50
        case "textCard":
            fits = bool(title or words) and len(title) <= 50 and len(title + words) <= (128 if in_row else 400)
        case "basicCard":
            picture = fields.get("thumbnail", {}).get("imageUrl")
            fits = _is_address(picture) and len(title) <= 50 and len(words) <= 230
        case "commerceCard":
            pictures = fields.get("thumbnails") or []
            price = isinstance(fields.get("price"), int) and fields.get("currency", "won") == "won"
            fits = price and len(pictures) == 1 and len(title) <= 30 and len(words) <= 40
        case "listCard":
            rows = fields.get("items") or []
            fits = bool(fields.get("header", {}).get("title")) and 1 <= len(rows) <= (4 if in_row else 5)
        case "carousel":
            cards = fields.get("items") or []
            fits = 1 <= len(cards) <= (5 if fields.get("type") == "listCard" else 10)
            for card in cards:
                yield from _component_faults(fields.get("type", ""), card, in_row=True)
        case _:
            fits = False
    if not fits:
        yield kind
    yield from _button_faults(fields.get("buttons") or [])


def _button_faults(buttons: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if len(buttons) > 3:
        yield "buttons"
    for button in buttons:
        does = _DOES.get(button.get("action", ""))
        if not 1 <= len(button.get("label", "")) <= 14 or does is None or not button.get(does):
            yield "button"


def _is_address(told: object) -> bool:
    return isinstance(told, str) and told.startswith(("http://", "https://"))


# --- How it looks ---------------------------------------------------------------------------------------------------


def bubble(identifier: str, output: Mapping[str, Any], choices: Sequence[Mapping[str, Any]], at: datetime) -> Bubble:
    """One output as a bubble, with the choices below it."""
    [(kind, fields)] = output.items()
    content = _content(kind, fields)
    return Bubble(
        id=identifier,
        side="company",
        text=fields.get("text", ""),
        at=at,
        content=content,
        buttons=tuple(map(_button, choices)),
        pictures=(fields["imageUrl"],) if kind == "simpleImage" else (),
    )


def _content(kind: str, fields: Mapping[str, Any]) -> Content | None:
    buttons = tuple(map(_button, fields.get("buttons") or []))
    match kind:
        case "textCard" | "basicCard":
            return Card(
                title=fields.get("title", ""),
                text=fields.get("description", ""),
                picture=fields.get("thumbnail", {}).get("imageUrl", ""),
                buttons=buttons,
            )
        case "commerceCard":
            picture = fields["thumbnails"][0]
            price, discount = fields["price"], fields.get("discount", 0)
            return Product(
                name=fields.get("title", ""),
                price=f"{price - discount:,}원",
                regular_price=f"{price:,}원" if discount else "",
                picture=picture["imageUrl"],
                url=picture.get("link", {}).get("web", ""),
                buttons=buttons,
            )
        case "listCard":
            return Listing(title=fields["header"]["title"], rows=tuple(map(_row, fields["items"])), buttons=buttons)
        case "carousel":
            cards = [_content(fields["type"], card) for card in fields["items"]]
            return Carousel(cards=tuple(card for card in cards if isinstance(card, Card | Product)))
    return None


def _row(row: Mapping[str, Any]) -> ListRow:
    return ListRow(
        title=row["title"],
        text=row.get("description", ""),
        picture=row.get("imageUrl", ""),
        url=row.get("link", {}).get("web", ""),
    )


def _button(button: Mapping[str, Any]) -> Button:
    match button["action"]:
        case "webLink":
            return Button(label=button["label"], action="link", value=button["webLinkUrl"])
        case "phone":
            return Button(label=button["label"], action="call", value=button["phoneNumber"])
    return Button(label=button["label"], value=button.get("messageText", ""))
