"""Runs of scheduled jobs and of long work that a person started."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import STAFF
from portal.kernel.db import Base


class JobRun(Base):
    """One firing of a scheduled job. The key is the claim: whoever inserts it runs the job. ``attempts`` counts how often it was
    begun: a firing whose process died is taken up by another."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    fire_time: Mapped[datetime] = mapped_column(primary_key=True, info=STAFF)
    claimed_by: Mapped[str] = mapped_column(info=STAFF)
    started_at: Mapped[datetime] = mapped_column(info=STAFF)
    finished_at: Mapped[datetime | None] = mapped_column(info=STAFF)
    outcome: Mapped[str | None] = mapped_column(info=STAFF)
    attempts: Mapped[int] = mapped_column(default=1, info=STAFF)
    message: Mapped[str] = mapped_column(default="", info=STAFF)


class Task(Base):
    """Long work a person started (an import, a publication): progress to come back to, then a result.

    ``request`` is JSON: what to do. ``result`` is JSON: counts, or the problems by cell. ``attempts`` counts how often it was begun,
    ``not_before`` is when it may be begun again.
    """

    __tablename__ = "task"
    __table_args__ = (Index(None, "person", "created_at"),)

    id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    kind: Mapped[str] = mapped_column(info=STAFF)
    person: Mapped[str] = mapped_column(info=STAFF)
    request: Mapped[str] = mapped_column(info=STAFF)
    status: Mapped[str] = mapped_column(info=STAFF)
    stage: Mapped[str] = mapped_column(default="", info=STAFF)
    done: Mapped[int] = mapped_column(default=0, info=STAFF)
    total: Mapped[int] = mapped_column(default=0, info=STAFF)
    result: Mapped[str] = mapped_column(default="", info=STAFF)
    created_at: Mapped[datetime] = mapped_column(info=STAFF)
    started_at: Mapped[datetime | None] = mapped_column(info=STAFF)
    finished_at: Mapped[datetime | None] = mapped_column(info=STAFF)
    attempts: Mapped[int] = mapped_column(default=0, info=STAFF)
    not_before: Mapped[datetime | None] = mapped_column(info=STAFF)
