"""Address lists of mail headers, read once from left to right.

The sender's address decides who somebody is, so this reader is strict where it matters (one address or none from
each entry, domains in their ASCII form) and forgiving about everything around it: groups, comments, missing
brackets, encoded names in quotes, an `@` in a display name.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import idna

from damso.channels.adapters.email.charsets import decode, storable
from damso.channels.adapters.email.headers import ENCODED_WORD, decode_words
from damso.channels.items import Address

MAX_ADDRESSES = 500
"""Addresses read of one header."""

MAX_NAME = 200

_ADDR = re.compile(r"[^\s@<>(),;:\"\[\]\x00-\x20]{1,128}@[^\s@<>(),;:\"\x00-\x20]{1,253}")
_QUOTED_ADDR = re.compile(r"\"[^\"]{1,128}\"@[^\s@<>(),;:\"\x00-\x20]{1,253}")
_BLANKS = re.compile(r"\s+")


class Mailbox(NamedTuple):
    """A display name and an address; the address is empty where an entry held none."""

    name: str
    address: str


def read_mailboxes(value: bytes, hint: str | None = None) -> list[Mailbox]:
    """Every entry of an address header; groups give their members."""
    text = decode(value, hint)
    return [box for entry in _Scanner(text).entries() if (box := _mailbox(entry)).name or box.address]


class _Entry(NamedTuple):
    words: str
    angle: str | None
    comment: str


class _Scanner:
    """Cuts a header at the commas and semicolons outside quotes, comments, brackets and encoded words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.quoted = False
        self.comments = 0
        self._begin()

    def _begin(self) -> None:
        self.words: list[str] = []
        self.comment: list[str] = []
        self.angle: list[str] | None = None
        self.in_angle = False
        self.has_at = False

    def entries(self) -> Iterator[_Entry]:
        """Each entry as its words, what stood in angle brackets, and its comments."""
        at, found = 0, 0
        while at < len(self.text) and found < MAX_ADDRESSES:
            word = ENCODED_WORD.match(self.text, at) if self.text.startswith("=?", at) else None
            piece = word[0] if word else self.text[at]
            if piece == "\\" and (self.quoted or self.comments) and at + 1 < len(self.text):
                at += 1
                self._keep(self.text[at])
            elif word or not self._sign(piece):
                self._keep(piece)
            elif piece in ",;":
                yield self._entry()
                self._begin()
                found += 1
            at += len(piece)
        if found < MAX_ADDRESSES:
            yield self._entry()

    def _keep(self, piece: str) -> None:
        self.has_at |= piece == "@" and not self.comments
        target = (
            self.comment if self.comments else self.angle if self.in_angle and self.angle is not None else self.words
        )
        target.append(piece)

    def _sign(self, char: str) -> bool:
        """Whether the character is punctuation here; if so it is acted on."""
        if self.quoted or (char == '"' and not self.comments):
            self.quoted ^= char == '"'
            return False  # kept: a quoted local part needs its quotes
        if char == "(" and not self.in_angle:
            self.comments += 1
        elif char == ")" and self.comments:
            self.comments -= 1
            self.comment.append(" ")
        elif self.comments:
            return False
        elif char == "<":
            self.in_angle, self.angle, self.has_at = True, [], False
        elif char == ">" and self.in_angle:
            self.in_angle = False
        elif char == ":" and not self.in_angle and not self.has_at:
            self.words = []  # the name of a group ends here
        else:
            return char in ",;" and not (self.in_angle and not self.has_at)
        return True

    def _entry(self) -> _Entry:
        return _Entry("".join(self.words), None if self.angle is None else "".join(self.angle), "".join(self.comment))


def _mailbox(entry: _Entry) -> Mailbox:
    if entry.angle is not None:
        address = _address_in(entry.angle)
        name = entry.words.replace('"', "")
        if address:
            return Mailbox(_name(name or entry.comment), address)
    found = _QUOTED_ADDR.search(entry.words) or _ADDR.search(entry.words)
    if found is None:
        return Mailbox(_name(entry.words.replace('"', "")), "")
    rest = (entry.words[: found.start()] + " " + entry.words[found.end() :]).replace('"', "")
    return Mailbox(_name(rest if rest.strip() else entry.comment), found[0])


def _address_in(text: str) -> str:
    cleaned = text.strip()
    if "=?" in cleaned:
        cleaned = decode_words(cleaned)
    cleaned = (
        cleaned.rpartition(":")[2] if cleaned.startswith("@") or cleaned.lower().startswith("mailto:") else cleaned
    )
    found = _QUOTED_ADDR.fullmatch(cleaned) or _ADDR.search(cleaned)
    return found[0] if found else ""


def _name(text: str) -> str:
    return _BLANKS.sub(" ", decode_words(text)).strip(" '\u200b")[:MAX_NAME].strip()


def normal(address: str) -> str:
    """The form in which addresses are compared: lower case, the domain in its ASCII form; empty for no address."""
    local, at, domain = storable(address).strip().rpartition("@")
    if not at or not local or not domain:
        return ""
    return f"{local.lower()}@{normal_domain(domain)}"


def normal_domain(domain: str) -> str:
    """A domain in lower case and ASCII; one that has no such form stays as it is."""
    cleaned = domain.strip().strip(".").lower()
    if cleaned.isascii() or len(cleaned) > 253:
        return cleaned
    try:
        return idna.encode(cleaned, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError, ValueError):
        return cleaned


def without_plus(address: str) -> str:
    """`support+x@shop.example` → `support@shop.example`."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def to_address(box: Mailbox) -> Address | None:
    """The entry in the words of the channel contract, or None where it holds no address."""
    value = normal(box.address)
    return Address(kind="email", value=value, name=storable(box.name)) if value else None


def to_addresses(boxes: Iterable[Mailbox], leaving_out: frozenset[str]) -> tuple[Address, ...]:
    """Each address once, without those of `leaving_out` and their plus forms."""
    found: dict[str, Address] = {}
    for address in map(to_address, boxes):
        if address is None or without_plus(address.value) in leaving_out or address.value in leaving_out:
            continue
        found.setdefault(address.value, address)
    return tuple(found.values())
