"""How agents may sign in: whether a second factor is asked of everybody, and single sign-on."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, FieldProblem, Forbidden, Invalid
from damso.kernel.i18n import Text
from damso.kernel.rotation import SealedColumn
from damso.team import audit
from damso.team.access import Caller, Role

SEALED = SealedColumn(table="sign_in_policy", key="id", column="sso_client_secret")

Line = Annotated[str, Meta(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]

REQUIRED = Text("꼭 입력해 주세요.", "This is required.")
NO_ADDRESS = Text("https://로 시작하는 주소를 넣어 주세요.", "Enter an address that begins with https://.")
DOMAINS_FIRST = Text(
    "처음 온 사람을 바로 팀에 넣으려면 허용할 이메일 도메인을 하나 이상 적어 주세요.",
    "To take newcomers into the team, name at least one e-mail domain.",
)


class OwnerOnly(AppError):
    code = "OWNER_ONLY"
    status = 403
    text = Text(
        "싱글 사인온 연결은 소유자만 바꿀 수 있어요. 연결을 바꾸는 사람은 누구로든 로그인할 수 있게 되기 때문이에요.",
        "Only an owner may change single sign-on, because whoever does could sign in as anybody.",
    )


class SsoSettings(Struct, frozen=True, kw_only=True):
    """Single sign-on by OpenID Connect, without its secret."""

    enabled: bool
    required: bool
    """Everybody but owners signs in this way only."""
    issuer: str
    client_id: str
    secret_set: bool
    button: str
    domains: list[str]
    role: Role | None
    """What somebody becomes who comes for the first time; without it they need an invitation."""


class SignInPolicyView(Struct, frozen=True, kw_only=True):
    """How agents may sign in, as administrators see it. `redirect_uri` is what the provider has to be told."""

    second_factor_required: bool
    sso: SsoSettings
    redirect_uri: str


class SsoChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What single sign-on is to be from now on. An empty secret leaves the stored one."""

    enabled: bool
    required: bool
    issuer: Line
    client_id: Line
    client_secret: Annotated[str, Meta(max_length=1_000)] = ""
    button: Annotated[str, Meta(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]
    domains: Annotated[list[Annotated[str, Meta(max_length=253)]], Meta(max_length=50)]
    role: Role | None = None


class PolicyChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays."""

    second_factor_required: bool | None = None
    sso: SsoChange | None = None


class Policy(Struct, frozen=True, kw_only=True):
    """The policy as the code uses it; the secret is still encrypted."""

    second_factor_required: bool = False
    sso_enabled: bool = False
    sso_required: bool = False
    sso_issuer: str = ""
    sso_client_id: str = ""
    sso_client_secret: str = ""
    sso_button: str = ""
    sso_domains: list[str] = []
    sso_role: Role | None = None

    @property
    def sso(self) -> SsoSettings:
        return SsoSettings(
            enabled=self.sso_enabled,
            required=self.sso_required,
            issuer=self.sso_issuer,
            client_id=self.sso_client_id,
            secret_set=bool(self.sso_client_secret),
            button=self.sso_button,
            domains=self.sso_domains,
            role=self.sso_role,
        )


async def policy(tx: Transaction) -> Policy:
    """Until somebody changes it: passwords and links, and nothing is asked of anybody."""
    found = await tx.maybe(
        Policy,
        """SELECT second_factor_required, sso_enabled, sso_required, sso_issuer, sso_client_id, sso_client_secret,
            sso_button, sso_domains, sso_role FROM sign_in_policy""",
    )
    return found or Policy()


async def change_policy(tx: Transaction, keyring: Keyring, change: PolicyChange, caller: Caller) -> Policy:
    """Raises `OwnerOnly`, `Forbidden` for a role the caller may not give, `Invalid`."""
    if change.second_factor_required is not None:
        await _change_requirement(tx, change.second_factor_required, caller)
    if change.sso is not None:
        await _change_sso(tx, keyring, change.sso, caller)
    return await policy(tx)


async def _change_requirement(tx: Transaction, required: bool, caller: Caller) -> None:
    await _ensure_row(tx)
    if await tx.execute(
        "UPDATE sign_in_policy SET second_factor_required = $1 WHERE second_factor_required <> $1", required
    ):
        await audit.record(tx, caller.actor, "sign_in.second_factor_required", "installation", required=required)


async def _change_sso(tx: Transaction, keyring: Keyring, change: SsoChange, caller: Caller) -> None:
    # Whoever chooses the provider decides who is who, the owner included.
    if caller.role != "owner":
        raise OwnerOnly
    if change.role is not None and (change.role == "owner" or change.role not in caller.grantable):
        raise Forbidden(field="sso.role")
    await _ensure_row(tx)
    before = await policy(tx)
    secret = keyring.encrypt(change.client_secret) if change.client_secret else before.sso_client_secret
    domains = sorted({domain.strip().lower().removeprefix("@") for domain in change.domains if domain.strip()})
    if problems := _problems(change, domains):
        raise Invalid(problems=tuple(problems))
    await tx.execute(
        """UPDATE sign_in_policy SET sso_enabled = $1, sso_required = $2, sso_issuer = $3, sso_client_id = $4,
            sso_client_secret = $5, sso_button = $6, sso_domains = $7, sso_role = $8""",
        change.enabled,
        change.required,
        change.issuer.strip(),
        change.client_id.strip(),
        secret,
        change.button.strip(),
        domains,
        change.role,
    )
    after = await policy(tx)
    await audit.record(
        tx,
        caller.actor,
        "sign_in.sso_changed",
        "installation",
        issuer=after.sso_issuer,
        enabled=after.sso_enabled,
        required=after.sso_required,
        domains=after.sso_domains,
        role=after.sso_role,
        secret_changed=bool(change.client_secret),
    )


def _problems(change: SsoChange, domains: Sequence[str]) -> list[FieldProblem]:
    problems = []
    if change.enabled:
        if not change.issuer.strip().startswith(("https://", "http://")):
            problems.append(FieldProblem("sso.issuer", "ADDRESS_INVALID", NO_ADDRESS))
        if not change.client_id.strip():
            problems.append(FieldProblem("sso.client_id", "REQUIRED", REQUIRED))
    if change.role is not None and not domains:
        problems.append(FieldProblem("sso.domains", "REQUIRED", DOMAINS_FIRST))
    return problems


async def _ensure_row(tx: Transaction) -> None:
    """Make the one row, and hold it, so that changes come one after the other."""
    await tx.execute(
        """INSERT INTO sign_in_policy (id, second_factor_required, sso_enabled, sso_required, sso_issuer,
            sso_client_id, sso_client_secret, sso_button, sso_domains)
        VALUES (1, false, false, false, '', '', '', '', '{}') ON CONFLICT (id) DO UPDATE SET id = 1"""
    )
