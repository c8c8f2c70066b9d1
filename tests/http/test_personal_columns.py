"""No column is forgotten: each is declared, and whatever can be somebody's is empty once they are erased."""

from collections.abc import Mapping
from uuid import UUID

import httpx
import pytest

from damso.bootstrap import erasers_of
from damso.channels.items import Address
from damso.kernel.database import Database, Transaction
from tests.conversations.company import Company
from tests.http.everywhere import MAIL, MARK, OTHER, erase, places_of, writes
from tests.http.personal_columns import OF_NOBODY, PERSONAL

_COLUMNS = """
SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c
JOIN pg_class t ON t.relname = c.table_name AND t.relnamespace = 'public'::regnamespace AND NOT t.relispartition
WHERE c.table_schema = 'public' AND (c.data_type IN ('text', 'jsonb', 'json', 'bytea', 'character varying')
    OR c.udt_name = '_text')
"""


def named(declared: Mapping[str, str]) -> list[str]:
    return [column for columns in declared.values() for column in columns.split()]


async def test_every_column_is_declared_once(database: Database) -> None:
    async with database.reading() as tx:
        there = set(await tx.values(_COLUMNS))
    declared = named(PERSONAL) + named(OF_NOBODY)

    assert there - set(declared) == set(), "say in personal_columns.py whose these are"
    assert set(declared) - there == set()
    assert len(declared) == len(set(declared))


def test_every_eraser_is_named(company: Company) -> None:
    assert {one.store for one in erasers_of(company.parts.keyring, company.parts.blobs)} == set(PERSONAL)


