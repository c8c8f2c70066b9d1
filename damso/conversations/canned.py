"""Canned answers and tags: the desk's small vocabulary."""

from collections.abc import Sequence
from uuid import UUID

from liquid import Environment
from liquid.exceptions import LiquidError
from msgspec import Struct

from damso.conversations.consents.links import PreferenceLinks
from damso.conversations.types import Tag
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, Invalid, NotFound
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id


class _Templates(Environment):
    """Bounded: a template is written by a person and rendered while others wait."""

    loop_iteration_limit = 10_000
    output_stream_limit = 100_000
    local_namespace_limit = 100_000


_TEMPLATES = _Templates()


class ShortcutTaken(AppError):
    code = "SHORTCUT_TAKEN"
    text = Text("이미 쓰고 있는 단축어예요.", "This shortcut is taken.")


class TemplateInvalid(Invalid):
    code = "TEMPLATE_INVALID"
    text = Text(
        "변수를 읽을 수 없어요. {{{{ customer.name }}}}처럼 써 주세요.",
        "A variable cannot be read. Write it like {{{{ customer.name }}}}.",
    )


class CannedAnswer(Struct, frozen=True, kw_only=True):
    """A text to send again and again; its variables are Liquid: `{{ customer.name }}`."""

    id: UUID
    title: str
    shortcut: str
    text: str
    locale: str | None


class CannedAnswerDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: str
    shortcut: str
    text: str
    locale: str | None = None


_COLUMNS = "id, title, shortcut, text, locale"


async def canned_answers(tx: Transaction) -> list[CannedAnswer]:
    return await tx.all(CannedAnswer, f"SELECT {_COLUMNS} FROM canned_answer ORDER BY shortcut")


async def save_canned_answer(
    tx: Transaction, draft: CannedAnswerDraft, *, answer_id: UUID | None = None
) -> CannedAnswer:
    """Make one, or change the one with this id. Raises `ShortcutTaken`, `TemplateInvalid`, `NotFound`."""
    check_template(draft.text, "text")
    if await tx.value(
        "SELECT true FROM canned_answer WHERE shortcut = $1 AND id IS DISTINCT FROM $2", draft.shortcut, answer_id
    ):
        raise ShortcutTaken(field="shortcut")
    fields = (draft.title, draft.shortcut, draft.text, draft.locale)
    if answer_id:
        return await tx.one(
            CannedAnswer,
            f"""UPDATE canned_answer SET title = $2, shortcut = $3, text = $4, locale = $5 WHERE id = $1
            RETURNING {_COLUMNS}""",
            answer_id,
            *fields,
        )
    return await tx.one(
        CannedAnswer,
        f"""INSERT INTO canned_answer (id, title, shortcut, text, locale, created_at) VALUES ($1, $2, $3, $4, $5, $6)
        RETURNING {_COLUMNS}""",
        new_id(),
        *fields,
        tx.now,
    )


async def delete_canned_answer(tx: Transaction, answer_id: UUID) -> None:
    if not await tx.execute("DELETE FROM canned_answer WHERE id = $1", answer_id):
        raise NotFound


async def render_canned_answer(
    tx: Transaction, answer_id: UUID, conversation_id: UUID, agent_id: UUID, links: PreferenceLinks
) -> str:
    """The text with the customer, the agent and the brand put in. Raises `NotFound`, `TemplateInvalid`."""
    [text] = await render(tx, [await template_of(tx, answer_id)], conversation_id, agent_id, links)
    return text


async def template_of(tx: Transaction, answer_id: UUID) -> str:
    """The text of a canned answer as it was written. Raises `NotFound`."""
    return (await tx.one(CannedAnswer, f"SELECT {_COLUMNS} FROM canned_answer WHERE id = $1", answer_id)).text


async def render(
    tx: Transaction, templates: Sequence[str], conversation_id: UUID, agent_id: UUID | None, links: PreferenceLinks
) -> Sequence[str]:
    """Texts with the customer, the agent, the brand and the link to the customer's preferences put in. Raises
    `NotFound`, `TemplateInvalid`."""
    row = await tx.row(
        """SELECT coalesce(nullif(u.name, ''), i.name) AS customer, b.name AS brand, a.name AS agent,
            b.id AS brand_id, i.id AS identity_id
        FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id JOIN customer u ON u.id = i.customer_id
            JOIN brand b ON b.id = c.brand_id LEFT JOIN agent a ON a.id = $2 WHERE c.id = $1""",
        conversation_id,
        agent_id,
    )
    if row is None:
        raise NotFound
    given = {
        "customer": {"name": row["customer"]},
        "brand": {"name": row["brand"]},
        "agent": {"name": row["agent"] or ""},
        "preferences_url": links.page(row["identity_id"], row["brand_id"], tx.now),
    }
    try:
        return [await _TEMPLATES.from_string(template).render_async(**given) for template in templates]
    except LiquidError as error:
        raise TemplateInvalid(field="text") from error


def check_template(text: str, field: str) -> None:
    """Raises `TemplateInvalid`."""
    try:
        _TEMPLATES.from_string(text)
    except LiquidError as error:
        raise TemplateInvalid(field=field) from error


async def tags(tx: Transaction) -> list[Tag]:
    return await tx.all(Tag, "SELECT id, name, colour FROM tag ORDER BY name")


async def make_tag(tx: Transaction, name: str, colour: str) -> Tag:
    """Make a tag; one of that name that is there already gets the colour."""
    return await tx.one(
        Tag,
        """INSERT INTO tag (id, name, colour, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (name) DO UPDATE SET colour = excluded.colour RETURNING id, name, colour""",
        new_id(),
        name,
        colour,
        tx.now,
    )


async def delete_tag(tx: Transaction, tag_id: UUID) -> None:
    if not await tx.execute("DELETE FROM tag WHERE id = $1", tag_id):
        raise NotFound
