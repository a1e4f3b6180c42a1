"""What happened to workflows behind the service's back, once per run."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard, unguard

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPEND_ONLY = ("intervention",)


def upgrade() -> None:
    op.create_table(
        "intervention",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("run", "kind"),
    )
    op.create_index(op.f("ix_intervention_workflow"), "intervention", ["workflow"], unique=False)
    guard(APPEND_ONLY)


def downgrade() -> None:
    unguard(APPEND_ONLY)
    op.drop_index(op.f("ix_intervention_workflow"), table_name="intervention")
    op.drop_table("intervention")
