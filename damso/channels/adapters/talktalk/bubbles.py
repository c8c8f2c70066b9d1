"""Bubbles: what we say in the forms that Naver has for it, and such forms read back.

Forms and limits are those of https://github.com/navertalk/chatbot-api, README, "메시지 타입 명세". What does not fit
one is said as text; nothing is cut.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from damso.channels.content import (
    Button,
    Buttons,
    Card,
    Carousel,
    Content,
    Listing,
    ListRow,
    Product,
    buttons_of,
    with_text,
)
from damso.channels.types import OutboundMessage
from damso.kernel.i18n import Text, as_locale

TEXT = 10_000
TITLE = 200
DESCRIPTION = 1_000
COMPOSITES = 10
ELEMENTS = 3
ELEMENT = 100
BUTTONS = 10
LABEL = 18
QUICK_LABEL = 10
CODE = 1_000

SAYS = "say:"
"""Before what a button of ours says: other codes are those of the account's menu, and mean nothing to people."""
OPEN = Text("보기", "Open")
"""On a row of a list, whose button has four characters."""
SEE_PRODUCT = Text("상품 보기", "See product")
REGULAR = Text("정가 {price}", "Regular price {price}")

Form = dict[str, Any]


class _Image(Struct, frozen=True, rename="camel"):
    image_url: str | None = None


class _ButtonData(Struct, frozen=True, rename="camel"):
    title: str | None = None
    code: str | None = None
    url: str | None = None


class _Button(Struct, frozen=True, rename="camel"):
    type: str
    data: _ButtonData = _ButtonData()


class _Element(Struct, frozen=True, rename="camel"):
    title: str
    description: str | None = None
    image: _Image | None = None
    button: _Button | None = None


class _Elements(Struct, frozen=True, rename="camel"):
    data: tuple[_Element, ...] = ()


class _Composite(Struct, frozen=True, rename="camel"):
    title: str | None = None
    description: str | None = None
    image: _Image | None = None
    element_list: _Elements | None = None
    button_list: tuple[_Button, ...] | None = None


class _Composites(Struct, frozen=True, rename="camel"):
    composite_list: tuple[_Composite, ...]


# --- Out -----------------------------------------------------------------------------------------------------------


def bubbles_of(message: OutboundMessage) -> list[Form]:
    """The contents of the calls that say a message, in their order: a call holds one. Pictures come first, because they
    are what is refused most easily."""
    pictures = [{"imageContent": {"imageUrl": file.url}} for file in message.attachments]
    return [*pictures, *_said(message.text.strip(), message.content, message.locale)]


def _said(text: str, content: Content | None, locale: str) -> Iterator[Form]:
    """What has a number to call is said as text, where Naver makes the number dial; no button is documented to."""
    forms = None if any(one.action == "call" for one in buttons_of(content)) else _forms(text, content, locale)
    if isinstance(content, Buttons) and forms:
        yield from forms
    elif forms:
        yield from [{"textContent": {"text": text}}] if text else []
        yield {"compositeContent": {"compositeList": forms}}
    elif words := with_text(text, content):
        yield {"textContent": {"text": words}}


def _forms(text: str, content: Content | None, locale: str) -> list[Form] | None:
    """The bubble as Naver builds it, or None where it does not fit."""
    match content:
        case Buttons():
            return _asked(text, [_button(button) for button in content.buttons])
        case Carousel(cards=cards):
            forms = [_card(card, locale) for card in cards]
        case Listing():
            forms = _list(content, locale)
        case Card() | Product():
            forms = [_card(content, locale)]
        case _:
            return None
    return forms if 0 < len(forms) <= COMPOSITES and all(map(_fits, forms)) else None


def _asked(text: str, buttons: list[Form]) -> list[Form] | None:
    """Quick replies, which go away with the next word; in a bubble of their own where their labels are longer."""
    form = _form(description=text, buttons=buttons)
    if not text or not buttons or len(buttons) > BUTTONS:
        return None
    if all(len(one["data"]["title"]) <= QUICK_LABEL for one in buttons):
        return [{"textContent": {"text": text, "quickReply": {"buttonList": buttons}}}]
    return [{"compositeContent": {"compositeList": [form]}}] if _fits(form) else None


def _card(card: Card | Product, locale: str) -> Form:
    if isinstance(card, Card):
        buttons = [_button(button) for button in card.buttons]
        return _form(title=card.title, description=card.text, picture=card.picture, buttons=buttons)
    regular = _say(REGULAR, locale, price=card.regular_price) if card.regular_price else ""
    link = Button(label=_say(SEE_PRODUCT, locale), action="link", value=card.url)
    return _form(
        title=card.name,
        description="\n".join(filter(None, (card.price, regular))),
        picture=card.picture,
        buttons=[_button(button) for button in ((link, *card.buttons) if card.url else card.buttons)],
    )


def _list(listing: Listing, locale: str) -> list[Form]:
    """Three rows to a bubble, side by side; the buttons are on the last."""
    parts = [listing.rows[at : at + ELEMENTS] for at in range(0, len(listing.rows), ELEMENTS)]
    buttons = [_button(button) for button in listing.buttons]
    return [
        _form(
            title=listing.title,
            rows=[_element(row, locale) for row in part],
            buttons=buttons if part is parts[-1] else [],
        )
        for part in parts
    ]


