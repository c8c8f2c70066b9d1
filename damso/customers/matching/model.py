"""The model of Fellegi and Sunter, on Splink: how likely it is that two customers are one, and what speaks for it.

Each comparison has levels, strongest first; `m` is how often one person's two records stand on a level, `u` how often
two people's do. The shipped values below hold until a company has enough customers to learn its own from.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import splink.comparison_level_library as cll
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_library import CustomComparison
from splink.internals.comparison_level_creator import ComparisonLevelCreator

from damso.customers.matching.types import COMPARISONS, Learnt, Level, Parameters

ENOUGH = 1_000
"""Customers from whom `u`, and how common a name is, can be learnt."""
ENOUGH_PAIRS = 200
"""Pairs that share a number or an address from whom `m` can be learnt."""
SAMPLE = 1_000_000
"""Random pairs that `u` is learnt from."""
TRAINED = 200_000
"""Pairs that `m` is learnt from, at most."""
TRUST = 0.9
"""The weight of what was learnt, beside what is shipped: no level is impossible that was not seen among a few pairs."""
SEED = 7
RECALL = 0.7
"""The share of duplicates that have a number or an address in common, as a guess: the others are what we look for."""
SHARING = 0.01
"""Pairs per customer who share a number or an address and are two people, where nothing is known yet (families)."""

SHIPPED: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "name": {"same": (0.5, 0.002), "sounds": (0.3, 0.003), "near": (0.08, 0.002), "else": (0.12, 0.993)},
    "phone": {"same": (0.7, 2e-6), "tail": (0.02, 2e-4), "else": (0.28, 0.9998)},
    "email": {"same": (0.5, 2e-6), "local": (0.2, 2e-4), "else": (0.3, 0.9998)},
    "birthday": {"same": (0.92, 5e-5), "day": (0.03, 0.0027), "else": (0.05, 0.9972)},
    "address": {"same": (0.5, 1e-5), "near": (0.25, 1e-3), "else": (0.25, 0.999)},
}
"""`m` and `u` of each level."""
COUNTED = ("phone", "email")
"""Too rare between strangers for a sample: `u` is counted over everybody who shares one."""

_CONDITIONS: Mapping[str, Mapping[str, str]] = {
    "name": {
        "same": '"plain_l" = "plain_r"',
        "sounds": 'list_has_any("sounds_l", "sounds_r")',
        # One letter typed wrong.
        "near": 'length("jamo_l") >= 6 AND damerau_levenshtein("jamo_l", "jamo_r") <= 1',
    },
    "phone": {"same": 'list_has_any("phones_l", "phones_r")', "tail": 'list_has_any("tails_l", "tails_r")'},
    "email": {"same": 'list_has_any("emails_l", "emails_r")', "local": 'list_has_any("locals_l", "locals_r")'},
    "birthday": {
        "same": '"birthday_l" = "birthday_r"',
        "day": """month("birthday_l") = month("birthday_r") AND day("birthday_l") = day("birthday_r")""",
    },
    "address": {
        "same": '"address_l" = "address_r"',
        # Two addresses of a city begin alike; it is their numbers that tell them apart.
        "near": """regexp_extract_all("address_l", '[0-9]+') = regexp_extract_all("address_r", '[0-9]+')
            AND jaro_winkler_similarity("address_l", "address_r") >= 0.85""",
    },
}
_COLUMN = {"name": "plain", "phone": "phones", "email": "emails", "birthday": "birthday", "address": "address"}

BLOCKING = (
    block_on("phones", arrays_to_explode=["phones"]),
    block_on("emails", arrays_to_explode=["emails"]),
    block_on("locals", arrays_to_explode=["locals"]),
    block_on("sounds", "tails", arrays_to_explode=["sounds", "tails"]),
    block_on("plain", "tails", arrays_to_explode=["tails"]),
    block_on("sounds", "birthday", arrays_to_explode=["sounds"]),
    block_on("plain", "birthday"),
    block_on("plain", "address"),
    block_on("sounds", "address", arrays_to_explode=["sounds"]),
    block_on("tails", "birthday", arrays_to_explode=["tails"]),
)
"""Only pairs that one of these leads to are compared; a name alone leads to nobody (in words: docs/identity.md)."""
COMMON = 20
"""A value that more customers have is nobody's: a switchboard, a kiosk, an office's mail. It is not compared."""


def drop_common(connection: duckdb.DuckDBPyConnection) -> None:
    """Take out of the table `person` what too many have."""
    for column in ("phones", "emails", "locals"):
        connection.execute(
            f"""CREATE OR REPLACE TEMP TABLE common_value AS SELECT v FROM (SELECT unnest({column}) AS v FROM person)
            GROUP BY v HAVING count(*) > {COMMON}"""
        )
        if _count(connection, "SELECT count(*) FROM common_value"):
            connection.execute(
                f"""UPDATE person SET {column} = nullif(list_filter({column}, lambda x: NOT list_contains(c.v, x)), [])
                FROM (SELECT list(v) AS v FROM common_value) c WHERE list_has_any({column}, c.v)"""
            )


def learn(connection: duckdb.DuckDBPyConnection) -> Parameters:
    """What the customers in the table `person` teach; what too few can teach is as shipped."""
    customers = _count(connection, "SELECT count(*) FROM person")
    sharing = {name: _sharing(connection, _COLUMN[name]) for name in COUNTED}
    pairs = max(customers * (customers - 1) / 2, 1)
    alike = sum(one for one, _ in sharing.values())
    prior = min(max((alike + SHARING * customers) / RECALL / pairs, 1e-12), 0.01)
    levels = {name: dict(SHIPPED[name]) for name in COMPARISONS}
    for name, (_, strangers) in sharing.items():
        having = _count(connection, f"SELECT count(*) FROM person WHERE {_COLUMN[name]} IS NOT NULL")
        u = (strangers + SHARING * having) / max(having * (having - 1) / 2, 1)
        levels[name]["same"] = (levels[name]["same"][0], min(max(u, 1e-12), 0.01))
    shared = alike + sum(strangers for _, strangers in sharing.values())
    learns_u, learns_m = customers >= ENOUGH, customers >= ENOUGH and shared >= ENOUGH_PAIRS
    if learns_u:
        levels = _trained(connection, levels, prior, learns_m=learns_m)
    return Parameters(
        prior=prior,
        levels=[
            Level(comparison=name, level=level, m=m, u=u)
            for name, some in levels.items()
            for level, (m, u) in some.items()
        ],
        learnt=Learnt(u=learns_u, m=learns_m),
        common_names=learns_u,
    )


def _sharing(connection: duckdb.DuckDBPyConnection, column: str) -> tuple[int, int]:
    """Pairs that share a value: those whose names agree, or one has none; and those whose names differ."""
    [row] = connection.execute(
        f"""WITH one AS (SELECT id, plain, sounds, unnest({column}) AS v FROM person WHERE {column} IS NOT NULL),
        pair AS (
            SELECT DISTINCT l.id, r.id AS other, l.plain IS NULL OR r.plain IS NULL OR l.plain = r.plain
                OR coalesce(list_has_any(l.sounds, r.sounds), false) AS alike
            FROM one l JOIN one r ON l.v = r.v AND l.id < r.id)
        SELECT count(*) FILTER (alike), count(*) FILTER (NOT alike) FROM pair"""
    ).fetchall()
    return row[0], row[1]


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    [row] = connection.execute(sql).fetchall()
    return int(row[0])


_Levels = dict[str, dict[str, tuple[float, float]]]


def _trained(connection: duckdb.DuckDBPyConnection, levels: _Levels, prior: float, *, learns_m: bool) -> _Levels:
    linker = _linker(connection, levels, prior, common_names=False, training=True)
    linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLE, seed=SEED, min_count_per_level=None)
    if learns_m:
        for rule in ("phone", "email"):
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(f"first_{rule}"), estimate_without_term_frequencies=True, max_pairs=TRAINED
            )
    return _read(linker, levels)


def _read(linker: Linker, before: _Levels) -> _Levels:
    """What was learnt; the shipped values of a comparison of which nothing was, or what makes no sense."""
    after: _Levels = {}
    for comparison in linker.misc.save_model_to_json()["comparisons"]:
        name = comparison["output_column_name"]
        some = [one for one in comparison["comparison_levels"] if not one.get("is_null_level")]
        shipped = before[name]
        ms = _mixed([one.get("m_probability") for one in some], [m for m, _ in shipped.values()])
        us = _mixed([one.get("u_probability") for one in some], [u for _, u in shipped.values()], trust=1)
        learnt = dict(zip(shipped, zip(ms, us, strict=True), strict=True))
        after[name] = _sensible(learnt) or shipped
    return after


def _mixed(learnt: Sequence[Any], shipped: Sequence[float], *, trust: float = TRUST) -> list[float]:
    """Parts of a whole, with something of the shipped ones among them."""
    said = [float(one) if isinstance(one, int | float) else 0.0 for one in learnt]
    if not sum(said):
        return list(shipped)
    mixed = [trust * one / sum(said) + (1 - trust) * other for one, other in zip(said, shipped, strict=True)]
    return [one or other for one, other in zip(mixed, shipped, strict=True)]


def _sensible(levels: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]] | None:
    """No agreement speaks against one person: it then says nothing. Nothing where a disagreement would speak for it."""
    m, u = levels["else"]
    return {level: (m, min(m, u) if level != "else" else u) for level, (m, u) in levels.items()} if m < u else None


def level_sql(name: str) -> str:
    """What tells the level of a pair with columns named as the model names them; `none` where a side is empty."""
    column = _COLUMN[name]
    cases = " ".join(f"WHEN {condition} THEN '{level}'" for level, condition in _CONDITIONS[name].items())
    return f"""CASE WHEN "{column}_l" IS NULL OR "{column}_r" IS NULL THEN 'none' {cases} ELSE 'else' END"""


def linker_of(connection: duckdb.DuckDBPyConnection, parameters: Parameters) -> Linker:
    """A model that is ready to compare the customers in the table `person`."""
    levels: _Levels = {}
    for one in parameters.levels:
        levels.setdefault(one.comparison, {})[one.level] = (one.m, one.u)
    return _linker(connection, levels, parameters.prior, common_names=parameters.common_names)


def _linker(
    connection: duckdb.DuckDBPyConnection,
    levels: _Levels,
    prior: float,
    *,
    common_names: bool,
    training: bool = False,
) -> Linker:
    logging.getLogger("splink").setLevel(logging.ERROR)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        probability_two_random_records_match=prior,
        comparisons=[
            CustomComparison(
                output_column_name=name,
                comparison_levels=_levels(name, levels[name], common_names=common_names, training=training),
            )
            for name in COMPARISONS
        ],
        blocking_rules_to_generate_predictions=[] if training else list(BLOCKING),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=not training,
    )
    api = DuckDBAPI(connection)
    return Linker(api.register("person"), settings, log_level=None, validate_settings=False)


def _levels(
    name: str, values: Mapping[str, tuple[float, float]], *, common_names: bool, training: bool
) -> list[ComparisonLevelCreator | dict[str, Any]]:
    made: list[ComparisonLevelCreator | dict[str, Any]] = [cll.NullLevel(_COLUMN[name])]
    fixed = training and name in COUNTED
    for level, (m, u) in values.items():
        one = cll.ElseLevel() if level == "else" else cll.CustomLevel(_CONDITIONS[name][level], label_for_charts=level)
        one.configure(m_probability=m, u_probability=u, fix_m_probability=fixed, fix_u_probability=fixed)
        if common_names and (name, level) == ("name", "same"):
            # A name that many bear says less; one that two bear does not say everything.
            one.configure(tf_adjustment_column="plain", tf_minimum_u_value=1e-5)
        made.append(one)
    return made
