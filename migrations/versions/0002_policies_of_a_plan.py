"""Policies of one plan: what its notice rules for its own tasks; an office's own level."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("policy", sa.Column("plan", sa.String(), server_default="", nullable=False))
    op.add_column("office", sa.Column("level", sa.String(), server_default="county", nullable=False))


def downgrade() -> None:
    op.drop_column("office", "level")
    op.drop_column("policy", "plan")