def _element(row: ListRow, locale: str) -> Form:
    link = Button(label=_say(OPEN, locale), action="link", value=row.url)
    return _filled(
        title=row.title,
        description=row.text,
        image={"imageUrl": row.picture} if row.picture else None,
        button=_button(link) if row.url else None,
    )


def _form(
    *,
    title: str = "",
    description: str = "",
    picture: str = "",
    rows: Sequence[Form] = (),
    buttons: Sequence[Form] = (),
) -> Form:
    return _filled(
        title=title,
        description=description,
        image={"imageUrl": picture} if picture else None,
        elementList={"type": "LIST", "data": rows} if rows else None,
        buttonList=buttons,
    )


def _filled(**parts: Any) -> Form:
    return {name: part for name, part in parts.items() if part}


def _button(button: Button) -> Form:
    if button.action == "link":
        return {"type": "LINK", "data": {"title": button.label, "url": button.value, "mobileUrl": button.value}}
    says = button.value and button.value != button.label
    return {"type": "TEXT", "data": _filled(title=button.label, code=f"{SAYS}{button.value}" if says else "")}


def _fits(form: Form) -> bool:
    rows, buttons = form.get("elementList", {}).get("data", []), form.get("buttonList", [])
    return (
        len(form) >= 2
        and not form.keys().isdisjoint(("title", "description", "elementList"))
        and len(form.get("title", "")) <= TITLE
        and len(form.get("description", "")) <= DESCRIPTION
        and len(rows) <= ELEMENTS
        and all(len(row["title"]) <= ELEMENT and len(row.get("description", "")) <= ELEMENT for row in rows)
        and len(buttons) <= BUTTONS
        and all(len(one["data"]["title"]) <= LABEL and len(one["data"].get("code", "")) <= CODE for one in buttons)
    )


def _say(text: Text, locale: str, **fields: object) -> str:
    return text.say(as_locale(locale) or "ko", **fields)


# --- In ------------------------------------------------------------------------------------------------------------


def said_of(code: str | None) -> str:
    """What a button of ours says; empty for other codes."""
    return code.removeprefix(SAYS) if code and code.startswith(SAYS) else ""


def read_back(content: Form) -> tuple[str, Content | None]:
    """A composite as text and content; nothing where it is not understood."""
    try:
        forms = msgspec.convert(content, _Composites).composite_list
    except msgspec.ValidationError:
        return "", None
    match [_read(form) for form in forms]:
        case []:
            return "", None
        case [(text, one)]:
            return text, one
        case parts if all(isinstance(part, Listing) for _, part in parts):
            lists = [part for _, part in parts if isinstance(part, Listing)]
            rows = tuple(row for part in lists for row in part.rows)
            return "", Listing(title=lists[0].title, rows=rows, buttons=lists[-1].buttons)
        case parts:
            return "", Carousel(cards=tuple(_as_card(text, part) for text, part in parts))


def _read(form: _Composite) -> tuple[str, Content]:
    buttons = tuple(filter(None, map(_pressed, form.button_list or ())))
    if form.element_list:
        rows = tuple(map(_row, form.element_list.data))
        return "", Listing(title=form.title or form.description or "", rows=rows, buttons=buttons)
    if not form.title and not form.image:
        return form.description or "", Buttons(buttons=buttons)
    if form.title and buttons and buttons[0].action == "link" and buttons[0].label in (SEE_PRODUCT.ko, SEE_PRODUCT.en):
        price, _, regular = (form.description or "").partition("\n")
        return "", Product(
            name=form.title,
            price=price,
            regular_price=_without(REGULAR, regular),
            picture=_address(form.image),
            url=buttons[0].value,
            buttons=buttons[1:],
        )
    return "", Card(
        title=form.title or form.description or "",
        text=form.description or "" if form.title else "",
        picture=_address(form.image),
        buttons=buttons,
    )


def _without(text: Text, said: str) -> str:
    """What a text of one field was said of."""
    return said.removeprefix(text.say("ko", price="")).removeprefix(text.say("en", price=""))


def _as_card(text: str, content: Content) -> Card | Product:
    """What is no card, beside others that are, becomes one by its words."""
    if isinstance(content, Card | Product):
        return content
    title, _, rest = with_text(text, content).partition("\n")
    return Card(title=title, text=rest.strip())


def _row(element: _Element) -> ListRow:
    link = element.button.data.url if element.button else None
    return ListRow(title=element.title, text=element.description or "", picture=_address(element.image), url=link or "")


def _pressed(button: _Button) -> Button | None:
    """OPTION and PAY are left out: they have no words of ours."""
    match button.type:
        case "TEXT":
            return Button(label=button.data.title or "", value=said_of(button.data.code))
        case "LINK":
            return Button(label=button.data.title or "", action="link", value=button.data.url or "")
    return None


def _address(image: _Image | None) -> str:
    return image.image_url or "" if image else ""
