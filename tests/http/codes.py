"""One-time codes, read where the customer reads them: in the mail that was sent."""

import re

from damso.channels.types import Adapter
from tests.conversations.company import Company
from tests.conversations.postcards import Postcards
from tests.http.browsers import Chat


async def code_sent(company: Company) -> str:
    """The code in the newest mail, once the notices have left."""
    await company.works()
    mails: Adapter = company.post.adapter
    assert isinstance(mails, Postcards)
    found = re.search(r"\b\d{6}\b", mails.sent[-1].text)
    assert found, "the mail holds no code"
    return found[0]


async def prove(company: Company, chat: Chat, email: str) -> None:
    """Prove an address from beginning to end."""
    assert (await chat.post("proof", {"email": email})).status_code == 202
    answer = await chat.post("proof/check", {"email": email, "code": await code_sent(company)})
    assert answer.status_code == 200, answer.text
