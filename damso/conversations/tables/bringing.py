"""What bringing in one kind of rows is made of; `damso.conversations.tables.carry` carries it through a file."""

from collections.abc import Hashable, Sequence
from typing import ClassVar, Protocol, TypeVar

from damso.conversations.tables.types import Refusal, Row, Tally
from damso.kernel.database import Database, Transaction

R = TypeVar("R")


class Bringing(Protocol[R]):
    """One run's. `kind` is what its rows are counted as."""

    kind: ClassVar[str]
    largest: ClassVar[int]
    """Rows of one transaction at most."""

    def read(self, row: Row) -> R | Refusal:
        """What a row says, without a look at the database."""

    def keys(self, item: R) -> Sequence[Hashable]:
        """What must not stand in one transaction twice."""

    def remember(self, item: R) -> R:
        """Take a row that will be brought in for said: whoever names the same later comes again. Rows come in the
        order of the file."""

    async def foresee(self, tx: Transaction, items: Sequence[R]) -> Tally:
        """What `bring` would do, by reading alone."""

    async def before(self, database: Database, items: Sequence[R]) -> Sequence[R]:
        """What has to be done in transactions of its own; doing it again changes nothing."""

    async def bring(self, tx: Transaction, items: Sequence[R]) -> Tally:
        """Write them."""
