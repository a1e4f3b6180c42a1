"""Row versions of plans, received lists, omissions, the register's history and the experts."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard, unguard

revision = "plans"
down_revision = "outcomes"
branch_labels = None
depends_on = None

APPEND_ONLY = ("plan_row_version", "round_omission", "received_list", "subject_history")

_FORMER_ROWS = """
INSERT INTO plan_row_version (document, seq, version, line, region, withdrawn, adopted_on, name, fields,
                              initiator, partners, from_month, to_month)
SELECT r.document, r.seq, r.version, r.line, '', false, v.adopted_on, r.name, r.fields,
       r.initiator, r.partners, r.from_month, r.to_month
FROM plan_row r JOIN plan_version v ON v.document = r.document AND v.version = r.version
WHERE r.version > 0 AND r.initiator IS NOT NULL AND r.from_month IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("plan_document", sa.Column("no_number", sa.String(), nullable=True))
    op.add_column("plan_version", sa.Column("number", sa.String(), nullable=True))
    op.add_column("plan_version", sa.Column("approval", sa.String(), nullable=True))
    op.add_column("plan_version", sa.Column("reason", sa.String(), nullable=False, server_default=""))
    op.add_column("plan_version", sa.Column("notice", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("plan_row", sa.Column("region", sa.String(), nullable=False, server_default=""))
    for name in ("pending", "withdrawn"):
        op.add_column("plan_row", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("joint_task", sa.Column("row_version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("subject", sa.Column("status_date", sa.Date(), nullable=True))
    op.add_column("subject", sa.Column("since", sa.Date(), nullable=True))
    _plan_tables()
    _register_tables()
    op.execute(_FORMER_ROWS)
    guard(APPEND_ONLY)


def _plan_tables() -> None:
    op.create_table(
        "plan_row_version",
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("seq", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("initiator", sa.String(), nullable=False),
        sa.Column("partners", sa.JSON(), nullable=False),
        sa.Column("from_month", sa.Integer(), nullable=False),
        sa.Column("to_month", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["plan_document.id"]),
        sa.ForeignKeyConstraint(["initiator"], ["department.id"]),
        sa.PrimaryKeyConstraint("document", "seq", "version"),
    )
    op.create_table(
        "round_omission",
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("seq", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("submission", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["plan_document.id"]),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"]),
        sa.PrimaryKeyConstraint("document", "seq", "round"),
    )
    op.create_table(
        "received_list",
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("record_sha256", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"]),
        sa.ForeignKeyConstraint(["task"], ["joint_task.id"]),
        sa.PrimaryKeyConstraint("task"),
    )


def _register_tables() -> None:
    op.create_table(
        "subject_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["office.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("subject_history_by_code", "subject_history", ["office", "code", "valid_to"])
    op.create_table(
        "expert",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("specialties", sa.JSON(), nullable=False),
        sa.Column("engaged_to", sa.Date(), nullable=True),
        sa.Column("recusals", sa.JSON(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["department"], ["department.id"]),
        sa.ForeignKeyConstraint(["office"], ["office.code"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office", "code"),
    )
    op.create_index(op.f("ix_expert_office"), "expert", ["office"])


def downgrade() -> None:
    unguard(APPEND_ONLY)
    op.drop_index(op.f("ix_expert_office"), table_name="expert")
    op.drop_table("expert")
    op.drop_index("subject_history_by_code", table_name="subject_history")
    for table in APPEND_ONLY:
        op.drop_table(table)
    for table, names in (
        ("subject", ("since", "status_date")),
        ("joint_task", ("row_version",)),
        ("plan_row", ("withdrawn", "pending", "region")),
        ("plan_version", ("notice", "reason", "approval", "number")),
        ("plan_document", ("no_number",)),
    ):
        for name in names:
            op.drop_column(table, name)
