"""Making a message fit its channel: what the channel cannot show by itself is spelled as text, and the text is measured
as the channel counts."""

from damso.channels.content import Content, buttons_of, kind_of, with_text
from damso.channels.types import ChannelPolicy


def fits(policy: ChannelPolicy, content: Content) -> bool:
    """Whether the channel shows it by itself."""
    buttons = buttons_of(content)
    return (
        kind_of(content) in policy.kinds
        and len(buttons) <= policy.buttons
        and all(len(button.label) <= policy.button_length for button in buttons)
    )


def fitted(policy: ChannelPolicy, text: str, content: Content | None) -> tuple[str, Content | None]:
    """Text and content as they leave by the channel."""
    if content is None or fits(policy, content):
        return text, content
    return with_text(text, content), None


def length_of(policy: ChannelPolicy, text: str) -> int:
    """How long a text is, as the channel counts. What EUC-KR does not have counts as the two bytes of what stands in
    for it."""
    if policy.measure == "characters":
        return len(text)
    return len(text.encode("cp949", "replace")) + sum(1 for mark in text if not _known(mark))


def _known(mark: str) -> bool:
    try:
        mark.encode("cp949")
    except UnicodeEncodeError:
        return False
    return True
