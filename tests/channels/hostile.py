"""A channel whose deliveries do to the parsing process what the worst mail would."""

import ctypes
import os
import sys
import time
from collections.abc import Sequence
from typing import ClassVar

from damso.channels.adapters.api.adapter import ApiAdapter
from damso.channels.adapters.api.config import ApiConfig
from damso.channels.failures import Unparsable
from damso.channels.items import Address, Attachment, InboundMessage, Item, Unsupported
from damso.channels.types import Request

_REMEMBERED: list[bytes] = []


def message(text: str, **more: object) -> InboundMessage:
    """Something a customer said."""
    fields = {"external_id": "h-1", "dedupe_scope": "hostile", "sender": Address(kind="user", value="u-1")}
    return InboundMessage(text=text, **fields | more)  # type: ignore[arg-type]


class HostileAdapter(ApiAdapter):
    """The first word of the body says what happens."""

    channel: ClassVar[str] = "hostile"

    def parse(self, request: Request, config: ApiConfig) -> Sequence[Item]:
        word, _, rest = request.body.decode().partition(" ")
        match word:
            case "say":
                return [message(rest)]
            case "pid":
                return [message(str(os.getpid()))]
            case "environment":
                return [message(" ".join(os.environ))]
            case "print":
                os.write(1, b"not a frame")
                print("not a frame either", file=sys.stdout, flush=True)
                return [message(sys.stdin.read() or "nothing on standard input")]
            case "sleep":
                time.sleep(60)
            case "spin":
                while True:
                    pass
            case "crash":
                ctypes.string_at(0)
            case "exit":
                os._exit(3)
            case "memory":
                return [message("x" * (1500 * 1024 * 1024))]
            case "remember":
                _REMEMBERED.append(bytes(300 * 1024 * 1024))
                return [message(str(os.getpid()))]
            case "flood":
                much = bytes(2 * 1024 * 1024)
                return [message("much", attachments=(Attachment(name="a", content_type="a/b", data=much),))]
            case "items":
                return [message("one of many", external_id=str(number)) for number in range(int(rest))]
            case "refuse":
                raise Unparsable("no sense in it")
            case "bug":
                raise KeyError("a secret of the customer")
            case "unstorable":
                half = "\ud83d"
                return [
                    message(f"nul \0, half {half}", subject="\0", evidence=half, external_id="i" * 5000),
                    Unsupported(kind="odd\0", why="nobody knows"),
                ]
        return []
