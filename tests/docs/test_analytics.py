"""The table of origins on the page is that of the code (`DAMSO_WRITE_DOCS=1` writes it anew)."""

import os

from damso.analytics.traffic import CLICK_IDS, ORIGINS
from tests.processes import REPOSITORY

PAGE = REPOSITORY / "docs" / "analytics.md"
BEGIN, END = "<!-- Made from the code by tests/docs/test_analytics.py. -->", "<!-- End of what is made. -->"


def _tables() -> str:
    clicks = [f"| `{mark}` | {source} |" for mark, source in CLICK_IDS]
    sites = [f"| {one.host} | {one.source} | {one.medium} |" for one in ORIGINS]
    head = ["| site | source | medium |", "|---|---|---|"]
    return "\n".join(["| mark of a paid click | source |", "|---|---|", *clicks, "", *head, *sites])


def test_the_table_on_the_page_is_that_of_the_code() -> None:
    head, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, tail = rest.partition(END)
    wanted = f"{head}{BEGIN}\n\n{_tables()}\n\n{END}{tail}"
    if os.environ.get("DAMSO_WRITE_DOCS"):
        PAGE.write_text(wanted)
    assert PAGE.read_text() == wanted