PLANTED = (
    # What no verb of these tests fills, in the case that goes on for somebody else.
    """UPDATE message SET text = :mail || ' 님도요', author_name = :mail, evidence = :mail, reply_to = :mail,
        activity = jsonb_build_object('name', :mail), content = jsonb_build_object('kind', 'contact', 'name', :mail),
        reactions = jsonb_build_array(jsonb_build_object('by', :mail)) WHERE conversation_id = :case""",
    "UPDATE conversation SET subject = :mail, preview = :mail WHERE id = :case",
    """INSERT INTO reminder (id, conversation_id, agent_id, text, due_at, unless_answered, state, created_at)
    VALUES (gen_random_uuid(), :case, :agent, :mail, now(), false, 'due', now())""",
    """INSERT INTO scheduled_answer (id, conversation_id, agent_id, send_key, inbox_id, identity_id, text, subject, cc,
        attachment_ids, accept_warnings, send_anyway, due_at, state, decided_at, created_at)
    SELECT gen_random_uuid(), id, :agent, '1', inbox_id, anchor_identity_id, :mail, :mail, jsonb_build_array(:mail),
        '{}', false, false, now() + interval '1 day', 'waiting', now(), now() FROM conversation WHERE id = :case""",
    """INSERT INTO continuation (id, conversation_id, from_identity_id, from_inbox_id, inbox_id, secret_mac, tries_left,
        visitor, created_at, expires_at)
    SELECT gen_random_uuid(), c.id, i.id, c.inbox_id, c.inbox_id, '', 5, i.kind || ':' || i.scope || ':' || i.value,
        now(), now() FROM conversation c, identity i WHERE c.id = :case AND i.value = :mail""",
    """INSERT INTO conversation_hold (conversation_id, reason, actor_kind, placed_at)
    VALUES (:case, :mail || ' 님 분쟁', 'agent', now())""",
    """INSERT INTO source (id, name, kind, events_per_second, created_at) VALUES (:some, '', 'server', 1, now())""",
    """INSERT INTO refused_event (source_id, key, received_at, name, message_id, code, detail, body, subjects)
    VALUES (:some, :some, now(), :mail, :mail, 'X', :mail, convert_to(:mail, 'UTF8'), ARRAY['email:' || :mail])""",
    """INSERT INTO bulk_act (id, actor_kind, actor_id, kind, wanted, state, created_at)
    VALUES (:some, 'agent', '1', 'change', '{}', 'done', now())""",
    """INSERT INTO bulk_act_case (act_id, conversation_id, outcome, before, after)
    VALUES (:some, :case, 'done', jsonb_build_object('subject', :mail), jsonb_build_object('draft', :mail))""",
    """INSERT INTO draft (conversation_id, agent_id, kind, text, updated_at)
    VALUES (:case, :agent, 'note', :mail, now())""",
    """INSERT INTO imported_record (source, kind, external_id, digest, conversation_id, content, brought_at)
    VALUES ('zendesk:', 'conversation', '1', '', :case, jsonb_build_object('subject', :mail), now())""",
    # What is kept under the person themselves.
    """INSERT INTO import_run (id, vendor, account, path, fingerprint, inboxes, dry, state, position, counts,
        started_by, created_at) VALUES (:some, 'zendesk', '', '', '', '{}', false, 'done', 0, '{}', '', now())""",
    """INSERT INTO import_problem (run_id, place, kind, external_id, code)
    VALUES (:some, 'users.json:1', 'customer', :mail, 'PHONE_SHARED')""",
    """INSERT INTO imported_record (source, kind, external_id, digest, identity_id, content, brought_at)
    VALUES ('zendesk:', 'customer', :mail, '', :identity, '{}', now())""",
    """INSERT INTO imported_record (source, kind, external_id, digest, content, brought_at)
    VALUES ('zendesk:', 'company', '1', '', jsonb_build_object('contact', :mail), now())""",
    """UPDATE customer SET locale = :mail, timezone = :mail, lent_locale = :mail, lent_timezone = :mail,
        own_name = :mail, name = :mail WHERE id = (SELECT customer_id FROM identity WHERE id = :identity)""",
    "UPDATE identity SET name = :mail WHERE id = :identity",
    "INSERT INTO blocked_value (kind, pattern, added_at) VALUES ('email', :mail, now())",
    "UPDATE trait_change SET key = :mail WHERE identity_id = :identity",
    """INSERT INTO proof_code (id, subject, kind, value, code_mac, tries_left, created_at, expires_at)
    VALUES (:some, 'visitor:' || :mail, 'email', :mail, '', 1, now(), now())""",
    """INSERT INTO attachment (id, uploader_kind, uploader_id, name, content_type, size, blob_ref, inline, created_at)
    SELECT :some, 'visitor', value, :mail, 'text/plain', 1, 'x', false, now() FROM identity WHERE id = :identity""",
    "UPDATE thread SET external_id = :mail, handle = jsonb_build_object('to', :mail) WHERE identity_id = :identity",
    "UPDATE message SET external_id = :mail || id, dedupe_scope = :mail WHERE identity_id = :identity",
    """INSERT INTO company (id, name, traits, created_at) VALUES (:some, 'Moonlight', '{}', now())""",
    """INSERT INTO customer_company (identity_id, company_id, role, source, at)
    VALUES (:identity, :some, :mail, 'agent', now())""",
    """INSERT INTO export_job (id, agent_id, kind, format, chosen, reason, note, state, done, size, created_at,
        expires_at)
    VALUES (:some, :agent, 'customers', 'csv', '{}', 'moving', '', 'done', 1, 1, now(), now() + interval '1 day')""",
    """INSERT INTO export_part (job_id, number, customer_ids, identity_ids, data)
    SELECT :some, 0, ARRAY[customer_id], ARRAY[id], convert_to(:mail, 'utf8') FROM identity WHERE id = :identity""",
    """INSERT INTO consent (identity_id, purpose, channel, given, method, at, recorded_at, proof, ip, actor_kind,
        external_key)
    VALUES (:identity, 'marketing', 'all', true, 'phone', now(), now(), '{}', :mail, 'agent', :mail)""",
    "UPDATE consent_notice SET note = :mail WHERE identity_id = :identity",
    """INSERT INTO customer_order (id, kind, number, claimed_by, identity_id, state, currency, total, refunded, coupon,
        shop, status, problems, placed_at, changed_at)
    VALUES (:some, 'order', :mail, 0, :identity, 'placed', 'KRW', 1, 0, :mail, :mail, :mail, '{}', now(), now())""",
    """INSERT INTO order_line (order_id, number, product_key, sku, variant, name, price, quantity, refunded, url)
    VALUES (:some, 0, :mail, :mail, :mail, :mail, 1, 1, 0, :mail)""",
    """INSERT INTO order_change (order_id, digest, name, occurred_at, identity_id, said)
    VALUES (:some, '1', 'completed', now(), :identity, jsonb_build_object('coupon', :mail))""",
    "UPDATE customer_order SET place = :mail WHERE id = :some",
    """INSERT INTO return_case (id, order_id, identity_id, asked_by, key, digest, wanted, reason, condition, bought_at,
        return_to, note, verdict, why, payer, state, reference, asked_at, changed_at)
    VALUES (:some, :some, :identity, 'agent:1', 'key', '', 'refund', 'faulty', 'used', 'online', 'post', :mail,
        'person', 'CONDITION', 'company', 'asked', :mail, now(), now())""",
    """INSERT INTO return_line (return_id, number, item, product_key, sku, variant, name, price, quantity, exchange_sku)
    VALUES (:some, 0, :mail, :mail, :mail, :mail, :mail, 1, 1, :mail)""",
    """INSERT INTO return_step (return_id, number, state, at, actor_kind, note)
    VALUES (:some, 0, 'asked', now(), 'agent', :mail)""",
    "INSERT INTO place (id, key, name, kind, changed_at) VALUES (:some, 's1', '서촌점', 'shop', now())",
    """INSERT INTO counter_act (id, actor, key, digest, kind, place_id, identity_id, known_by, number, at)
    VALUES (:some, 'key:1', 'key', '', 'sale', :some, :identity, 'code', :mail, now())""",
    """INSERT INTO enrichment_service (id, name, url, about, mapping, purposes, ttl_days, per_minute, created_at,
        changed_at) VALUES (:some, '', '', 'email', '{}', '{profiling}', 1, 1, now(), now())""",
    """INSERT INTO enrichment_answer (service_id, identity_id, state, traits, at, expires_at)
    VALUES (:some, :identity, 'done', jsonb_build_object('said', :mail), now(), now())""",
    # What the rooms below say of them.
    "UPDATE tracked_event SET subject_id = :mail WHERE identity_id = :identity",
    "UPDATE waiting_item SET external_id = :mail",
    """INSERT INTO lane_item (lane, key, payload, due_at, created_at) VALUES ('later', :mail,
        jsonb_build_object('item', jsonb_build_object('sender', jsonb_build_object('value', :mail))), now(), now())""",
    "INSERT INTO inbox_fault (inbox_id, side, code, detail, since) VALUES (:inbox, 'out', 'X', :mail, now())",
    """INSERT INTO attempt (inbox_id, message_id, at, outcome, detail, duration_ms, number)
    VALUES (:inbox, gen_random_uuid(), now() + interval '1 year', 'failed', :mail, 1, 1)""",
    "UPDATE delivery SET query = jsonb_build_object('from', :mail), detail = :mail WHERE key = 'bounce'",
)
_TYPES = {"mail": "text", "case": "uuid", "agent": "uuid", "some": "uuid", "identity": "bigint", "inbox": "uuid"}


