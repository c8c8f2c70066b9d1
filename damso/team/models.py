"""Tables of the people who answer, and of how they prove who they are."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import ARRAY, INET
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from damso.kernel.schema import Table


class Agent(Table):
    """A person who answers. `limits`: see `damso.team.access.Limits`; `joined_at` is empty as long as their
    invitation is open."""

    __tablename__ = "agent"
    __table_args__ = (
        CheckConstraint(
            "role IN ('owner', 'administrator', 'supervisor', 'agent', 'marketer', 'analyst', 'read_only')", name="role"
        ),
        CheckConstraint("role <> 'owner' OR limits = '{}'", name="owner_unlimited"),
        CheckConstraint("availability IN ('online', 'away', 'offline')", name="availability"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("locale IN ('ko', 'en')", name="locale"),
        CheckConstraint("theme IN ('auto', 'light', 'dark')", name="theme"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    limits: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    password_hash: Mapped[str | None]
    locale: Mapped[str]
    timezone: Mapped[str]
    theme: Mapped[str] = mapped_column(server_default="auto")
    availability: Mapped[str] = mapped_column(server_default="offline")
    joined_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class AgentSettings(Table):
    """The desk as an agent has made it theirs, see `damso.team.my_settings.Kept`; a row is made by the first change."""

    __tablename__ = "agent_settings"
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    kept: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class Session(Table):
    """A signed-in browser; only the hash of its cookie is kept."""

    __tablename__ = "session"
    id: Mapped[UUID] = mapped_column(unique=True, server_default=text("gen_random_uuid()"))
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    user_agent: Mapped[str]
    address: Mapped[str | None] = mapped_column(INET())
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class EntryLink(Table):
    """A link that lets somebody in once: an invitation, a sign-in, the first set-up."""

    __tablename__ = "entry_link"
    __table_args__ = (CheckConstraint("purpose IN ('invitation', 'sign_in', 'setup')", name="purpose"),)
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class FailedTry(Table):
    """A failed attempt to prove something (a password, a code), for throttling by subject and by address."""

    __tablename__ = "failed_try"
    __table_args__ = (Index("ix_failed_try_subject", "subject", "at"), Index("ix_failed_try_at", "at"))
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    subject: Mapped[str]
    at: Mapped[datetime]


class KnownDevice(Table):
    """A browser in which an agent has signed in before; only the hash of its cookie is kept. It lets nobody in: it
    spares the agent to wait for strangers who guess."""

    __tablename__ = "known_device"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SecondFactor(Table):
    """What makes an agent's one-time codes (RFC 6238), encrypted. It counts once `confirmed_at` is set; `last_step`
    is the time step of the last code that was used, so that none is used twice."""

    __tablename__ = "second_factor"
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str]
    last_step: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Table):
    """One of the codes for whoever has lost their second factor; only its hash is kept."""

    __tablename__ = "recovery_code"
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    used_at: Mapped[datetime | None]


class PendingEntry(Table):
    """Somebody who has proven the first half of who they are, and owes the second step; only the hash of its token is
    kept. `code` asks for a code, `enrol` for setting up a second factor."""

    __tablename__ = "pending_entry"
    __table_args__ = (CheckConstraint("step IN ('code', 'enrol')", name="step"),)
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    step: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInPolicy(Table):
    """How agents may sign in; a single row, made by the first change. `sso_client_secret` is encrypted; without
    `sso_role` only those sign in by SSO who are on the team already."""

    __tablename__ = "sign_in_policy"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)
    id: Mapped[int] = mapped_column(SmallInteger(), primary_key=True, autoincrement=False)
    second_factor_required: Mapped[bool]
    sso_enabled: Mapped[bool]
    sso_required: Mapped[bool]
    sso_issuer: Mapped[str]
    sso_client_id: Mapped[str]
    sso_client_secret: Mapped[str]
    sso_button: Mapped[str]
    sso_domains: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    sso_role: Mapped[str | None]


class SsoIdentity(Table):
    """Whom an identity provider means by a subject."""

    __tablename__ = "sso_identity"
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    linked_at: Mapped[datetime]


class SsoAttempt(Table):
    """A browser that was sent to the identity provider; the hashes of its state and of its cookie."""

    __tablename__ = "sso_attempt"
    state_hash: Mapped[bytes] = mapped_column(primary_key=True)
    browser_hash: Mapped[bytes]
    came_from: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ApiKey(Table):
    __tablename__ = "api_key"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    prefix: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    limits: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Team(Table):
    __tablename__ = "team"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class TeamMember(Table):
    __tablename__ = "team_member"
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True, index=True)


class Audit(Table):
    """An administrative act. `epoch` and `xid` place it for the sealer; rows from before there were seals have none."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_at", text("at DESC")), Index("ix_audit_place", "epoch", "xid", "id"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    act: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]]
    address: Mapped[str | None] = mapped_column(INET())
    epoch: Mapped[int] = mapped_column(server_default=text("damso_epoch()"))
    xid: Mapped[int] = mapped_column(server_default=text("pg_current_xact_id()::text::bigint"))
