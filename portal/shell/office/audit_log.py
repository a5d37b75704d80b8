"""The audit log as pages: who did what to what, when; found, exported, verified."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, render_template, request
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel import clock, jobs, keys, tasks
from portal.kernel.access import Permission
from portal.kernel.audit import AuditEntry, record
from portal.kernel.db import reading, transaction
from portal.kernel.errors import NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.sheets.write import csv_lines
from portal.kernel.web import actor, needs, page_asked, request_session
from portal.shell.office import words
from portal.shell.office.blueprint import bp
from portal.shell.office.imports import see_task
from portal.shell.office.running import VERIFY

PAGE = 50
HEADER = ("seq", "at", "actor", "action", "subject", "detail", "hash")


@dataclass(frozen=True)
class Wanted:
    """What to show; empty = all. ``first`` and ``last`` are district days, both included."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    first: date | None = None
    last: date | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        found: list[ColumnElement[bool]] = []
        if self.actor:
            found.append(AuditEntry.actor.startswith(self.actor, autoescape=True))
        if self.action:
            found.append(AuditEntry.action.startswith(self.action, autoescape=True))
        if self.subject:
            found.append(AuditEntry.subject.contains(self.subject, autoescape=True))
        if self.first:
            found.append(AuditEntry.at >= clock.day_start(self.first))
        if self.last:
            found.append(AuditEntry.at < clock.day_start(self.last + timedelta(days=1)))
        return found

    def query(self) -> dict[str, str]:
        """As the address says it."""
        told = {"actor": self.actor, "action": self.action, "subject": self.subject}
        days = {"first": self.first and self.first.isoformat(), "last": self.last and self.last.isoformat()}
        return {name: value for name, value in {**told, **days}.items() if value}


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None  # the instants around it must exist


def _wanted() -> Wanted:
    texts = {name: request.args.get(name, "").strip() for name in ("actor", "action", "subject")}
    return Wanted(**texts, first=_day("first"), last=_day("last"))


def detail_lines(db: Session, detail: str, opened: bool = False) -> list[tuple[str, str]]:
    """The detail as (name, text). Sealed values are told as such; ``opened``: in clear, while their key exists."""
    return [(name, _told(db, value, opened)) for name, value in json.loads(detail).items()]


def _told(db: Session, value: Any, opened: bool) -> str:
    if isinstance(value, dict) and "sealed" in value:
        if keys.is_destroyed(db, str(value["subject"])):
            return _("（已按规定销毁，不能再读）")
        return (
            (keys.unseal(db, str(value["subject"]), str(value["sealed"])) or "") if opened else _("（加密的个人信息）")
        )
    if isinstance(value, dict):
        return _("；").join(f"{name}={_told(db, part, opened)}" for name, part in value.items())
    if isinstance(value, list):
        shown = _("、").join(_told(db, part, opened) for part in value[:20])
        return _("%(shown)s等%(n)s项", shown=shown, n=len(value)) if len(value) > 20 else shown
    return "–" if value is None else str(value)


def _has_sealed(entry: AuditEntry) -> bool:
    return '"sealed":' in entry.detail


@bp.get("/audit")
@needs(Permission.AUDIT_READ)
def audit() -> str:
    """The newest deeds first."""
    db, wanted, page = request_session(), _wanted(), page_asked()
    total = db.scalar(select(func.count()).select_from(AuditEntry).where(*wanted.conditions())) or 0
    query = select(AuditEntry).where(*wanted.conditions()).order_by(AuditEntry.year.desc(), AuditEntry.seq.desc())
    entries = db.scalars(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    rows = [(entry, detail_lines(db, entry.detail), _has_sealed(entry)) for entry in entries]
    last = jobs.last_run(db, jobs.AUDIT_CHECK)
    nightly = words.outcome_words(last.job, last.outcome, json.loads(last.message or "{}")) if last else ""
    shown = {"rows": rows, "total": total, "page": page, "pages": -(-total // PAGE), "wanted": wanted}
    return render_template("office/audit.html", form=Form(), last=last, nightly=nightly, **shown)


@bp.post("/audit/personal")
@needs(Permission.AUDIT_READ)
def audit_personal() -> str:
    """One row with its personal values in clear: a look that is a row of its own, written before anything is shown."""
    seq = request.form.get("seq", type=int)
    found = request_session().scalars(select(AuditEntry).where(AuditEntry.seq == (seq or 0))).one_or_none()
    if found is None or not _has_sealed(found):
        raise NotFound(_("没有这条记录，或者其中没有加密的个人信息。"))
    with transaction() as db:
        record(db, actor(), "look.audit-row", found.subject, {"seq": found.seq})
    lines = detail_lines(request_session(), found.detail, opened=True)
    return render_template("office/audit_entry.html", entry=found, lines=lines)


@bp.get("/audit.csv")
@needs(Permission.AUDIT_READ)
def audit_csv() -> Response:
    """Exactly what is shown, all pages, oldest first; personal values stay sealed."""
    query = select(AuditEntry).where(*_wanted().conditions()).order_by(AuditEntry.seq)

    def rows() -> Iterator[tuple[Any, ...]]:
        with reading() as db:
            for entry in db.scalars(query.execution_options(yield_per=2000)):
                yield tuple(getattr(entry, name) for name in HEADER)

    answer = Response(csv_lines(HEADER, rows()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=audit.csv"
    return answer


@bp.post("/audit/verify")
@needs(Permission.AUDIT_READ)
def verify() -> AnyResponse:
    """Check the whole log now; the result stands on the task's page."""
    with transaction() as db:
        task = tasks.start(db, actor(), VERIFY, {})
    return see_task(task.id)
