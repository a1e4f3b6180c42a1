"""What was put on record wrongly is taken back; a summary table that no longer says all is supplemented."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard, unguard

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

APPEND_ONLY = ("retraction", "retraction_decision", "retracted_ground", "voided_proof")


def upgrade() -> None:
    op.add_column("taking_part", sa.Column("untold", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "retraction",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("visit", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("erase", sa.Boolean(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"]),
        sa.ForeignKeyConstraint(["visit"], ["visit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("visit", "number"),
    )
    op.create_index(op.f("ix_retraction_visit"), "retraction", ["visit"], unique=False)
    op.create_table(
        "retraction_decision",
        sa.Column("retraction", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["retraction"], ["retraction.id"]),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"]),
        sa.PrimaryKeyConstraint("retraction"),
    )
    op.create_table(
        "retracted_ground",
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("retraction", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["retraction"], ["retraction.id"]),
        sa.PrimaryKeyConstraint("ground"),
    )
    op.create_index(op.f("ix_retracted_ground_retraction"), "retracted_ground", ["retraction"], unique=False)
    op.create_table(
        "voided_proof",
        sa.Column("publication", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("proof", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["publication"], ["publication.id"]),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"]),
        sa.PrimaryKeyConstraint("publication", "number"),
    )
    guard(APPEND_ONLY)


def downgrade() -> None:
    unguard(APPEND_ONLY)
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
    op.drop_column("taking_part", "untold")
