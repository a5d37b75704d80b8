"""A contract that ends on a day, as a corrected version of the open one."""

from datetime import date

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.ids import new_id
from portal.kernel.versions import recorded, replace
from portal.registry.models import Contract


def end_contract(estate_code: str, last_day: date) -> None:
    """Let the estate's last contract end on a day."""
    with transaction() as db:
        rows = select(Contract).where(Contract.estate_code == estate_code, recorded(Contract))
        old = db.scalars(rows.order_by(Contract.valid_from.desc()).limit(1)).one()
        kept = {column.key: getattr(old, column.key) for column in Contract.__mapper__.columns}
        replace(db, old, Contract(**kept | {"id": new_id(), "valid_to": last_day, "superseded_at": None}), clock.now())
