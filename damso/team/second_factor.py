"""The second factor: one-time codes by an authenticator app (RFC 6238), and recovery codes for when it is lost."""

import hmac
import io
import secrets
from datetime import datetime
from uuid import UUID

import pyotp
import segno
from msgspec import Struct

from damso.kernel.crypto import Keyring, hash_secret
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import Actor
from damso.kernel.rotation import SealedColumn
from damso.team import audit

SEALED = SealedColumn(table="second_factor", key="agent_id", column="secret")
STEP_SECONDS = 30
DRIFT = 1
"""Steps that a phone's clock may be ahead or behind (RFC 6238 section 5.2)."""
RECOVERY_CODES = 10
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 letters and digits that nobody mistakes for another."""
_LENGTH = 24
"""Of a recovery code: 120 random bits. From 112 on a plain hash will do (OWASP ASVS 6.5.2)."""


class SecondFactorWrong(AppError):
    """A code that is wrong, too old or used already; one error for all, so that it tells none of them."""

    code = "SECOND_FACTOR_WRONG"
    status = 422
    text = Text(
        "코드가 맞지 않아요. 앱에 새로 뜬 코드를 넣어 주세요. 한 번 쓴 코드는 다시 쓸 수 없어요.",
        "That code is not right. Enter the newest one; a code works only once.",
    )


class SecondFactorOn(AppError):
    code = "SECOND_FACTOR_ON"
    text = Text("이미 2단계 인증을 쓰고 있어요.", "The second step is on already.")


class SecondFactorOff(AppError):
    code = "SECOND_FACTOR_OFF"
    text = Text("2단계 인증을 쓰고 있지 않아요.", "The second step is not on.")


class SecondFactorState(Struct, frozen=True, kw_only=True):
    """Where somebody stands with their second factor. `required`: it cannot be turned off."""

    since: datetime | None
    recovery_codes_left: int
    required: bool


class SecondFactorOffer(Struct, frozen=True, kw_only=True):
    """What an authenticator app has to know: the secret to type, or the picture (SVG) to scan."""

    secret: str
    uri: str
    qr: str


async def second_factor_state(tx: Transaction, agent_id: UUID) -> SecondFactorState:
    return await tx.one(
        SecondFactorState,
        """SELECT (SELECT confirmed_at FROM second_factor WHERE agent_id = $1) AS since,
            (SELECT count(*) FROM recovery_code WHERE agent_id = $1 AND used_at IS NULL) AS recovery_codes_left,
            coalesce((SELECT second_factor_required FROM sign_in_policy), false) AS required""",
        agent_id,
    )


async def offer_second_factor(tx: Transaction, keyring: Keyring, agent_id: UUID) -> SecondFactorOffer:
    """A new secret, which counts once a code of it was seen. Raises `SecondFactorOn`."""
    secret = pyotp.random_base32()
    if not await tx.execute(
        """INSERT INTO second_factor (agent_id, secret, created_at) VALUES ($1, $2, $3)
        ON CONFLICT (agent_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at
            WHERE second_factor.confirmed_at IS NULL""",
        agent_id,
        keyring.encrypt(secret),
        tx.now,
    ):
        raise SecondFactorOn
    email, company = await _names(tx, agent_id)
    uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=company)
    return SecondFactorOffer(secret=secret, uri=uri, qr=_picture(uri))


async def confirm_second_factor(tx: Transaction, keyring: Keyring, agent_id: UUID, code: str) -> list[str]:
    """From now on the second step is asked for; the recovery codes. Raises `SecondFactorOff`, `SecondFactorOn`,
    `SecondFactorWrong`."""
    row = await tx.row("SELECT secret, confirmed_at FROM second_factor WHERE agent_id = $1 FOR UPDATE", agent_id)
    if row is None:
        raise SecondFactorOff
    if row["confirmed_at"]:
        raise SecondFactorOn
    step = _step_of(keyring.decrypt(row["secret"]), code, tx.now)
    if step is None:
        raise SecondFactorWrong(field="code")
    await tx.execute(
        "UPDATE second_factor SET confirmed_at = $2, last_step = $3 WHERE agent_id = $1", agent_id, tx.now, step
    )
    await audit.record(tx, Actor("agent", str(agent_id)), "second_factor.set_up", agent_id)
    return await renew_recovery_codes(tx, agent_id)


async def spend_code(tx: Transaction, keyring: Keyring, agent_id: UUID, code: str) -> None:
    """Use a code up: one of the app, or a recovery code. Of two who come with the same at once one has it.

    Raises `SecondFactorWrong`.
    """
    written = "".join(code.split()).replace("-", "").lower()
    if not (await _spend_app_code(tx, keyring, agent_id, written) or await _spend_recovery(tx, agent_id, written)):
        raise SecondFactorWrong(field="code")


async def renew_recovery_codes(tx: Transaction, agent_id: UUID) -> list[str]:
    """New recovery codes; the old ones are worth nothing. They cannot be had again."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(RECOVERY_CODES)]
    await tx.execute("DELETE FROM recovery_code WHERE agent_id = $1", agent_id)
    await tx.execute(
        "INSERT INTO recovery_code (code_hash, agent_id) SELECT code, $2 FROM unnest($1::bytea[]) AS code",
        [hash_secret(code) for code in codes],
        agent_id,
    )
    return ["-".join(code[at : at + 4] for at in range(0, _LENGTH, 4)) for code in codes]


async def forget_second_factor(tx: Transaction, agent_id: UUID, actor: Actor) -> None:
    """Take it away, with its recovery codes. Raises `SecondFactorOff`."""
    if not await tx.execute("DELETE FROM second_factor WHERE agent_id = $1", agent_id):
        raise SecondFactorOff
    await tx.execute("DELETE FROM recovery_code WHERE agent_id = $1", agent_id)
    await audit.record(tx, actor, "second_factor.removed", agent_id)


async def _spend_app_code(tx: Transaction, keyring: Keyring, agent_id: UUID, code: str) -> bool:
    sealed = await tx.value(
        "SELECT secret FROM second_factor WHERE agent_id = $1 AND confirmed_at IS NOT NULL", agent_id
    )
    step = _step_of(keyring.decrypt(sealed), code, tx.now) if sealed else None
    if step is None:
        return False
    return bool(
        await tx.execute(
            "UPDATE second_factor SET last_step = $2 WHERE agent_id = $1 AND last_step < $2", agent_id, step
        )
    )


async def _spend_recovery(tx: Transaction, agent_id: UUID, code: str) -> bool:
    if not await tx.execute(
        "UPDATE recovery_code SET used_at = $3 WHERE code_hash = $1 AND agent_id = $2 AND used_at IS NULL",
        hash_secret(code),
        agent_id,
        tx.now,
    ):
        return False
    await audit.record(tx, Actor("agent", str(agent_id)), "recovery_code.used", agent_id)
    return True


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, if it is one of about now."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    current = int(now.timestamp()) // STEP_SECONDS
    for step in range(current - DRIFT, current + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), "".join(code.split()).encode()):
            return step
    return None


async def _names(tx: Transaction, agent_id: UUID) -> tuple[str, str]:
    row = await tx.row("SELECT email, (SELECT company FROM installation) AS company FROM agent WHERE id = $1", agent_id)
    assert row is not None
    return row["email"], row["company"] or "Damso"


def _picture(uri: str) -> str:
    """As SVG that takes the colour of the text around it and scales."""
    drawn = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, dark="#000", light="#fff"
    )
    return drawn.getvalue().decode()
