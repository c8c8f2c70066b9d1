"""A message as bubbles of KakaoTalk: the `template` of a skill response.

Every limit is from the Kakao business guide, answer_json_format. What does not fit the bubble it was meant for is
spelled as text instead.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from damso.channels.adapters.kakao.answers import VERSION, quick_reply
from damso.channels.adapters.kakao.config import MAX_QUICK_REPLIES, MAX_TEXT
from damso.channels.content import Button, Buttons, Card, Carousel, Content, Listing, ListRow, Product, with_text
from damso.channels.failures import ContentRejected
from damso.channels.types import Blob, OutboundMessage

MAX_OUTPUTS = 3
MAX_BUTTONS = 3
"""One below the other; side by side it would be two."""
MAX_LABEL = 14
MAX_TITLE = 50
MAX_TEXT_CARD = 400
"""Title and description together."""
MAX_TEXT_CARD_IN_ROW = 128
MAX_BASIC_CARD = 230
MAX_PRODUCT_NAME = 30
MAX_ROWS = 5
MAX_CARDS = 10
MAX_ALT = 50
MAX_BODY = 30_720
"""Bytes of a response, as implementers quote the guide."""

Bubble = Mapping[str, Any]

_WON = re.compile(r"^(?:₩|KRW)?\s*(\d{1,3}(?:,\d{3})*|\d+)\s*원?$")


def template_body(message: OutboundMessage) -> bytes:
    """The whole response. Raises `ContentRejected` where Kakao would not take it."""
    outputs, choices = _outputs(message)
    if not outputs:
        raise ContentRejected("there is nothing to say")
    if len(outputs) > MAX_OUTPUTS:
        raise ContentRejected(f"{len(outputs)} bubbles are more than {MAX_OUTPUTS}")
    template: dict[str, Any] = {"outputs": outputs}
    if choices:
        template["quickReplies"] = [quick_reply(one.label, one.value or one.label) for one in choices]
    body = msgspec.json.encode({"version": VERSION, "template": template})
    if len(body) > MAX_BODY:
        raise ContentRejected(f"{len(body)} bytes are more than {MAX_BODY}")
    return body


def plain(message: OutboundMessage) -> str:
    """The same where nothing but text can be shown; pictures by their addresses. Raises `ContentRejected`."""
    text = "\n\n".join(part for part in (with_text(message.text, message.content), *map(_address, message.attachments)))
    if not 0 < len(text) <= MAX_TEXT:
        raise ContentRejected(f"{len(text)} characters are none, or more than {MAX_TEXT}")
    return text


def _outputs(message: OutboundMessage) -> tuple[list[Bubble], Sequence[Button]]:
    """The bubbles in their order, and the choices below them."""
    shown = _shown(message.content, message.text) if message.content else None
    if shown is None:
        outputs: list[Bubble] = list(_texts(with_text(message.text, message.content)))
        choices: Sequence[Button] = ()
    else:
        outputs, choices = shown
    return [*outputs, *(_picture(file) for file in message.attachments)], choices


def _texts(text: str) -> Iterator[Bubble]:
    for start in range(0, len(text), MAX_TEXT):
        yield {"simpleText": {"text": text[start : start + MAX_TEXT]}}


def _picture(file: Blob) -> Bubble:
    return {"simpleImage": {"imageUrl": _address(file), "altText": file.name[:MAX_ALT]}}


def _address(file: Blob) -> str:
    if not file.url:
        raise ContentRejected("Kakao fetches pictures by their address, and this one has none")
    return file.url


# --- What a message holds besides text ------------------------------------------------------------------------------


def _shown(content: Content, text: str) -> tuple[list[Bubble], Sequence[Button]] | None:
    """Its bubbles and choices; None where it has to be spelled."""
    match content:
        case Buttons(buttons=buttons) if all(one.action == "reply" for one in buttons):
            return (list(_texts(text)), buttons) if text and len(buttons) <= MAX_QUICK_REPLIES else None
        case Buttons(buttons=buttons):
            bubble = _text_card(Card(title="", text=text, buttons=buttons), MAX_TEXT_CARD)
            return ([{"textCard": bubble}], ()) if bubble else None
        case Card() | Product():
            card, choices = _without_many(content)
            kind, bubble = _card(card)
            return ([*_texts(text), {kind: bubble}], choices) if bubble else None
        case Listing():
            bubble = _list_card(content)
            return ([*_texts(text), {"listCard": bubble}], ()) if bubble else None
        case Carousel():
            bubble = _carousel(content)
            return ([*_texts(text), {"carousel": bubble}], ()) if bubble else None
    return None


def _without_many(card: Card | Product) -> tuple[Card | Product, Sequence[Button]]:
    """Replies that are too many for a card stand below it."""
    replies = tuple(one for one in card.buttons if one.action == "reply")
    if len(card.buttons) <= MAX_BUTTONS or len(replies) > MAX_QUICK_REPLIES:
        return card, ()
    others = tuple(one for one in card.buttons if one.action != "reply")
    return msgspec.structs.replace(card, buttons=others), replies


def _card(card: Card | Product, in_row: bool = False) -> tuple[str, Bubble | None]:
    """The kind of card it is shown as, and its fields; none where it fits no card."""
    if isinstance(card, Product):
        if (commerce := _commerce_card(card)) is not None:
            return "commerceCard", commerce
        card = Card(title=card.name, text=card.price, picture=card.picture, buttons=_with_link(card))
    if card.picture:
        return "basicCard", _basic_card(card)
    return "textCard", _text_card(card, MAX_TEXT_CARD_IN_ROW if in_row else MAX_TEXT_CARD)


def _text_card(card: Card, limit: int) -> Bubble | None:
    length = len(card.title) + len(card.text)
    if not 0 < length <= limit or len(card.title) > MAX_TITLE or (buttons := _buttons(card.buttons)) is None:
        return None
    return _filled(title=card.title, description=card.text, buttons=buttons)


def _basic_card(card: Card) -> Bubble | None:
    fits = len(card.title) <= MAX_TITLE and len(card.text) <= MAX_BASIC_CARD
    if not fits or (buttons := _buttons(card.buttons)) is None:
        return None
    return _filled(title=card.title, description=card.text, thumbnail={"imageUrl": card.picture}, buttons=buttons)


def _commerce_card(product: Product) -> Bubble | None:
    """Only with a picture and a price in won."""
    price, regular = _won(product.price), _won(product.regular_price)
    buttons = _buttons(product.buttons)
    if price is None or not product.picture or len(product.name) > MAX_PRODUCT_NAME or buttons is None:
        return None
    reduced = regular is not None and regular > price
    return _filled(
        title=product.name,
        price=regular if reduced else price,
        discount=regular - price if regular is not None and reduced else None,
        currency="won",
        thumbnails=[_filled(imageUrl=product.picture, link={"web": product.url} if product.url else None)],
        buttons=buttons,
    )


def _with_link(product: Product) -> tuple[Button, ...]:
    if not product.url or len(product.buttons) >= MAX_BUTTONS:
        return product.buttons
    return (*product.buttons, Button(label=product.name[:MAX_LABEL], action="link", value=product.url))


def _list_card(listing: Listing) -> Bubble | None:
    buttons = _buttons(listing.buttons)
    if not listing.title or not 0 < len(listing.rows) <= MAX_ROWS or buttons is None:
        return None
    return _filled(header={"title": listing.title}, items=[_row(row) for row in listing.rows], buttons=buttons)


def _row(row: ListRow) -> Bubble:
    link = {"web": row.url} if row.url else None
    return _filled(title=row.title, description=row.text, imageUrl=row.picture, link=link)


def _carousel(carousel: Carousel) -> Bubble | None:
    """Cards of one kind side by side."""
    cards = [_card(card, in_row=True) for card in carousel.cards]
    kinds = {kind for kind, _ in cards}
    if len(kinds) != 1 or len(cards) > MAX_CARDS or any(bubble is None for _, bubble in cards):
        return None
    return {"type": kinds.pop(), "items": [bubble for _, bubble in cards]}


def _buttons(buttons: Sequence[Button]) -> list[Bubble] | None:
    """None where they are too many, or a label too long."""
    if len(buttons) > MAX_BUTTONS or any(len(one.label) > MAX_LABEL for one in buttons):
        return None
    return [_button(one) for one in buttons]


def _button(button: Button) -> Bubble:
    match button.action:
        case "link":
            return {"label": button.label, "action": "webLink", "webLinkUrl": button.value}
        case "call":
            return {"label": button.label, "action": "phone", "phoneNumber": button.value}
        case "reply":
            return quick_reply(button.label, button.value or button.label)


def _filled(**fields: Any) -> Bubble:
    """The fields that hold something."""
    return {name: value for name, value in fields.items() if value not in ("", None, [])}


def _won(price: str) -> int | None:
    found = _WON.match(price.strip())
    return int(found[1].replace(",", "")) if found else None
