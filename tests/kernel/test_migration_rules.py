"""What a migration may do while code of the version before still works on the database, and while everybody waits."""

import io
import re
from collections.abc import Iterable, Mapping
from types import ModuleType

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from damso.kernel.migrations import FOLDER
from damso.kernel.schema import Table

FIRST_RULED = "0003"
"""Those before it were released without these rules."""

BREAKS_OLD_CODE = {
    "drops a table": r"DROP TABLE",
    "drops a column": r"DROP COLUMN",
    "renames": r"ALTER TABLE .* RENAME",
    "changes a type": r"ALTER COLUMN \S+ (SET DATA )?TYPE",
    "forbids NULL where old code may write it": r"ALTER COLUMN \S+ SET NOT NULL",
    "adds a column that old code does not fill": r"ADD COLUMN (?!.*\bDEFAULT\b).*\bNOT NULL",
    "tightens what may be written": r"ADD CONSTRAINT|CREATE UNIQUE INDEX",
}
LOCKS_LONG = {
    "adds a value of its own to each row, which rewrites the table": r"ADD COLUMN .*DEFAULT .*\(",
    "reads all rows while nobody may write": r"ADD CONSTRAINT (?!.*NOT VALID)|CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)",
    "writes all rows in one transaction": r"^UPDATE (?!.*\bWHERE\b)",
}
GROWS = "message|conversation|identity|customer|link|claim|care_event|tracked_event|search_entry|attachment|delivery"
MADE_HERE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?\"?(\w+)")
"""What a migration makes itself is empty and unknown to old code: it may do with it as it likes."""
TABLE = re.compile(r"(?:ALTER TABLE|CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?\S+ ON) (?:ONLY )?\"?(\w+)")


def revisions() -> list[ModuleType]:
    walked = ScriptDirectory(str(FOLDER)).walk_revisions()
    return sorted((one.module for one in walked if one.revision >= FIRST_RULED), key=lambda module: module.revision)


def judged_by(migration: ModuleType) -> Mapping[str, str]:
    """`judged = {"ck_agent_role": "widens what was allowed"}` in a migration: a name, and why it is harmless."""
    judged: Mapping[str, str] = getattr(migration, "judged", {})
    assert all(judged.values()), "say why"
    return judged


def statements_of(migration: ModuleType) -> list[str]:
    """The SQL it runs, each statement on one line."""
    said = io.StringIO()
    options = {"as_sql": True, "output_buffer": said, "target_metadata": Table.metadata}  # which names constraints
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with Operations.context(context):
        migration.upgrade()
    return [" ".join(statement.split()) for statement in said.getvalue().split(";\n") if statement.strip()]


def broken(rules: Mapping[str, str], statements: list[str], judged: Iterable[str] = ()) -> list[str]:
    """Which statements break a rule on tables that were there before; `judged` are names of constraints, indexes and
    columns that somebody has thought about, and has written down why they are harmless."""
    own = {table for statement in statements for table in MADE_HERE.findall(statement)}
    return [
        f"{what}: {statement}"
        for statement in statements
        for what, pattern in rules.items()
        if re.search(pattern, statement, re.IGNORECASE)
        and not set(TABLE.findall(statement)) & own
        and not any(re.search(rf"\b{name}\b", statement) for name in judged)
    ]


def slow(statements: list[str], judged: Iterable[str] = ()) -> list[str]:
    """Which statements everybody would wait for in a large company."""
    return broken(LOCKS_LONG, [one for one in statements if re.search(rf"\b({GROWS})\b", one)], judged)


@pytest.mark.parametrize("migration", revisions(), ids=lambda module: str(module.revision))
def test_migration_says_the_oldest_code_it_works_with(migration: ModuleType) -> None:
    assert re.fullmatch(r"\d{4}", getattr(migration, "works_with", "")), "declare works_with, see docs/adr/0020"
    assert migration.works_with <= migration.revision


@pytest.mark.parametrize("migration", revisions(), ids=lambda module: str(module.revision))
def test_migration_that_claims_to_work_with_older_code_does(migration: ModuleType) -> None:
    claims = migration.works_with < migration.revision
    assert not (claims and broken(BREAKS_OLD_CODE, statements_of(migration), judged_by(migration)))


@pytest.mark.parametrize("migration", revisions(), ids=lambda module: str(module.revision))
def test_nobody_waits_long_for_a_migration(migration: ModuleType) -> None:
    assert not slow(statements_of(migration), judged_by(migration))


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE message",
        "ALTER TABLE message DROP COLUMN text",
        "ALTER TABLE message RENAME text TO body",
        "ALTER TABLE message ALTER COLUMN text TYPE jsonb",
        "ALTER TABLE message ALTER COLUMN text SET NOT NULL",
        "ALTER TABLE message ADD COLUMN mood TEXT NOT NULL",
        "ALTER TABLE message ADD CONSTRAINT ck_message_mood CHECK (mood <> '') NOT VALID",
        "CREATE UNIQUE INDEX CONCURRENTLY one_text ON message (text)",
    ],
)
def test_what_old_code_would_stumble_over_is_noticed(statement: str) -> None:
    assert broken(BREAKS_OLD_CODE, [statement])


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE message ADD COLUMN token UUID DEFAULT gen_random_uuid() NOT NULL",
        "ALTER TABLE message ADD CONSTRAINT ck_message_mood CHECK (mood <> '')",
        "CREATE INDEX ix_message_mood ON message (mood)",
        "UPDATE message SET mood = 'calm'",
    ],
)
def test_what_everybody_would_wait_for_is_noticed(statement: str) -> None:
    assert slow([statement])


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE message ADD COLUMN mood TEXT",
        "ALTER TABLE message ADD COLUMN mood TEXT DEFAULT '' NOT NULL",
        "CREATE TABLE mood (id UUID NOT NULL)",
        "CREATE INDEX CONCURRENTLY ix_message_mood ON message (mood)",
    ],
)
def test_what_harms_nobody_passes(statement: str) -> None:
    assert not broken(BREAKS_OLD_CODE, [statement])
    assert not slow([statement])


def test_what_the_migration_has_made_itself_is_its_own_affair() -> None:
    made = ["CREATE TABLE mood (id UUID)", "ALTER TABLE mood ADD CONSTRAINT one CHECK (id <> '')"]
    assert not broken(BREAKS_OLD_CODE, made)


def test_what_somebody_has_judged_passes() -> None:
    widened = "ALTER TABLE agent ADD CONSTRAINT ck_agent_role CHECK (role <> '')"
    assert broken(BREAKS_OLD_CODE, [widened])
    assert not broken(BREAKS_OLD_CODE, [widened], ["ck_agent_role"])
