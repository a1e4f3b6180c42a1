"""The receivers of transfers that take no part in the system."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("disposal", sa.Column("outside", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("disposal", "outside")
