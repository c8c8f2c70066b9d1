"""Every column that can hold words, and whether they can be somebody's: who erases them then, or why they are not.

A new column is declared here, or the test fails: so nobody forgets to forget.
"""

from collections.abc import Mapping

PERSONAL: Mapping[str, str] = {
    # With the case, with the line, or, where others go on in it, taken out of what stays.
    "conversations": """
        attachment.name attachment.uploader_id attachment.blob_ref attachment.content_id
        bulk_act_case.before bulk_act_case.after
        continuation.visitor
        conversation_hold.reason
        conversation.subject conversation.preview
        draft.text
        import_problem.external_id imported_record.external_id imported_record.content
        masked_number.sealed
        message.text message.subject message.html_ref message.source_ref message.dedupe_scope message.external_id
        message.content
        message.evidence message.reply_to message.recipients message.reactions message.activity message.author_name
        reminder.text
        scheduled_answer.text scheduled_answer.subject scheduled_answer.cc
    """,
    "channels": """
        attempt.detail delivery.key delivery.headers delivery.query delivery.body delivery.body_ref delivery.detail
        inbox_fault.detail media.ref media.blob_ref thread.external_id thread.handle
        waiting_item.external_id waiting_item.item
    """,
    "commerce": """
        customer_order.number customer_order.coupon customer_order.shop customer_order.status order_change.said
        order_line.product_key order_line.sku order_line.variant order_line.name order_line.url customer_order.place
        return_case.note return_case.reference return_line.item return_line.product_key return_line.sku
        return_line.variant return_line.name return_line.exchange_sku return_step.note
    """,
    "counter": "counter_act.number",
    "enrichment": "enrichment_answer.traits",
    "exports": "export_part.data",
    "recent": "recent.words",
    "answers": "access_request.file_ref",
    "tracking": """
        refused_event.name refused_event.message_id refused_event.detail refused_event.body refused_event.subjects
    """,
    # Ids alone: which segments somebody is in, and since when; and numbers and a kind of where they stand as a buyer.
    "segments": "",
    # Ids alone: it is told whom to leave out, and its files follow (tests/lake/test_forget.py).
    "lake": "",
    "consents": "consent.proof consent.ip consent.external_key consent_age.note consent_notice.note",
    "log": "lane_item.key lane_item.payload tracked_event.subject_id tracked_event.properties",
    "customers": """
        blocked_value.pattern
        claim.value customer.own_name customer.name customer.locale customer.timezone customer.lent_locale
        customer.lent_timezone customer_company.role identity.value identity.name link.evidence
        proof_code.subject proof_code.value trait_change.key trait_change.value
    """,
}
"""By the eraser that forgets them."""