async def plant(tx: Transaction, sql: str, values: Mapping[str, object]) -> None:
    """Run a statement whose arguments have names; those that it does not name are left out."""
    names = [name for name in _TYPES if f":{name}" in sql]
    for number, name in enumerate(names, start=1):
        sql = sql.replace(f":{name}", f"${number}::{_TYPES[name]}")
    await tx.execute(sql, *(values[name] for name in names))


@pytest.fixture
async def planted(company: Company, everywhere: UUID) -> UUID:
    """The person, with their address wherever there is a place for it."""
    case = await writes(
        company, "같이 봐 주세요", sender=OTHER, external_id="shared", cc=(Address(kind="email", value=MAIL),)
    )
    async with company.parts.database.transaction() as tx:
        values = {
            "mail": MAIL,
            "case": case,
            "agent": UUID(company.agent.id),
            "some": UUID(int=7),
            "identity": await tx.value("SELECT id FROM identity WHERE value = $1", MAIL),
            "inbox": company.post.id,
        }
        for sql in PLANTED:
            await plant(tx, sql, values)
    return everywhere


UNMARKED = {
    "attachment.blob_ref": "names a file by its digest; files are looked into",
    "attachment.content_id": "goes with its file",
    "delivery.body_ref": "as attachment.blob_ref",
    "masked_number.sealed": "sealed; goes with its message",
    "recent.words": "sealed; tests/http/test_recent.py looks for them",
    "access_request.file_ref": "as attachment.blob_ref",
    "media.blob_ref": "as attachment.blob_ref",
    "media.ref": "goes with the file it was fetched for",
    "message.html_ref": "as attachment.blob_ref",
    "message.source_ref": "as attachment.blob_ref",
}
"""Personal columns in which the mark cannot stand, and why that is no gap."""


async def test_whatever_can_be_somebodys_is_empty_once_they_are_erased(
    owner: httpx.AsyncClient, company: Company, planted: UUID
) -> None:
    data = company.parts.settings.data
    before = await places_of(company.parts.database, data, MARK)
    await erase(owner, company, planted)

    assert set(named(PERSONAL)) - before == set(UNMARKED)
    assert await places_of(company.parts.database, data, MARK) == set()
