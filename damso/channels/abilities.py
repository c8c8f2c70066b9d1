"""What some channels can do besides taking and sending messages: protocols of few methods each, which an adapter has or
has not."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from httpx import AsyncClient
from msgspec import Struct

from damso.channels.content import Button
from damso.channels.items import Address, InboundReceipt
from damso.channels.types import Blob, Request, Response, Thread, Window


@runtime_checkable
class Fetches(Protocol):
    """The provider hands out files by reference."""

    async def fetch_media(self, ref: str, config: Any, http: AsyncClient) -> Blob: ...


@runtime_checkable
class ShowsSecrets(Protocol):
    """The provider proves itself by a secret that it shows in every call. The headers that carry it (lower case) are
    not kept with the delivery."""

    def secret_headers(self, config: Any) -> frozenset[str]: ...


@runtime_checkable
class Answers(Protocol):
    """The provider wants something in the answer to its call: what it shows the customer at once, or a promise to
    answer later. Pure and quick: it is asked between storing a delivery and acknowledging it."""

    def answer(self, request: Request, config: Any) -> Response: ...


@runtime_checkable
class Opens(Protocol):
    """Whether an answer is possible depends on more than the time since the customer wrote: on a handle that is spent
    once, on a session, on what the connection has been granted."""

    def window(self, thread: Thread, config: Any, now: datetime) -> Window: ...


@runtime_checkable
class Uploads(Protocol):
    """The provider wants files before the message, and calls each by a name of its own (`Blob.ref`)."""

    async def upload(self, blob: Blob, config: Any, http: AsyncClient) -> str: ...


@runtime_checkable
class PollsReports(Protocol):
    """The provider has to be asked what became of messages. Returns what is known by now of those that are named."""

    async def poll_reports(
        self, external_ids: Sequence[str], config: Any, http: AsyncClient
    ) -> Sequence[InboundReceipt]: ...


@runtime_checkable
class Refreshes(Protocol):
    """The connection lives by a token that ends. `refresh_at` is when to renew it (None: it does not end)."""

    def refresh_at(self, config: Any) -> datetime | None: ...

    async def refresh(self, config: Any, http: AsyncClient) -> Any:
        """The configuration with its new token. Raises `CredentialsRejected` where a person has to act, `TryLater`."""


@runtime_checkable
class HandsOver(Protocol):
    """Threads belong either to us or to people in the provider's own console."""

    async def give(self, to: Address, thread: Thread, config: Any, http: AsyncClient) -> None: ...

    async def take(self, to: Address, thread: Thread, config: Any, http: AsyncClient) -> None: ...


class Entrance(Struct, frozen=True, kw_only=True):
    """Where customers find an inbox: its `address` as people say it, and a `url` that opens the channel there."""

    address: str
    url: str


@runtime_checkable
class Entered(Protocol):
    """Customers can be told where to write. `text` is put before them where the channel's links can."""

    def entered(self, config: Any, text: str) -> Entrance: ...


@runtime_checkable
class Ends(Protocol):
    """The company can end a thread at the provider: nothing can be answered any more until the customer writes again,
    whom a bot of the provider's may take over."""

    async def end(self, to: Address, thread: Thread, config: Any, http: AsyncClient) -> None: ...


TemplateState = Literal["draft", "requested", "reviewing", "approved", "rejected", "stopped"]


class ProviderTemplate(Struct, frozen=True, kw_only=True):
    """A template as the provider keeps it: `text` with its variables in place (`#{이름}`), and what became of its
    review; `comments` is what the reviewer said."""

    code: str
    name: str
    text: str
    state: TemplateState
    buttons: tuple[Button, ...] = ()
    title: str = ""
    category: str = ""
    comments: str = ""


@runtime_checkable
class Templated(Protocol):
    """The provider lets through what it has approved before."""

    async def templates(self, config: Any, http: AsyncClient) -> Sequence[ProviderTemplate]: ...

    async def submit(self, template: ProviderTemplate, config: Any, http: AsyncClient) -> ProviderTemplate:
        """Ask for the review of a new one, or again of one that was rejected; as the provider has it now."""


class Polled(Struct, frozen=True, kw_only=True):
    """One thing a poll found, and the cursor to keep once it is stored."""

    request: Request
    cursor: Mapping[str, Any]


@runtime_checkable
class Settles(Protocol):
    """Something may still be under way when a message has been handed over, such as a copy for the Sent folder."""

    async def settle(self) -> None:
        """Wait for it, before the process ends."""


@runtime_checkable
class Polls(Protocol):
    """The provider has to be asked. Yields what came since `cursor`, oldest first, each with its new cursor.

    The core stores a request and its cursor in one transaction, so a poll may stop anywhere. `wait` returns when
    something may have come (IMAP IDLE) or after `timeout` seconds.
    """

    def poll(self, cursor: Mapping[str, Any], config: Any, http: AsyncClient) -> AsyncIterator[Polled]: ...

    async def wait(self, timeout: float, config: Any, http: AsyncClient) -> None: ...
