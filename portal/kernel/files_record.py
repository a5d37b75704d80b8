"""What the portal knows of a stored file: its kind, size and who may see it. The bytes lie in the file store."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import STAFF
from portal.kernel.db import Base


class StoredFile(Base):
    """A file by its SHA-256. ``audience`` is the value of ``classes.Audience`` it is declared for."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    media_type: Mapped[str] = mapped_column(info=STAFF)
    size: Mapped[int] = mapped_column(BigInteger, info=STAFF)
    audience: Mapped[int] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
