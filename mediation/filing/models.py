"""An application that is not sent yet: ciphertext under a key of its own, opened by its code alone, gone after 30 days."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, STAFF
from portal.kernel.db import Base


class MediationDraft(Base):
    """A working paper: it is written over, and deleted with its key when it is sent or its time is over."""

    __tablename__ = "mediation_draft"
    __table_args__ = (UniqueConstraint("code_hash"), Index(None, "expires_at"))

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    estate_code: Mapped[str] = mapped_column(String(32), info=PARTY)
    code_hash: Mapped[str] = mapped_column(String(64), info=STAFF)
    key_id: Mapped[str] = mapped_column(info=STAFF)
    content: Mapped[str] = mapped_column(info=PARTY)
    saved_at: Mapped[datetime] = mapped_column(info=STAFF)
    expires_at: Mapped[datetime] = mapped_column(info=STAFF)
