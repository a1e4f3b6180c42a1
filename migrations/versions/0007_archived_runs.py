"""The archive of closed runs."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard, unguard

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APPEND_ONLY = ("archived_run",)


def upgrade() -> None:
    op.create_table(
        "archived_run",
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task"], ["joint_task.id"]),
        sa.PrimaryKeyConstraint("workflow", "run"),
    )
    op.create_index(op.f("ix_archived_run_task"), "archived_run", ["task"], unique=False)
    guard(APPEND_ONLY)


def downgrade() -> None:
    unguard(APPEND_ONLY)
    op.drop_index(op.f("ix_archived_run_task"), table_name="archived_run")
    op.drop_table("archived_run")
