"""The tables of what is brought in from other help desks and from a company's own tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class ImportRun(Table):
    """An export being brought in. `position` counts the items of `read_export` that are done, in the transaction that
    did them; `fingerprint` tells whether the export is still the same. Begun at the desk, it is looked at first
    (`foreseen`), and lies in a folder (`path`) or was uploaded (`upload_ref`, a file called `name`). Of a table
    `mapping` says what its columns are taken for."""

    __tablename__ = "import_run"
    __table_args__ = (
        CheckConstraint(
            "state IN ('mapping', 'looking', 'ready', 'waiting', 'running', 'stopped', 'failed', 'done')", name="state"
        ),
        Index("ix_import_run_created", "created_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    vendor: Mapped[str]
    account: Mapped[str]
    path: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    upload_ref: Mapped[str | None]
    fingerprint: Mapped[str]
    inboxes: Mapped[dict[str, Any]]
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSONB(), nullable=True)
    dry: Mapped[bool]
    state: Mapped[str]
    position: Mapped[int]
    total: Mapped[int | None]
    counts: Mapped[dict[str, Any]]
    foreseen: Mapped[dict[str, Any] | None] = mapped_column(JSONB(), nullable=True)
    error: Mapped[str | None]
    started_by: Mapped[str]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportProblem(Table):
    """A record that could not be brought in as it is, without what it says: its id and its place in the export. Of a
    table `line` is the row's."""

    __tablename__ = "import_problem"
    run_id: Mapped[UUID] = mapped_column(ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[int | None]


class ImportedRecord(Table):
    """A record of another help desk by its id there, and what became of it here: whose identity, which conversation.

    `digest` tells whether a later export says something else. `content` is what a conversation stood at when it came,
    and of companies, articles and ratings the record itself, kept for rooms to come.
    """

    __tablename__ = "imported_record"
    source: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"), index=True)
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    content: Mapped[dict[str, Any]]
    brought_at: Mapped[datetime]
