"""Clocks that are suspended, extended and recomputed; digests and their deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "clocks"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("notices", sa.JSON(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["department"], ["department.id"]),
        sa.ForeignKeyConstraint(["person"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("digest_by_person", "digest", ["person", "made_at"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["department"], ["department.id"]),
        sa.ForeignKeyConstraint(["digest"], ["digest.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("delivery_due", "delivery", ["department", "delivered_at", "next_try"], unique=False)
    op.create_index(op.f("ix_delivery_digest"), "delivery", ["digest"], unique=False)
    # Added in place: SQLite would copy and drop tables that others refer to.
    for table, column, to in (
        ("wait", "assignee", "person.id"),
        ("notification", "person", "person.id"),
        ("visit", "clock", "wait.id"),
    ):
        op.add_column(
            table, sa.Column(column, sa.String(), sa.ForeignKey(to), nullable=True), inline_references=True
        )
    op.add_column("deadline", sa.Column("cause", sa.String(40), nullable=False, server_default="opened"))
    op.add_column("deadline", sa.Column("no_later", sa.Date(), nullable=True))
    op.add_column("deadline", sa.Column("suspended", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(
        "deadline",
        sa.Column("rungs_from", sa.DateTime(timezone=True), nullable=False, server_default="1970-01-01"),
    )
    op.execute("UPDATE deadline SET rungs_from = made_at")
    op.add_column("visit", sa.Column("due_amount", sa.Integer(), nullable=False, server_default="0"))
    # Until now every entry's clock had the default period.
    op.execute("UPDATE visit SET due_amount = 20 WHERE completed_on IS NOT NULL")


def downgrade() -> None:
    for table, columns in (
        ("visit", ("due_amount", "clock")),
        ("deadline", ("rungs_from", "suspended", "no_later", "cause")),
        ("notification", ("person",)),
        ("wait", ("assignee",)),
    ):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
    op.drop_table("delivery")
    op.drop_table("digest")
