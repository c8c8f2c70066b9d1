"""What speaks for a pair and what against it, as people read it. Levels alone: no name and no address is repeated."""

from collections.abc import Mapping

from msgspec import Struct

from damso.customers.matching.types import Explanation
from damso.kernel.i18n import Locale, Text

COMPARISON_NAMES: Mapping[str, Text] = {
    "name": Text("이름", "Name"),
    "phone": Text("전화번호", "Phone"),
    "email": Text("이메일", "E-mail"),
    "birthday": Text("생일", "Birthday"),
    "address": Text("주소", "Address"),
}
LEVELS: Mapping[str, Mapping[str, Text]] = {
    "name": {
        "same": Text("이름이 같아요", "The same name"),
        "sounds": Text("한글과 영문으로 같은 이름이에요", "The same name, written in another way"),
        "near": Text("이름이 거의 같아요", "Nearly the same name"),
        "else": Text("이름이 달라요", "Different names"),
    },
    "phone": {
        "same": Text("전화번호가 같아요", "A phone number in common"),
        "tail": Text("번호 끝 네 자리가 같아요", "The same last four digits"),
        "else": Text("전화번호가 달라요", "Different phone numbers"),
    },
    "email": {
        "same": Text("이메일이 같아요", "An e-mail address in common"),
        "local": Text("@ 앞부분이 같아요", "The same part before the @"),
        "else": Text("이메일이 달라요", "Different e-mail addresses"),
    },
    "birthday": {
        "same": Text("생일이 같아요", "The same birthday"),
        "day": Text("월과 일만 같아요", "The same day in another year"),
        "else": Text("생일이 달라요", "Different birthdays"),
    },
    "address": {
        "same": Text("주소가 같아요", "The same address"),
        "near": Text("주소가 거의 같아요", "Nearly the same address"),
        "else": Text("주소가 달라요", "Different addresses"),
    },
}


class EvidencePart(Struct, frozen=True, kw_only=True):
    """What one comparison adds, as a power of two; `text` says it to people."""

    on: str
    level: str
    weight: float
    text: str


class MatchEvidence(Struct, frozen=True, kw_only=True):
    """Where it begins, two customers taken at random (a power of two), and what was added, the strongest first."""

    start: float
    parts: list[EvidencePart]


def told(explanation: Explanation, locale: Locale) -> MatchEvidence:
    return MatchEvidence(
        start=explanation.start,
        parts=[
            EvidencePart(on=part.on, level=part.level, weight=part.weight, text=LEVELS[part.on][part.level].say(locale))
            for part in explanation.parts
        ],
    )


def in_short(explanation: Explanation, locale: Locale) -> list[str]:
    """What speaks for them being one person, as short reasons."""
    return [LEVELS[part.on][part.level].say(locale) for part in explanation.parts if part.weight > 0]
