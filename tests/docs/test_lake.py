"""The page about the lake has every table and column that the code has (`DAMSO_WRITE_DOCS=1` writes them anew)."""

import os
from collections.abc import Sequence

from damso.bootstrap import dimensions_of
from damso.kernel.dimensions import Column
from damso.lake.columns import EVENT, PARTITIONS
from damso.lake.types import FRESH, GRACE, MANY, RENEW
from tests.processes import REPOSITORY

PAGE = REPOSITORY / "docs" / "lake.md"
BEGIN, END = "<!-- Made from the code by tests/docs/test_lake.py. -->", "<!-- End of what is made. -->"


def _table(name: str, title: str, columns: Sequence[Column]) -> str:
    rows = [
        f"| `{one.name}` | {one.kind} | {one.meaning.en}{' **Personal.**' if one.personal else ''} |" for one in columns
    ]
    return "\n".join([f"### `{name}`: {title}", "", "| column | kind | meaning |", "|---|---|---|", *rows, ""])


def schema() -> str:
    tables = [_table("event", "Events", (*PARTITIONS, *EVENT))]
    tables += [_table(one.name, one.title.en, one.columns) for one in dimensions_of()]
    return "\n".join(tables)


def test_the_schema_on_the_page_is_that_of_the_code():
    head, _, rest = PAGE.read_text().partition(BEGIN)
    tail = rest.partition(END)[2]
    if os.environ.get("DAMSO_WRITE_DOCS") == "1":
        PAGE.write_text(f"{head}{BEGIN}\n\n{schema()}\n{END}{tail}")
    assert PAGE.read_text().partition(BEGIN)[2].partition(END)[0].strip() == schema().strip()


def test_the_times_that_are_told_are_those_of_the_code():
    assert (FRESH.seconds, MANY, RENEW.seconds, GRACE.seconds) == (60, 100_000, 600, 900)
