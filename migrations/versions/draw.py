"""Chains of commitments, secrets kept by the service, and ways on where officers are too few."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard, unguard

revision = "draw"
down_revision = "clocks"
branch_labels = None
depends_on = None

APPEND_ONLY = ("sealed_secret", "match_aid")


def upgrade() -> None:
    op.add_column("commitment", sa.Column("since", sa.Integer(), nullable=False, server_default="1"))
    op.add_column(
        "commitment", sa.Column("kept_by", sa.String(), nullable=False, server_default="department")
    )
    op.create_table(
        "sealed_secret",
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ciphertext", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["department"], ["department.id"]),
        sa.ForeignKeyConstraint(["task"], ["joint_task.id"]),
        sa.PrimaryKeyConstraint("task", "department", "number"),
    )
    op.create_table(
        "match_aid",
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["department"], ["department.id"]),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"]),
        sa.ForeignKeyConstraint(["task"], ["joint_task.id"]),
        sa.PrimaryKeyConstraint("task", "department", "number"),
    )
    guard(APPEND_ONLY)


def downgrade() -> None:
    unguard(APPEND_ONLY)
    op.drop_table("match_aid")
    op.drop_table("sealed_secret")
    op.drop_column("commitment", "kept_by")
    op.drop_column("commitment", "since")
