"""The engine of one run: people go in, pairs come out, each with what speaks for it. Bounded in memory: what does not
fit is spilled into the run's own folder, which goes with it."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa

from damso.customers.matching import model
from damso.customers.matching.features import COLUMNS, Features
from damso.customers.matching.types import COMPARISONS, Explanation, Pair, Parameters, Part

MEMORY_MB = 300
"""What the engine may hold; Python and the libraries come on top."""
MOST_PAIRS = 100_000
"""Pairs that one run keeps, the likeliest ones."""
CHUNK = 1_000

_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("plain", pa.string()),
        ("jamo", pa.string()),
        *((name, pa.list_(pa.string())) for name in ("sounds", "phones", "tails", "emails", "locals")),
        ("birthday", pa.date32()),
        ("address", pa.string()),
    ]
)


class Comparison:
    """One run's engine. Its methods compute; call them in a thread."""

    def __init__(self, folder: Path) -> None:
        self._connection = duckdb.connect(":memory:")
        for setting in (
            f"memory_limit = '{MEMORY_MB}MB'",
            "threads = 1",
            f"temp_directory = '{folder}'",
            "preserve_insertion_order = false",
            "enable_progress_bar = false",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            self._connection.execute(f"SET {setting}")
        self._connection.register("chunk", _SCHEMA.empty_table())
        self._connection.execute("CREATE TABLE person AS SELECT * FROM chunk")
        self._parameters: Parameters | None = None

    def add(self, people: Sequence[Features]) -> None:
        rows = {name: [str(one.id) if name == "id" else getattr(one, name) for one in people] for name in COLUMNS}
        self._connection.register("chunk", pa.table(rows, schema=_SCHEMA))
        self._connection.execute("INSERT INTO person SELECT * FROM chunk")
        self._connection.unregister("chunk")

    def learn(self) -> Parameters:
        model.drop_common(self._connection)
        self._connection.execute("ALTER TABLE person ADD COLUMN first_phone VARCHAR")
        self._connection.execute("ALTER TABLE person ADD COLUMN first_email VARCHAR")
        self._connection.execute("UPDATE person SET first_phone = phones[1], first_email = emails[1]")
        self._parameters = model.learn(self._connection)
        return self._parameters

    def predict(self, least: float) -> int:
        """Compare; how many pairs are at least so likely."""
        assert self._parameters is not None
        linker = model.linker_of(self._connection, self._parameters)
        found = linker.inference.predict(threshold_match_probability=least, warning_mode="never")
        self._connection.execute(
            f"""CREATE TABLE pair AS SELECT * FROM {found.physical_name}
            ORDER BY match_probability DESC, id_l, id_r LIMIT {MOST_PAIRS}"""
        )
        [row] = self._connection.execute("SELECT count(*) FROM pair").fetchall()
        return int(row[0])

    def pairs(self) -> Iterator[list[Pair]]:
        """The likeliest first."""
        assert self._parameters is not None
        start = math.log2(self._parameters.prior / (1 - self._parameters.prior))
        cursor = self._connection.execute(_explained(common_names=self._parameters.common_names))
        while rows := cursor.fetchmany(CHUNK):
            yield [_pair(row, start) for row in rows]

    def close(self) -> None:
        self._connection.close()


def _explained(*, common_names: bool) -> str:
    weights = {name: f"p.mw_{name}" for name in COMPARISONS}
    if common_names:
        weights["name"] = "p.mw_name + p.mw_tf_adj_name"
    sides = ", ".join(f'{side}."{name}" AS "{name}_{side}"' for side in ("l", "r") for name in COLUMNS if name != "id")
    told = ", ".join(f"{model.level_sql(name)}, w_{name}" for name in COMPARISONS)
    return f"""
        SELECT id_l, id_r, match_probability, {told} FROM (
            SELECT p.id_l, p.id_r, p.match_probability,
                {", ".join(f"{weight} AS w_{name}" for name, weight in weights.items())}, {sides}
            FROM pair p JOIN person l ON l.id = p.id_l JOIN person r ON r.id = p.id_r)
        ORDER BY match_probability DESC, id_l, id_r"""


def _pair(row: Sequence[Any], start: float) -> Pair:
    one, other = sorted((UUID(row[0]), UUID(row[1])))
    parts = [
        Part(on=name, level=row[3 + 2 * place], weight=round(row[4 + 2 * place], 2))
        for place, name in enumerate(COMPARISONS)
        if row[3 + 2 * place] != "none"
    ]
    return Pair(
        one_id=one,
        other_id=other,
        probability=row[2],
        explanation=Explanation(start=round(start, 2), parts=sorted(parts, key=lambda part: -part.weight)),
    )
