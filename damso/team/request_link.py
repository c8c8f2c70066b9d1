"""Asking for a sign-in link by e-mail. Whether the address is known shows neither in the answer nor in its time:
the request only puts a line into a lane, and the lane looks who it is."""

from datetime import timedelta
from typing import ClassVar, Protocol
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Database
from damso.kernel.i18n import Locale, Text
from damso.kernel.lanes import Claim, Item, enqueue
from damso.team.addresses import network_of
from damso.team.links import entry_address, make_entry_link
from damso.team.sign_in import PER_NETWORK, Visitor
from damso.team.throttle import Limit, take_try
from damso.team.types import as_email

LANE = "sign_in_letters"
LASTS = timedelta(minutes=15)
PER_PERSON = Limit(free=3, first=timedelta(minutes=2))
PER_ACCOUNT = Limit(free=10, first=timedelta(minutes=5))
"""However many strangers ask: nobody's mailbox is flooded, and one of those letters lets its owner in all the same."""

SUBJECT = Text("Damso 로그인 링크", "Your Damso sign-in link")
BODY = Text(
    "{name}님, 안녕하세요.\n\n아래 링크를 누르면 Damso에 로그인돼요. 링크는 {minutes}분 동안 한 번만 쓸 수 있어요.\n\n"
    "{link}\n\n요청한 적이 없다면 이 메일은 그냥 지우셔도 돼요. 링크를 누르지 않으면 아무 일도 일어나지 않아요.\n",
    "Hello {name},\n\nThis link signs you in to Damso. It works once, for {minutes} minutes.\n\n{link}\n\n"
    "If you did not ask for it, you can delete this e-mail. Nothing happens unless the link is used.\n",
)


class Letter(Struct, frozen=True, kw_only=True):
    """A plain mail to somebody on the team."""

    to: str
    name: str
    locale: Locale
    subject: str
    text: str


class Postman(Protocol):
    """Contribution point: how mail to the team leaves the house."""

    async def post(self, letter: Letter) -> None:
        """Hand the letter to a mail server; where no mailbox is connected, do nothing. Raises `lanes.Retry` for a
        fault that passes."""


async def request_link(database: Database, email: str, visitor: Visitor) -> None:
    """Raises `TooManyTries`, `Invalid`."""
    email = as_email(email)
    network = network_of(visitor.address)
    limits = {
        f"link/{email}/{network}": PER_PERSON,
        f"link/{email}": PER_ACCOUNT,
        f"link_from/{network}": PER_NETWORK,
    }
    async with database.transaction() as tx:
        await take_try(tx, limits)
        await enqueue(tx, LANE, [(None, {"email": email})])


class _Recipient(Struct, frozen=True):
    id: UUID
    name: str
    locale: Locale


class SignInLetters:
    """The lane that makes the link, if there is somebody to make it for, and posts it."""

    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("로그인 링크 만들기", "Making sign-in links")
    width: ClassVar[int] = 2

    def __init__(self, database: Database, postman: Postman, base_url: str) -> None:
        self._database = database
        self._postman = postman
        self._base_url = base_url

    async def work(self, claim: Claim) -> None:
        letter = await self._write(claim.item)
        if letter:
            await self._postman.post(letter)
        async with self._database.transaction() as tx:
            await claim.finish(tx)

    async def _write(self, item: Item) -> Letter | None:
        """The letter with a fresh link; None where nobody is known who may sign in, or nobody waits for it any more."""
        email = item.payload["email"]
        async with self._database.transaction() as tx:
            if tx.now - item.created_at > LASTS:
                return None
            to = await tx.maybe(
                _Recipient,
                "SELECT id, name, locale FROM agent WHERE email = $1 AND disabled_at IS NULL AND joined_at IS NOT NULL",
                email,
            )
            if to is None:
                return None
            link = entry_address(self._base_url, "sign_in", await make_entry_link(tx, to.id, "sign_in", LASTS))
        minutes = int(LASTS.total_seconds()) // 60
        text = BODY.say(to.locale, name=to.name, minutes=minutes, link=link)
        return Letter(to=email, name=to.name, locale=to.locale, subject=SUBJECT.say(to.locale), text=text)
