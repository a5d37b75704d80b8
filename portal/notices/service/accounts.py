"""Tell a person what happened to the own account. Hears ``account.changed``."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.notices.service.informing import To, inform


def on_account_changed(db: Session, *, login: str, text: str, params: Mapping[str, Any]) -> None:
    """One line for the person; the text is a msgid of the accounts."""
    inform(db, To(login=login), text, params, endpoint="account.index")
