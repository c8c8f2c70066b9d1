"""What a message can hold besides text and files, in words that all channels share.

The text of a message stands on its own: it is what search, exports and a channel that lacks a kind show. So each kind
here can be `spelled` as text, and `with_text` does so wherever a channel cannot show it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

ContentKind = Literal[
    "buttons", "card", "product", "list", "carousel", "location", "contact", "sticker", "template", "pass"
]


class Button(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`reply` says `value` (where it is empty, the label) for the customer, `link` opens it, `call` dials it."""

    label: str
    action: Literal["reply", "link", "call"] = "reply"
    value: str = ""


class Buttons(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="buttons", tag_field="kind"):
    """Choices under the message's text."""

    buttons: tuple[Button, ...]


class Card(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="card", tag_field="kind"):
    """`picture` is an address that anybody can fetch."""

    title: str
    text: str = ""
    picture: str = ""
    buttons: tuple[Button, ...] = ()


class Product(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="product", tag_field="kind"):
    """Prices as a customer reads them, with their currency; `regular_price` is what is crossed out."""

    name: str
    price: str = ""
    regular_price: str = ""
    picture: str = ""
    url: str = ""
    buttons: tuple[Button, ...] = ()


class ListRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: str
    text: str = ""
    picture: str = ""
    url: str = ""


class Listing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="list", tag_field="kind"):
    title: str
    rows: tuple[ListRow, ...]
    buttons: tuple[Button, ...] = ()


class Carousel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="carousel", tag_field="kind"):
    cards: tuple[Card | Product, ...]


class Location(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="location", tag_field="kind"):
    """Degrees of WGS 84."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Contact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="contact", tag_field="kind"):
    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


class Sticker(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="sticker", tag_field="kind"):
    """`name` is what the provider calls it; `picture` an address where it can be seen."""

    name: str = ""
    picture: str = ""


class Filled(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="template", tag_field="kind"):
    """A template the provider has approved, by its `code` there, with what its variables stand for. The message's text
    is the template with these in their places, and `buttons` are the template's."""

    code: str
    name: str = ""
    variables: dict[str, str] = {}
    buttons: tuple[Button, ...] = ()


class Fact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    label: str
    value: str


class Pass(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="pass", tag_field="kind"):
    """A ticket or voucher: `code` is what is shown at the door."""

    title: str
    code: str
    facts: tuple[Fact, ...] = ()
    valid_until: datetime | None = None
    url: str = ""


Content = Buttons | Card | Product | Listing | Carousel | Location | Contact | Sticker | Filled | Pass


def kind_of(content: Content) -> ContentKind:
    kind: ContentKind = content.__struct_config__.tag  # type: ignore[assignment]
    return kind


def buttons_of(content: Content | None) -> tuple[Button, ...]:
    """All buttons in it, in their order."""
    match content:
        case Carousel():
            return tuple(button for card in content.cards for button in card.buttons)
        case Buttons() | Card() | Product() | Listing() | Filled():
            return content.buttons
        case _:
            return ()


def spelled(content: Content) -> str:
    """It as plain text, line by line. Without words of its own, so it is the same in every language."""
    return "\n".join(line for line in _lines(content) if line)


def with_text(text: str, content: Content | None) -> str:
    """The message where nothing but text can be shown."""
    return "\n\n".join(part for part in (text.strip(), spelled(content) if content else "") if part)


def _lines(content: Content) -> Iterator[str]:
    match content:
        case Card():
            yield from (content.title, content.text)
        case Product():
            yield f"{content.name} {content.price}".strip()
            yield content.url
        case Listing():
            yield content.title
            for row in content.rows:
                yield f"- {' · '.join(part for part in (row.title, row.text, row.url) if part)}"
        case Carousel():
            for card in content.cards:
                yield spelled(card)
            return
        case Location():
            yield from (content.name, content.address, f"{content.latitude:.5f}, {content.longitude:.5f}")
        case Contact():
            yield from (content.name, *content.phones, *content.emails)
        case Sticker():
            yield f"({content.name})" if content.name else ""
        case Pass():
            yield from (content.title, content.code)
            yield from (f"{fact.label}: {fact.value}" for fact in content.facts)
            yield content.url
        case Buttons() | Filled():
            pass
    for button in buttons_of(content):
        yield f"▸ {button.label}" + (f" {button.value}" if button.action != "reply" else "")