OF_NOBODY: Mapping[str, str] = {
    "a word of ours: a kind, a state, a code": """
        access_request.way access_request.locale access_request.state access_request.answer
        agent_signature.locale conversation_hold.actor_kind recent.kind retention_dry_run.actor_kind
        retention_run.trigger technical_retention.kind
        access_record.actor_kind access_record.act access_record.reason access_record.route
        attachment.uploader_kind attachment.content_type attempt.outcome audit.actor_kind audit.act
        continuation.confirmed_by
        bulk_act.actor_kind bulk_act.kind bulk_act.state bulk_act_case.outcome bulk_act_case.reason
        care_event.name care_event.subject_kind care_event.actor_kind care_event.properties claim.kind claim.source
        conversation.status conversation.visibility conversation.priority conversation.record_class
        conversation.last_channel conversation.last_author customer.own_name_source customer.name_source
        customer.created_by customer_company.source export_job.kind export_job.format export_job.reason
        export_job.state export_job.chosen export_job.next_place delivery.origin delivery.state delivery.reason
        draft.kind entry_link.purpose
        erasure.reason erasure.asked_by_kind erasure.stores held_case.record_class
        identity.kind identity.scope identity.proof identity.source import_problem.kind import_problem.code
        import_run.vendor import_run.state imported_record.kind inbox.channel inbox_fault.side inbox_fault.code
        installation.locale installation.timezone lane_item.lane lane_item.reason link.kind link.strength
        link.actor_kind
        masked_number.kind masked_number.place masking_policy.unmasked media.state media.content_type media.reason
        thread.owner lane_item.share lane_share.share
        message.kind message.direction message.author_kind message.channel message.purpose message.status
        message.reason message.automation participant.role pending_entry.step proof_code.kind
        log_floor.stream reader_parked.reader reader_parked.stream reader_parked.reason reader_position.reader
        reminder.about
        reminder.state retention_rule.record_class retention_rule.action scheduled_answer.state
        scheduled_answer.reason segment.state rfm_run.currency rfm_score.grouped seal.log seal_start.log
        suggestion.reasons tracked_event.name
        tracked_event.subject_kind tracked_event.actor_kind trait_change.source
        customer_order.kind customer_order.state customer_order.currency customer_order.problems order_change.name
        place.kind product.currency counter_act.kind counter_act.known_by return_case.wanted return_case.reason
        return_case.condition return_case.bought_at return_case.return_to return_case.verdict return_case.why
        return_case.payer return_case.state return_step.state return_step.actor_kind return_policy.counted_from
        return_policy.used return_policy.payer
        blocked_value.kind held_join.kind held_join.road held_join.state identity_rule.kind match_run.asked_by_kind
        match_run.state match_run.step match_run.bands match_run.parameters match_run.reason suggestion.explanation
    """,
    "of sources of events: a word of ours, a hash, what the company or its programs call things": """
        planned_event.name planned_event.schema planned_event.mode refused_event.call refused_event.code
        seen_event.name source.name source.kind source.namespace source.origins source.unplanned source.token_secret
        source.created_by source_key.secret_hash source_key.shown
    """,
    "of enrichment: a word of ours, a digest, what the company asks of whom": """
        enrichment_answer.state enrichment_answer.reason enrichment_answer.digest enrichment_off.name
        enrichment_service.name enrichment_service.url enrichment_service.about enrichment_service.headers
        enrichment_service.header_names enrichment_service.mapping enrichment_service.purposes
        enrichment_service.created_by
    """,
    "of consents: a word of ours, an id, what the company asks with": """
        consent.purpose consent.channel consent.method consent.actor_kind consent.actor_id consent_age.actor_kind
        consent_age.actor_id consent_notice.kind consent_notice.state consent_notice.send_key consent_notice.sent_by
        consent_text.purpose consent_text.locale consent_text.body consent_text.created_by
    """,
    "an id, a counter or a version": """
        segment.created_by segment_leaf.key computed_trait.created_by
        blocked_value.added_by held_join.decided_by identity_rule.changed_by match_policy.changed_by
        match_run.asked_by_id
        conversation_hold.actor_id retention_dry_run.actor_id retention_dry_run.found retention_run.cutoffs
        retention_run.classes retention_run.brands
        access_record.actor_id alembic_version.version_num audit.actor_id audit.subject bulk_act.actor_id
        care_event.subject_id care_event.actor_id erasure.asked_by_id erasure.subjects erasure.files
        erasure.certificate imported_record.source import_run.account log_epoch.cluster message.send_key
        lake_erasure.counts scheduled_answer.send_key schema_floor.version
        tracked_event.actor_id link.actor_id import_run.counts return_case.asked_by return_case.key
        return_step.actor_id counter_act.actor counter_act.key
    """,
    "a digest or a keyed hash, which tells nobody's address": """
        order_change.digest return_case.digest counter_act.digest counter_act.code_digest
        erasure.addresses held_case.addresses imported_record.digest suppressed_address.mac proof_code.code_mac
        continuation.secret_mac continuation.code_mac
        retention_run.digest retention_run.seal
        seal.digest seal.mac seal_start.mac seal_start.signature entry_link.token_hash known_device.token_hash
        pending_entry.token_hash recovery_code.code_hash session.token_hash sso_attempt.state_hash
        sso_attempt.browser_hash api_key.secret_hash api_key.prefix
    """,
    "sealed, and kept because the law wants it": "held_case.content held_file.ref",
    "the law wants to know for years who looked and why": """
        access_record.note export_job.note audit.details access_review.summary access_review.remarks access_review.seal
    """,
    "a key, sealed": "sealed_file.ref sealed_file.key seal_key.secret second_factor.secret",
    "of colleagues, not of customers": """
        agent_settings.kept
        agent.email agent.name agent.role agent.password_hash agent.locale agent.timezone agent.theme
        agent.availability agent.limits api_key.name api_key.scopes api_key.limits failed_try.subject
        import_run.started_by import_run.foreseen session.user_agent sign_in_policy.sso_issuer
        sign_in_policy.sso_client_id
        sign_in_policy.sso_client_secret sign_in_policy.sso_button sign_in_policy.sso_domains sign_in_policy.sso_role
        sso_attempt.came_from sso_identity.issuer sso_identity.subject team.name
    """,
    "what the company says to everybody, or is called": """
        blocked_value.note
        place.key place.name product.sku product.product_key product.variant product.name product.maker
        product.category product.url product.image_url
        brand.name brand.colour brand.greeting_ko brand.greeting_en brand.signature brand.logo_ref brand.hours
        agent_signature.text brand.timezone bulk_act.wanted canned_answer.title canned_answer.shortcut
        canned_answer.text canned_answer.locale inbox.key inbox.name inbox.config inbox.cursor inbox.checked
        installation.company macro.name macro.steps retention_rule.explanation saved_view.name saved_view.filter
        saved_view.icon saved_view.colour segment.name segment.description segment.rule segment.formula
        segment_leaf.rule computed_trait.name computed_trait.rule tag.name tag.colour
    """,
    "of companies, which are not persons; who notes somebody's name there mends it (docs/adr/0027)": """
        company.name company.note company.traits company.trait_sources company_group.namespace company_group.group_id
        company.created_by company_domain.domain
    """,
    "where an export lay, and its files; places in it are numbers of lines": """
        import_run.path import_run.name import_run.upload_ref import_run.fingerprint
        import_run.inboxes import_run.mapping import_run.error import_problem.place
    """,
}
"""By the reason."""
