"""Texts in Korean and English, and which of the two a person reads."""

from typing import Literal

from msgspec import Struct

Locale = Literal["ko", "en"]
DEFAULT_LOCALE: Locale = "ko"


class Text(Struct, frozen=True):
    """One sentence in both languages; a text that lacks one does not type-check. Holds `str.format` fields."""

    ko: str
    en: str

    def say(self, locale: Locale, **fields: object) -> str:
        return (self.ko if locale == "ko" else self.en).format(**fields)


def literal(words: str) -> Text:
    """Somebody's own words, the same in both languages; no part of them is a field."""
    escaped = words.replace("{", "{{").replace("}", "}}")
    return Text(escaped, escaped)


def as_locale(tag: str | None) -> Locale | None:
    """The language we speak that a tag such as `ko-KR` names, or None."""
    match (tag or "").split("-")[0].strip().lower():
        case "ko":
            return "ko"
        case "en":
            return "en"
    return None


def negotiate(accept_language: str | None) -> Locale:
    """The first language of an Accept-Language header that we speak (RFC 9110 section 12.5.4), by its weights."""

    def weight(part: str) -> float:
        _, _, q = part.partition(";q=")
        try:
            return float(q) if q else 1.0
        except ValueError:
            return 0.0

    for part in sorted((accept_language or "").split(","), key=weight, reverse=True):
        if locale := as_locale(part.partition(";")[0]):
            return locale
    return DEFAULT_LOCALE
