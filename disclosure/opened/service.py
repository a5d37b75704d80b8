"""Verbs: open something to the owners and the public, take it back with a public reason. Both show at once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from disclosure.opened import policy, queries
from disclosure.opened.kinds import Kind, kinds
from disclosure.opened.models import OpenedEntry, OpenedWithdrawal
from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.classes import Audience
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.images import public_copy
from portal.registry import api as registry
from scoring.checks import api as checks

PDF, JPEG, LARGEST = "application/pdf", "image/jpeg", 20 * 1024 * 1024


@dataclass(frozen=True)
class NewEntry:
    """What is opened. ``facts`` by field code: texts, integers (fen, hundredths of m²), ISO days, codes of choices."""

    estate_code: str
    kind: str
    title: str
    happened_on: date
    facts: Mapping[str, Any]
    source: str
    file: tuple[str, str] | None = None  # SHA-256 and media type, from ``keep_file``


def place_of(db: Session, estate_code: str, on: date) -> tuple[str, str | None]:
    """Division code of an estate, and the code of the company that serves it on a day. ``NotFound``."""
    serving = registry.companies_serving(db, on, [estate_code]).get(estate_code)
    return registry.estate(db, estate_code, on).division_code, serving[0] if serving else None


def keep_file(data: bytes, name: str) -> tuple[str, str]:
    """Keep a public copy: a PDF as it is, a picture without its metadata. ``DomainError`` for anything else."""
    if len(data) > LARGEST:
        raise DomainError(_("“%(name)s”超过%(n)sMB，请压缩后再传。", name=name, n=LARGEST // (1024 * 1024)))
    if data.startswith(b"%PDF-"):
        return store().put(data).sha256, PDF
    try:
        return store().put(public_copy(data, [])).sha256, JPEG
    except DomainError as error:
        raise DomainError(_("“%(name)s”不是照片，也不是PDF文件。", name=name)) from error


def open_entry(db: Session, actor: Actor, new: NewEntry, *, on: date) -> str:
    """Make an entry public; gives its id. NotAllowed outside the jurisdiction, DomainError for what cannot be true."""
    return open_many(db, actor, [new], on=on)[0]


def open_many(db: Session, actor: Actor, entries: Sequence[NewEntry], *, on: date) -> list[str]:
    """Make entries public, in order, as ``open_entry`` does each; gives their ids."""
    estates = {one.estate_code for one in entries}
    serving = registry.companies_serving(db, on, estates)
    divisions = {code: registry.estate(db, code, on).division_code for code in estates}
    made = []
    for new in entries:
        company = serving[new.estate_code][0] if new.estate_code in serving else None
        require(policy.may_open(actor, divisions[new.estate_code], company))
        refuse_untrue(kinds()[new.kind], new, on)
        made.append(_row(actor, new, company, on))
        if new.file:
            _declare_public(db, *new.file)
    db.add_all(made)
    db.flush()
    for row in made:
        detail = {"estate": row.estate_code, "kind": row.kind, "happened_on": row.happened_on.isoformat(),
                  "source": row.source, "file": row.file_sha256}  # fmt: skip
        audit.record(db, actor, "opened.entered", f"opened:{row.id}", detail)
    return [row.id for row in made]


def _row(actor: Actor, new: NewEntry, company: str | None, on: date) -> OpenedEntry:
    return OpenedEntry(
        id=new_id(), estate_code=new.estate_code, kind=new.kind, title=new.title.strip(), happened_on=new.happened_on,
        facts=json.dumps(dict(new.facts), ensure_ascii=False, sort_keys=True),
        source="enterprise" if actor.uscc else new.source, uscc=actor.uscc or company,
        file_sha256=new.file[0] if new.file else None, file_type=new.file[1] if new.file else None,
        actor=actor.login, on=on, recorded_at=clock.now(),
    )  # fmt: skip


def _declare_public(db: Session, sha256: str, media_type: str) -> None:
    with store().open(sha256) as file:
        kept = store().put(file)
    checks.note_file(db, kept, media_type, Audience.PUBLIC)


def refuse_untrue(kind: Kind, new: NewEntry, on: date) -> None:
    """DomainError for an entry of a day to come, without what its kind needs, or with a part larger than its whole."""
    if new.happened_on > on:
        raise DomainError(_("日期不能晚于今天。"))
    for field in kind.fields:
        if field.required and new.facts.get(field.code) in (None, ""):
            raise DomainError(_("请填写“%(name)s”。", name=str(field.name)))
    for less, more in PARTS:
        if less in new.facts and more in new.facts and new.facts[less] > new.facts[more]:
            names = {field.code: str(field.name) for field in kind.fields}
            raise DomainError(_("“%(less)s”不能大于“%(more)s”。", less=names[less], more=names[more]))


PARTS = (
    ("owners_voting", "owners"),
    ("owners_for", "owners_voting"),
    ("area_voting", "area"),
    ("area_for", "area_voting"),
    ("passed", "lifts"),
)


def withdraw(db: Session, actor: Actor, entry_id: str, *, reason: str, on: date) -> None:
    """Take an entry back; it stays readable, marked, with the reason. Conflict when it was taken back before."""
    lock(db, f"opened:{entry_id}")
    entry = queries.row(db, entry_id)
    division, serving = place_of(db, entry.estate_code, on)
    require(policy.may_withdraw(actor, division, serving, entry.uscc))
    if db.get(OpenedWithdrawal, entry_id) is not None:
        raise Conflict(_("这条公开事项已经撤回。"))
    if not reason.strip():
        raise DomainError(_("请写明理由。"))
    db.add(
        OpenedWithdrawal(entry_id=entry_id, reason=reason.strip(), actor=actor.login, on=on, recorded_at=clock.now())
    )
    db.flush()
    audit.record(db, actor, "opened.withdrawn", f"opened:{entry_id}", {"reason": reason.strip()})
