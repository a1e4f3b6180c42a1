"""Items say which specialty an expert must have who goes along."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Items so far need no expert."""
    op.add_column("check_item", sa.Column("expert", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """The column goes."""
    with op.batch_alter_table("check_item") as batch:
        batch.drop_column("expert")
