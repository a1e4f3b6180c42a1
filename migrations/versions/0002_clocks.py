"""Acts on clocks that are asked for first; what became of referrals to 联合惩戒."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard, unguard

revision = "clocks"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("referral_reply",)


def upgrade() -> None:
    op.add_column("wait", sa.Column("asked", sa.String(), nullable=True))
    op.create_table(
        "referral_reply",
        sa.Column("referral", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reply", sa.String(length=40), nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["referral"], ["referral.id"]),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"]),
        sa.PrimaryKeyConstraint("referral", "number"),
    )
    guard(APPEND_ONLY)


def downgrade() -> None:
    unguard(APPEND_ONLY)
    op.drop_table("referral_reply")
    op.drop_column("wait", "asked")
