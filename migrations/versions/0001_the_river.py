"""the river

Revision ID: 0001
Revises: nothing (the first)
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# The journal is only ever added to (AD-5)
UNCHANGEABLE = {
    "sqlite": [
        f"""CREATE TRIGGER journal_entry_no_{deed} BEFORE {deed.upper()} ON journal_entry
BEGIN SELECT RAISE(ABORT, 'a journal entry is never changed or deleted'); END"""
        for deed in ("update", "delete")
    ],
    "postgresql": [
        """CREATE FUNCTION journal_entry_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a journal entry is never changed or deleted'; END $$""",
        """CREATE TRIGGER journal_entry_no_change BEFORE UPDATE OR DELETE ON journal_entry
FOR EACH ROW EXECUTE FUNCTION journal_entry_is_kept()""",
    ],
}


def upgrade() -> None:
    op.create_table(
        "access_trace",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("person_id", sa.String(length=20), nullable=True),
        sa.Column("organisation_id", sa.String(length=20), nullable=True),
        sa.Column("request_id", sa.String(length=12), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_trace")),
    )
    with op.batch_alter_table("access_trace", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_trace_at"), ["at"], unique=False)

    op.create_table(
        "idempotency_key",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", sa.String(length=2000), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("run_after", sa.DateTime(), nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("lease_token", sa.String(length=20), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("dedupe", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name=op.f("ck_job_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_job_dedupe")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_state_run_after", ["state", "run_after"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("dedupe", sa.String(length=160), nullable=False),
        sa.Column("buyer_id", sa.String(length=20), nullable=True),
        sa.Column("to_email", sa.String(length=320), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=True),
        sa.Column("subject_id", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint("state in ('queued', 'sent', 'failed')", name=op.f("ck_notice_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_notice_dedupe")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_buyer_id"), ["buyer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("orgnr", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind in ('buyer', 'supplier')", name=op.f("ck_organisation_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("orgnr", name=op.f("uq_organisation_orgnr")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "personal_value",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_value")),
    )
    op.create_table(
        "rate_counter",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("bucket", sa.String(length=200), nullable=False),
        sa.Column("window_start", sa.DateTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_counter")),
        sa.UniqueConstraint("bucket", "window_start", name=op.f("uq_rate_counter_bucket_window_start")),
    )
    op.create_table(
        "signin_link",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("next", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signin_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signin_link_token_hash")),
    )
    with op.batch_alter_table("signin_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signin_link_email"), ["email"], unique=False)

    op.create_table(
        "web_session",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("membership_id", sa.String(length=20), nullable=False),
        sa.Column("issuer", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=320), nullable=False),
        sa.Column("acr", sa.String(length=40), nullable=False),
        sa.Column("authenticated_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "agreement",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("buyer_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("option_on", sa.Date(), nullable=True),
        sa.Column("option_note", sa.String(), nullable=False),
        sa.Column("annual_value_nok", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=120), nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('draft', 'running', 'ended')", name=op.f("ck_agreement_state")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_agreement_period")),
        sa.ForeignKeyConstraint(["buyer_id"], ["organisation.id"], name=op.f("fk_agreement_buyer_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("buyer_id", "number", name=op.f("uq_agreement_buyer_id_number")),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_buyer_id"), ["buyer_id"], unique=False)

    op.create_table(
        "blob",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("supplier_id", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("stored_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["supplier_id"], ["organisation.id"], name=op.f("fk_blob_supplier_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blob")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_blob_storage_key")),
        sa.UniqueConstraint("supplier_id", "sha256", name=op.f("uq_blob_supplier_id_sha256")),
    )
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blob_supplier_id"), ["supplier_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("supplier_id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("applies_from", sa.Date(), nullable=True),
        sa.Column("applies_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("retention_class", sa.String(length=24), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("legal_hold", sa.Boolean(), nullable=False),
        sa.Column("erased_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["supplier_id"], ["organisation.id"], name=op.f("fk_evidence_supplier_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_supplier_id"), ["supplier_id"], unique=False)

    op.create_table(
        "journal_entry",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("chain", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=20), nullable=False),
        sa.Column("agreement_id", sa.String(length=20), nullable=True),
        sa.Column("actor_id", sa.String(length=20), nullable=False),
        sa.Column("actor_organisation", sa.String(length=20), nullable=False),
        sa.Column("actor_name_id", sa.String(length=20), nullable=True),
        sa.Column("actor_name_hash", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=12), nullable=True),
        sa.Column("params", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["actor_name_id"], ["personal_value.id"], name=op.f("fk_journal_entry_actor_name_id_personal_value")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("chain", "prev_hash", name=op.f("uq_journal_entry_chain_prev_hash")),
        sa.UniqueConstraint("chain", "seq", name=op.f("uq_journal_entry_chain_seq")),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index("ix_journal_entry_actor_id", ["actor_id"], unique=False)
        batch_op.create_index("ix_journal_entry_agreement_id", ["agreement_id"], unique=False)
        batch_op.create_index("ix_journal_entry_subject", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("person_id", "organisation_id", name=op.f("uq_membership_person_id_organisation_id")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_person_id"), ["person_id"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("buyer_id", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("feeds", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["buyer_id"], ["organisation.id"], name=op.f("fk_question_buyer_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("buyer_id", "code", "no", name=op.f("uq_question_buyer_id_code_no")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_buyer_id"), ["buyer_id"], unique=False)

    op.create_table(
        "requirement",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("buyer_id", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["buyer_id"], ["organisation.id"], name=op.f("fk_requirement_buyer_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
        sa.UniqueConstraint("buyer_id", "code", name=op.f("uq_requirement_buyer_id_code")),
    )
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requirement_buyer_id"), ["buyer_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("agreement_id", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=20), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_assignment_agreement_id_agreement")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("agreement_id", "person_id", "duty", name=op.f("uq_assignment_agreement_id_person_id_duty")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_agreement_id"), ["agreement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "evidence_version",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("evidence_id", sa.String(length=20), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("scan_state", sa.String(length=12), nullable=False),
        sa.Column("quarantine_key", sa.String(length=200), nullable=True),
        sa.Column("blob_id", sa.String(length=20), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("received_by", sa.String(length=20), nullable=False),
        sa.Column("received_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("scan_state in ('clean', 'infected', 'not_scanned')", name=op.f("ck_evidence_version_scan_state")),
        sa.CheckConstraint(
            "state in ('receiving', 'checking', 'needs_mapping', 'ready', 'refused')", name=op.f("ck_evidence_version_state")
        ),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name=op.f("fk_evidence_version_blob_id_blob")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_version_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_version")),
        sa.UniqueConstraint("evidence_id", "no", name=op.f("uq_evidence_version_evidence_id_no")),
    )
    with op.batch_alter_table("evidence_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_version_evidence_id"), ["evidence_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_version_sha256"), ["sha256"], unique=False)
        batch_op.create_index("ix_evidence_version_state", ["state"], unique=False)

    op.create_table(
        "party",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("agreement_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.String(length=20), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_email", sa.String(length=320), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_party_agreement_id_agreement")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_party_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["parent_id"], ["party.id"], name=op.f("fk_party_parent_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("agreement_id", "organisation_id", name=op.f("uq_party_agreement_id_organisation_id")),
    )
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_agreement_id"), ["agreement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "requirement_version",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("requirement_id", sa.String(length=20), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("clause", sa.String(length=24), nullable=False),
        sa.Column("binding", sa.String(length=10), nullable=False),
        sa.Column("metric_name", sa.String(length=60), nullable=False),
        sa.Column("metric_definition", sa.String(), nullable=False),
        sa.Column("operator", sa.String(length=10), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("frequency", sa.String(length=12), nullable=False),
        sa.Column("pinnable", sa.Boolean(), nullable=False),
        sa.Column("controlled_by", sa.String(length=12), nullable=False),
        sa.Column("usual_severity", sa.String(length=12), nullable=False),
        sa.Column("severity_note", sa.String(), nullable=False),
        sa.Column("checks", sa.Text(), nullable=False),
        sa.Column("step_basis", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("published_by", sa.String(length=20), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('draft', 'published')", name=op.f("ck_requirement_version_state")),
        sa.ForeignKeyConstraint(["requirement_id"], ["requirement.id"], name=op.f("fk_requirement_version_requirement_id_requirement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_version")),
        sa.UniqueConstraint("requirement_id", "no", name=op.f("uq_requirement_version_requirement_id_no")),
    )
    with op.batch_alter_table("requirement_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requirement_version_requirement_id"), ["requirement_id"], unique=False)

    op.create_table(
        "round",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("agreement_id", sa.String(length=20), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=True),
        sa.Column("opened_by", sa.String(length=20), nullable=True),
        sa.CheckConstraint("state in ('planned', 'open', 'closed')", name=op.f("ck_round_state")),
        sa.CheckConstraint("period_to >= period_from", name=op.f("ck_round_period")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_round_agreement_id_agreement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("agreement_id", "period_from", "period_to", name=op.f("uq_round_agreement_id_period_from_period_to")),
    )
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_agreement_id"), ["agreement_id"], unique=False)

    op.create_table(
        "evidence_demand",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("version_id", sa.String(length=20), nullable=False),
        sa.Column("demand", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["requirement_version.id"], name=op.f("fk_evidence_demand_version_id_requirement_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_demand")),
        sa.UniqueConstraint("version_id", "demand", name=op.f("uq_evidence_demand_version_id_demand")),
    )
    with op.batch_alter_table("evidence_demand", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_demand_version_id"), ["version_id"], unique=False)

    op.create_table(
        "pin",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("agreement_id", sa.String(length=20), nullable=False),
        sa.Column("requirement_version_id", sa.String(length=20), nullable=True),
        sa.Column("own_title", sa.String(length=200), nullable=False),
        sa.Column("own_text", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("frequency", sa.String(length=12), nullable=False),
        sa.Column("clause_reference", sa.String(length=40), nullable=False),
        sa.Column("sanction_text", sa.String(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=True),
        sa.Column("supersedes_id", sa.String(length=20), nullable=True),
        sa.Column("pinned_at", sa.DateTime(), nullable=False),
        sa.Column("pinned_by", sa.String(length=20), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_pin_agreement_id_agreement")),
        sa.ForeignKeyConstraint(
            ["requirement_version_id"], ["requirement_version.id"], name=op.f("fk_pin_requirement_version_id_requirement_version")
        ),
        sa.ForeignKeyConstraint(["supersedes_id"], ["pin.id"], name=op.f("fk_pin_supersedes_id_pin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin")),
    )
    with op.batch_alter_table("pin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pin_agreement_id"), ["agreement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pin_requirement_version_id"), ["requirement_version_id"], unique=False)

    op.create_table(
        "questionnaire",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("round_id", sa.String(length=20), nullable=False),
        sa.Column("party_id", sa.String(length=20), nullable=False),
        sa.Column("buyer_id", sa.String(length=20), nullable=False),
        sa.Column("supplier_id", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('open', 'submitted', 'returned', 'approved')", name=op.f("ck_questionnaire_state")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_questionnaire_party_id_party")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_questionnaire_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire")),
        sa.UniqueConstraint("round_id", "party_id", name=op.f("uq_questionnaire_round_id_party_id")),
    )
    with op.batch_alter_table("questionnaire", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_questionnaire_buyer_id"), ["buyer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_questionnaire_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_questionnaire_round_id"), ["round_id"], unique=False)
        batch_op.create_index("ix_questionnaire_state", ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_questionnaire_supplier_id"), ["supplier_id"], unique=False)

    op.create_table(
        "reading",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("evidence_version_id", sa.String(length=20), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("parser", sa.String(length=40), nullable=False),
        sa.Column("parser_version", sa.String(length=20), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("table", sa.Text(), nullable=True),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("rows_key", sa.String(length=200), nullable=True),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_version_id"], ["evidence_version.id"], name=op.f("fk_reading_evidence_version_id_evidence_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint("evidence_version_id", "no", name=op.f("uq_reading_evidence_version_id_no")),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_evidence_version_id"), ["evidence_version_id"], unique=False)

    op.create_table(
        "requirement_step",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("version_id", sa.String(length=20), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric(precision=14, scale=4, asdecimal=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["requirement_version.id"], name=op.f("fk_requirement_step_version_id_requirement_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_step")),
        sa.UniqueConstraint("version_id", "from_date", name=op.f("uq_requirement_step_version_id_from_date")),
    )
    with op.batch_alter_table("requirement_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requirement_step_version_id"), ["version_id"], unique=False)

    op.create_table(
        "version_question",
        sa.Column("version_id", sa.String(length=20), nullable=False),
        sa.Column("question_id", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_version_question_question_id_question")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["requirement_version.id"], name=op.f("fk_version_question_version_id_requirement_version")
        ),
        sa.PrimaryKeyConstraint("version_id", "question_id", name=op.f("pk_version_question")),
    )
    op.create_table(
        "agreed_step",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("pin_id", sa.String(length=20), nullable=False),
        sa.Column("party_id", sa.String(length=20), nullable=True),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric(precision=14, scale=4, asdecimal=False), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint("role in ('minimum', 'promise')", name=op.f("ck_agreed_step_role")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_agreed_step_party_id_party")),
        sa.ForeignKeyConstraint(["pin_id"], ["pin.id"], name=op.f("fk_agreed_step_pin_id_pin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreed_step")),
        sa.UniqueConstraint("pin_id", "party_id", "role", "from_date", name=op.f("uq_agreed_step_pin_id_party_id_role_from_date")),
    )
    with op.batch_alter_table("agreed_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreed_step_pin_id"), ["pin_id"], unique=False)

    op.create_table(
        "asked",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("questionnaire_id", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("feeds", sa.String(length=60), nullable=False),
        sa.Column("evidence_kind", sa.String(length=40), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("part_from", sa.Date(), nullable=False),
        sa.Column("part_to", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_asked_questionnaire_id_questionnaire")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked")),
        sa.UniqueConstraint("questionnaire_id", "code", "part_from", name=op.f("uq_asked_questionnaire_id_code_part_from")),
    )
    with op.batch_alter_table("asked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asked_questionnaire_id"), ["questionnaire_id"], unique=False)

    op.create_table(
        "dispensation",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("pin_id", sa.String(length=20), nullable=False),
        sa.Column("party_id", sa.String(length=20), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=False),
        sa.Column("plates", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("approver", sa.String(length=200), nullable=False),
        sa.CheckConstraint("kind in ('statutory_exemption', 'contract_waiver')", name=op.f("ck_dispensation_kind")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_dispensation_party_id_party")),
        sa.ForeignKeyConstraint(["pin_id"], ["pin.id"], name=op.f("fk_dispensation_pin_id_pin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispensation")),
    )
    with op.batch_alter_table("dispensation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispensation_pin_id"), ["pin_id"], unique=False)

    op.create_table(
        "finding",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("reading_id", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("sheet", sa.String(length=120), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("rows", sa.Text(), nullable=True),
        sa.Column("column", sa.String(length=200), nullable=True),
        sa.Column("found", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name=op.f("fk_finding_reading_id_reading")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("reading_id", "position", name=op.f("uq_finding_reading_id_position")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_reading_id"), ["reading_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("questionnaire_id", sa.String(length=20), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("package", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.String(length=12), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(), nullable=False),
        sa.Column("submitted_by", sa.String(length=20), nullable=False),
        sa.Column("submitted_by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_submission_questionnaire_id_questionnaire")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("questionnaire_id", "no", name=op.f("uq_submission_questionnaire_id_no")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_questionnaire_id"), ["questionnaire_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("asked_id", sa.String(length=20), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.Column("cannot_because", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("saved_by", sa.String(length=20), nullable=False),
        sa.Column("saved_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asked_id"], ["asked.id"], name=op.f("fk_answer_asked_id_asked")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("asked_id", name=op.f("uq_answer_asked_id")),
    )
    op.create_table(
        "asked_pin",
        sa.Column("asked_id", sa.String(length=20), nullable=False),
        sa.Column("pin_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["asked_id"], ["asked.id"], name=op.f("fk_asked_pin_asked_id_asked")),
        sa.ForeignKeyConstraint(["pin_id"], ["pin.id"], name=op.f("fk_asked_pin_pin_id_pin")),
        sa.PrimaryKeyConstraint("asked_id", "pin_id", name=op.f("pk_asked_pin")),
    )
    op.create_table(
        "citation",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("asked_id", sa.String(length=20), nullable=False),
        sa.Column("evidence_id", sa.String(length=20), nullable=False),
        sa.Column("cited_at", sa.DateTime(), nullable=False),
        sa.Column("cited_by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["asked_id"], ["asked.id"], name=op.f("fk_citation_asked_id_asked")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_citation_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citation")),
        sa.UniqueConstraint("asked_id", "evidence_id", name=op.f("uq_citation_asked_id_evidence_id")),
    )
    with op.batch_alter_table("citation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_citation_asked_id"), ["asked_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_citation_evidence_id"), ["evidence_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("submission_id", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=10), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=20), nullable=False),
        sa.Column("decided_by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint("value in ('approved', 'returned')", name=op.f("ck_decision_value")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_decision_submission_id_submission")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_decision_submission_id")),
    )
    op.create_table(
        "deviation",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("buyer_id", sa.String(length=20), nullable=False),
        sa.Column("supplier_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("party_id", sa.String(length=20), nullable=False),
        sa.Column("pin_id", sa.String(length=20), nullable=False),
        sa.Column("submission_id", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=14), nullable=False),
        sa.Column("severity", sa.String(length=12), nullable=False),
        sa.Column("clause_reference", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("internal_note", sa.String(), nullable=False),
        sa.Column("facts_known_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("plan_test", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=20), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_on_data", sa.Boolean(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("severity in ('minor', 'significant', 'serious')", name=op.f("ck_deviation_severity")),
        sa.CheckConstraint(
            "state in ('draft', 'sent', 'answered', 'plan_accepted', 'proven', 'closed', 'escalated')", name=op.f("ck_deviation_state")
        ),
        sa.ForeignKeyConstraint(["buyer_id"], ["organisation.id"], name=op.f("fk_deviation_buyer_id_organisation")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_deviation_party_id_party")),
        sa.ForeignKeyConstraint(["pin_id"], ["pin.id"], name=op.f("fk_deviation_pin_id_pin")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_deviation_submission_id_submission")),
        sa.ForeignKeyConstraint(["supplier_id"], ["organisation.id"], name=op.f("fk_deviation_supplier_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deviation")),
        sa.UniqueConstraint("buyer_id", "number", name=op.f("uq_deviation_buyer_id_number")),
    )
    with op.batch_alter_table("deviation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deviation_buyer_id"), ["buyer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deviation_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deviation_pin_id"), ["pin_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deviation_supplier_id"), ["supplier_id"], unique=False)

    op.create_table(
        "remark",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("submission_id", sa.String(length=20), nullable=False),
        sa.Column("asked_id", sa.String(length=20), nullable=True),
        sa.Column("pin_id", sa.String(length=20), nullable=True),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("written_by", sa.String(length=20), nullable=False),
        sa.Column("written_by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint("audience in ('supplier', 'internal')", name=op.f("ck_remark_audience")),
        sa.ForeignKeyConstraint(["asked_id"], ["asked.id"], name=op.f("fk_remark_asked_id_asked")),
        sa.ForeignKeyConstraint(["pin_id"], ["pin.id"], name=op.f("fk_remark_pin_id_pin")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_remark_submission_id_submission")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remark_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "result",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("submission_id", sa.String(length=20), nullable=False),
        sa.Column("pin_id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("rules_version", sa.String(length=20), nullable=False),
        sa.Column("part_from", sa.Date(), nullable=False),
        sa.Column("part_to", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=6, asdecimal=False), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("numerator", sa.Numeric(precision=18, scale=6, asdecimal=False), nullable=True),
        sa.Column("denominator", sa.Numeric(precision=18, scale=6, asdecimal=False), nullable=True),
        sa.Column("minimum", sa.Numeric(precision=18, scale=6, asdecimal=False), nullable=True),
        sa.Column("promise", sa.Numeric(precision=18, scale=6, asdecimal=False), nullable=True),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind in ('verdict', 'flag')", name=op.f("ck_result_kind")),
        sa.ForeignKeyConstraint(["pin_id"], ["pin.id"], name=op.f("fk_result_pin_id_pin")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_result_submission_id_submission")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
        sa.UniqueConstraint(
            "submission_id", "pin_id", "kind", "name", "part_from", "no", name=op.f("uq_result_submission_id_pin_id_kind_name_part_from_no")
        ),
    )
    with op.batch_alter_table("result", schema=None) as batch_op:
        batch_op.create_index("ix_result_name", ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_result_pin_id"), ["pin_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_result_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "returned_asked",
        sa.Column("submission_id", sa.String(length=20), nullable=False),
        sa.Column("asked_id", sa.String(length=20), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("returned_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["asked_id"], ["asked.id"], name=op.f("fk_returned_asked_asked_id_asked")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_returned_asked_submission_id_submission")),
        sa.PrimaryKeyConstraint("submission_id", "asked_id", name=op.f("pk_returned_asked")),
    )
    op.create_table(
        "ruling",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("submission_id", sa.String(length=20), nullable=False),
        sa.Column("pin_id", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=16), nullable=False),
        sa.Column("proposed", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ruled_at", sa.DateTime(), nullable=False),
        sa.Column("ruled_by", sa.String(length=20), nullable=False),
        sa.Column("ruled_by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint("value in ('met', 'not_met', 'cannot_decide', 'exempt')", name=op.f("ck_ruling_value")),
        sa.ForeignKeyConstraint(["pin_id"], ["pin.id"], name=op.f("fk_ruling_pin_id_pin")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_ruling_submission_id_submission")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
        sa.UniqueConstraint("submission_id", "pin_id", name=op.f("uq_ruling_submission_id_pin_id")),
    )
    with op.batch_alter_table("ruling", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ruling_pin_id"), ["pin_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ruling_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "submitted_reading",
        sa.Column("submission_id", sa.String(length=20), nullable=False),
        sa.Column("asked_id", sa.String(length=20), nullable=False),
        sa.Column("reading_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["asked_id"], ["asked.id"], name=op.f("fk_submitted_reading_asked_id_asked")),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name=op.f("fk_submitted_reading_reading_id_reading")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submitted_reading_submission_id_submission")),
        sa.PrimaryKeyConstraint("submission_id", "asked_id", "reading_id", name=op.f("pk_submitted_reading")),
    )
    op.create_table(
        "answer_revision",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("answer_id", sa.String(length=20), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("cannot_because", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("saved_by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_answer_revision_answer_id_answer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_revision")),
        sa.UniqueConstraint("answer_id", "no", name=op.f("uq_answer_revision_answer_id_no")),
    )
    with op.batch_alter_table("answer_revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_revision_answer_id"), ["answer_id"], unique=False)

    op.create_table(
        "deviation_entry",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("deviation_id", sa.String(length=20), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=20), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("by_organisation", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["deviation_id"], ["deviation.id"], name=op.f("fk_deviation_entry_deviation_id_deviation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deviation_entry")),
        sa.UniqueConstraint("deviation_id", "no", name=op.f("uq_deviation_entry_deviation_id_no")),
    )
    with op.batch_alter_table("deviation_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deviation_entry_deviation_id"), ["deviation_id"], unique=False)

    op.create_table(
        "deviation_evidence",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("deviation_id", sa.String(length=20), nullable=False),
        sa.Column("evidence_id", sa.String(length=20), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["deviation_id"], ["deviation.id"], name=op.f("fk_deviation_evidence_deviation_id_deviation")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_deviation_evidence_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deviation_evidence")),
        sa.UniqueConstraint("deviation_id", "evidence_id", name=op.f("uq_deviation_evidence_deviation_id_evidence_id")),
    )
    with op.batch_alter_table("deviation_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deviation_evidence_deviation_id"), ["deviation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deviation_evidence_evidence_id"), ["evidence_id"], unique=False)

    for statement in UNCHANGEABLE[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("deviation_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deviation_evidence_evidence_id"))
        batch_op.drop_index(batch_op.f("ix_deviation_evidence_deviation_id"))

    op.drop_table("deviation_evidence")
    with op.batch_alter_table("deviation_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deviation_entry_deviation_id"))

    op.drop_table("deviation_entry")
    with op.batch_alter_table("answer_revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_revision_answer_id"))

    op.drop_table("answer_revision")
    op.drop_table("submitted_reading")
    with op.batch_alter_table("ruling", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ruling_submission_id"))
        batch_op.drop_index(batch_op.f("ix_ruling_pin_id"))

    op.drop_table("ruling")
    op.drop_table("returned_asked")
    with op.batch_alter_table("result", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_result_submission_id"))
        batch_op.drop_index(batch_op.f("ix_result_pin_id"))
        batch_op.drop_index("ix_result_name")

    op.drop_table("result")
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remark_submission_id"))

    op.drop_table("remark")
    with op.batch_alter_table("deviation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deviation_supplier_id"))
        batch_op.drop_index(batch_op.f("ix_deviation_pin_id"))
        batch_op.drop_index(batch_op.f("ix_deviation_party_id"))
        batch_op.drop_index(batch_op.f("ix_deviation_buyer_id"))

    op.drop_table("deviation")
    op.drop_table("decision")
    with op.batch_alter_table("citation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_citation_evidence_id"))
        batch_op.drop_index(batch_op.f("ix_citation_asked_id"))

    op.drop_table("citation")
    op.drop_table("asked_pin")
    op.drop_table("answer")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_questionnaire_id"))

    op.drop_table("submission")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_reading_id"))

    op.drop_table("finding")
    with op.batch_alter_table("dispensation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dispensation_pin_id"))

    op.drop_table("dispensation")
    with op.batch_alter_table("asked", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asked_questionnaire_id"))

    op.drop_table("asked")
    with op.batch_alter_table("agreed_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreed_step_pin_id"))

    op.drop_table("agreed_step")
    op.drop_table("version_question")
    with op.batch_alter_table("requirement_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requirement_step_version_id"))

    op.drop_table("requirement_step")
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reading_evidence_version_id"))

    op.drop_table("reading")
    with op.batch_alter_table("questionnaire", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_questionnaire_supplier_id"))
        batch_op.drop_index("ix_questionnaire_state")
        batch_op.drop_index(batch_op.f("ix_questionnaire_round_id"))
        batch_op.drop_index(batch_op.f("ix_questionnaire_party_id"))
        batch_op.drop_index(batch_op.f("ix_questionnaire_buyer_id"))

    op.drop_table("questionnaire")
    with op.batch_alter_table("pin", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pin_requirement_version_id"))
        batch_op.drop_index(batch_op.f("ix_pin_agreement_id"))

    op.drop_table("pin")
    with op.batch_alter_table("evidence_demand", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_demand_version_id"))

    op.drop_table("evidence_demand")
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_agreement_id"))

    op.drop_table("round")
    with op.batch_alter_table("requirement_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requirement_version_requirement_id"))

    op.drop_table("requirement_version")
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_party_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_party_agreement_id"))

    op.drop_table("party")
    with op.batch_alter_table("evidence_version", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_version_state")
        batch_op.drop_index(batch_op.f("ix_evidence_version_sha256"))
        batch_op.drop_index(batch_op.f("ix_evidence_version_evidence_id"))

    op.drop_table("evidence_version")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_person_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_agreement_id"))

    op.drop_table("assignment")
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requirement_buyer_id"))

    op.drop_table("requirement")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_buyer_id"))

    op.drop_table("question")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_person_id"))
        batch_op.drop_index(batch_op.f("ix_membership_organisation_id"))

    op.drop_table("membership")
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_journal_entry_subject")
        batch_op.drop_index("ix_journal_entry_agreement_id")
        batch_op.drop_index("ix_journal_entry_actor_id")

    op.drop_table("journal_entry")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_supplier_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_blob_supplier_id"))

    op.drop_table("blob")
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_buyer_id"))

    op.drop_table("agreement")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session_membership_id"))

    op.drop_table("web_session")
    with op.batch_alter_table("signin_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signin_link_email"))

    op.drop_table("signin_link")
    op.drop_table("rate_counter")
    op.drop_table("personal_value")
    op.drop_table("person")
    op.drop_table("organisation")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_subject_id"))
        batch_op.drop_index(batch_op.f("ix_notice_buyer_id"))

    op.drop_table("notice")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_state_run_after")

    op.drop_table("job")
    op.drop_table("idempotency_key")
    with op.batch_alter_table("access_trace", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_trace_at"))

    op.drop_table("access_trace")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION journal_entry_is_kept()")
