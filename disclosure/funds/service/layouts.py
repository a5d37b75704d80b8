"""Layouts of spreadsheets that people register: one per bank, a new version each time, the newest counts.

A company's own layouts are used for its own uploads alone: no company decides how another's file is read.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from disclosure.funds import queries
from disclosure.funds.models import BankLayout
from disclosure.funds.statements.layouts import Layout, layout_of, shipped
from portal.kernel import audit, clock
from portal.kernel.access import Actor
from portal.kernel.db import lock
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _


def layouts(db: Session, uscc: str | None = None) -> dict[str, Layout]:
    """The shipped layouts and the registered ones, which stand first; of companies only the one's own."""
    own = {
        row.code: layout_of({"code": row.code, "zh": row.name, "columns": json.loads(row.columns)})
        for row in queries.layouts(db)
        if not row.code.startswith("c-") or (uscc and row.code.startswith(f"c-{uscc}-"))
    }
    return {**own, **{code: layout for code, layout in shipped().items() if code not in own}}


def code_for(actor: Actor, bank: str) -> str:
    """The code of a bank's layout: the same bank has one."""
    mark = hashlib.sha256("".join(bank.split()).encode()).hexdigest()[:8]
    return f"c-{actor.uscc}-{mark}" if actor.uscc else f"bank-{mark}"


def save(db: Session, actor: Actor, bank: str, columns: Mapping[str, Sequence[str]]) -> str:
    """Register how a bank lays out its spreadsheets; the code. DomainError without a name, a date or amounts."""
    name = bank.strip()
    if not name or len(name) > 100:
        raise DomainError(_("请填写银行名称，最多100个字。"))
    code, kept = code_for(actor, name), {field: list(names) for field, names in columns.items() if names}
    layout_of({"code": code, "zh": name, "columns": kept})
    lock(db, f"bank-layout:{code}")
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    newest = next((row for row in queries.layouts(db) if row.code == code), None)
    if newest is not None and (newest.columns, newest.name) == (text, name):
        return code
    version = newest.version + 1 if newest else 1
    db.add(
        BankLayout(code=code, version=version, name=name, columns=text, actor=actor.audit_name, recorded_at=clock.now())
    )
    audit.record(db, actor, "bank-layout.saved", f"bank-layout:{code}", {"version": version, "columns": kept})
    return code
