"""How long-running work tells a person what it is doing."""

from typing import Protocol

from damso.kernel.i18n import Text


class Say(Protocol):
    """Told one line of progress; `fields` fill the sentence. Called in the event loop, must not block."""

    def __call__(self, text: Text, **fields: object) -> None: ...


def say_nothing(text: Text, **fields: object) -> None:
    """Progress for nobody."""
