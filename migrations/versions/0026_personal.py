"""Personal data at rest: names and phones of managers and phones of companies are sealed, managers are found by keyed hashes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from portal.kernel import keys
from portal.registry.search.key import search_key
from portal.registry.search.people import people_key

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# table, key, columns in clear that become sealed ones
SEALED = (("manager", "code", ("name", "phone")), ("enterprise", "uscc", ("phone",)))


def _rename(table: str, old: str, new: str) -> None:
    op.execute(sa.text(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}"))


def _rows(table: str, key: str, columns: tuple[str, ...]) -> tuple[sa.TableClause, list[sa.Row]]:
    named = sa.table(table, *(sa.column(name) for name in (key, *columns, "search_key")))
    return named, list(
        op.get_bind().execute(sa.select(named.c[key], *(named.c[name] for name in columns)).order_by(named.c[key]))
    )


def _seal(db: Session, table: str, key: str, columns: tuple[str, ...]) -> None:
    """Each value under the key of its record, in place; the key of the search follows a manager's name."""
    named, rows = _rows(table, key, tuple(f"{column}_sealed" for column in columns))
    for code, *values in rows:
        subject = f"{table}:{code}"
        changed = {
            f"{name}_sealed": value and keys.seal(db, subject, value)
            for name, value in zip(columns, values, strict=True)
        }
        if table == "manager":
            changed["search_key"] = people_key(values[0], code)
        db.execute(sa.update(named).where(named.c[key] == code).values(changed))


def _unseal(db: Session, table: str, key: str, columns: tuple[str, ...]) -> None:
    named, rows = _rows(table, key, tuple(f"{column}_sealed" for column in columns))
    for code, *values in rows:
        changed = {
            f"{name}_sealed": value and keys.unseal(db, f"{table}:{code}", value)
            for name, value in zip(columns, values, strict=True)
        }
        if table == "manager":
            name = str(changed["name_sealed"] or code)  # what was cleared is gone
            changed |= {"name_sealed": name, "search_key": search_key(name, code)}
        db.execute(sa.update(named).where(named.c[key] == code).values(changed))


def upgrade() -> None:
    """Seal what stood in clear, with the key ring of this portal."""
    for table, key, columns in SEALED:
        for column in columns:
            _rename(table, column, f"{column}_sealed")
        with Session(bind=op.get_bind(), join_transaction_mode="create_savepoint") as db:
            _seal(db, table, key, columns)
            db.commit()


def downgrade() -> None:
    """Bring the values back in clear."""
    for table, key, columns in SEALED:
        with Session(bind=op.get_bind(), join_transaction_mode="create_savepoint") as db:
            _unseal(db, table, key, columns)
            db.commit()
        for column in columns:
            _rename(table, f"{column}_sealed", column)
