"""What a room lets analysts see beside the log: its tables, column by column, each with what it means.

A contribution point: rooms declare, `bootstrap` gathers, the lake (`damso.lake`) keeps each as a snapshot in Parquet.
Names and kinds are a promise to people outside: columns are added, never renamed.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from damso.kernel.i18n import Text

Kind = Literal["text", "id", "number", "small", "real", "yes_no", "moment", "json"]
"""`id`: a UUID as text; `number`: 64 bits; `small`: 16 bits; `real`: 64-bit floating point; `moment`: UTC, to the
microsecond; `json`: text that holds JSON."""


class Column(Struct, frozen=True):
    """One column. `sql` is what it is made of where that is not the column of the same name; `personal` says that it
    may tell who somebody is."""

    name: str
    kind: Kind
    meaning: Text
    sql: str = ""
    personal: bool = False


class Dimension(Struct, frozen=True, kw_only=True):
    """A table as analysts see it. Its rows are those of `table`, of which nothing but a row's own columns is read: so a
    change of any row, and nothing else, makes the snapshot new.

    `person` names the column that says whose row it is, and whether it holds a customer's or an identity's id; None
    where it is nobody's. `case` names the column that says of which conversation it is: what others wrote there may
    name somebody, too. `bucket`: SQL of a short text by which rows are kept in files of their own, so that of a long
    history only what changed is written again.
    """

    name: str
    title: Text
    table: str
    columns: Sequence[Column]
    person: tuple[Literal["customer", "identity"], str] | None
    case: str = ""
    where: str = "true"
    bucket: str = "''"
