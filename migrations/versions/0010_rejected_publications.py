"""An index of the few publications that the platform has sent back."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "publication_rejected",
        "publication",
        ["task"],
        unique=False,
        sqlite_where=sa.text("rejected IS NOT NULL"),
        postgresql_where=sa.text("rejected IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("publication_rejected", table_name="publication")
