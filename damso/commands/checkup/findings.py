"""What a look at one thing found, in words a person can act on."""

from typing import Literal

from msgspec import Struct

from damso.commands.console import LOCALE
from damso.kernel.i18n import Text

State = Literal["ok", "warning", "broken"]


class Finding(Struct, frozen=True, kw_only=True):
    """`about` names what was looked at; `mend` says what to do, where anything is to be done."""

    about: str
    state: State
    text: str
    mend: str = ""


def fine(about: str, text: Text, **fields: object) -> Finding:
    """Nothing to do."""
    return Finding(about=about, state="ok", text=text.say(LOCALE, **fields))


def warning(about: str, text: Text, mend: Text, **fields: object) -> Finding:
    """Works, and wants a look."""
    return _to_do("warning", about, text, mend, fields)


def broken(about: str, text: Text, mend: Text, **fields: object) -> Finding:
    """Does not work until somebody mends it."""
    return _to_do("broken", about, text, mend, fields)


def _to_do(state: State, about: str, text: Text, mend: Text, fields: dict[str, object]) -> Finding:
    return Finding(about=about, state=state, text=text.say(LOCALE, **fields), mend=mend.say(LOCALE, **fields))
