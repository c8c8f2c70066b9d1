"""Our signed references in a mail: in plus addresses and in the message ids we gave.

Only found here, not trusted: whoever asks checks the signature.
"""

import re
from collections.abc import Iterable, Iterator

from damso.channels.adapters.email.charsets import storable
from damso.channels.adapters.email.headers import Headers, message_ids

MAX_TOKENS = 20
MAX_REFERENCES = 100

_TOKEN = r"dc1-[A-Za-z0-9_-]{20,120}"  # noqa: S105 - the shape of a reference, no secret
_IN_PLUS = re.compile(rf"\+({_TOKEN})@")
_IN_ID = re.compile(rf"({_TOKEN})\.[^@\s<>]{{1,200}}@")
_ADDRESSED = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_SENT_BY = ("reply-to", "from", "return-path", "sender")


def find_tokens(headers: Headers, *, senders: bool = False) -> tuple[str, ...]:
    """References of ours, nearest first. `senders`: look also where a mail of ours bears them, as for a bounced one."""
    names = (*_SENT_BY, *_ADDRESSED) if senders else _ADDRESSED
    addressed = [token for name in names for value in headers.all_text(name) for token in _IN_PLUS.findall(value)]
    found = dict.fromkeys([*addressed, *tokens_in_ids(find_references(headers))])
    return tuple(list(found)[:MAX_TOKENS])


def tokens_in_ids(ids: Iterable[str]) -> list[str]:
    """References of ours that stand before the dot of a message id."""
    return [found[1] for name in ids if (found := _IN_ID.match(name))]


def find_references(headers: Headers) -> tuple[str, ...]:
    """Ids of earlier mails: In-Reply-To, then References from its newest."""
    answered = _ids(headers.all_text("in-reply-to"))
    earlier = list(_ids(headers.all_text("references")))[::-1]
    return tuple(list(dict.fromkeys([*answered, *earlier]))[:MAX_REFERENCES])


def _ids(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from map(storable, message_ids(value))
