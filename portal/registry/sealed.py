"""What the register seals: names and phones of managers under ``manager:CODE``, phones of companies under ``enterprise:CODE``.

The name of a company and of its legal representative stay in clear: both are published by law with every company's registration
(企业信息公示暂行条例, article 6). A manager is published by code alone, never by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel import keys
from portal.kernel.i18n import _
from portal.registry.models import Enterprise, Manager


@dataclass(frozen=True)
class KnownManager:
    """A manager as staff may know one. ``cleared``: name and phone cannot be read: the term of retention
    is over, or the key ring lacks their key."""

    code: str
    name: str
    phone: str | None
    id_last4: str
    recorded_at: datetime
    cleared: bool = False

    @property
    def masked(self) -> str | None:
        """The phone as lists and pages show it, 138****5678; the whole one is shown on request, which is audited."""
        return masked(self.phone)


def masked(phone: str | None) -> str | None:
    """A phone with its middle hidden.

    >>> masked("13812345678"), masked("0755-12"), masked(None)
    ('138****5678', '****', None)
    """
    if not phone:
        return phone
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) > 8 else "****"


def manager_subject(code: str) -> str:
    """Whose key seals a manager's values, in the audit log and in documents too."""
    return f"manager:{code}"


def company_subject(uscc: str) -> str:
    """Whose key seals a company's values."""
    return f"enterprise:{uscc}"


def opened(db: Session, rows: Iterable[Manager]) -> list[KnownManager]:
    """Managers with what is sealed of them."""
    held = list(rows)
    values = keys.unseal_many(db, {manager_subject(row.code): (row.name_sealed, row.phone_sealed) for row in held})
    found = []
    for row in held:
        name, phone = values[manager_subject(row.code)]
        shown = _("（不能读取）") if name is None else name
        found.append(KnownManager(row.code, shown, phone, row.id_last4, row.recorded_at, cleared=name is None))
    return found


def phones(db: Session, rows: Iterable[Enterprise]) -> dict[str, str | None]:
    """Phones of companies by code; None where there is none."""
    held = {row.uscc: row.phone_sealed for row in rows}
    values = keys.unseal_many(db, {company_subject(uscc): (token,) for uscc, token in held.items()})
    return {uscc: values[company_subject(uscc)][0] for uscc in held}
