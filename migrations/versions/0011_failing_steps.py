"""Steps that are tried again and again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "failing_step",
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workflow", "activity"),
    )


def downgrade() -> None:
    op.drop_table("failing_step")
