"""Sign-in by more than a password: second factors, passkeys, government sign-in, step-up."""

import sqlalchemy as sa
from alembic import op

from portal.kernel.db import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def _login() -> sa.Column[str]:
    return sa.Column("login", sa.String(length=32), nullable=False)


def _of_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["login"], ["person.login"], name=op.f(f"fk_{table}_login_person"))


def upgrade() -> None:
    """Create the factors; let a session say how it was opened and when its person last proved to be there."""
    op.create_table(
        "totp",
        _login(),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        _of_person("totp"),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_totp")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(), nullable=False),
        _login(),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        _of_person("recovery_code"),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_login"), "recovery_code", ["login"])
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(), nullable=False),
        _login(),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("transports", sa.String(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        _of_person("passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_login"), "passkey", ["login"])
    op.create_table(
        "spent_challenge",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_spent_challenge")),
    )
    op.add_column("sign_in_session", sa.Column("proved_at", UtcDateTime(), nullable=True))
    op.add_column("sign_in_session", sa.Column("opened_by", sa.String(length=12), nullable=True))


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("sign_in_session", "opened_by")
    op.drop_column("sign_in_session", "proved_at")
    for table in ("spent_challenge", "passkey", "recovery_code", "totp"):
        op.drop_table(table)
