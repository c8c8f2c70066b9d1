"""The words of files that are brought in as tables: their rows, what a column is taken for, what became of a row."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

import msgspec
from msgspec import Meta, Struct

from damso.kernel.log import Actor

TableKind = Literal["customers", "events", "products", "consents", "ga4"]
TABLES: tuple[TableKind, ...] = ("customers", "events", "products", "consents", "ga4")
MAPPED: frozenset[TableKind] = frozenset({"customers", "events", "products", "consents"})
"""Those whose columns may be called anything; an export of GA4 has names of its own."""
Reading = Literal["auto", "text", "number", "date", "yes_no"]
"""How the cells of a property are read; `auto` takes them as they come (JSON and Excel have types)."""

MOST_COLUMNS = 300
"""More is no table that a person made columns of."""
LONGEST_CELL = 32_767
"""Characters that a cell of Excel can hold."""


class Row(Struct, frozen=True):
    """A row of a file. `line` is where it stands, counted from 1; `problem` why it cannot be read; `surplus` that it
    says more than there are columns."""

    line: int
    cells: Sequence[Any]
    problem: str = ""
    surplus: bool = False


class Table(Protocol):
    """A file as rows, the same each time it is read. `headed`: the columns are called what the file calls them."""

    columns: Sequence[str]
    headed: bool

    def rows(self) -> Iterator[Row]:
        """Raises `ExportUnreadable`."""


Column = Annotated[str, Meta(max_length=200)]


class ColumnUse(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a column is taken for: a field of its kind, `trait:KEY`, `property:KEY`, or nothing where `target` is
    empty."""

    column: Column
    target: Annotated[str, Meta(max_length=120)] = ""
    reading: Reading = "auto"


class TableMapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What each column is taken for, and what holds for all rows where no column says it (`fixed`)."""

    columns: Annotated[list[ColumnUse], Meta(max_length=MOST_COLUMNS)] = []
    fixed: dict[Annotated[str, Meta(max_length=40)], Annotated[str, Meta(max_length=200)]] = {}


class Trouble(Struct, frozen=True, order=True):
    """That a row did not come as it is: a code of `damso.conversations.imports.reasons`, and no word of it."""

    line: int
    code: str


class Refusal(Struct, frozen=True):
    """A row that cannot be brought in."""

    line: int
    code: str


class Tally(Struct):
    """What became of rows: counts by state, and what was wrong."""

    counts: dict[str, int] = msgspec.field(default_factory=dict)
    troubles: list[Trouble] = msgspec.field(default_factory=list)

    def count(self, state: str, number: int = 1) -> None:
        self.counts[state] = self.counts.get(state, 0) + number

    def refuse(self, line: int, code: str) -> None:
        self.count("refused")
        self.warn(line, code)

    def warn(self, line: int, code: str) -> None:
        """It came in all the same."""
        self.troubles.append(Trouble(line, code))

    def add(self, other: "Tally") -> None:
        for state, number in other.counts.items():
            self.count(state, number)
        self.troubles += other.troubles


class Filing(Struct, frozen=True, kw_only=True):
    """What is the same for all rows of a run. `fingerprint` is the file's SHA-256, `zone` what times without a zone
    are of, `namespace` what user ids are of, `begun_at` when the run was begun, `actor` by whom."""

    fingerprint: str
    mapping: TableMapping
    namespace: str
    zone: str
    begun_at: datetime
    actor: Actor
