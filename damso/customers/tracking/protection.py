"""What keeps strangers apart: values that name nobody, and how many identities of a kind one customer may have.

A page that says `identify(null)`, a till that calls every customer 0 and a family with one e-mail address would
otherwise make one giant person of many.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from damso.customers.tracking.types import USER
from damso.customers.types import ANONYMOUS


class Rule(Struct, frozen=True):
    """`most` identities of a kind may come together in one customer by what a source says. `refuses`: an event that
    would join more goes to quarantine; otherwise the two only stay apart."""

    most: int
    refuses: bool


RULES: Mapping[str, Rule] = {
    USER: Rule(most=1, refuses=True),
    "email": Rule(most=5, refuses=True),
    "phone": Rule(most=5, refuses=True),
    ANONYMOUS: Rule(most=1000, refuses=False),
}
MOST_ALIASES = 5
"""An alias says outright that two user ids are one person: so many may come together by it."""

_NOBODY = re.compile(
    r"[0\-]*|-1|0?\.0+|null|\(null\)|nil|none|nan|undefined|unknown|anonymous|guest|true|false|n/a|test|user|userid|"
    r"user_id|id|email|distinct_id|\[object object\]|\{.*\}|\[.*\]",
    re.IGNORECASE | re.DOTALL,
)


def names_nobody(value: str) -> bool:
    """Whether an id is what programs write where they know of none."""
    return _NOBODY.fullmatch(value.strip().strip("\"'")) is not None
