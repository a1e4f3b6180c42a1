"""From which day a visit's clock runs, where that is not the day of its own check."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit", sa.Column("clock_from", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("visit", "clock_from")
