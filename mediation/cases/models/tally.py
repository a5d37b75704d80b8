"""Cases added up by the worker each night, so that a page of figures does not walk through all steps of all cases.

Nothing here is a fact: the rows are thrown away and made anew, and a page without them adds up by itself.
"""

from datetime import date

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from mediation.cases.models.record import one_of
from portal.kernel.classes import STAFF
from portal.kernel.db import Base

WHAT = ("step", "promise", "company")


class MediationTally(Base):
    """Cases filed in a month (``month``: its first day): ``reached`` a step, ``left`` it again, after ``days`` in all; promises by
    how they stand; companies (``subject`` their code) by the month in which they were asked: ``reached`` asked, ``left`` answered.

    ``as_of``: the day whose morning the figures are of, the same in all rows.
    """

    __tablename__ = "mediation_tally"
    __table_args__ = (CheckConstraint(one_of("what", WHAT), name="what_known"),)

    what: Mapped[str] = mapped_column(String(8), primary_key=True, info=STAFF)
    month: Mapped[date] = mapped_column(primary_key=True, info=STAFF)
    place: Mapped[str] = mapped_column(String(12), primary_key=True, info=STAFF)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True, info=STAFF)
    subject: Mapped[str] = mapped_column(String(24), primary_key=True, info=STAFF)
    reached: Mapped[int] = mapped_column(info=STAFF)
    left: Mapped[int] = mapped_column(info=STAFF)
    days: Mapped[int] = mapped_column(info=STAFF)
    as_of: Mapped[date] = mapped_column(info=STAFF)
