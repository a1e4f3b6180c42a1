"""The history of every register, loads in parts, and the date of the trade's own class."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard, unguard

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = ("register_history",)
REPLACED = ("subject_history",)
_LIVING = ("department", "posting", "check_item", "officer", "expert")


def upgrade() -> None:
    """One history for all registers; what the subjects' own one held moves into it."""
    op.create_table(
        "register_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("directory", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["office.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "register_history_by_key",
        "register_history",
        ["office", "directory", "key", "valid_to"],
        unique=False,
    )
    op.execute(
        "INSERT INTO register_history (office, directory, key, valid_from, valid_to, record) "
        "SELECT office, 'subjects', code, valid_from, valid_to, record FROM subject_history ORDER BY id"
    )
    guard(APPEND_ONLY)
    unguard(REPLACED)
    op.drop_index("subject_history_by_code", table_name="subject_history")
    op.drop_table("subject_history")
    op.create_table(
        "register_load",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("directory", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office"], ["office.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_register_load_office", "register_load", ["office"], unique=False)
    op.add_column("subject", sa.Column("trade_date", sa.Date(), nullable=True))
    for table in _LIVING:
        op.add_column(table, sa.Column("since", sa.Date(), nullable=True))


def downgrade() -> None:
    """The subjects' own history again; that of the other registers is lost."""
    for table in _LIVING:
        op.drop_column(table, "since")
    op.drop_column("subject", "trade_date")
    op.drop_index("ix_register_load_office", table_name="register_load")
    op.drop_table("register_load")
    op.create_table(
        "subject_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["office.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "subject_history_by_code", "subject_history", ["office", "code", "valid_to"], unique=False
    )
    op.execute(
        "INSERT INTO subject_history (office, code, valid_from, valid_to, record) "
        "SELECT office, key, valid_from, valid_to, record FROM register_history "
        "WHERE directory = 'subjects' ORDER BY id"
    )
    guard(REPLACED)
    unguard(APPEND_ONLY)
    op.drop_index("register_history_by_key", table_name="register_history")
    op.drop_table("register_history")
