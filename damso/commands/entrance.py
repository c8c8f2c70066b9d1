"""A fresh way in for the owner, printed by every start and by `damso owner link`."""

from datetime import timedelta

from msgspec import Struct

from damso.commands.operator import operator
from damso.kernel.database import Database
from damso.kernel.i18n import Text
from damso.team import audit
from damso.team.links import Purpose, entry_address, make_entry_link

LASTS = timedelta(hours=24)

SIGN_IN = Text(
    "로그인 링크(한 번만, {hours}시간 안에): {link}", "Sign in by this link (once, within {hours} hours): {link}"
)
SET_UP = Text(
    "첫 설정 링크(한 번만, {hours}시간 안에): {link}", "Set up by this link (once, within {hours} hours): {link}"
)


class Entrance(Struct, frozen=True, kw_only=True):
    """A link that lets somebody in once, as `sign_in` or `setup`."""

    purpose: Purpose
    link: str

    @property
    def text(self) -> Text:
        return SIGN_IN if self.purpose == "sign_in" else SET_UP

    @property
    def hours(self) -> int:
        return int(LASTS.total_seconds() // 3600)


async def fresh_entrance(database: Database, base_url: str) -> Entrance:
    """To sign in as the owner, or to become it where there is none."""
    async with database.transaction() as tx:
        owner = await tx.value(
            "SELECT id FROM agent WHERE role = 'owner' AND disabled_at IS NULL ORDER BY created_at, id LIMIT 1"
        )
        purpose: Purpose = "sign_in" if owner else "setup"
        secret = await make_entry_link(tx, owner, purpose, LASTS)
        if owner:
            await audit.record(tx, operator(), "sign_in.link_made", owner)
    return Entrance(purpose=purpose, link=entry_address(base_url, purpose, secret))
