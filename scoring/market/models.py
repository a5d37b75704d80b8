"""What officers decided when a contract or a manager was registered while entries were in force."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import STAFF
from portal.kernel.db import Base


class MarketDecision(Base):
    """One decision, kept for ever. ``deed``: a contract, a change of manager, or a contract of a sheet; ``decision``:
    ``proceed``, ``notice`` (proceed and tell the parties) or ``refer`` (back for reasons). ``shown`` is the JSON of what
    stood before the person who decided."""

    __tablename__ = "market_decision"
    __table_args__ = (
        CheckConstraint("deed IN ('contract', 'manager', 'sheet')", name="deed_known"),
        CheckConstraint("decision IN ('proceed', 'notice', 'refer')", name="decision_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    deed: Mapped[str] = mapped_column(String(10), info=STAFF)
    estate_code: Mapped[str] = mapped_column(index=True, info=STAFF)
    uscc: Mapped[str] = mapped_column(String(18), index=True, info=STAFF)
    manager_code: Mapped[str] = mapped_column(String(32), info=STAFF)
    starts_on: Mapped[date] = mapped_column(info=STAFF)
    decision: Mapped[str] = mapped_column(String(10), info=STAFF)
    reason: Mapped[str] = mapped_column(info=STAFF)
    shown: Mapped[str] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
